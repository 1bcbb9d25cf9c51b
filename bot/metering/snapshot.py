"""Counting a period up to the end of yesterday, and comparing what that costs with Stripe's word.

Reading takes long, so nothing is locked meanwhile: whoever counts a period holds a lease on it, and
writes only while the lease is still theirs. Counting again gives the same rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import Row, Select, Table, func, or_, select, update
from sqlalchemy.orm import Session

from bot.errors import NotFound
from bot.local_days import ONE_DAY, LocalDays
from bot.metering.compare import Priced, compare
from bot.metering.period_rows import Metered, write_items
from bot.metering.periods import metered_items
from bot.metering.rating import Terms, rate, read_terms
from bot.metering.summaries import Counted, MeterReader
from bot.metering.zones import list_days_of_customers
from bot.models import Meter, Price, UsageDay, UsageItem, UsagePeriod
from bot.runtime import Runtime

# Stripe takes usage in asynchronously, and pushes come by the hour: a night is counted after that.
SETTLES_AFTER = timedelta(hours=1)
# Until then usage may still come onto the invoice: the longest grace that Stripe allows.
# Source: docs.stripe.com/billing/subscriptions/usage-based/configure-grace-period, read 2026-11.
CLOSES_AFTER = timedelta(hours=72)
# How long one worker may take for a period; by the machine's clock.
LEASE = timedelta(minutes=10)
# After a failure, doubled each time.
RETRY, RETRY_MAX = timedelta(minutes=5), timedelta(hours=1)
FAILURE_CHARACTERS_MAX = 300
SUM = "sum"

_DAYS = cast("Table", UsageDay.__table__)
_ITEMS = cast("Table", UsageItem.__table__)
_METERS = cast("Table", Meter.__table__)
_PERIODS = cast("Table", UsagePeriod.__table__)
_PRICES = cast("Table", Price.__table__)


@dataclass(frozen=True, slots=True)
class Work:
    """A period to count, with all that the database knows about it."""

    period: Row[Any]
    days: LocalDays
    items: tuple[Metered, ...]
    terms: dict[str, Terms]
    aggregations: dict[str, str]

    @property
    def meters(self) -> list[str]:
        """The meters that its items are counted by."""
        return sorted({item.meter_id for item in self.items if item.meter_id})


def list_due(session: Session, *, now: datetime, real_now: datetime, rows_max: int) -> list[int]:
    """The periods that are to be counted, the longest due first."""
    due: Select[Any] = (
        select(_PERIODS.c.id)
        .where(_PERIODS.c.due_at <= now, _is_free(real_now))
        .order_by(_PERIODS.c.due_at, _PERIODS.c.id)
        .limit(rows_max)
    )
    return list(session.scalars(due))


def claim(session: Session, period_id: int, *, now: datetime, real_now: datetime) -> Work | None:
    """Take a period to count it; None where another worker has it or it is counted already."""
    taken = (
        update(_PERIODS)
        .where(_PERIODS.c.id == period_id, _PERIODS.c.due_at <= now, _is_free(real_now))
        .values(leased_until_at=real_now + LEASE)
        .returning(_PERIODS)
    )
    period = session.execute(taken).one_or_none()
    if period is None:
        return None
    days = list_days_of_customers(session, {period.customer_id}).get(period.customer_id)
    if days is None:
        raise NotFound("The mirror has no such customer any more.")
    items = _items_of(session, period)
    terms = _terms_of(session, [item.price_id for item in items])
    meters = session.execute(
        select(_METERS.c.id, _METERS.c.aggregation).where(
            _METERS.c.id.in_([item.meter_id for item in items if item.meter_id])
        )
    )
    return Work(period, days, items, terms, {row.id: row.aggregation for row in meters})


def count(runtime: Runtime, work: Work, *, now: datetime) -> None:
    """Count a period that was claimed, and write what was found.

    Raises: what reading from Stripe raises.
    """
    period = work.period
    is_over = period.ends_at <= now
    today_at = work.days.start_of(work.days.day_of(now))
    until = period.ends_at if is_over else max(period.starts_at, min(today_at, period.ends_at))
    slices = work.days.slices(period.starts_at, until)
    last_day = work.days.last_day_of(period.ends_at) if is_over else work.days.day_of(now)
    readers = _readers(runtime, work)
    counted = {meter: reader.count(slices) for meter, reader in readers.items()}
    nothing = Counted(Decimal(0), {})
    rated = [
        (_with_way(item, readers), found.quantity, rate(work.terms[item.price_id], found.quantity))
        for item in work.items
        if item.price_id in work.terms
        for found in [counted.get(item.meter_id or "", nothing)]
    ]
    priced = [
        Priced(item.price_id, work.terms[item.price_id], readers.get(item.meter_id or ""))
        for item in work.items
        if item.price_id in work.terms
    ]
    compared = compare(runtime, period, priced, now=now, is_over=is_over)
    with runtime.database.writing() as session:
        values = {
            "time_zone": str(work.days.zone_on(last_day)),
            "full_days_count": sum(one.is_whole for one in slices),
            "covers_until_at": until if until > period.starts_at else None,
            "counted_at": now,
            "due_at": _next_due(work, now),
            "leased_until_at": None,
            "attempts": 0,
            "failed_at": None,
            "failure": None,
            **compared.columns(),
        }
        kept = (
            update(_PERIODS)
            .where(_PERIODS.c.id == period.id)
            .where(_PERIODS.c.leased_until_at == period.leased_until_at)
            .values(values)
            .returning(_PERIODS.c.id)
        )
        if session.scalar(kept) is not None:
            write_items(session, period.id, rated)
            _write_days(session, period.id, counted)


def note_failure(session: Session, work: Work, *, why: str, now: datetime) -> None:
    """Keep what was counted before, and say since when it could not be counted anew."""
    tries = min(work.period.attempts, 10)
    session.execute(
        update(_PERIODS)
        .where(_PERIODS.c.id == work.period.id)
        .where(_PERIODS.c.leased_until_at == work.period.leased_until_at)
        .values(
            leased_until_at=None,
            attempts=_PERIODS.c.attempts + 1,
            failed_at=now,
            failure=why[:FAILURE_CHARACTERS_MAX],
            due_at=now + min(RETRY * 2**tries, RETRY_MAX),
        )
    )


def count_waiting(session: Session, *, now: datetime) -> int:
    """How many periods are to be counted now."""
    return session.scalar(select(func.count()).where(_PERIODS.c.due_at <= now)) or 0


def _is_free(real_now: datetime) -> Any:
    return or_(_PERIODS.c.leased_until_at.is_(None), _PERIODS.c.leased_until_at < real_now)


def _items_of(session: Session, period: Row[Any]) -> tuple[Metered, ...]:
    """What a period bills: the subscription's items while it runs, else those it had."""
    span = (period.starts_at, period.ends_at)
    running = [
        item
        for item in metered_items(session, period.subscription_id)
        if (item.starts_at, item.ends_at) == span
    ]
    if running:
        return tuple(running)
    kept = session.execute(
        select(_ITEMS).where(_ITEMS.c.period_id == period.id).order_by(_ITEMS.c.position)
    )
    return tuple(Metered(row.item_id, row.price_id, row.meter_id, *span) for row in kept)


