"""Open a dispute of an invoice: from then on nobody asks the customer for its money.

Reminders stop in the same transaction, and holding Stripe's automatic collection is promised in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.access import Actor, Permission, acting, require_for
from bot.audit.deeds import Deed, Private, Stage, Subject
from bot.audit.record import record
from bot.database import insert_into
from bot.errors import BadRequest, NotFound, Refused
from bot.models import DisputeCase, DisputeStep, Invoice
from bot.money import Money, money_text
from bot.operations import hold_collection, link_thread, tell_dispute
from bot.queries.dispute_parts import ALL_OF_IT, Contested, DisputedPart, find_contested, keep_lines
from bot.queries.dispute_terms import CaseState, Collection, Complaint, Press, Reason, StepKind
from bot.settings import Settings

KIND = "open_dispute"
# A draft is no claim yet, and a void one none any more.
UNDISPUTED = {"draft": "is not issued yet", "void": "is void"}

_CASES: Any = DisputeCase.__table__


@dataclass(frozen=True, slots=True)
class NewDispute:
    """What somebody says about a dispute when they open it."""

    invoice_id: str
    reason: Reason
    note: str
    owner_id: str
    complaint: Complaint | None
    contested: Contested = ALL_OF_IT


def request(
    session: Session, actor: Actor, settings: Settings, wanted: NewDispute, *, press: Press
) -> DisputeCase:
    """Open it; the same press again finds what it opened.

    Raises: NotFound, NotAllowed; BadRequest without the note that the reason needs, and for an
        amount that the invoice has not; Refused for an invoice that is disputed already or can't
        be, and for lines that it has not any more.
    """
    if (case := find_by_press(session, press.id)) is not None:
        return case
    invoice = session.get(Invoice, wanted.invoice_id)
    if invoice is None or invoice.deleted_at is not None:
        raise NotFound("There is no such invoice.")
    require_for(actor, Permission.DISPUTE_INVOICES, account_id=invoice.account_id)
    name = invoice.number or invoice.id
    if invoice.status in UNDISPUTED:
        raise Refused(f"{name} {UNDISPUTED[invoice.status]}: there is nothing to dispute.")
    if wanted.reason is Reason.OTHER and not wanted.note:
        raise BadRequest("Say in a note what the customer contests.")
    total = Money(invoice.total_minor, invoice.currency)
    part = find_contested(session, invoice.id, total, wanted.contested)
    case = _insert(session, wanted, part, press.now)
    if case is None:
        # The same dialog, delivered twice at once, may have been the quicker one.
        if (case := find_by_press(session, press.id)) is not None:
            return case
        raise Refused(f"{name} is disputed already.")
    keep_lines(session, case.id, part)
    add_step(session, case, StepKind.OPENED, wanted.note, press)
    hold_collection.request(session, case, press)
    link_thread.request(session, case, now=press.real_now)
    tell_dispute.request(session, settings, case, StepKind.OPENED, press)
    deed = deed_of(
        KIND, actor, case, invoice.account_id, note=wanted.note, details=_part_details(part)
    )
    record(session, settings, deed, now=press.real_now)
    return case


def find_by_press(session: Session, press: str) -> DisputeCase | None:
    """The dispute that this very dialog has changed, or None."""
    changed = select(DisputeStep.case_id).where(DisputeStep.press == press)
    case_id = session.scalar(changed)
    return None if case_id is None else session.get_one(DisputeCase, case_id)


def add_step(
    session: Session,
    case: DisputeCase,
    kind: StepKind,
    note: str,
    press: Press,
    *,
    to_id: str | None = None,
) -> int:
    """Write down what was done with a dispute, and for a step that hands it on, to whom; its id."""
    step = DisputeStep(
        case_id=case.id,
        kind=kind.value,
        note=note,
        by_id=press.by_id,
        at=press.now,
        to_id=to_id,
        press=press.id,
    )
    session.add(step)
    session.flush()
    return step.id


def deed_of(
    kind: str,
    actor: Actor,
    case: DisputeCase,
    account_id: int,
    *,
    note: str,
    details: Mapping[str, Any] | None = None,
) -> Deed:
    """The entry of the audit trail about a step."""
    return Deed(
        kind,
        Stage.DONE,
        acting(actor, Permission.DISPUTE_INVOICES, account_id=account_id),
        Subject("dispute", str(case.id)),
        account_id=account_id,
        invoice_id=case.invoice_id,
        details={
            "reason": case.reason,
            "state": case.state,
            "owner": Private(case.owner_id, about=case.owner_id),
            # What people write may name somebody.
            "note": Private(note, about=actor.user_id) if note else "",
            **(details or {}),
        },
    )


def _part_details(part: DisputedPart | None) -> dict[str, Any]:
    """What of the invoice is contested, for the trail."""
    if part is None:
        return {"contested": "all"}
    lines = {"lines": [line.id for line in part.lines]} if part.lines else {}
    return {"contested": money_text(part.amount), **lines}


def _insert(
    session: Session, wanted: NewDispute, part: DisputedPart | None, now: datetime
) -> DisputeCase | None:
    """The new case, or None where the invoice has an open one, whoever was quicker."""
    complaint = wanted.complaint
    new = insert_into(session, _CASES).values(
        invoice_id=wanted.invoice_id,
        reason=wanted.reason.value,
        owner_id=wanted.owner_id,
        disputed_minor=part and part.amount.minor,
        state=CaseState.OPEN.value,
        round=1,
        opened_at=now,
        channel_id=complaint and complaint.channel_id,
        message_ts=complaint and complaint.message_ts,
        thread_ts=complaint and complaint.thread_ts,
        collection=Collection.ASKED.value,
    )
    made = session.execute(new.on_conflict_do_nothing().returning(_CASES.c.id)).scalar()
    return None if made is None else session.get_one(DisputeCase, made)
