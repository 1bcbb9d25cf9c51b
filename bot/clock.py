"""The only place that asks the time; and day and month arithmetic in an account's zone.

Two clocks: the business clock says what day it is for invoices and people, and follows Stripe's
movable clock in the sandbox. The real clock is for signatures, leases and ages of data.
"""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from bot.errors import BadRequest

_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def real_now() -> datetime:
    """The moment by this machine's clock, aware, in UTC."""
    return datetime.now(UTC)


class BusinessClock:
    """What day it is for the business: the real time, moved by an offset in the sandbox only."""

    def __init__(self, asked: Callable[[], datetime] = real_now) -> None:
        self._asked = asked
        self._offset = timedelta(0)

    def now(self) -> datetime:
        """The business moment, aware, in UTC."""
        return self._asked() + self._offset

    def follow(self, moment: datetime) -> None:
        """Go on from another moment, as when somebody moves Stripe's clock in the sandbox."""
        self._offset = moment - self._asked()


def monotonic_seconds() -> float:
    """Seconds that only ever grow, for waits and time-outs; no relation to the time of day."""
    return time.monotonic()


@lru_cache(maxsize=1024)
def find_zone(name: str) -> ZoneInfo | None:
    """The IANA zone of this name, or None when there is none.

    Source: the system's zone data, else the tzdata package.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        # zoneinfo raises ValueError for names that look like paths and OSError for folders.
        return None


def zone_of(name: str) -> ZoneInfo:
    """The IANA zone of a name that was checked when it was stored.

    Raises: LookupError when the zone data of this machine has lost it.
    """
    zone = find_zone(name)
    if zone is None:
        raise LookupError(f"There is no time zone {name!r}.")
    return zone


@lru_cache(maxsize=1)
def list_zone_names() -> tuple[str, ...]:
    """The names of all zones of this machine's zone data, in their order."""
    return tuple(sorted(available_timezones()))


def local_day(moment: datetime, zone: ZoneInfo) -> date:
    """The day on which a moment falls in a zone."""
    return moment.astimezone(zone).date()


def start_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The first moment of a local day, in UTC.

    Where midnight is skipped by a change of the clocks, the first moment that exists.
    """
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    moment = midnight.astimezone(UTC)
    # A midnight inside a gap comes back as an earlier wall time; fold=1 names the moment after it.
    if moment.astimezone(zone).date() < day:
        moment = midnight.replace(fold=1).astimezone(UTC)
        while moment.astimezone(zone).date() < day:
            moment += timedelta(minutes=15)
    return moment


def last_day_of(end: datetime, zone: ZoneInfo) -> date:
    """The last local day that a half-open period ending at this moment covers."""
    return local_day(end - timedelta(microseconds=1), zone)


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month."""

    year: int
    number: int

    def __str__(self) -> str:
        """As people write it: 2026-10."""
        return f"{self.year:04d}-{self.number:02d}"

    @property
    def first_day(self) -> date:
        """Its first day."""
        return date(self.year, self.number, 1)

    @property
    def following(self) -> "Month":
        """The month after it."""
        return Month(self.year + self.number // 12, self.number % 12 + 1)

    @property
    def preceding(self) -> "Month":
        """The month before it."""
        return Month(self.year - (self.number == 1), (self.number - 2) % 12 + 1)


def month_of(day: date) -> Month:
    """The month in which a day lies."""
    return Month(day.year, day.month)


def looks_like_month(text: str) -> bool:
    """Whether a text was meant as a month: digits, a dash, digits."""
    return re.fullmatch(r"[0-9]{4}-[0-9]{1,2}", text, re.ASCII) is not None


def parse_month(text: str) -> Month:
    """Read a month.

    Raises: BadRequest with the form that would be right.
    """
    matched = _MONTH.fullmatch(text)
    if matched is None or matched[1] == "0000":
        raise BadRequest(f"‘{text[:40]}’ is no month. Write it as YYYY-MM, such as 2026-10.")
    return Month(int(matched[1]), int(matched[2]))


def parse_day(text: str) -> date:
    """Read a day.

    Raises: BadRequest with the form that would be right.
    """
    if _DAY.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise BadRequest(f"There is no day {text} in the calendar.") from None
    raise BadRequest(f"‘{text[:40]}’ is no date. Write it as YYYY-MM-DD, such as 2026-10-31.")
