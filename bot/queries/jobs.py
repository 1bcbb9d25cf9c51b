"""What has become of the jobs of the timetable: when each was done last and is due next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, select

from bot.among import is_among
from bot.database import Reading
from bot.models import JobLook, Occurrence

# So many of the last days are looked at for what was missed.
RECENT = timedelta(days=7)
# Workers look every few seconds and note it every minute: after this, nobody looks.
UNSEEN_AFTER = timedelta(minutes=5)
# How the note of a day begins that ended without anything being done.
LEFT_OUT = "Left out"
# These go by the machine's clock, the others by the business clock, as the timetable says it.
BY_MACHINE = frozenset({"verify", "purge"})

_DAYS: Any = Occurrence.__table__
_LOOKS: Any = JobLook.__table__


@dataclass(frozen=True, slots=True)
class JobReport:
    """How a job is doing.

    Shape: `last_age` is how long ago a day of it ended last, None for never; `is_left_out` where
        nothing was done then. `next_at` is when it is due next, and `next_in` how long until then,
        by the clock that it goes by. The counts are of days: being worked on at present, waiting
        for another attempt; and of the last week, given up and skipped.
    """

    name: str
    last_age: timedelta | None
    is_left_out: bool
    next_at: datetime | None
    next_in: timedelta | None
    is_looked_after: bool
    running_count: int
    waiting_count: int
    failed_count: int
    skipped_count: int


@dataclass(frozen=True, slots=True)
class LastDay:
    """The newest day of a subject that is recorded."""

    subject: str
    day: date
    state: str
    is_late: bool
    attempts: int
    begun_at: datetime
    ended_at: datetime | None
    note: str | None


@dataclass(frozen=True, slots=True)
class ListedSubject:
    """One of those for whom a job is done: its newest day, and when it is due next."""

    key: str
    zone: str
    last: LastDay | None
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class ListedJob:
    """A line of the timetable with what has become of it; `report` None before anybody looked."""

    name: str
    when: str
    what: str
    for_whom: str
    report: JobReport | None
    subjects: tuple[ListedSubject, ...]


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of a day that was asked for by hand.

    Shape: `how` is done, failed, before (it was done already, or somebody works on it) or none
        (there is no such day); `words` say more, None for nothing.
    """

    subject: str
    day: date | None
    how: str
    words: str | None


def list_job_reports(
    reading: Reading, *, now: datetime, business_at: datetime | None = None
) -> tuple[JobReport, ...]:
    """How each job that workers look after is doing, by name.

    Shape: `now` is by the machine's clock; `business_at` where the business clock shows another.
    """
    connection = reading.connection()
    looks = connection.execute(select(_LOOKS).order_by(_LOOKS.c.job)).all()
    if not looks:
        return ()
    recent = select(_DAYS.c.job, _DAYS.c.state, func.count().label("days")).where(
        _DAYS.c.day >= (now - RECENT).date()
    )
    grouped = connection.execute(recent.group_by(_DAYS.c.job, _DAYS.c.state))
    counts = {(row.job, row.state): row.days for row in grouped}
    return tuple(
        _report_of(
            look,
            _find_last(reading, look.job),
            counts,
            now=now,
            clock=now if look.job in BY_MACHINE else business_at or now,
        )
        for look in looks
    )


def list_last_days(reading: Reading, job: str, subjects: Sequence[str]) -> dict[str, LastDay]:
    """The newest recorded day of each of these subjects of a job, those that were skipped apart."""
    newest = (
        select(_DAYS.c.subject, func.max(_DAYS.c.day).label("day"))
        .where(_DAYS.c.job == job, _DAYS.c.state != "skipped")
        .where(is_among(_DAYS.c.subject, "subjects"))
        .group_by(_DAYS.c.subject)
        .subquery()
    )
    found = select(_DAYS).join(
        newest, (newest.c.subject == _DAYS.c.subject) & (newest.c.day == _DAYS.c.day)
    )
    rows = reading.connection().execute(
        found.where(_DAYS.c.job == job), {"subjects": list(subjects)}
    )
    names = LastDay.__dataclass_fields__
    return {row.subject: LastDay(**{name: getattr(row, name) for name in names}) for row in rows}


def _find_last(reading: Reading, job: str) -> Row[Any] | None:
    """The day that was done last, among the newest days: older ones ended before."""
    done = select(_DAYS.c.ended_at, _DAYS.c.note).where(_DAYS.c.job == job, _DAYS.c.state == "done")
    newest = select(func.max(_DAYS.c.day)).where(_DAYS.c.job == job, _DAYS.c.state == "done")
    since = reading.connection().execute(newest).scalar()
    if since is None:
        return None
    recent = done.where(_DAYS.c.day >= since - RECENT).order_by(_DAYS.c.ended_at.desc()).limit(1)
    return reading.connection().execute(recent).one()


def _report_of(
    look: Row[Any],
    last: Row[Any] | None,
    counts: dict[tuple[str, str], int],
    *,
    now: datetime,
    clock: datetime,
) -> JobReport:
    def count(state: str) -> int:
        return counts.get((look.job, state), 0)

    return JobReport(
        name=look.job,
        last_age=None if last is None else max(now - last.ended_at, timedelta(0)),
        is_left_out=last is not None and (last.note or "").startswith(LEFT_OUT),
        next_at=look.next_at,
        next_in=None if look.next_at is None else max(look.next_at - clock, timedelta(0)),
        is_looked_after=now - look.looked_at < UNSEEN_AFTER,
        running_count=count("running"),
        waiting_count=count("waiting"),
        failed_count=count("failed"),
        skipped_count=count("skipped"),
    )
