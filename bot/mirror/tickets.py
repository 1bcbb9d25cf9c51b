"""Numbers that only grow: tickets for reads, short numbers for invoices."""

from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from bot.database import insert_into
from bot.mirror.rows import is_among
from bot.models import BackfillStep, Counter, Invoice

FIRST_SHORT_NUMBER = 1001
SHORT_NUMBER_MAX = 2**31 - 1
TICKET, SHORT_NUMBER = "ticket", "short_number"
# The step of the backfill that this is; once it is finished, invoices are numbered at first sight.
NUMBERING = "short_numbers"
# How many invoices of the backlog get their short number in one transaction.
NUMBERED_AT_ONCE = 500

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


def is_numbering(session: Session) -> bool:
    """Whether an invoice gets its short number at first sight, the first backfill being over."""
    step = select(BackfillStep.finished_at).where(BackfillStep.kind == NUMBERING)
    return session.scalar(step) is not None


def assign_short_numbers(session: Session, ids: list[str]) -> int:
    """Give those of these invoices that are finalized and have none the next short numbers.

    Shape: how many got one; the oldest the lowest. Never changes one that was given.
    """
    unnumbered = (
        select(Invoice.id)
        .where(is_among(session, Invoice.id.expression, ids), Invoice.short_number.is_(None))
        .where(Invoice.finalized_at.is_not(None))
        .order_by(Invoice.finalized_at, Invoice.id)
    )
    chosen = list(session.scalars(unnumbered))
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
    new = insert_into(session, Counter).values(name=name, value=start + by)
    grown = new.on_conflict_do_update(
        index_elements=[Counter.name], set_={"value": Counter.value + by}
    ).returning(Counter.value)
    return session.scalars(grown).one()
