"""Open a dispute again after its end: its history stays, and what was restored is held anew."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.access import Actor
from bot.audit.record import record
from bot.errors import BadRequest, Refused
from bot.models import CASE_OPEN, DisputeCase
from bot.operations import hold_collection, tell_dispute
from bot.operations.close_dispute import find_allowed, move
from bot.operations.open_dispute import UNDISPUTED, add_step, deed_of, find_by_press
from bot.queries.dispute_terms import ENDS, CaseState, Collection, Press, StepKind
from bot.settings import Settings

KIND = "reopen_dispute"


def request(
    session: Session,
    actor: Actor,
    settings: Settings,
    case_id: int,
    *,
    note: str,
    press: Press,
) -> DisputeCase:
    """Open it again; the same press again finds that.

    Raises: NotFound, NotAllowed; BadRequest without a note; Refused for one that is open, and where
        the invoice has another open one or can't be disputed any more.
    """
    case, invoice = find_allowed(session, actor, case_id)
    if find_by_press(session, press.id) is not None:
        return case
    if not note:
        raise BadRequest("Say in a note why it is open again.")
    name = invoice.number or invoice.id
    if invoice.status in UNDISPUTED:
        raise Refused(f"{name} {UNDISPUTED[invoice.status]}: there is nothing to dispute.")
    _refuse_another(session, case)
    is_moved = move(
        session,
        case,
        *ENDS,
        state=CaseState.OPEN.value,
        round=case.round + 1,
        collection=Collection.ASKED.value,
        was_automatic=None,
    )
    if not is_moved:
        raise Refused(f"Dispute {case.id} is open already.")
    kind = StepKind.REOPENED
    add_step(session, case, kind, note, press)
    hold_collection.request(session, case, press)
    tell_dispute.request(session, settings, case, kind, press)
    record(
        session,
        settings,
        deed_of(KIND, actor, case, invoice.account_id, note=note),
        now=press.real_now,
    )
    return case


def _refuse_another(session: Session, case: DisputeCase) -> None:
    others = select(DisputeCase.id).where(
        CASE_OPEN, DisputeCase.invoice_id == case.invoice_id, DisputeCase.id != case.id
    )
    if (other := session.scalar(others)) is not None:
        raise Refused(f"Dispute {other} of the same invoice is open. Go on in that one.")
