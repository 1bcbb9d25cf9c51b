"""Periods that invoices have billed: what they say of them, until and after these are counted."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import Row, Select, Table, or_, select, update
from sqlalchemy.orm import Session

from bot.clock import Month
from bot.database import Reading
from bot.local_days import LocalDays
from bot.metering.period_rows import NO_ITEM, Metered, insert_period, write_items
from bot.metering.zones import list_days_of_customers
from bot.models import Customer, Invoice, InvoiceLine, Price, UsagePeriod

USAGE = "usage"
# Asked for by somebody who waits: before everything else.
AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)

_CUSTOMERS = cast("Table", Customer.__table__)
_INVOICES = cast("Table", Invoice.__table__)
_LINES = cast("Table", InvoiceLine.__table__)
_PERIODS = cast("Table", UsagePeriod.__table__)
_PRICES = cast("Table", Price.__table__)


def open_billed(
    session: Session, customers: Iterable[str], *, first: date, last: date, due_at: datetime
) -> int:
    """Note the periods that invoices with these last days have billed; how many were new."""
    wanted: Select[Any] = (
        select(
            *(_LINES.c[name] for name in ("subscription_id", "subscription_item_id", "price_id")),
            *(_LINES.c[name] for name in ("starts_at", "ends_at", "quantity", "amount_minor")),
            _INVOICES.c.customer_id,
            _INVOICES.c.currency,
            _INVOICES.c.covers_until_on,
            _PRICES.c.meter_id,
        )
        .select_from(
            _LINES.join(_INVOICES, _INVOICES.c.id == _LINES.c.invoice_id).outerjoin(
                _PRICES, _PRICES.c.id == _LINES.c.price_id
            )
        )
        .where(
            *is_billed_usage(),
            _INVOICES.c.customer_id.in_(sorted(customers)),
            _INVOICES.c.covers_until_on.between(first, last),
        )
        .order_by(_INVOICES.c.id, _LINES.c.position)
    )
    periods: dict[tuple[str, datetime, datetime], list[Row[Any]]] = {}
    for line in session.execute(wanted):
        key = (line.subscription_id, line.starts_at, line.ends_at)
        periods.setdefault(key, []).append(line)
    days = list_days_of_customers(session, {lines[0].customer_id for lines in periods.values()})
    return sum(
        _note_billed(session, lines, days[lines[0].customer_id], due_at=due_at)
        for lines in periods.values()
    )


def is_billed_usage() -> tuple[Any, ...]:
    """The conditions on a line, joined with its invoice, that bills a subscription's usage."""
    return (
        _LINES.c.part == USAGE,
        _LINES.c.subscription_id.is_not(None),
        _LINES.c.price_id.is_not(None),
        _LINES.c.starts_at < _LINES.c.ends_at,
        _INVOICES.c.status.not_in(("draft", "void")),
        _INVOICES.c.deleted_at.is_(None),
    )


def is_noted(reading: Reading, account_ids: Sequence[int], month: Month) -> bool:
    """Whether every period that these accounts were billed for in a month is known here."""
    known = select(_PERIODS.c.id).where(
        _PERIODS.c.subscription_id == _LINES.c.subscription_id,
        or_(_PERIODS.c.starts_at == _LINES.c.starts_at, _PERIODS.c.ends_at == _LINES.c.ends_at),
    )
    first, last = _bounds_of(month)
    missing = (
        select(_LINES.c.id)
        .select_from(_LINES.join(_INVOICES, _INVOICES.c.id == _LINES.c.invoice_id))
        .where(
            *is_billed_usage(),
            _INVOICES.c.account_id.in_(account_ids),
            _INVOICES.c.covers_until_on.between(first, last),
            ~known.exists(),
        )
    )
    return reading.connection().execute(missing.limit(1)).first() is None


def hasten(
    session: Session, account_ids: Sequence[int], month: Month | None, *, now: datetime
) -> None:
    """Have what is not counted of these accounts, or should have been, counted before all else.

    Of a month, its billed periods are noted first. What failed waits for its next try.
    """
    customers = session.scalars(
        select(_CUSTOMERS.c.id).where(_CUSTOMERS.c.account_id.in_(account_ids))
    ).all()
    if month is not None:
        first, last = _bounds_of(month)
        open_billed(session, customers, first=first, last=last, due_at=AT_ONCE)
    session.execute(
        update(_PERIODS)
        .where(_PERIODS.c.customer_id.in_(customers), _PERIODS.c.attempts == 0)
        .where(or_(_PERIODS.c.due_at <= now, _PERIODS.c.counted_at.is_(None)))
        .where(_PERIODS.c.due_at.is_not(None))
        .values(due_at=AT_ONCE)
    )


def _bounds_of(month: Month) -> tuple[date, date]:
    return month.first_day, month.following.first_day - timedelta(days=1)


def _note_billed(
    session: Session, lines: list[Row[Any]], days: LocalDays, *, due_at: datetime
) -> bool:
    first = lines[0]
    known = select(_PERIODS.c.id).where(
        _PERIODS.c.subscription_id == first.subscription_id,
        or_(_PERIODS.c.starts_at == first.starts_at, _PERIODS.c.ends_at == first.ends_at),
    )
    if session.scalar(known.limit(1)) is not None:
        return False
    period = insert_period(
        session,
        subscription_id=first.subscription_id,
        customer_id=first.customer_id,
        currency=first.currency,
        starts_at=first.starts_at,
        ends_at=first.ends_at,
        starts_on=days.day_of(first.starts_at),
        ends_on=first.covers_until_on,
        time_zone=str(days.zone_on(first.covers_until_on)),
        due_at=due_at,
        stripe_minor=sum(line.amount_minor for line in lines),
    )
    if period is None:
        return False
    items: dict[tuple[str, str], tuple[Metered, Decimal, int]] = {}
    for line in lines:
        item_id = line.subscription_item_id or NO_ITEM
        made = Metered(item_id, line.price_id, line.meter_id, line.starts_at, line.ends_at)
        _, quantity, minor = items.get((item_id, line.price_id), (made, Decimal(0), 0))
        # The flat amount of a tier is a line of its own with nothing counted on it.
        quantity += Decimal(line.quantity or 0)
        items[item_id, line.price_id] = (made, quantity, minor + line.amount_minor)
    write_items(session, period, list(items.values()))
    return True
