"""Disputes in words: why, how they stand, and what was done with them."""

from bot.money import money_text
from bot.queries.cards import DisputeMark
from bot.queries.dispute_terms import CaseState, Collection, Reason, StepKind
from bot.views.text import day_text, escape, plain

# Beside the status of an invoice that is contested.
DISPUTE_EMOJI = "speech_balloon"
NAME_MAX = 60

REASON_WORDS = {
    Reason.PRICING_WRONG_RATE: "The rate is wrong",
    Reason.USAGE_OVERCOUNTED: "Usage was counted too high",
    Reason.USAGE_DUPLICATE: "Usage was counted twice",
    Reason.USAGE_NOT_OURS: "The usage is not theirs",
    Reason.DUPLICATE_INVOICE: "The invoice came twice",
    Reason.ALREADY_PAID: "It is paid already",
    Reason.NOT_RECEIVED_INVOICE: "The invoice never arrived",
    Reason.PO_MISSING: "A purchase order is missing",
    Reason.PO_WRONG: "The purchase order is wrong",
    Reason.BILL_TO_WRONG: "It is addressed wrongly",
    Reason.TERMS_WRONG: "The terms of payment are wrong",
    Reason.TAX_WRONG: "The tax is wrong",
    Reason.DISCOUNT_MISSING: "A discount is missing",
    Reason.CREDIT_NOT_APPLIED: "A credit was not taken off",
    Reason.SERVICE_OUTAGE: "The service was down",
    Reason.SERVICE_QUALITY: "The service was not good enough",
    Reason.CANCELLED_SERVICE: "The service was cancelled",
    Reason.CONTRACT_SCOPE: "It is not in the contract",
    Reason.UNAUTHORISED: "Nobody had ordered it",
    Reason.OTHER: "Another reason: say which in the note",
}
STATE_EMOJI = {
    CaseState.OPEN: DISPUTE_EMOJI,
    CaseState.RESOLVED: "white_check_mark",
    CaseState.REJECTED: "no_entry_sign",
    CaseState.WITHDRAWN: "leftwards_arrow_with_hook",
}
# What each end means, where somebody chooses one.
END_WORDS = {
    CaseState.RESOLVED: "Resolved: they were right, and it was put right",
    CaseState.REJECTED: "Rejected: the invoice is right as it is",
    CaseState.WITHDRAWN: "Withdrawn: they do not contest it any more",
}
STEP_WORDS = {
    StepKind.OPENED: "Opened",
    StepKind.RESOLVED: "Closed as resolved",
    StepKind.REJECTED: "Closed as rejected",
    StepKind.WITHDRAWN: "Closed as withdrawn",
    StepKind.REOPENED: "Reopened",
    StepKind.ASSIGNED: "Handed to",
}
COLLECTION_WORDS = {
    Collection.ASKED: "Asking Stripe to leave it to us",
    Collection.HELD: "Held at Stripe until it is closed",
    Collection.IDLE: "Stripe does not collect it by itself",
    Collection.FAILED: "Stripe did not take the change",
    Collection.RESTORED: "As before the dispute",
}


def dispute_fact(mark: DisputeMark) -> str:
    """What of an invoice is contested, since when, why, and who looks after it."""
    owner = escape(plain(mark.owner, limit=NAME_MAX))
    part = f"{money_text(mark.amount)} of it, " if mark.amount is not None else ""
    since = f"{part}since {day_text(mark.opened_on)}, {owner} looks after it"
    return f"{since}\n{reason_words(mark.reason)}"


def dispute_mark(mark: DisputeMark) -> str:
    """That an invoice is contested, in a word or three."""
    return "Disputed" if mark.amount is None else "Disputed in part"


def reason_words(reason: str) -> str:
    """Why a customer contests an invoice, also for a reason that a newer version has."""
    if reason == Reason.OTHER:
        return "Another reason"
    if reason in set(Reason):
        return REASON_WORDS[Reason(reason)]
    return plain(reason.replace("_", " ").capitalize(), limit=NAME_MAX)
