"""Which periods are counted: each subscription's running one, and billed ones that matter.

A running period is known from its subscription, a past one from the lines of its invoice, which
also say at which prices it was billed, whatever the subscription has now.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import Row, Table, func, select, update
from sqlalchemy.orm import Session

from bot.local_days import LocalDays
from bot.metering.billed import open_billed
from bot.metering.period_rows import NO_ITEM, Metered, insert_period, write_items
from bot.metering.zones import list_days_of_customers
from bot.models import (
    Price,
    Subscription,
    UsagePeriod,
)

METERED = "metered"
# So much of what was billed before a subscription's running period is counted by itself; older
# months are when somebody asks for them.
COUNTED_BACK = timedelta(days=70)
# What runs is counted first.
BILLED_LATER = timedelta(minutes=1)
# Tickets are drawn before their reads, so a lower one may be written after a higher one was seen.
TICKETS_BACK = 10_000

_PERIODS = cast("Table", UsagePeriod.__table__)
_PRICES = cast("Table", Price.__table__)
_SUBSCRIPTIONS = cast("Table", Subscription.__table__)


def newest_tickets(session: Session) -> tuple[int, int]:
    """The highest tickets of subscriptions and prices: as long as they stay, none has changed."""
    subscription = session.scalar(select(func.max(_SUBSCRIPTIONS.c.ticket)))
    return subscription or 0, session.scalar(select(func.max(_PRICES.c.ticket))) or 0


def open_periods(session: Session, *, now: datetime, after: int) -> None:
    """Note the running periods of the subscriptions that were read since a ticket."""
    chosen = select(_SUBSCRIPTIONS).where(
        _SUBSCRIPTIONS.c.ticket > after - TICKETS_BACK, _SUBSCRIPTIONS.c.deleted_at.is_(None)
    )
    subscriptions = session.execute(chosen.order_by(_SUBSCRIPTIONS.c.ticket)).all()
    prices = _metered_prices(session, subscriptions)
    with_usage = [(row, found) for row in subscriptions if (found := list(_metered(row, prices)))]
    days = list_days_of_customers(session, {row.customer_id for row, _ in with_usage})
    for row, found in with_usage:
        if row.customer_id in days:
            _open(session, row, found, days[row.customer_id], now=now)


def metered_items(session: Session, subscription_id: str) -> list[Metered]:
    """The metered items that a subscription has now."""
    row = session.execute(
        select(_SUBSCRIPTIONS).where(_SUBSCRIPTIONS.c.id == subscription_id)
    ).one_or_none()
    return [] if row is None else list(_metered(row, _metered_prices(session, [row])))


def _metered_prices(session: Session, rows: Iterable[Row[Any]]) -> dict[str, str | None]:
    """The meters of the metered prices among those of these subscriptions."""
    named = {str(item.get("price_id")) for row in rows for item in row.items}
    found = session.execute(
        select(_PRICES.c.id, _PRICES.c.meter_id).where(
            _PRICES.c.id.in_(sorted(named)), _PRICES.c.usage_type == METERED
        )
    )
    return {row.id: row.meter_id for row in found}


def _metered(row: Row[Any], prices: dict[str, str | None]) -> Iterable[Metered]:
    for item in row.items:
        start, end = item.get("period_start"), item.get("period_end")
        price_id = item.get("price_id")
        if price_id not in prices or not isinstance(start, int) or not isinstance(end, int):
            continue
        ends_at = datetime.fromtimestamp(end, UTC)
        if row.ended_at is not None:
            ends_at = min(ends_at, row.ended_at)
        starts_at = datetime.fromtimestamp(start, UTC)
        if starts_at < ends_at:
            item_id = item.get("id") or NO_ITEM
            yield Metered(item_id, price_id, prices[price_id], starts_at, ends_at)


def _open(
    session: Session, row: Row[Any], found: list[Metered], days: LocalDays, *, now: datetime
) -> None:
    """Note the periods of one subscription's items; end those that were cut short."""
    current = {(item.starts_at, item.ends_at) for item in found}
    for span in current:
        starts_at, ends_at = span
        period = insert_period(
            session,
            subscription_id=row.id,
            customer_id=row.customer_id,
            currency=row.currency,
            starts_at=starts_at,
            ends_at=ends_at,
            starts_on=days.day_of(starts_at),
            ends_on=days.last_day_of(ends_at),
            time_zone=str(days.zone_on(days.day_of(now))),
            due_at=now,
        )
        if period is not None:
            here = [
                item for item in found if (item.starts_at, item.ends_at) == (starts_at, ends_at)
            ]
            write_items(session, period, [(item, Decimal(0), 0) for item in here])
            first = days.day_of(starts_at - COUNTED_BACK)
            last = days.last_day_of(starts_at)
            later = now + BILLED_LATER
            open_billed(session, [row.customer_id], first=first, last=last, due_at=later)
    _cut_short(session, row.id, current, days, now=now)


def _cut_short(
    session: Session,
    subscription_id: str,
    current: set[tuple[datetime, datetime]],
    days: LocalDays,
    *,
    now: datetime,
) -> None:
    """A period that went on, and is none of the subscription's any more, has ended early."""
    running = select(_PERIODS.c.id, _PERIODS.c.starts_at, _PERIODS.c.ends_at).where(
        _PERIODS.c.subscription_id == subscription_id, _PERIODS.c.ends_at > now
    )
    for row in session.execute(running).all():
        if (row.starts_at, row.ends_at) in current:
            continue
        ends_at = min((start for start, _ in current if start > row.starts_at), default=None)
        ends_at = ends_at or min((end for _, end in current), default=now)
        if not row.starts_at < ends_at < row.ends_at:
            continue
        taken = select(_PERIODS.c.id).where(
            _PERIODS.c.subscription_id == subscription_id,
            _PERIODS.c.starts_at == row.starts_at,
            _PERIODS.c.ends_at == ends_at,
        )
        if session.scalar(taken) is not None:
            session.execute(_PERIODS.delete().where(_PERIODS.c.id == row.id))
            continue
        changed = {"ends_at": ends_at, "ends_on": days.last_day_of(ends_at), "due_at": now}
        session.execute(update(_PERIODS).where(_PERIODS.c.id == row.id).values(changed))
