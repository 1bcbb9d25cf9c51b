"""A dispute as somebody sees it, and what has come of the step that they have just made."""

from sqlalchemy.orm import Session

from bot.access import Permission, find_actor, permissions_for, require_for
from bot.database_clock import database_now
from bot.effects import Effect
from bot.models import DisputeCase
from bot.operations import hold_collection, restore_collection
from bot.operations.open_dispute import find_by_press
from bot.operations.tell_dispute import BEGINNINGS, find_word_in_thread
from bot.queries.dispute_terms import Press, StepKind
from bot.queries.disputes import Dispute, get_dispute
from bot.views import action_values
from bot.views.blocks import Message
from bot.views.dispute import dispute_card
from bot.views.dispute_forms import OWNER
from handlers.slack.context import Ask
from handlers.slack.invalid_fields import InvalidFields
from handlers.slack.requests import Submission

TOLD = "The thread was told."
UNTOLD = "The thread was not told: {why}"


def show_dispute(ask: Ask, value: str) -> Message:
    """The dispute that a button names.

    Raises: NotFound when there is none for this person.
    """
    return show_dispute_of(ask, action_values.parse_show_dispute(value))


def show_dispute_of(ask: Ask, case_id: int, *notes: str) -> Message:
    """A dispute as it stands, below what was just done with it.

    Raises: NotFound when there is none for this person.
    """
    with ask.desk.runtime.database.looking() as session:
        dispute = get_dispute(session, case_id, sight=ask.sight)
    rights = permissions_for(ask.actor, dispute.invoice.account.id)
    return dispute_card(dispute, rights=rights, notes=notes)


def press_of(ask: Ask, session: Session, submission: Submission) -> Press:
    """The dialog that was sent, as operations want it."""
    real_now = database_now(session, ask.sight.real_now)
    return Press(submission.view_id, ask.actor.user_id, ask.sight.now, real_now)


def read_owner(ask: Ask, submission: Submission, account_id: int) -> str:
    """Who is to look after a dispute: the person themselves, or a colleague who may.

    Raises: InvalidFields.
    """
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
    if owner is None or Permission.DISPUTE_INVOICES not in permissions_for(owner, account_id):
        raise InvalidFields(
            {OWNER: "They have no role that covers disputes of this account. Choose another."}
        )
    return owner_id


def allowed_dispute(ask: Ask, value: str) -> Dispute:
    """The dispute that a button or dialog names, for somebody who may do something with it.

    Raises: BadRequest, NotFound, NotAllowed.
    """
    case_id = action_values.parse_show_dispute(value)
    with ask.desk.runtime.database.looking() as session:
        dispute = get_dispute(session, case_id, sight=ask.sight)
    account_id = dispute.invoice.account.id
    require_for(ask.actor, Permission.DISPUTE_INVOICES, account_id=account_id)
    return dispute


def step_outcome(ask: Ask, submission: Submission, kind: StepKind, said: str) -> Message | None:
    """The dispute, once Stripe has answered and the thread was told; None until then."""
    with ask.desk.runtime.database.reading() as session:
        case = find_by_press(session, submission.view_id)
        if case is None:
            return None
        operation = hold_collection if kind in BEGINNINGS else restore_collection
        promised = [operation.find(session, case), find_word_in_thread(session, case, kind)]
        if any(each is not None and each.is_pending for each in promised):
            return None
        case_id, notes = case.id, _thread_notes(case, promised[1])
    return show_dispute_of(ask, case_id, " ".join((said, *notes)))


def _thread_notes(case: DisputeCase, word: Effect | None) -> tuple[str, ...]:
    if case.channel_id is None or word is None:
        return ()
    if word.state == "done":
        return (TOLD,)
    return (UNTOLD.format(why=word.why or "Slack did not take it."),)
