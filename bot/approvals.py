"""Corrections that somebody asked for, as rows: from the asking to what came of them.

Nothing here asks who may; that is for the operations that call it. Every change of state names the
state before it, so that of two who decide at the same moment one wins.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, insert, select, text, update
from sqlalchemy.orm import Session

from bot.database import Reading
from bot.errors import NotFound
from bot.invoice_facts import InvoiceFacts, facts_from
from bot.models import UNDER_WAY, WAITING, Approval
from bot.money import Money

VALID_FOR = timedelta(hours=72)
# Small corrections are added up over this long.
SUMMED_OVER = timedelta(days=30)

WAITS, PROMISED, DONE, FAILED = "waiting", "promised", "done", "failed"
REJECTED, WITHDRAWN, EXPIRED, STALE = "rejected", "withdrawn", "expired", "stale"

_APPROVALS: Any = Approval.__table__
_TURN = text("SELECT pg_advisory_xact_lock(7246004)")


@dataclass(frozen=True, slots=True)
class Correction:
    """What somebody asks for.

    Shape: `kind` is the operation that does it, `amount` by how much it lowers what is owed.
    People are shown `facts` (a name and what it is) and `changes` (a name, before, after), all in
    words; `params` is what the operation needs to know, as JSON.
    """

    kind: str
    invoice_id: str
    account_id: int
    amount: Money
    note: str
    seen: InvoiceFacts
    changes: tuple[tuple[str, str, str], ...]
    facts: tuple[tuple[str, str], ...] = ()
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Requested:
    """A correction that was asked for, and how far it has come; see bot.models.Approval."""

    id: int
    correction: Correction
    is_needed: bool
    asked_by: str
    asked_at: datetime
    expires_at: datetime
    state: str
    decided_by: str | None
    decided_at: datetime | None
    why: str | None

    @property
    def subject(self) -> str:
        """What its cards in Slack show."""
        return f"approval:{self.id}"


def no_such() -> NotFound:
    """What somebody is told of a request that is not there, or not there for them."""
    return NotFound("There is no such request.")


def take_turn(session: Session) -> None:
    """Let nobody else ask for a correction until the commit, so that sums count each other.

    SQLite has one writer anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_TURN)


def add(
    session: Session,
    correction: Correction,
    *,
    is_needed: bool,
    asked_by: str,
    press: str,
    now: datetime,
) -> Requested:
    """Write down that somebody asks for it; waiting for approval, or promised without."""
    row = session.execute(
        insert(_APPROVALS)
        .values(
            kind=correction.kind,
            invoice_id=correction.invoice_id,
            account_id=correction.account_id,
            amount_minor=correction.amount.minor,
            currency=correction.amount.currency,
            note=correction.note,
            shown={
                "facts": [list(fact) for fact in correction.facts],
                "changes": [list(change) for change in correction.changes],
            },
            params=dict(correction.params),
            seen=correction.seen.as_json(),
            is_needed=is_needed,
            press=press,
            asked_by=asked_by,
            asked_at=now,
            expires_at=now + VALID_FOR,
            state=WAITS if is_needed else PROMISED,
        )
        .returning(_APPROVALS)
    ).one()
    return _requested(row)


def get(reading: Reading, approval_id: int) -> Requested:
    """A request by its number.

    Raises: NotFound for a number that nobody was given.
    """
    row = reading.connection().execute(_chosen(approval_id)).one_or_none()
    if row is None:
        raise no_such()
    return _requested(row)


def lock(session: Session, approval_id: int) -> Requested:
    """The same, held until the end of the transaction; raises as `get` does."""
    row = session.execute(_chosen(approval_id).with_for_update()).one_or_none()
    if row is None:
        raise no_such()
    return _requested(row)


def find_by_press(reading: Reading, press: str) -> Requested | None:
    """What this very dialog has asked for, so that a repeated one finds it."""
    asked = select(_APPROVALS).where(_APPROVALS.c.press == press)
    row = reading.connection().execute(asked).one_or_none()
    return None if row is None else _requested(row)


