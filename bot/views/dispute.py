"""The card of one dispute: what it is about, who looks after it, and how it came so far."""

from collections.abc import Collection as Some
from collections.abc import Iterator

from bot.access import Permission
from bot.money import money_text
from bot.queries.cards import Status
from bot.queries.dispute_terms import CaseState, Collection, StepKind
from bot.queries.disputes import Dispute, DisputeLine
from bot.views import actions, blocks
from bot.views.blocks import Block, Element, Message
from bot.views.dispute_words import (
    COLLECTION_WORDS,
    STATE_EMOJI,
    STEP_WORDS,
    reason_words,
)
from bot.views.freshness import footing, freshness_warnings, warning
from bot.views.invoice import STATUS_EMOJI, status_words
from bot.views.part_fields import line_text
from bot.views.text import (
    account_name,
    clock_text,
    count_text,
    day_of,
    day_text,
    days_late_text,
    escape,
    fit,
    invoice_name,
    literal,
    plain,
)

# The name by which a card that was posted is kept up to date, and what its subjects begin with.
LIVE_VIEW = "dispute"
SUBJECT = "dispute:"

NAME_MAX, NOTE_MAX = 60, 300
# The newest steps; all of them stand in the invoice's history.
LINES_SHOWN = 6
# Contested lines that are named; with more, the rest is counted.
CONTESTED_SHOWN = 8


def subject_of(case_id: int) -> str:
    """What a posted card of this dispute is about."""
    return f"{SUBJECT}{case_id}"


def to_be_shown(case_id: int) -> Message:
    """What is handed on in the place of the card, which is made when it is posted."""
    return Message(
        text=f"Dispute {case_id}",
        blocks=(blocks.header(f"Dispute {case_id}"),),
        live=(LIVE_VIEW, subject_of(case_id)),
    )


def dispute_card(
    dispute: Dispute, *, rights: Some[Permission], notes: tuple[str, ...] = ()
) -> Message:
    """One dispute, with what somebody with these rights may do; `notes` say what just happened."""
    title = f"Dispute {dispute.id} · {invoice_name(dispute.invoice)}"
    shown = [
        blocks.header(title),
        *(blocks.section(blocks.plain_text(note)) for note in notes),
        _glance(dispute),
        *freshness_warnings(dispute.freshness, dispute.zone),
        *_collection_warning(dispute),
        _facts(dispute),
        *_contested(dispute),
        *_lines(dispute),
        blocks.actions([*_buttons(dispute, rights)]),
        footing(dispute.freshness, dispute.zone),
    ]
    return Message(
        text=_summary(dispute),
        blocks=tuple(shown),
        live=(LIVE_VIEW, subject_of(dispute.id)),
    )


def state_words(state: str) -> str:
    """How a dispute stands: "Open", "Resolved"."""
    return plain(state.capitalize(), limit=NAME_MAX)


def _emoji(state: str) -> str:
    return (
        STATE_EMOJI.get(CaseState(state), "grey_question")
        if state in set(CaseState)
        else ("grey_question")
    )


def _glance(dispute: Dispute) -> Block:
    amount, purpose = _amount(dispute)
    return blocks.rich_text(
        blocks.emoji(_emoji(dispute.state)),
        blocks.text(f" {state_words(dispute.state)}", is_bold=True),
        blocks.text(f" · {reason_words(dispute.reason)}\n"),
        blocks.text(amount, is_bold=True),
        blocks.text(f" {purpose}\n{account_name(dispute.invoice.account)}"),
    )


def _amount(dispute: Dispute) -> tuple[str, str]:
    """The amount that matters, and what it is; of a part, the part with the whole behind it."""
    amount, purpose = _invoice_amount(dispute)
    if dispute.part is None:
        return amount, purpose
    return money_text(dispute.part.amount), f"contested, of {amount} {purpose}"


def _invoice_amount(dispute: Dispute) -> tuple[str, str]:
    invoice = dispute.invoice
    match invoice.status:
        case Status.OPEN | Status.PAST_DUE:
            stays = "to pay; it stays in the balance" if dispute.state == "open" else "to pay"
            return money_text(invoice.remaining), stays
        case Status.PAID:
            return money_text(invoice.total), "paid"
        case Status.VOID:
            return money_text(invoice.total), "annulled, nothing to pay"
        case _:
            return money_text(invoice.remaining), "still owed, no longer chased"


