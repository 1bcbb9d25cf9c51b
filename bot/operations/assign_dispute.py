"""Hand an open dispute to somebody else; the new one is told, and the thread hears of it."""

from sqlalchemy.orm import Session

from bot.access import Actor
from bot.audit.deeds import Private
from bot.audit.record import record
from bot.errors import Refused
from bot.models import DisputeCase
from bot.operations import tell_dispute
from bot.operations.close_dispute import find_allowed, move
from bot.operations.open_dispute import add_step, deed_of, find_by_press
from bot.queries.dispute_terms import CaseState, Press, StepKind
from bot.settings import Settings

KIND = "assign_dispute"


def request(
    session: Session,
    actor: Actor,
    settings: Settings,
    case_id: int,
    owner_id: str,
    *,
    press: Press,
) -> DisputeCase:
    """Let somebody look after it from now on; the same press again finds that.

    Whether that person may is for the caller to see. Who looks after it already goes on doing so,
    and nothing is written.
    Raises: NotFound, NotAllowed; Refused for a dispute that is closed.
    """
    case, invoice = find_allowed(session, actor, case_id)
    former_id = case.owner_id
    if find_by_press(session, press.id) is not None:
        return case
    if case.state != CaseState.OPEN.value:
        raise Refused(f"Dispute {case.id} is {case.state}. Reopen it, then somebody has it again.")
    if former_id == owner_id:
        return case
    move(session, case, CaseState.OPEN, owner_id=owner_id)
    step_id = add_step(session, case, StepKind.ASSIGNED, "", press, to_id=owner_id)
    tell_dispute.request(session, settings, case, StepKind.ASSIGNED, press, step_id=step_id)
    former = {"former_owner": Private(former_id, about=former_id)}
    deed = deed_of(KIND, actor, case, invoice.account_id, note="", details=former)
    record(session, settings, deed, now=press.real_now)
    return case
