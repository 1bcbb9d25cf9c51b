"""The local days of one account, whose zone may have changed from a day on.

Days follow each other without a gap and without an overlap, whatever the zones do: each ends where
the next one begins. A day is 24 hours long, 23 or 25 where the clocks change, and some other length
where the account moved to another zone; one that a zone skipped is empty.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.clock import local_day, start_of_day

ONE_DAY = timedelta(days=1)
# No two zones are further apart than 26 hours, so only so many days can begin out of order.
DAYS_OUT_OF_ORDER = 2


@dataclass(frozen=True, slots=True)
class DaySlice:
    """A local day, or the part of it that lies in a period; half-open."""

    day: date
    starts_at: datetime
    ends_at: datetime
    is_whole: bool


@dataclass(frozen=True, slots=True)
class LocalDays:
    """Where an account's days begin and end.

    Shape: `zones` in the order of the days from which on they are valid; the first one is valid for
        all days before, too.
    """

    zones: tuple[tuple[date, ZoneInfo], ...]

    def zone_on(self, day: date) -> ZoneInfo:
        """The zone that a day is in."""
        found = self.zones[0][1]
        for since, zone in self.zones[1:]:
            if since > day:
                break
            found = zone
        return found

    def start_of(self, day: date) -> datetime:
        """The first moment of a day, in UTC."""
        if len(self.zones) == 1:
            return start_of_day(day, self.zones[0][1])
        near = [day - back * ONE_DAY for back in range(DAYS_OUT_OF_ORDER + 1)]
        return max(start_of_day(each, self.zone_on(each)) for each in near)

    def day_of(self, moment: datetime) -> date:
        """The day in which a moment lies."""
        if len(self.zones) == 1:
            return local_day(moment, self.zones[0][1])
        day = moment.astimezone(UTC).date() + DAYS_OUT_OF_ORDER * ONE_DAY
        while self.start_of(day) > moment:
            day -= ONE_DAY
        return day

    def last_day_of(self, end: datetime) -> date:
        """The last day that a half-open period ending at this moment covers."""
        return self.day_of(end - timedelta(microseconds=1))

    def slices(self, starts_at: datetime, ends_at: datetime) -> list[DaySlice]:
        """The days of a half-open period, in their order, cut where it begins and ends.

        Shape: [] for a period without length; empty days are left out.
        """
        found = []
        day = self.day_of(starts_at)
        begins_at = self.start_of(day)
        while begins_at < ends_at:
            following_at = self.start_of(day + ONE_DAY)
            start, end = max(begins_at, starts_at), min(following_at, ends_at)
            if start < end:
                is_whole = start == begins_at and end == following_at
                found.append(DaySlice(day, start, end, is_whole))
            day, begins_at = day + ONE_DAY, following_at
        return found


def local_days(zones: Sequence[tuple[date, ZoneInfo]], *, otherwise: ZoneInfo) -> LocalDays:
    """The days of an account with these zones; of the other zone where none was ever noted."""
    return LocalDays(tuple(zones) or ((date.min, otherwise),))
