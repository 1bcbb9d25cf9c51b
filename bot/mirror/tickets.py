"""Numbers that only grow: tickets for reads, short numbers for invoices."""

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, bindparam, select, text
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningInsert

from bot.among import is_among
from bot.database import insert_for
from bot.models import BackfillStep, Counter, Invoice
from bot.prepared import Prepared

FIRST_SHORT_NUMBER = 1001
SHORT_NUMBER_MAX = 2**31 - 1
TICKET, SHORT_NUMBER = "ticket", "short_number"
# The step of the backfill that this is; once it is finished, invoices are numbered at first sight.
NUMBERING = "short_numbers"
# How many invoices of the backlog get their short number in one transaction.
NUMBERED_AT_ONCE = 500

_NUMBERING_STEP = Prepared(select(BackfillStep.finished_at).where(BackfillStep.kind == NUMBERING))
# One statement for all: run for each of them, it would cost PostgreSQL as much as storing them.
_NUMBERING = text(
    "UPDATE invoices SET short_number = :before + place"
    " FROM unnest(CAST(:ids AS text[])) WITH ORDINALITY AS chosen (invoice, place)"
    " WHERE invoices.id = chosen.invoice AND short_number IS NULL"
)


def draw_ticket(session: Session) -> int:
    """The next ticket; commit it before the read that it is for begins.

    A read with a higher ticket began later, so what it saw is at least as new.
    """
    return _grow(session, TICKET, by=1, start=0)


def draw_tickets(session: Session, count: int) -> range:
    """The next tickets, for reads that will begin one after another; commit them before the first.

    One that waits for its read only looks older than it is, so what it brought may have to be read
    again, and never replaces what is newer.
    """
    last = _grow(session, TICKET, by=count, start=0)
    return range(last - count + 1, last + 1)


def is_numbering(session: Session) -> bool:
    """Whether an invoice gets its short number at first sight, the first backfill being over."""
    return any(row.finished_at is not None for row in _NUMBERING_STEP.rows(session, {}))


def assign_short_numbers(session: Session, ids: list[str]) -> int:
    """Give those of these invoices that are finalized and have none the next short numbers.

    Shape: how many got one; the oldest the lowest. Never changes one that was given.
    """
    unnumbered = (
        select(Invoice.id)
        .where(is_among(Invoice.id.expression, "ids"), Invoice.short_number.is_(None))
        .where(Invoice.finalized_at.is_not(None))
        .order_by(Invoice.finalized_at, Invoice.id)
    )
    chosen = list(session.scalars(unnumbered, {"ids": ids}))
    _number(session, chosen)
    return len(chosen)


def number_some_of_backlog(
    session: Session, after: tuple[datetime, str] | None
) -> tuple[datetime, str] | None:
    """Number the next finalized invoices after this place, oldest first, a bounded lot of them.

    Shape: the place to go on from, None when there are no more.
    """
    # Whoever else is numbering waits here, and then sees what was given out.
    _grow(session, SHORT_NUMBER, by=0, start=FIRST_SHORT_NUMBER - 1)
    # Of a finalized invoice dated_at is finalized_at; only this one has an index.
    waiting = (
        select(Invoice.dated_at, Invoice.id)
        .where(Invoice.finalized_at.is_not(None), Invoice.short_number.is_(None))
        .order_by(Invoice.dated_at, Invoice.id)
        .limit(NUMBERED_AT_ONCE)
    )
    if after is not None:
        moment, invoice = after
        waiting = waiting.where(
            Invoice.dated_at >= moment, (Invoice.dated_at > moment) | (Invoice.id > invoice)
        )
    chosen = session.execute(waiting).all()
    _number(session, [row.id for row in chosen])
    return (chosen[-1].dated_at, chosen[-1].id) if chosen else None


def _number(session: Session, ids: list[str]) -> None:
    if not ids:
        return
    last = _grow(session, SHORT_NUMBER, by=len(ids), start=FIRST_SHORT_NUMBER - 1)
    if last > SHORT_NUMBER_MAX:
        raise OverflowError("There are no short numbers left.")
    first = last - len(ids) + 1
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_NUMBERING, {"ids": ids, "before": first - 1})
        return
    session.connection().exec_driver_sql(
        "UPDATE invoices SET short_number = ? WHERE id = ? AND short_number IS NULL",
        [(first + place, invoice) for place, invoice in enumerate(ids)],
    )


def _grow(session: Session, name: str, *, by: int, start: int) -> int:
    """Raise a counter by so much and give its new value; the row stays locked until the commit."""
    growing = _growing(session.get_bind().dialect.name)
    values = {"counter": name, "first": start + by, "by": by}
    return int(session.connection().execute(growing, values).scalar_one())


@cache
def _growing(dialect: str) -> ReturningInsert[Any]:
    new = insert_for(dialect, Counter).values(name=bindparam("counter"), value=bindparam("first"))
    grown = Counter.value + bindparam("by", type_=BigInteger())
    raising = new.on_conflict_do_update(index_elements=[Counter.name], set_={"value": grown})
    return raising.returning(Counter.value)