def find_under_way(reading: Reading, invoice_id: str, *, kind: str) -> Requested | None:
    """A correction of this kind that is asked for already, or about to be done."""
    there = select(_APPROVALS).where(
        UNDER_WAY, _APPROVALS.c.invoice_id == invoice_id, _APPROVALS.c.kind == kind
    )
    row = reading.connection().execute(there).one_or_none()
    return None if row is None else _requested(row)


def lock_waiting(session: Session, invoice_ids: Collection[str]) -> list[Requested]:
    """What waits for approval of these invoices, oldest first, held until the commit."""
    waiting = select(_APPROVALS).where(WAITING, _APPROVALS.c.invoice_id.in_(list(invoice_ids)))
    rows = session.execute(waiting.order_by(_APPROVALS.c.id).with_for_update())
    return [_requested(row) for row in rows]


def lock_overdue(session: Session, *, now: datetime, limit: int) -> list[Requested]:
    """What has waited for approval too long, held until the commit; others' work is left out."""
    overdue = select(_APPROVALS).where(WAITING, _APPROVALS.c.expires_at <= now)
    overdue = overdue.order_by(_APPROVALS.c.id).limit(limit)
    rows = session.execute(overdue.with_for_update(skip_locked=True))
    return [_requested(row) for row in rows]


def sum_unapproved(
    reading: Reading,
    *,
    account_id: int | None = None,
    people: Collection[str] | None = None,
    currency: str,
    now: datetime,
) -> Money:
    """What went through lately without anybody's approval, for an account or by these people.

    What failed does not count.
    """
    counted = (
        select(func.coalesce(func.sum(_APPROVALS.c.amount_minor), 0))
        .where(_APPROVALS.c.is_needed.is_(False), _APPROVALS.c.state != FAILED)
        .where(_APPROVALS.c.currency == currency, _APPROVALS.c.asked_at > now - SUMMED_OVER)
    )
    if account_id is not None:
        counted = counted.where(_APPROVALS.c.account_id == account_id)
    if people is not None:
        counted = counted.where(_APPROVALS.c.asked_by.in_(sorted(people)))
    return Money(int(reading.connection().execute(counted).scalar_one()), currency)


def decide(
    session: Session,
    approval_id: int,
    *,
    state: str,
    now: datetime,
    by: str | None = None,
    why: str | None = None,
) -> bool:
    """End the waiting; whether it still waited."""
    values: dict[str, Any] = {"state": state, "decided_by": by, "decided_at": now, "why": why}
    if state != PROMISED:
        values["ended_at"] = now
    return _change(session, approval_id, {WAITS}, values)


def finish(
    session: Session, approval_id: int, *, state: str, now: datetime, why: str | None = None
) -> bool:
    """Write what came of doing it; whether that was still open.

    What had failed may yet be done, when an operator has it tried again.
    """
    return _change(
        session, approval_id, {PROMISED, FAILED}, {"state": state, "ended_at": now, "why": why}
    )


def _chosen(approval_id: int) -> Any:
    return select(_APPROVALS).where(_APPROVALS.c.id == approval_id)


def _change(
    session: Session, approval_id: int, before: Collection[str], values: Mapping[str, Any]
) -> bool:
    changed = (
        update(_APPROVALS)
        .where(_APPROVALS.c.id == approval_id, _APPROVALS.c.state.in_(sorted(before)))
        .values(**values)
        .returning(_APPROVALS.c.id)
    )
    return session.execute(changed).first() is not None


def _requested(row: Row[Any]) -> Requested:
    correction = Correction(
        kind=row.kind,
        invoice_id=row.invoice_id,
        account_id=row.account_id,
        amount=Money(row.amount_minor, row.currency),
        note=row.note,
        seen=facts_from(row.seen),
        changes=tuple((name, before, after) for name, before, after in row.shown["changes"]),
        facts=tuple((name, fact) for name, fact in row.shown["facts"]),
        params=row.params,
    )
    return Requested(
        id=row.id,
        correction=correction,
        is_needed=row.is_needed,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        expires_at=row.expires_at,
        state=row.state,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        why=row.why,
    )
