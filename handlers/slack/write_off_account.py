"""Asking for invoices of an account to be written off (P4): each goes to approval by itself."""

from bot import approvals
from bot.access import Permission, require_for
from bot.approvals import Correction
from bot.errors import BotError, Refused
from bot.invoice_facts import get_invoice_facts
from bot.operations import mark_uncollectible, request_correction
from bot.operations.request_correction import NOTE_MISSING
from bot.queries.account_desk import AccountDesk, get_account_desk
from bot.queries.cards import InvoiceRow
from bot.queries.invoices import get_invoice_card
from bot.views.action_values import parse_account
from bot.views.blocks import Message
from bot.views.correction_forms import NOTE, NOTE_MAX, REASON
from bot.views.write_off_forms import INVOICES, AskedFor, write_off_form, written_off
from handlers.slack.context import Ask
from handlers.slack.corrections import giving_up
from handlers.slack.invalid_fields import InvalidFields
from handlers.slack.notes import read_note
from handlers.slack.requests import Submission

# Each is a message to whoever approves it.
INVOICES_AT_ONCE = 8
WAITS = "It waits for approval. You get a message when it is decided."
PROMISED = "It is small enough to be done at once."


def ask_to_write_off(ask: Ask, value: str) -> Message:
    """The dialog that asks which invoices, and why.

    Raises: NotFound, NotAllowed; Refused where nothing is to pay.
    """
    desk = _desk(ask, value)
    if not desk.invoices:
        raise Refused("Nothing is to pay there, so there is nothing to write off.")
    return write_off_form(
        desk.account,
        desk.invoices,
        reasons=mark_uncollectible.REASONS,
        most=INVOICES_AT_ONCE,
    )


def submitted_write_off(ask: Ask, submission: Submission) -> Message:
    """Ask for each of them; the same dialog again finds what it asked for.

    Raises: InvalidFields, NotFound, NotAllowed.
    """
    desk = _desk(ask, submission.subject)
    rows = {row.id: row for row in desk.invoices}
    chosen = list(dict.fromkeys(submission.ticked.get(INVOICES, ())))
    if not chosen:
        raise InvalidFields({INVOICES: "Choose at least one invoice."})
    if len(chosen) > INVOICES_AT_ONCE:
        raise InvalidFields({INVOICES: f"Choose {INVOICES_AT_ONCE} at most."})
    if not rows.keys() >= set(chosen):
        raise InvalidFields({INVOICES: "One of them is paid, or not to be paid any more."})
    if submission.text(REASON) not in mark_uncollectible.REASONS:
        raise InvalidFields({REASON: "Choose one of these reasons."})
    read_note(submission, NOTE, most=NOTE_MAX, needed=NOTE_MISSING)
    return written_off(desk.account, [_asked(ask, submission, rows[one]) for one in chosen])


def _asked(ask: Ask, submission: Submission, row: InvoiceRow) -> AskedFor:
    """What came of asking for one; what stands against it is said beside it."""
    try:
        state = _ask_for(ask, submission, row.id)
    except BotError as failed:
        return AskedFor(row, is_asked=False, said=failed.message)
    return AskedFor(row, is_asked=True, said=WAITS if state == approvals.WAITS else PROMISED)


def _ask_for(ask: Ask, submission: Submission, invoice_id: str) -> str:
    runtime, reason = ask.desk.runtime, submission.text(REASON)
    with runtime.database.writing() as session:
        card = get_invoice_card(session, invoice_id, sight=ask.sight)
        facts = get_invoice_facts(session, invoice_id)
        correction = Correction(
            kind=mark_uncollectible.KIND,
            invoice_id=invoice_id,
            account_id=card.account.id,
            amount=facts.remaining,
            note=submission.text(NOTE),
            seen=facts,
            changes=giving_up(card),
            facts=(("Reason", mark_uncollectible.REASONS[reason]),),
            params={"reason": reason},
        )
        asked = request_correction.request(
            session,
            ask.actor,
            runtime.settings,
            correction,
            promise=mark_uncollectible.promise,
            press=f"{submission.view_id}:{invoice_id}"[:128],
            sight=ask.sight,
        )
        return asked.state


def _desk(ask: Ask, value: str) -> AccountDesk:
    with ask.desk.runtime.database.looking() as session:
        desk = get_account_desk(session, parse_account(value), sight=ask.sight)
    require_for(ask.actor, Permission.MARK_UNCOLLECTIBLE, account_id=desk.account.id)
    return desk
