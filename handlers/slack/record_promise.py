"""Recording a promise to pay (P5), from an invoice's card, a balance, or an account's deeds."""

from datetime import timedelta

from bot.access import Permission, require_for
from bot.clock import local_day, zone_of
from bot.database import Reading
from bot.errors import BadRequest, Refused
from bot.money import Money, money_text, parse_typed_amount
from bot.operations import record_promise
from bot.operations.request_correction import NOTE_MISSING, needs_note
from bot.operations.write_promise import DAYS_MAX
from bot.queries.approvals import card_of
from bot.queries.cards import InvoiceCard
from bot.queries.invoices import get_invoice_card
from bot.queries.likely_days import days_to_pay
from bot.queries.promisable import Promisable, get_promisable
from bot.queries.promise_terms import NewPromise
from bot.views import action_values, actions
from bot.views.approval_forms import decided
from bot.views.blocks import Message
from bot.views.promise_forms import (
    AMOUNT,
    INVOICES,
    NOTE,
    NOTE_MAX,
    SAID_BY,
    SAID_MAX,
    SAID_WHERE,
    offered,
    record_promise_form,
)
from bot.views.text import day_text
from handlers.slack.chosen_days import read_day
from handlers.slack.context import Ask
from handlers.slack.corrections import outcome_of_correction
from handlers.slack.invalid_fields import InvalidFields
from handlers.slack.notes import read_note
from handlers.slack.requests import Submission
from handlers.slack.show_promise import show_promise_of

RECORDED = "The promise is recorded. Nobody is chased for these invoices until it is over."


def ask_for_promise(ask: Ask, value: str) -> Message:
    """The dialog that asks what was promised, for an invoice or for an account and a currency.

    Of an invoice that is promised already, it shows the promise.

    Raises: NotFound for what this person may not see, NotAllowed where their role does not cover
        it, Refused where nothing is to pay.
    """
    settings = ask.desk.runtime.settings
    with ask.desk.runtime.database.looking() as reading:
        card = _card(ask, reading, value)
        if card is not None and card.promise is not None:
            if card.promise.amount is None:
                by = day_text(card.promise.promised_on)
                raise Refused(f"{record_promise.BY_ORGANISATION} Its day is {by}.")
            return show_promise_of(ask, card.promise.id)
        if card is None:
            account_id, currency = action_values.parse_balance_links(value)
        else:
            account_id, currency = card.account.id, card.remaining.currency
        found = _find(ask, reading, account_id, currency)
    due = {card.id} if card else {row.id for row in found.past_due or found.invoices}
    today = local_day(ask.sight.now, zone_of(found.account.time_zone))
    return record_promise_form(
        found,
        chosen=[row.id for row in offered(found) if row.id in due],
        days=days_to_pay(today),
        grace_days=settings.promise_grace_days,
        limit=next((one for one in settings.promise_limits if one.currency == currency), None),
    )


def submitted_promise(ask: Ask, submission: Submission) -> Message:
    """Record what was promised, or ask for its approval; the same dialog again changes nothing.

    Raises: InvalidFields; what opening the dialog raises; and Refused where an invoice is not to be
        paid any more, or somebody else was quicker.
    """
    runtime = ask.desk.runtime
    with runtime.database.writing() as session:
        recorded = record_promise.find_by_press(session, submission.view_id)
        if recorded is None:
            value, seen = action_values.parse_seen(submission.subject)
            account_id, currency = action_values.parse_balance_links(value)
            wanted = _wanted(ask, _find(ask, session, account_id, currency), submission)
            recorded = record_promise.request(
                session,
                ask.actor,
                runtime.settings,
                wanted,
                seen=int(seen) if seen and seen.isdecimal() else None,
                press=submission.view_id,
                sight=ask.sight,
            )
        if recorded.asked is not None:
            return decided(card_of(session, recorded.asked, sight=ask.sight))
        promise_id = recorded.promise_id
    return show_promise_of(ask, promise_id or 0, RECORDED)


def outcome_of_promise(ask: Ask, submission: Submission) -> Message | None:
    """The promise, or how its request stands once somebody has decided; None until then."""
    with ask.desk.runtime.database.reading() as session:
        recorded = record_promise.find_by_press(session, submission.view_id)
    if recorded is None or recorded.promise_id is None:
        return outcome_of_correction(ask, submission)
    return show_promise_of(ask, recorded.promise_id, RECORDED)


def _card(ask: Ask, reading: Reading, value: str) -> InvoiceCard | None:
    """The invoice whose button it was; None for an account's."""
    if not value.startswith("in_"):
        return None
    return get_invoice_card(reading, actions.parse_show_invoice(value), sight=ask.sight)


def _find(ask: Ask, reading: Reading, account_id: int, currency: str) -> Promisable:
    # Whether it may be recorded is asked first: the answer tells nothing of what is owed.
    if ask.sight.scope is None or account_id in ask.sight.scope:
        require_for(ask.actor, Permission.RECORD_PROMISE, account_id=account_id)
    return get_promisable(reading, account_id, currency, sight=ask.sight)


def _wanted(ask: Ask, found: Promisable, submission: Submission) -> NewPromise:
    """What was filled in; InvalidFields names what is wrong."""
    chosen = submission.ticked.get(INVOICES, ())
    owed = {row.id for row in found.invoices}
    if not chosen:
        raise InvalidFields({INVOICES: "Choose at least one invoice."})
    if not owed.issuperset(chosen):
        raise InvalidFields({INVOICES: "One of them is paid, or not to be paid any more."})
    amount = _amount(submission, found.sum_of(chosen))
    today = local_day(ask.sight.now, zone_of(found.account.time_zone))
    promised_on = read_day(
        submission,
        first=today,
        last=today + timedelta(days=DAYS_MAX),
        why=f"Choose a day from today on, and within {DAYS_MAX} days.",
    )
    settings = ask.desk.runtime.settings
    is_asked = record_promise.needs_approval(settings, amount) and needs_note(settings, amount)
    return NewPromise(
        account_id=found.account.id,
        amount=amount,
        invoice_ids=tuple(dict.fromkeys(chosen)),
        promised_on=promised_on,
        note=read_note(submission, NOTE, most=NOTE_MAX, needed=NOTE_MISSING if is_asked else ""),
        said_by=read_note(submission, SAID_BY, most=SAID_MAX),
        said_where=read_note(submission, SAID_WHERE, most=SAID_MAX),
    )


def _amount(submission: Submission, owed: Money) -> Money:
    """What was promised; all that is to pay of these invoices where nobody wrote an amount."""
    if not (typed := submission.text(AMOUNT)):
        return owed
    try:
        amount = parse_typed_amount(typed, currency=owed.currency)
    except BadRequest as unclear:
        raise InvalidFields({AMOUNT: unclear.message}) from None
    if amount.minor > owed.minor:
        said = f"Only {money_text(owed)} is to pay of these invoices."
        raise InvalidFields({AMOUNT: said})
    return amount
