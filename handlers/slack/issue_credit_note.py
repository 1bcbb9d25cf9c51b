"""Crediting an invoice: a dialog asks what, Stripe works it out, and then it is asked for.

What was previewed comes back with the second dialog by ids alone: amounts are read anew, and the
invoice has to stand as it did then.
"""

from bot import approvals
from bot.access import Permission, require_for
from bot.approvals import Correction
from bot.clock import monotonic_seconds
from bot.database import Reading
from bot.errors import Refused
from bot.invoice_facts import get_invoice_facts
from bot.mirror.credit_notes import CreditOrder, CreditPreview, read_preview
from bot.mirror.fields import dict_at, flag_at
from bot.mirror.fresh import keep_read, read_invoice, read_whole_invoice
from bot.operations import issue_credit_note, request_correction
from bot.operations.request_correction import NOTE_MISSING, needs_approval, needs_note
from bot.queries.approvals import card_of
from bot.queries.correctable import Correctable, get_correctable
from bot.runtime import Runtime
from bot.stripe_failures import NotUnderstood
from bot.views import actions
from bot.views.approval_forms import decided
from bot.views.blocks import Message
from bot.views.correction_forms import NOTE
from bot.views.credit_note import (
    asking_stripe,
    changes_of,
    credit_note_form,
    credit_note_preview,
    facts_of,
)
from bot.views.refusals import refusal_words
from handlers.slack.context import Ask
from handlers.slack.credit_orders import (
    format_order,
    parse_carried,
    parse_order,
    read_orders,
)
from handlers.slack.invalid_fields import InvalidFields
from handlers.slack.requests import Submission

# How long somebody who has sent the first dialog waits for Stripe's arithmetic.
PREVIEW_SECONDS = 8.0
CHANGED = (
    "Nothing was asked for: the invoice has changed since Stripe worked this out. Close this and "
    "open it anew."
)
OTHER_SUM = "Stripe works out another amount than its lines say. Credit an amount instead."


def ask_for_credit_note(ask: Ask, value: str) -> Message:
    """The dialog that asks what is to be credited.

    Raises: NotFound for an invoice that this person may not see, NotAllowed where their role does
        not cover it, Refused for one of which nothing can be credited.
    """
    return credit_note_form(_creditable(ask, actions.parse_show_invoice(value)))


def submitted_credit_note(ask: Ask, submission: Submission) -> Message:
    """That Stripe is being asked; raises as the opening does, and InvalidFields."""
    found = _creditable(ask, actions.parse_show_invoice(submission.subject))
    read_orders(found, submission)
    return asking_stripe()


def preview_credit_note(ask: Ask, submission: Submission) -> Message:
    """What Stripe says that the credit note comes to, with the dialog that asks for it.

    Raises: Refused where Stripe would not issue it, Unavailable when it does not answer; and as the
        opening does.
    """
    runtime = ask.desk.runtime
    invoice_id = actions.parse_show_invoice(submission.subject)
    patient_until = monotonic_seconds() + PREVIEW_SECONDS
    _creditable(ask, invoice_id)
    _read_anew(runtime, invoice_id, patient_until)
    found = _creditable(ask, invoice_id)
    order, preview = _previewed(ask, read_orders(found, submission), patient_until)
    with runtime.database.looking() as reading:
        seen = get_invoice_facts(reading, invoice_id)
        is_approval_needed = needs_approval(
            reading,
            runtime.settings,
            order.total,
            account_id=found.card.account.id,
            asked_by=ask.actor.user_id,
            sight=ask.sight,
        )
    return credit_note_preview(
        found,
        order,
        preview,
        is_note_needed=needs_note(runtime.settings, order.total),
        is_approval_needed=is_approval_needed,
        subject=format_order(order, seen.fingerprint),
        stamp=submission.stamp,
    )


def confirmed_credit_note(ask: Ask, submission: Submission) -> Message:
    """Ask for the credit note as it was previewed; the same dialog again finds what it asked for.

    Raises: InvalidFields; as the opening does; and Refused when the invoice is not as it was
        previewed, or another credit note is asked for.
    """
    invoice_id, previewed = parse_carried(submission.subject)
    settings = ask.desk.runtime.settings
    with ask.desk.runtime.database.writing() as session:
        earlier = approvals.find_by_press(session, submission.view_id)
        if earlier is not None:
            return decided(card_of(session, earlier, sight=ask.sight))
        found = _find(ask, session, invoice_id)
        order, seen = parse_order(submission.subject, found), get_invoice_facts(session, invoice_id)
        if seen.fingerprint != previewed:
            raise Refused(CHANGED)
        issue_credit_note.require_left(found, order.total)
        if needs_note(settings, order.total) and not submission.text(NOTE):
            raise InvalidFields({NOTE: NOTE_MISSING})
        correction = Correction(
            kind=issue_credit_note.KIND,
            invoice_id=invoice_id,
            account_id=found.card.account.id,
            amount=order.total,
            note=submission.text(NOTE),
            seen=seen,
            changes=tuple(changes_of(found.standing, order)),
            facts=tuple(facts_of(order, found)),
            params=order.payload(),
        )
        asked = request_correction.request(
            session,
            ask.actor,
            settings,
            correction,
            promise=issue_credit_note.promise,
            press=submission.view_id,
            sight=ask.sight,
        )
        return decided(card_of(session, asked, sight=ask.sight))


def _creditable(ask: Ask, invoice_id: str) -> Correctable:
    with ask.desk.runtime.database.looking() as session:
        return _find(ask, session, invoice_id)


def _find(ask: Ask, session: Reading, invoice_id: str) -> Correctable:
    found = get_correctable(session, invoice_id, sight=ask.sight)
    require_for(ask.actor, Permission.ISSUE_CREDIT_NOTE, account_id=found.card.account.id)
    issue_credit_note.require_creditable(found)
    return found


def _read_anew(runtime: Runtime, invoice_id: str, patient_until: float) -> None:
    """Bring the mirror's invoice up to date, with all its lines."""
    fresh = read_invoice(runtime, invoice_id, patient_until=patient_until)
    if fresh.body is not None and flag_at(dict_at(fresh.body, "lines"), "has_more"):
        fresh = read_whole_invoice(runtime, invoice_id)
    keep_read(runtime, fresh)


def _previewed(
    ask: Ask, orders: list[CreditOrder], patient_until: float
) -> tuple[CreditOrder, CreditPreview]:
    """The first of several ways to ask for the same that Stripe takes, and that comes to it."""
    why = OTHER_SUM
    for order in orders:
        try:
            preview = read_preview(ask.desk.runtime.stripe, order, patient_until=patient_until)
        except NotUnderstood as refused:
            why = refusal_words(refused)
            continue
        if (preview.total, preview.given_back) == (order.total, order.given_back):
            return order, preview
    raise Refused(f"Nothing was done, as this can’t be credited so. {why}")
