"""Closing a dispute, with how it ended, and opening it again."""

from bot.operations import close_dispute, reopen_dispute
from bot.queries.dispute_terms import ENDS, CaseState, StepKind
from bot.views.blocks import Message
from bot.views.dispute_forms import (
    END,
    NOTE,
    NOTE_MAX,
    close_dispute_form,
    reopen_dispute_form,
)
from handlers.slack.context import Ask
from handlers.slack.dispute_steps import (
    allowed_dispute,
    press_of,
    show_dispute_of,
    step_outcome,
)
from handlers.slack.invalid_fields import InvalidFields
from handlers.slack.notes import read_note
from handlers.slack.requests import Submission

CLOSED = "The dispute is closed."
REOPENED = "The dispute is open again. Nobody is asked for this invoice until it is closed."


def ask_to_close(ask: Ask, value: str) -> Message:
    """The dialog that closes a dispute; one that is closed is shown instead.

    Raises: NotFound, NotAllowed.
    """
    dispute = allowed_dispute(ask, value)
    if dispute.state != CaseState.OPEN:
        return show_dispute_of(ask, dispute.id, f"This dispute is {dispute.state} already.")
    return close_dispute_form(dispute)


def ask_to_reopen(ask: Ask, value: str) -> Message:
    """The dialog that opens a dispute again; one that is open is shown instead.

    Raises: NotFound, NotAllowed.
    """
    dispute = allowed_dispute(ask, value)
    if dispute.state == CaseState.OPEN:
        return show_dispute_of(ask, dispute.id, "This dispute is open already.")
    return reopen_dispute_form(dispute)


def submitted_close_dispute(ask: Ask, submission: Submission) -> Message:
    """Close it; what becomes of the rest follows in the same modal.

    Raises: InvalidFields, NotFound, NotAllowed, Refused.
    """
    dispute = allowed_dispute(ask, submission.subject)
    chosen = submission.text(END)
    if chosen not in set(ENDS):
        raise InvalidFields({END: "Choose how it ended."})
    note = read_note(submission, NOTE, most=NOTE_MAX, needed="Say how it ended.")
    runtime = ask.desk.runtime
    with runtime.database.writing() as session:
        close_dispute.request(
            session,
            ask.actor,
            runtime.settings,
            dispute.id,
            CaseState(chosen),
            note=note,
            press=press_of(ask, session, submission),
        )
    return show_dispute_of(ask, dispute.id, CLOSED)


def submitted_reopen_dispute(ask: Ask, submission: Submission) -> Message:
    """Open it again; what becomes of the rest follows in the same modal.

    Raises: InvalidFields, NotFound, NotAllowed, Refused.
    """
    dispute = allowed_dispute(ask, submission.subject)
    note = read_note(submission, NOTE, most=NOTE_MAX, needed="Say why it is open again.")
    runtime = ask.desk.runtime
    with runtime.database.writing() as session:
        reopen_dispute.request(
            session,
            ask.actor,
            runtime.settings,
            dispute.id,
            note=note,
            press=press_of(ask, session, submission),
        )
    return show_dispute_of(ask, dispute.id, REOPENED)


def outcome_of_close_dispute(ask: Ask, submission: Submission) -> Message | None:
    """The dispute, once Stripe has answered and the thread was told; None until then."""
    chosen = submission.text(END)
    kind = StepKind(chosen) if chosen in set(ENDS) else StepKind.RESOLVED
    return step_outcome(ask, submission, kind, CLOSED)


def outcome_of_reopen_dispute(ask: Ask, submission: Submission) -> Message | None:
    """The same for one that was opened again."""
    return step_outcome(ask, submission, StepKind.REOPENED, REOPENED)