def _terms_of(session: Session, prices: Sequence[str]) -> dict[str, Terms]:
    found = session.execute(select(_PRICES).where(_PRICES.c.id.in_(sorted(set(prices)))))
    return {
        row.id: read_terms(
            currency=row.currency,
            unit_amount=row.unit_amount_decimal,
            tiers_mode=row.tiers_mode,
            tiers=row.tiers,
            package=row.transform_quantity,
        )
        for row in found
    }


def _readers(runtime: Runtime, work: Work) -> dict[str, MeterReader]:
    customer = work.period.customer_id
    return {
        meter: MeterReader(runtime.stripe, meter, customer, _aggregation(runtime, work, meter))
        for meter in work.meters
    }


def _aggregation(runtime: Runtime, work: Work, meter: str) -> str:
    """How a meter counts; the mirror may not know a new one yet."""
    known = work.aggregations.get(meter)
    if known is not None:
        return known
    found = runtime.stripe.get(f"/v1/billing/meters/{meter}").get("default_aggregation")
    return str(found.get("formula") or SUM) if isinstance(found, dict) else SUM


def _with_way(item: Metered, readers: dict[str, MeterReader]) -> Metered:
    reader = readers.get(item.meter_id or "")
    return replace(item, aggregation=reader.aggregation if reader else None)


def _next_due(work: Work, now: datetime) -> datetime | None:
    """The next night, and some more after the end, as long as usage may come onto the invoice."""
    if now >= work.period.ends_at + CLOSES_AFTER:
        return None
    tomorrow = work.days.start_of(work.days.day_of(now) + ONE_DAY) + SETTLES_AFTER
    closes_at: datetime = work.period.ends_at + CLOSES_AFTER
    return min(tomorrow, closes_at)


def _write_days(session: Session, period_id: int, counted: dict[str, Counted]) -> None:
    session.execute(_DAYS.delete().where(_DAYS.c.period_id == period_id))
    rows = [
        {"period_id": period_id, "meter_id": meter, "day": day, "quantity": f"{quantity:f}"}
        for meter, found in counted.items()
        for day, quantity in sorted(found.days.items())
    ]
    if rows:
        session.execute(_DAYS.insert(), rows)
