"""What is owed, summed up by how late it is, each account's days counted in its own zone.

The sums are made in SQL, where no zone is known. At any moment there are at most three local days
on earth, so the database is told which zones have come how far, and looks the zone up of those few
invoices alone for which it matters.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Date, and_, bindparam, func, not_, or_, select

from bot.clock import local_day, zone_of
from bot.database import Reading
from bot.models import Account
from bot.money import Money
from bot.queries.invoice_rows import ACCOUNTS, INVOICES
from bot.queries.status import IS_OVERDUE, IS_OWED

# From UTC-12 to UTC+14: a day, the next one, and for two hours of each day a third.
LOCAL_DAYS_MAX = 3

_PLACES = range(LOCAL_DAYS_MAX)
_ZONED = Account.__table__.alias("zoned_account")
_ZONE = (
    select(_ZONED.c.time_zone)
    .where(_ZONED.c.id == INVOICES.c.account_id)
    .correlate(INVOICES)
    .scalar_subquery()
)
_ZONES = select(ACCOUNTS.c.time_zone).distinct()


class Bucket(NamedTuple):
    """Invoices that are so many days late, both included; `days_max` None for any number more."""

    days_min: int
    days_max: int | None


# In this order everywhere; the first is what is not late, due today or not yet tried included.
# Source: GLOSSARY, "Ageing buckets".
BUCKETS = (Bucket(0, 0), Bucket(1, 30), Bucket(31, 60), Bucket(61, 90), Bucket(91, None))
_LATE_BY = tuple(bucket.days_min for bucket in BUCKETS[1:])


def bucket_of(days_late: int) -> int:
    """The place among BUCKETS of an invoice that is so many days late."""
    return sum(days_late >= days for days in _LATE_BY)


@dataclass(frozen=True, slots=True)
class Owed:
    """What is owed in one currency, over open invoices with something left to pay.

    Shape: `ageing` has an amount for each of BUCKETS; together they are `outstanding`.
    """

    outstanding: Money
    past_due: Money
    ageing: tuple[Money, ...]
    count: int
    past_due_count: int

    @property
    def currency(self) -> str:
        """The currency of every amount in it."""
        return self.outstanding.currency

    @property
    def failed_today(self) -> Money:
        """What is Past Due and no day late, as its automatic payment failed today."""
        late = sum(amount.minor for amount in self.ageing[1:])
        return Money(self.past_due.minor - late, self.currency)

    def __add__(self, other: "Owed") -> "Owed":
        """The sums of both.

        Raises: ValueError for two currencies.
        """
        return Owed(
            outstanding=self.outstanding + other.outstanding,
            past_due=self.past_due + other.past_due,
            ageing=tuple(a + b for a, b in zip(self.ageing, other.ageing, strict=True)),
            count=self.count + other.count,
            past_due_count=self.past_due_count + other.past_due_count,
        )


def sum_owed(parts: Iterable[Owed]) -> tuple[Owed, ...]:
    """The sums per currency, in the order of their codes."""
    sums: dict[str, Owed] = {}
    for part in parts:
        known = sums.get(part.currency)
        sums[part.currency] = part if known is None else known + part
    return tuple(sums[currency] for currency in sorted(sums))


def is_late_by(days: int) -> ColumnElement[bool]:
    """The condition that an open invoice is so many days late or more, from 1 on.

    It takes the values that late_values() has for this number.
    """
    since = INVOICES.c.late_since_on
    reached = [since <= bindparam(_day_name(days, place), type_=Date) for place in _PLACES]
    later = (
        reached[place] & _ZONE.in_(bindparam(_zones_name(place), expanding=True))
        for place in _PLACES[1:]
    )
    # The furthest day first, though it says nothing new: most that is not late ends there.
    return and_(reached[-1], or_(reached[0], *later))


def late_values(
    zones: Iterable[str], now: datetime, *, late_by: Iterable[int] = _LATE_BY
) -> dict[str, date | list[str]]:
    """The values of is_late_by() for these numbers of days, at a moment.

    Shape: `zones` are those of all accounts that the condition meets.
    """
    today_in = {zone: local_day(now, zone_of(zone)) for zone in zones}
    days = sorted(set(today_in.values())) or [now.date()]
    values: dict[str, date | list[str]] = {}
    for place in _PLACES:
        today = days[min(place, len(days) - 1)]
        for number in late_by:
            values[_day_name(number, place)] = today - timedelta(days=number)
        if place:
            # Those whose day is this one or a later one; where there are fewer days, nobody's.
            arrived = [zone for zone, day in today_in.items() if day >= today]
            values[_zones_name(place)] = sorted(arrived) if place < len(days) else []
    return values


def is_late_between(days_min: int, days_max: int | None) -> ColumnElement[bool]:
    """The condition that what is owed is so many days late, both included; 0 is not late.

    It takes the values that late_values() has for late_by_between().
    """
    conditions = [*IS_OWED]
    if days_min > 0:
        conditions.append(is_late_by(days_min))
    if days_max is not None:
        # Where no day counts, nothing is late; and SQL knows no "not" of what is unknown.
        is_more = is_late_by(days_max + 1)
        conditions.append(or_(INVOICES.c.late_since_on.is_(None), not_(is_more)))
    return and_(*conditions)


def late_by_between(days_min: int, days_max: int | None) -> tuple[int, ...]:
    """The numbers of days that is_late_between() compares with."""
    more = () if days_max is None else (days_max + 1,)
    return (days_min, *more) if days_min > 0 else more


def list_zones(session: Reading) -> list[str]:
    """Every zone that an account has, in no order."""
    return list(session.connection().execute(_ZONES).scalars())


def owed_columns() -> dict[str, ColumnElement[Any]]:
    """The sums that owed_of() reads, over whatever group of invoices that fit IS_OWED."""
    remaining = INVOICES.c.remaining_minor
    sums: dict[str, ColumnElement[Any]] = {
        "outstanding": func.sum(remaining),
        "invoices": func.count(),
        "past_due": func.sum(remaining).filter(IS_OVERDUE),
        "past_due_invoices": func.count().filter(IS_OVERDUE),
    }
    for days in _LATE_BY:
        sums[f"late_by_{days}"] = func.sum(remaining).filter(is_late_by(days))
    return sums


def owed_of(row: object, currency: str, *, prefix: str = "") -> Owed:
    """Read a row of owed_columns(), or sums of such, whose names may begin with something more."""
    # PostgreSQL sums whole numbers up to a decimal one, and nothing up to nothing.
    found = {name: int(getattr(row, prefix + name) or 0) for name in OWED_NAMES}
    # What is late by so many days or more: what that is more than the next one is a bucket.
    late = [found["outstanding"], *(found[f"late_by_{days}"] for days in _LATE_BY), 0]
    return Owed(
        outstanding=Money(found["outstanding"], currency),
        past_due=Money(found["past_due"], currency),
        ageing=tuple(Money(more - less, currency) for more, less in pairwise(late)),
        count=found["invoices"],
        past_due_count=found["past_due_invoices"],
    )


def _day_name(days: int, place: int) -> str:
    return f"late_by_{days}_day_{place}"


def _zones_name(place: int) -> str:
    return f"zones_on_day_{place}"


OWED_NAMES = tuple(owed_columns())
