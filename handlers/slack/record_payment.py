"""Recording a payment that arrived past Stripe: a dialog asks what, and wrong fields are named."""

from datetime import date

from bot import approvals
from bot.access import Permission, require_for
from bot.approvals import Correction
from bot.clock import local_day, start_of_day, zone_of
from bot.database import Reading
from bot.errors import BadRequest, Refused
from bot.invoice_facts import get_invoice_facts
from bot.mirror.outside_payments import Method, OutsidePayment
from bot.money import Money, money_text, parse_typed_amount
from bot.operations import record_payment, request_correction
from bot.operations.request_correction import NOTE_MISSING, needs_approval, needs_note
from bot.queries.approvals import card_of
from bot.queries.correctable import Correctable, get_correctable
from bot.views import actions
from bot.views.approval_forms import decided
from bot.views.blocks import Message
from bot.views.correction_forms import NOTE
from bot.views.record_payment import (
    AMOUNT,
    METHOD,
    RECEIVED_ON,
    REFERENCE,
    REFERENCE_CHARACTERS_MAX,
    changes_of,
    facts_of,
    record_payment_form,
)
from handlers.slack.context import Ask
from handlers.slack.invalid_fields import InvalidFields
from handlers.slack.requests import Submission

CHANGED = (
    "Nothing was asked for: the invoice has changed since this dialog was opened. Close it and "
    "open it anew."
)


def ask_for_payment(ask: Ask, value: str) -> Message:
    """The dialog that asks what has arrived.

    Raises: NotFound for an invoice that this person may not see, NotAllowed where their role does
        not cover it, Refused for one of which nothing is to be paid.
    """
    invoice_id, settings = actions.parse_show_invoice(value), ask.desk.runtime.settings
    with ask.desk.runtime.database.looking() as reading:
        found = _find(ask, reading, invoice_id)
        seen = get_invoice_facts(reading, invoice_id)
        is_approval_needed = needs_approval(
            reading,
            settings,
            seen.remaining,
            account_id=found.card.account.id,
            asked_by=ask.actor.user_id,
            sight=ask.sight,
        )
    return record_payment_form(
        found,
        today=_today(ask, found),
        subject=f"{invoice_id}|{seen.fingerprint}",
        is_note_needed=needs_note(settings, seen.remaining),
        is_approval_needed=is_approval_needed,
    )


def submitted_payment(ask: Ask, submission: Submission) -> Message:
    """Ask for the payment to be recorded; the same dialog again finds what it asked for.

    Raises: InvalidFields; as the opening does; and Refused when the invoice is not as it was when
        the dialog was opened, or another payment is asked for.
    """
    invoice_id, _, fingerprint = submission.subject.partition("|")
    settings = ask.desk.runtime.settings
    with ask.desk.runtime.database.writing() as session:
        earlier = approvals.find_by_press(session, submission.view_id)
        if earlier is not None:
            return decided(card_of(session, earlier, sight=ask.sight))
        found = _find(ask, session, actions.parse_show_invoice(invoice_id))
        seen = get_invoice_facts(session, invoice_id)
        if seen.fingerprint != fingerprint:
            raise Refused(f"{CHANGED} {money_text(seen.remaining)} are to be paid now.")
        payment, received_on = _payment(ask, found, submission)
        if needs_note(settings, payment.amount) and not submission.text(NOTE):
            raise InvalidFields({NOTE: NOTE_MISSING})
        correction = Correction(
            kind=record_payment.KIND,
            invoice_id=invoice_id,
            account_id=found.card.account.id,
            amount=payment.amount,
            note=submission.text(NOTE),
            seen=seen,
            changes=tuple(changes_of(found.standing, payment.amount)),
            facts=tuple(facts_of(payment, received_on=received_on)),
            params=payment.payload(),
        )
        asked = request_correction.request(
            session,
            ask.actor,
            settings,
            correction,
            promise=record_payment.promise,
            press=submission.view_id,
            sight=ask.sight,
        )
        return decided(card_of(session, asked, sight=ask.sight))


def _find(ask: Ask, reading: Reading, invoice_id: str) -> Correctable:
    found = get_correctable(reading, invoice_id, sight=ask.sight)
    require_for(ask.actor, Permission.RECORD_PAYMENT, account_id=found.card.account.id)
    record_payment.require_payable(found)
    return found


def _today(ask: Ask, found: Correctable) -> date:
    return local_day(ask.sight.now, zone_of(found.card.account.time_zone))


def _payment(ask: Ask, found: Correctable, submission: Submission) -> tuple[OutsidePayment, date]:
    """What was filled in, and the day it arrived.

    Raises: InvalidFields, with a sentence for each wrong field.
    """
    wrong: dict[str, str] = {}
    amount = _amount(found, submission, wrong)
    received_on = submission.day(RECEIVED_ON)
    if received_on is None:
        wrong[RECEIVED_ON] = "Choose the day on which it arrived."
    elif received_on > _today(ask, found):
        wrong[RECEIVED_ON] = "That day is still to come. Record a payment once it is there."
    methods = {one.value: one for one in Method}
    method = methods.get(submission.text(METHOD))
    if method is None:
        wrong[METHOD] = "Choose how it was paid."
    if wrong or amount is None or received_on is None or method is None:
        raise InvalidFields(wrong)
    arrived_at = start_of_day(received_on, zone_of(found.card.account.time_zone))
    payment = OutsidePayment(
        invoice_id=found.card.id,
        customer_id=found.card.account.customer_ids[0],
        amount=amount,
        is_full=amount == found.standing.remaining,
        received_at=int(arrived_at.timestamp()),
        method=method,
        reference=submission.text(REFERENCE)[:REFERENCE_CHARACTERS_MAX],
    )
    return payment, received_on


def _amount(found: Correctable, submission: Submission, wrong: dict[str, str]) -> Money | None:
    remaining = found.standing.remaining
    try:
        amount = parse_typed_amount(submission.text(AMOUNT), currency=remaining.currency)
    except BadRequest as unclear:
        wrong[AMOUNT] = unclear.message
        return None
    if amount.minor > remaining.minor:
        wrong[AMOUNT] = (
            f"That is {money_text(amount)}, but only {money_text(remaining)} are to be paid. What "
            "arrived beyond that belongs to another invoice, or to the customer’s credit."
        )
    return amount
