"""Reading from Stripe what a meter counted for a customer, by local day.

Stripe sums by windows of an hour that begin on the hour in UTC. Where a day begins and ends on the
hour, its windows are summed here, many days in one list; where it does not, as in zones at :30 and
:45, the day is asked for by itself, without windows. A meter that keeps the last value can't be
summed, so each of its days is asked for by itself, and so is the whole.

Source: docs.stripe.com/api/billing/meter-event_summary/list, by our summary of it: bounds lie on
whole minutes, with windows on theirs; late events change earlier windows.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from bot.clock import month_of
from bot.errors import Unavailable
from bot.local_days import DaySlice
from bot.stripe_api import StripeAPI

# Meters whose windows add up to what a longer one has.
SUMMED = frozenset({"sum", "count"})
# A year by the hour, at 100 windows a page, and some room.
PAGES_MAX = 100
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Counted:
    """What a meter counted in a period, and on each of its days that had any use."""

    quantity: Decimal
    days: dict[date, Decimal]


@dataclass(frozen=True, slots=True)
class MeterReader:
    """One meter's figures for one customer."""

    stripe: StripeAPI
    meter_id: str
    customer_id: str
    aggregation: str

    def count(self, slices: Sequence[DaySlice]) -> Counted:
        """What it counted on these days, which follow each other.

        Raises: what reading from Stripe raises.
        """
        if not slices:
            return Counted(Decimal(0), {})
        days: dict[date, Decimal] = {}
        if self.aggregation not in SUMMED:
            for one in slices:
                days |= self._whole(one)
            return Counted(self.total(slices[0].starts_at, slices[-1].ends_at), days)
        for run in _runs(slices):
            days |= self._by_hour(run) if _is_by_hour(run) else self._whole(run[0])
        return Counted(sum(days.values(), Decimal(0)), days)

    def total(self, starts_at: datetime, ends_at: datetime) -> Decimal:
        """What it counted from one moment to another.

        Raises: what reading from Stripe raises.
        """
        found = [value for _, value in self._list(starts_at, ends_at, window=None)]
        return sum(found, Decimal(0)) if self.aggregation in SUMMED else _newest(found)

    def _whole(self, one: DaySlice) -> dict[date, Decimal]:
        quantity = self.total(one.starts_at, one.ends_at)
        return {one.day: quantity} if quantity else {}

    def _by_hour(self, run: Sequence[DaySlice]) -> dict[date, Decimal]:
        days: dict[date, Decimal] = {}
        place = len(run) - 1
        # Newest first, so the days are met from the last one to the first.
        for starts_at, value in self._list(run[0].starts_at, run[-1].ends_at, window="hour"):
            while place and starts_at < run[place].starts_at:
                place -= 1
            while place < len(run) - 1 and starts_at >= run[place].ends_at:
                place += 1
            if value:
                day = run[place].day
                days[day] = days.get(day, Decimal(0)) + value
        return days

    def _list(
        self, starts_at: datetime, ends_at: datetime, *, window: str | None
    ) -> Iterator[tuple[datetime, Decimal]]:
        start, end = floor_to_minute(starts_at), floor_to_minute(ends_at)
        if start >= end:
            return
        params: dict[str, Any] = {
            "customer": self.customer_id,
            "start_time": int(start.timestamp()),
            "end_time": int(end.timestamp()),
        }
        if window:
            params["value_grouping_window"] = window
        path = f"/v1/billing/meters/{self.meter_id}/event_summaries"
        for place, page in enumerate(self.stripe.pages(path, params)):
            if place >= PAGES_MAX:
                raise Unavailable("Stripe's list of usage has more windows than its hours.")
            yield from map(_read, page)


def _runs(slices: Iterable[DaySlice]) -> list[list[DaySlice]]:
    """Days that can be read in one list; within a month, so that a list stays short."""
    runs: list[list[DaySlice]] = []
    for one in slices:
        last = runs[-1][-1] if runs else one
        if runs and _is_by_hour([last, one]) and month_of(last.day) == month_of(one.day):
            runs[-1].append(one)
        else:
            runs.append([one])
    return runs


def _is_by_hour(run: Sequence[DaySlice]) -> bool:
    return all(_is_on_hour(one.starts_at) and _is_on_hour(one.ends_at) for one in run)


def _is_on_hour(moment: datetime) -> bool:
    return not (moment.minute or moment.second or moment.microsecond)


def floor_to_minute(moment: datetime) -> datetime:
    """The whole minute that a moment lies in: Stripe takes no seconds here."""
    return moment.replace(second=0, microsecond=0)


def _newest(found: Sequence[Decimal]) -> Decimal:
    return found[0] if found else Decimal(0)


def _read(summary: dict[str, Any]) -> tuple[datetime, Decimal]:
    value, starts_at = summary.get("aggregated_value"), summary.get("start_time")
    if type(starts_at) is not int or type(value) not in {int, float}:
        raise Unavailable("Stripe's answer is no summary of usage.")
    # The shortest text of a float is what Stripe wrote.
    return datetime.fromtimestamp(starts_at, UTC), Decimal(repr(value))
