"""How the whole book was collected: days sales outstanding and effectiveness, month by month."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Select, bindparam, func, select
from sqlalchemy import cast as cast_to

from bot.clock import Month, local_day, month_of, zone_of
from bot.database import Reading
from bot.models import AccountMonth, ClosedMonth
from bot.money import Money
from bot.queries.past_months import past_months
from bot.queries.sight import Sight

TREND_MONTHS = 6

_SUMS: Any = AccountMonth.__table__
_CLOSED: Any = ClosedMonth.__table__


@dataclass(frozen=True, slots=True)
class CountedDays:
    """Days sales outstanding by counting back.

    Shape: `is_more` when the sales that are known were used up and something was left.
    """

    days: Fraction
    is_more: bool


@dataclass(frozen=True, slots=True)
class MonthEnd:
    """How a book stood at the end of a month.

    Shape: `sales` is what was invoiced in it, less credit notes and what was voided. `dso` None
        where nothing was invoiced that could be counted back; `effectiveness` is in percent, None
        where there was nothing to collect.
    """

    ends_on: date
    sales: Money
    receivables: Money
    dso: CountedDays | None
    effectiveness: Fraction | None


@dataclass(frozen=True, slots=True)
class Collection:
    """How one currency was collected in past months.

    Shape: at most TREND_MONTHS, oldest first, one at least; none before the first invoice.
    """

    currency: str
    months: tuple[MonthEnd, ...]


@dataclass(frozen=True, slots=True)
class Sums:
    """A month's sums over a book in one currency, in minor units, as AccountMonth has them."""

    month: Month
    sales: int = 0
    receivables: int = 0
    current: int = 0


def list_collections(reading: Reading, zones: Sequence[str], *, sight: Sight) -> list[Collection]:
    """How each currency was collected, over the accounts of the person's scope.

    Shape: in the order of the currencies' codes; [] until the last month is summed up in every one
        of these zones, which are those of all accounts.
    """
    last = _last_closed(reading, zones, sight)
    if last is None:
        return []
    kept = past_months(last.following)
    values: dict[str, Any] = {"first": kept[0].first_day, "last": last.first_day}
    if sight.scope is not None:
        values["scope"] = list(sight.scope)
    found: dict[str, dict[Month, Sums]] = {}
    statement = _statement(is_scoped=sight.scope is not None)
    for row in reading.connection().execute(statement, values):
        month = month_of(row.month)
        sums = Sums(month, int(row.sales), int(row.receivables), int(row.current))
        found.setdefault(row.currency, {})[month] = sums
    return [
        Collection(currency, month_ends([own.get(month, Sums(month)) for month in kept], currency))
        for currency, own in sorted(found.items())
    ]


def month_ends(sums: Sequence[Sums], currency: str) -> tuple[MonthEnd, ...]:
    """The last months of these, which are in order without a gap, from the first sale on."""
    begun = next((place for place, one in enumerate(sums) if one.sales or one.receivables), None)
    if begun is None:
        return ()
    first = max(begun, len(sums) - TREND_MONTHS)
    return tuple(
        MonthEnd(
            ends_on=_last_day(sums[place].month),
            sales=Money(sums[place].sales, currency),
            receivables=Money(sums[place].receivables, currency),
            dso=count_back(sums[: place + 1]),
            effectiveness=effectiveness_of(
                sums[place], sums[place - 1].receivables if place else 0
            ),
        )
        for place in range(first, len(sums))
    )


def count_back(sums: Sequence[Sums]) -> CountedDays | None:
    """Days sales outstanding at the end of the last of these months, which are without a gap.

    The sales of whole months are taken off what is owed, newest first, and their days counted; of
    the last one as much as is left. A month without sales ends it.
    Source: GLOSSARY, "DSO, countback (exhaustion)".
    """
    left, days = Fraction(sums[-1].receivables), Fraction(0)
    if left <= 0:
        return CountedDays(days, is_more=False)
    for one in reversed(sums):
        if one.sales <= 0:
            break
        length = _last_day(one.month).day
        if left < one.sales:
            return CountedDays(days + left / one.sales * length, is_more=False)
        left, days = left - one.sales, days + length
    if not days:
        return None
    return CountedDays(days, is_more=left > 0)


def effectiveness_of(sums: Sums, begun_with: int) -> Fraction | None:
    """How much of what could be collected in a month was, in percent; None for nothing.

    `begun_with` is what was owed at its beginning.
    Source: GLOSSARY, "CEI — collection effectiveness index".
    """
    there = begun_with + sums.sales
    could = there - sums.current
    return Fraction(there - sums.receivables, could) * 100 if could > 0 else None


def _last_day(month: Month) -> date:
    return date(month.year, month.number, monthrange(month.year, month.number)[1])


def _last_closed(reading: Reading, zones: Sequence[str], sight: Sight) -> Month | None:
    """The last month that is over, and summed up, in all zones; None when one has none."""
    rows = reading.connection().execute(select(_CLOSED.c.zone, _CLOSED.c.month))
    closed = {row.zone: month_of(row.month) for row in rows}
    if not zones or any(zone not in closed for zone in zones):
        return None
    # By a clock that was set back, what was worked out lies ahead.
    over = min(month_of(local_day(sight.now, zone_of(zone))) for zone in zones).preceding
    return min(over, *(closed[zone] for zone in zones))


@cache
def _statement(*, is_scoped: bool) -> Select[Any]:
    def total(name: str) -> Any:
        return cast_to(func.sum(_SUMS.c[f"{name}_minor"]), BigInteger).label(name)

    scope = _SUMS.c.account_id.in_(bindparam("scope", expanding=True))
    return (
        select(_SUMS.c.month, _SUMS.c.currency, *map(total, ("sales", "receivables", "current")))
        .where(_SUMS.c.month >= bindparam("first"), _SUMS.c.month <= bindparam("last"))
        .where(*((scope,) if is_scoped else ()))
        .group_by(_SUMS.c.month, _SUMS.c.currency)
    )
