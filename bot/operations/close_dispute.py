"""Close a dispute as resolved, rejected or withdrawn; what was held is promised to be restored."""

from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.access import Actor, Permission, require_for
from bot.audit.record import record
from bot.errors import BadRequest, NotFound, Refused
from bot.models import DisputeCase, Invoice
from bot.operations import restore_collection, tell_dispute
from bot.operations.open_dispute import add_step, deed_of, find_by_press
from bot.queries.dispute_terms import CaseState, Press, StepKind
from bot.settings import Settings

KIND = "close_dispute"

_CASES: Any = DisputeCase.__table__


def request(
    session: Session,
    actor: Actor,
    settings: Settings,
    case_id: int,
    end: CaseState,
    *,
    note: str,
    press: Press,
) -> DisputeCase:
    """Close it; the same press again finds what it closed.

    Raises: NotFound, NotAllowed; BadRequest without a note; Refused for one that is closed.
    """
    case, invoice = find_allowed(session, actor, case_id)
    if find_by_press(session, press.id) is not None:
        return case
    if not note:
        raise BadRequest("Say in a note how it ended.")
    if not move(session, case, CaseState.OPEN, state=end.value):
        raise Refused(f"Dispute {case.id} is {case.state} already.")
    kind = StepKind(end.value)
    add_step(session, case, kind, note, press)
    restore_collection.request(session, case, press)
    tell_dispute.request(session, settings, case, kind, press)
    record(
        session,
        settings,
        deed_of(KIND, actor, case, invoice.account_id, note=note),
        now=press.real_now,
    )
    return case


def find_allowed(session: Session, actor: Actor, case_id: int) -> tuple[DisputeCase, Invoice]:
    """A dispute with its invoice, locked, for somebody who may do something with it.

    Raises: NotFound, NotAllowed.
    """
    case = session.get(DisputeCase, case_id)
    if case is None:
        raise NotFound("There is no such dispute.")
    invoice = session.get_one(Invoice, case.invoice_id, with_for_update=True)
    session.refresh(case)
    require_for(actor, Permission.DISPUTE_INVOICES, account_id=invoice.account_id)
    return case, invoice


def move(session: Session, case: DisputeCase, *former: CaseState, **values: Any) -> bool:
    """Change a dispute that stands as it did; whether nobody else was quicker."""
    is_as_it_was = _CASES.c.state.in_([state.value for state in former])
    changed = (
        update(_CASES)
        .where(_CASES.c.id == case.id, is_as_it_was)
        .values(**values)
        .returning(_CASES.c.id)
    )
    has_moved = session.execute(changed).first() is not None
    session.refresh(case)
    return has_moved
