"""Opening a dispute (D1, D2): from an invoice's card, or from what somebody complained about."""

from collections.abc import Sequence
from dataclasses import replace

from bot.access import Permission, find_actor, permissions_for, require, require_for, scope_for
from bot.operations import open_dispute
from bot.operations.open_dispute import NewDispute
from bot.queries.cards import InvoiceCard
from bot.queries.dispute_terms import Complaint, Reason, StepKind
from bot.queries.invoices import get_invoice_card
from bot.queries.named_invoices import list_named_invoices
from bot.views import actions
from bot.views.blocks import Message
from bot.views.complaints import format_complaint, parse_complaint
from bot.views.dispute_forms import (
    INVOICE,
    NOTE,
    NOTE_MAX,
    OTHER_INVOICE,
    OWNER,
    REASON,
    open_dispute_form,
    open_dispute_of_form,
)
from handlers.slack.context import Ask
from handlers.slack.dispute_steps import press_of, show_dispute_of, step_outcome
from handlers.slack.invalid_fields import InvalidFields
from handlers.slack.notes import read_note
from handlers.slack.requests import Submission

RIGHT = Permission.DISPUTE_INVOICES
UNREAD = "The rest of the thread could not be read. Found in the message itself."
STARTED = "The dispute is open. Nobody is asked for this money until it is closed."


def ask_to_dispute(ask: Ask, value: str) -> Message:
    """The dialog for the invoice whose card it was opened from; the dispute where there is one.

    Raises: NotFound and NotAllowed.
    """
    card = _card(ask, actions.parse_show_invoice(value))
    if card.dispute is not None:
        return show_dispute_of(ask, card.dispute.id)
    require_for(ask.actor, RIGHT, account_id=card.account.id)
    return open_dispute_of_form(
        card, owner_id=ask.actor.user_id, subject=format_complaint(None, [card.id])
    )


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

    Raises: InvalidFields, NotFound, NotAllowed, Refused.
    """
    complaint, invoice_ids = parse_complaint(submission.subject)
    card = _card(ask, invoice_ids[0] if invoice_ids else _chosen(submission))
    require_for(ask.actor, RIGHT, account_id=card.account.id)
    reason = _reason(submission)
    needed = "Say what the customer contests." if reason is Reason.OTHER else ""
    note = read_note(submission, NOTE, most=NOTE_MAX, needed=needed)
    wanted = NewDispute(card.id, reason, note, _owner(ask, submission, card), complaint)
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


def _card(ask: Ask, invoice_id: str) -> InvoiceCard:
    with ask.desk.runtime.database.looking() as session:
        return get_invoice_card(session, invoice_id, sight=ask.sight)


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


def _owner(ask: Ask, submission: Submission, card: InvoiceCard) -> str:
    """Who looks after it: the person themselves, or a colleague who may."""
    owner_id = submission.text(OWNER) or ask.actor.user_id
    if owner_id == ask.actor.user_id:
        return owner_id
    runtime = ask.desk.runtime
    with runtime.database.looking() as session:
        owner = find_actor(
            session,
            runtime.settings,
            user_id=owner_id,
            team_id=ask.desk.deployment.slack_team_id,
        )
    if owner is None or RIGHT not in permissions_for(owner, card.account.id):
        raise InvalidFields(
            {OWNER: "They have no role that covers disputes of this account. Choose another."}
        )
    return owner_id