def _collection_warning(dispute: Dispute) -> list[Block]:
    if dispute.collection != Collection.FAILED:
        return []
    wanted = "held" if dispute.state == CaseState.OPEN else "restored"
    return [
        warning(f"Stripe’s automatic collection could not be {wanted}. See it in Stripe yourself.")
    ]


def _facts(dispute: Dispute) -> Block:
    invoice = dispute.invoice
    late = f", {days_late_text(invoice.days_late)}" if invoice.days_late else ""
    status = escape(status_words(invoice.status, invoice.status_text))
    facts = {
        "Invoice": f":{STATUS_EMOJI[invoice.status]}: {status}{late}",
        "Looks after it": _name(dispute.owner),
        "Disputed since": day_text(day_of(dispute.opened_at, dispute.zone)),
        "Automatic collection": _collection_words(dispute),
    }
    return blocks.fields([blocks.mrkdwn(f"*{label}*\n{fact}") for label, fact in facts.items()])


def _contested(dispute: Dispute) -> list[Block]:
    """The lines that a dispute is about, where it is about some."""
    if dispute.part is None or not dispute.part.lines:
        return []
    lines = dispute.part.lines
    said = [
        f"{line_text(line.description)} · {money_text(line.amount)}"
        for line in lines[:CONTESTED_SHOWN]
    ]
    if rest := len(lines) - len(said):
        said.append(f"and {count_text(rest, 'more line')}")
    head = blocks.text("Contested lines" if len(lines) > 1 else "Contested line", is_bold=True)
    return [blocks.rich_text(head, blocks.text("\n" + "\n".join(said)))]


def _collection_words(dispute: Dispute) -> str:
    if dispute.collection == Collection.ASKED and dispute.state != CaseState.OPEN:
        return "Asking Stripe to restore it"
    if dispute.collection in set(Collection):
        return COLLECTION_WORDS[Collection(dispute.collection)]
    return _name(dispute.collection)


def _name(name: str) -> str:
    return escape(plain(name, limit=NAME_MAX))


def _lines(dispute: Dispute) -> list[Block]:
    shown = dispute.lines[-LINES_SHOWN:]
    return [blocks.rich_text(*_line(line, dispute.zone)) for line in shown]


def _line(line: DisputeLine, zone: str) -> Iterator[Element]:
    known = line.kind in set(StepKind)
    what = STEP_WORDS[StepKind(line.kind)] if known else plain(line.kind, limit=NAME_MAX)
    to = f" {plain(line.to, limit=NAME_MAX)}" if line.to else ""
    yield blocks.text(f"{what}{to}", is_bold=True)
    yield blocks.text(f" · {clock_text(line.at, zone)}, {plain(line.by, limit=NAME_MAX)}")
    if line.note:
        yield blocks.text(f"\n{plain(line.note, limit=NOTE_MAX)}")


def _buttons(dispute: Dispute, rights: Some[Permission]) -> Iterator[Element]:
    value = str(dispute.id)
    if Permission.DISPUTE_INVOICES in rights:
        if dispute.state == CaseState.OPEN:
            yield blocks.button(
                "Close dispute", action_id=actions.CLOSE_DISPUTE, value=value, style="primary"
            )
            yield blocks.button("Hand over", action_id=actions.ASSIGN_DISPUTE, value=value)
        else:
            yield blocks.button("Reopen", action_id=actions.REOPEN_DISPUTE, value=value)
    yield blocks.button("Show invoice", action_id=actions.SHOW_INVOICE, value=dispute.invoice.id)
    if dispute.permalink:
        yield blocks.link_button(
            "The conversation", action_id=actions.OPEN_THREAD, url=dispute.permalink
        )


def _summary(dispute: Dispute) -> str:
    amount, purpose = _amount(dispute)
    return literal(
        f"Dispute {dispute.id} of {invoice_name(dispute.invoice)}, "
        f"{account_name(dispute.invoice.account)}: {state_words(dispute.state)}, "
        f"{reason_words(dispute.reason)}; {fit(amount, NAME_MAX)} {purpose}."
    )
