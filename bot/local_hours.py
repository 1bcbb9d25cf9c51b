"""When a thing that happens once per local day is due, whatever clocks and zones do.

A day is decided by its date and never by counting hours, so that the hour that a clock change takes
away is found a little later, the one that it brings twice is found once, and a day that a zone has
skipped altogether has no moment at all.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from bot.clock import local_day, start_of_day, zone_of

ONE_DAY = timedelta(days=1)
EVERY_DAY = frozenset(range(7))
# A week in which the only weekday that counts was skipped, the one before it, and a day to spare:
# a clock that goes back over midnight has begun a day that is tomorrow again.
DAYS_LOOKED_AT = 16


@dataclass(frozen=True, slots=True)
class Subject:
    """What a job is done for once per local day, and at which hour of its days.

    Shape: `key` names it among the job's subjects for ever ("" where there is but one); Monday is 0
        of `weekdays`. Nothing is due before `since`, a moment of the business clock; without it the
        newest day is due at once.
    """

    key: str
    zone: str
    hour: int = 0
    weekdays: frozenset[int] = EVERY_DAY
    since: datetime | None = None


@dataclass(frozen=True, slots=True, order=True)
class Due:
    """A day of a subject, and the moment at which its hour came or will come."""

    day: date
    at: datetime


@lru_cache(maxsize=4096)
def find_moment(day: date, hour: int, zone: ZoneInfo) -> datetime | None:
    """The first moment of a local day at which its clock has come to this hour or beyond it.

    Shape: in UTC; None for a day that the zone has skipped.
    """
    if local_day(start_of_day(day, zone), zone) != day:
        return None
    wall = datetime.combine(day, time(hour), tzinfo=zone)
    # Of an hour that comes twice, fold=0 is the first.
    moment = wall.astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return moment
    # An hour inside a gap: the two ways of reading it lie on both sides of the change.
    before, after = wall.replace(fold=1).astimezone(UTC), moment
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) / 2
        is_after = middle.astimezone(zone).replace(tzinfo=None) >= wall.replace(tzinfo=None)
        before, after = (before, middle) if is_after else (middle, after)
    return after.replace(microsecond=0)


def find_due(subject: Subject, at: datetime) -> Due | None:
    """The newest day of a subject whose hour has come by a moment; None for none."""
    for due in _backwards(subject, local_day(at, zone_of(subject.zone)) + ONE_DAY):
        if due.at <= at:
            return due if subject.since is None or due.at >= subject.since else None
    return None


def find_next(subject: Subject, at: datetime) -> Due | None:
    """The first day of a subject whose hour comes after a moment; None for none."""
    first = local_day(at, zone_of(subject.zone)) - ONE_DAY
    for due in _forwards(subject, first):
        if due.at > at and (subject.since is None or due.at >= subject.since):
            return due
    return None


def find_next_moment(subjects: Iterable[Subject], at: datetime) -> datetime | None:
    """The first moment after this one at which any subject's hour comes; None for none."""
    nexts = (find_next(subject, at) for subject in set(subjects))
    return min((due.at for due in nexts if due is not None), default=None)


def list_between(subject: Subject, after: date, before: date) -> list[Due]:
    """The days of a subject between two days, both excluded, oldest first."""
    days = (after + count * ONE_DAY for count in range(1, (before - after).days))
    found = (_due_on(subject, day) for day in days)
    since = subject.since
    return [due for due in found if due is not None and (since is None or due.at >= since)]


def _backwards(subject: Subject, latest: date) -> Iterator[Due]:
    for back in range(DAYS_LOOKED_AT):
        due = _due_on(subject, latest - back * ONE_DAY)
        if due is not None:
            yield due


def _forwards(subject: Subject, first: date) -> Iterator[Due]:
    for ahead in range(DAYS_LOOKED_AT):
        due = _due_on(subject, first + ahead * ONE_DAY)
        if due is not None:
            yield due


def _due_on(subject: Subject, day: date) -> Due | None:
    if day.weekday() not in subject.weekdays:
        return None
    moment = find_moment(day, subject.hour, zone_of(subject.zone))
    return None if moment is None else Due(day, moment)
