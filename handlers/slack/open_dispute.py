"""Opening a dispute (D1, D2): from an invoice's card, or from what somebody complained about."""

from collections.abc import Sequence
from dataclasses import replace

from bot.access import Permission, require, require_for, scope_for
from bot.money import money_text
from bot.operations import open_dispute
from bot.operations.open_dispute import NewDispute
from bot.queries.correctable import Correctable, get_correctable
from bot.queries.dispute_parts import Contested
from bot.queries.dispute_terms import Complaint, Reason, StepKind
from bot.queries.named_invoices import list_named_invoices
from bot.views import actions
from bot.views.blocks import Message
from bot.views.complaints import format_complaint, parse_complaint
from bot.views.dispute_forms import (
    INVOICE,
    NOTE,
    NOTE_MAX,
    OTHER_INVOICE,
    REASON,
    Filled,
    open_dispute_form,
    open_dispute_of_form,
)
from bot.views.part_fields import LINES_MAX, TICKED, WHAT, line_field
from bot.views.text import count_text
from handlers.slack.chosen_part import read_part
from handlers.slack.context import Ask
from handlers.slack.dispute_steps import press_of, read_owner, show_dispute_of, step_outcome
from handlers.slack.invalid_fields import InvalidFields
from handlers.slack.notes import read_note
from handlers.slack.requests import Submission

RIGHT = Permission.DISPUTE_INVOICES
UNREAD = "The rest of the thread could not be read. Found in the message itself."
STARTED = "The dispute is open. Nobody is asked for this invoice until it is closed."


def ask_to_dispute(ask: Ask, value: str) -> Message:
    """The dialog for the invoice whose card it was opened from; the dispute where there is one.

    Raises: NotFound and NotAllowed.
    """
    found = _find(ask, actions.parse_show_invoice(value))
    card = found.card
    if card.dispute is not None:
        return show_dispute_of(ask, card.dispute.id)
    require_for(ask.actor, RIGHT, account_id=card.account.id)
    filled = Filled(ask.actor.user_id)
    return open_dispute_of_form(found, filled=filled, subject=format_complaint(None, [card.id]))


def require_right(ask: Ask) -> None:
    """Go on only where the person may dispute some account's invoices.

    Raises: NotAllowed.
    """
    require(ask.actor, RIGHT)


def propose(ask: Ask, complaint: Complaint, texts: Sequence[str], *, is_unread: bool) -> Message:
    """The dialog for what was complained about, with the invoices that the texts name."""
    sight = replace(ask.sight, scope=scope_for(ask.actor, RIGHT))
    with ask.desk.runtime.database.looking() as session:
        named = list_named_invoices(session, texts, sight=sight)
    return open_dispute_form(
        named.rows,
        proposed=named.proposed,
        owner_id=ask.actor.user_id,
        subject=format_complaint(complaint),
        hint=UNREAD if is_unread else "",
    )


def submitted_open_dispute(ask: Ask, submission: Submission) -> Message:
    """Open the dispute; what becomes of the rest follows in the same modal.

    Shape: the same dialog with the lines of the invoice where these are to be chosen first.
    Raises: InvalidFields, NotFound, NotAllowed, Refused.
    """
    complaint, invoice_ids = parse_complaint(submission.subject)
    found = _find(ask, invoice_ids[0] if invoice_ids else _chosen(submission))
    card = found.card
    require_for(ask.actor, RIGHT, account_id=card.account.id)
    reason = _reason(submission)
    needed = "Say what the customer contests." if reason is Reason.OTHER else ""
    note = read_note(submission, NOTE, most=NOTE_MAX, needed=needed)
    owner_id = read_owner(ask, submission, card.account.id)
    if not invoice_ids and submission.text(WHAT) == TICKED:
        filled = Filled(owner_id, reason.value, note, is_about_lines=True)
        return _ask_for_lines(found, filled, complaint)
    contested = _contested(found, submission)
    wanted = NewDispute(card.id, reason, note, owner_id, complaint, contested)
    runtime = ask.desk.runtime
    with runtime.database.writing() as session:
        case = open_dispute.request(
            session,
            ask.actor,
            runtime.settings,
            wanted,
            press=press_of(ask, session, submission),
        )
        case_id = case.id
    return show_dispute_of(ask, case_id, STARTED)


def outcome_of_open_dispute(ask: Ask, submission: Submission) -> Message | None:
    """The dispute, once Stripe has answered and the thread was told; None until then."""
    return step_outcome(ask, submission, StepKind.OPENED, STARTED)


def _find(ask: Ask, invoice_id: str) -> Correctable:
    with ask.desk.runtime.database.looking() as session:
        return get_correctable(session, invoice_id, sight=ask.sight, lines_max=LINES_MAX)


def _ask_for_lines(found: Correctable, filled: Filled, complaint: Complaint | None) -> Message:
    """The dialog once more, with the lines of the invoice that was chosen."""
    if found.card.dispute is not None:
        raise InvalidFields({WHAT: "This invoice is disputed already. Its card shows how."})
    if not found.lines:
        count = count_text(found.card.lines_count, "line")
        raise InvalidFields(
            {WHAT: f"This invoice has {count}: more than can be offered. Choose an amount."}
        )
    subject = format_complaint(complaint, [found.card.id])
    return open_dispute_of_form(found, filled=filled, subject=subject)


def _contested(found: Correctable, submission: Submission) -> Contested:
    """What is contested; lines that come to nothing are no dispute."""
    total = found.card.total
    chosen = read_part(
        submission,
        found.lines,
        most=total,
        too_much=lambda amount: (
            f"That is {money_text(amount)}; the whole invoice is {money_text(total)}."
        ),
    )
    if not chosen.lines:
        return Contested(amount=chosen.amount)
    if chosen.amount is None or chosen.amount.minor <= 0:
        raise InvalidFields({line_field(0): "These lines come to nothing that can be contested."})
    return Contested(tuple(line.id for line in chosen.lines))


def _chosen(submission: Submission) -> str:
    """The invoice that was chosen: the one that was looked for goes before those on offer."""
    chosen = submission.text(OTHER_INVOICE) or submission.text(INVOICE)
    if not chosen:
        field = INVOICE if INVOICE in submission.filled_in else OTHER_INVOICE
        raise InvalidFields({field: "Which invoice? Choose it here, or find it by its number."})
    return actions.parse_show_invoice(chosen)


def _reason(submission: Submission) -> Reason:
    try:
        return Reason(submission.text(REASON))
    except ValueError:
        raise InvalidFields({REASON: "Choose what they contest."}) from None
