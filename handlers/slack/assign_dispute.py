"""Handing a dispute to somebody else."""

from bot.operations import assign_dispute
from bot.queries.dispute_terms import CaseState
from bot.views.blocks import Message
from bot.views.dispute_forms import assign_dispute_form
from handlers.slack.context import Ask
from handlers.slack.dispute_steps import allowed_dispute, press_of, read_owner, show_dispute_of
from handlers.slack.requests import Submission


def ask_to_assign(ask: Ask, value: str) -> Message:
    """The dialog that hands a dispute on; one that is closed is shown instead.

    Raises: NotFound, NotAllowed.
    """
    dispute = allowed_dispute(ask, value)
    if dispute.state != CaseState.OPEN:
        return show_dispute_of(ask, dispute.id, f"This dispute is {dispute.state} already.")
    return assign_dispute_form(dispute)


def submitted_assign_dispute(ask: Ask, submission: Submission) -> Message:
    """Hand it on, and show it.

    Raises: InvalidFields, NotFound, NotAllowed, Refused.
    """
    dispute = allowed_dispute(ask, submission.subject)
    owner_id = read_owner(ask, submission, dispute.invoice.account.id)
    runtime = ask.desk.runtime
    with runtime.database.writing() as session:
        assign_dispute.request(
            session,
            ask.actor,
            runtime.settings,
            dispute.id,
            owner_id,
            press=press_of(ask, session, submission),
        )
    return show_dispute_of(ask, dispute.id)
