"""Who does what the timetable asks for: one row per job, subject and local day.

APScheduler only says when to look. Whether a day is due is decided by its date, and who does it by
the row: whoever inserts it has taken the day, with a lease that others respect. A worker that dies
leaves a lease that runs out; then another takes the row, with a higher number of attempts, and what
the first one still writes is refused. A day is never gone back to: once a later one is recorded,
neither a clock that steps back nor a subject that moves to another zone brings the day again.

jobs.timekeeping takes the days of the timetable's jobs and keeps them while they are worked on;
each job ends its own, in the transaction of the last thing that it does for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, Update, and_, or_, select, update
from sqlalchemy.orm import Session

from bot import models
from bot.alerts import clear_alert, raise_alert
from bot.database import insert_into
from bot.local_hours import ONE_DAY, Due, Subject, find_due, list_between
from bot.telemetry import clean_text

# A worker that lives renews its leases; so this is how long a dead one's work waits.
LEASE = timedelta(seconds=60)
ATTEMPTS_MAX = 6
BACKOFF, BACKOFF_MAX = timedelta(seconds=60), timedelta(minutes=30)
# No row is ever put further ahead than this: one that is was written by a clock ahead of this one.
FURTHEST = max(LEASE, BACKOFF_MAX)
# What begins so much after its hour is marked as late.
LATE_AFTER = timedelta(minutes=30)
# Days recorded as skipped at once, the newest ones.
SKIPPED_MAX = 62
# Zones are at most 26 hours apart. A day further ahead than these was taken by a clock that was
# wrong, and holds up nothing but itself.
DAYS_AHEAD_MAX = 2
FAILING = "job_failing"

_ROWS: Any = models.Occurrence.__table__


@dataclass(frozen=True, slots=True)
class Taken:
    """A day of a job that is ours to do while the lease lasts.

    Shape: `due_at` and `business_at`, at which it was taken, are moments of the clock that the job
        goes by. `is_first` when nothing of this job and subject was ever done, `attempts` above 1
        when somebody has begun with it before.
    """

    id: int
    job: str
    subject: str
    day: date
    due_at: datetime
    business_at: datetime
    is_late: bool
    is_first: bool
    attempts: int


class TakenOver(Exception):
    """Another worker has taken this day over; nothing may be written for it any more."""


def take(
    session: Session, job: str, subject: Subject, *, business_at: datetime, now: datetime
) -> Taken | None:
    """Take the newest day that is due, unless somebody has it, has done it, or works on another.

    Days that were missed before it are recorded as skipped. `now` is database_now().
    """
    latest = _find_latest(session, job, subject, business_at)
    due = find_due(subject, business_at)
    is_newer = due is not None and (latest is None or latest.day < due.day)
    if latest is not None and latest.state in {"running", "waiting"}:
        is_held = now < latest.free_at <= now + FURTHEST
        if is_held and (latest.state == "running" or not is_newer):
            return None
        if not is_newer:
            return _take_again(session, latest, business_at=business_at, now=now)
        if not _close(session, latest, "The next day came first.", now=now):
            return None
    if due is None or not is_newer:
        return None
    _skip(session, job, subject, latest=latest, before=due.day, now=now)
    return _insert(session, job, subject, due, business_at=business_at, now=now)


def list_waiting(
    session: Session, job: str, subjects: Sequence[Subject], *, business_at: datetime, now: datetime
) -> list[Subject]:
    """The subjects for which take() may well have something, found by one statement."""
    days = {subject.key: find_due(subject, business_at) for subject in subjects}
    due_on = {key: due.day for key, due in days.items() if due is not None}
    furthest = business_at.date() + DAYS_AHEAD_MAX * ONE_DAY
    recent = and_(_ROWS.c.day >= min(due_on.values(), default=furthest), _ROWS.c.day <= furthest)
    rows = session.execute(
        select(_ROWS.c.subject, _ROWS.c.day, _ROWS.c.state, _ROWS.c.free_at)
        .where(_ROWS.c.job == job, or_(recent, models.UNENDED))
        .order_by(_ROWS.c.day)
    )
    latest = {row.subject: row for row in rows}

    def waits(key: str) -> bool:
        row, day = latest.get(key), due_on.get(key)
        if row is None or (day is not None and row.day < day):
            return day is not None or row is not None
        return row.state in {"running", "waiting"} and not now < row.free_at <= now + FURTHEST

    return [subject for subject in subjects if waits(subject.key)]


def take_by_hand(
    session: Session, job: str, subject: Subject, due: Due, *, business_at: datetime, now: datetime
) -> Taken | None:
    """Take a day because a person asks for it: a new one, or one that was skipped or has failed.

    None when it is done, or somebody works on it at present.
    """
    chosen = (_ROWS.c.job == job, _ROWS.c.subject == subject.key, _ROWS.c.day == due.day)
    found = session.execute(select(_ROWS).where(*chosen)).one_or_none()
    if found is None:
        return _insert(session, job, subject, due, business_at=business_at, now=now)
    is_held = found.state == "running" and now < found.free_at <= now + FURTHEST
    if found.state == "done" or is_held:
        return None
    return _take_row(session, found, business_at=business_at, now=now)


def keep(session: Session, taken: Taken, *, now: datetime) -> None:
    """Hold on to a day that is still being worked on.

    Raises: TakenOver when it is somebody else's by now.
    """
    _write(session, taken, free_at=now + LEASE)


def end(session: Session, taken: Taken, *, now: datetime, note: str | None = None) -> None:
    """Record that a day is done, in the transaction of the last thing that was done for it.

    Raises: TakenOver when it is somebody else's by now.
    """
    said = None if note is None else clean_text(note)
    _write(session, taken, state="done", free_at=None, ended_at=now, note=said)
    clear_alert(session, kind=FAILING, subject=_named(taken), now=now)


def fail(session: Session, taken: Taken, why: str, *, now: datetime) -> None:
    """Record what went wrong and tell the operators; it is tried again a while later, or given up.

    Raises: TakenOver when it is somebody else's by now.
    """
    said = clean_text(why)
    if taken.attempts < ATTEMPTS_MAX:
        pause = min(BACKOFF * 2 ** (taken.attempts - 1), BACKOFF_MAX)
        _write(session, taken, state="waiting", free_at=now + pause, note=said)
    else:
        _write(session, taken, state="failed", free_at=None, ended_at=now, note=said)
    raise_alert(session, kind=FAILING, subject=_named(taken), detail=said, now=now)


def _find_latest(
    session: Session, job: str, subject: Subject, business_at: datetime
) -> Row[Any] | None:
    """The newest day that is recorded, leaving out those that only a wrong clock can have had."""
    furthest = business_at.date() + DAYS_AHEAD_MAX * ONE_DAY
    return session.execute(
        select(_ROWS)
        .where(_ROWS.c.job == job, _ROWS.c.subject == subject.key, _ROWS.c.day <= furthest)
        .order_by(_ROWS.c.day.desc())
        .limit(1)
    ).one_or_none()


def _take_again(
    session: Session, row: Row[Any], *, business_at: datetime, now: datetime
) -> Taken | None:
    if row.attempts < ATTEMPTS_MAX:
        return _take_row(session, row, business_at=business_at, now=now)
    why = f"It was begun {row.attempts} times and never came to its end."
    if _close(session, row, why, state="failed", now=now):
        subject = f"{row.job} {row.subject}".strip()
        raise_alert(session, kind=FAILING, subject=subject, detail=why, now=now)
    return None


def _take_row(
    session: Session, row: Row[Any], *, business_at: datetime, now: datetime
) -> Taken | None:
    values = {
        "state": "running",
        "attempts": row.attempts + 1,
        "free_at": now + LEASE,
        "begun_at": now,
        "ended_at": None,
    }
    mine = session.execute(_as_seen(row).values(values).returning(_ROWS)).one_or_none()
    return None if mine is None else _taken_of(session, mine, business_at)


def _close(
    session: Session, row: Row[Any], why: str, *, now: datetime, state: str = "skipped"
) -> bool:
    """End a row that nobody works on; False when somebody was faster."""
    values = {"state": state, "free_at": None, "ended_at": now, "note": why}
    closed = session.execute(_as_seen(row).values(values).returning(_ROWS.c.id))
    return closed.one_or_none() is not None


def _skip(
    session: Session,
    job: str,
    subject: Subject,
    *,
    latest: Row[Any] | None,
    before: date,
    now: datetime,
) -> None:
    """Record the days that nobody was there for."""
    if latest is not None:
        after = latest.day
    elif subject.since is not None:
        after = subject.since.date() - 2 * ONE_DAY
    else:
        return
    after = max(after, before - (SKIPPED_MAX + 1) * ONE_DAY)
    rows = [
        _values(job, subject, due, now=now) | {"state": "skipped", "attempts": 0, "ended_at": now}
        for due in list_between(subject, after, before)
    ]
    if rows:
        session.execute(insert_into(session, _ROWS).on_conflict_do_nothing(), rows)


def _insert(
    session: Session, job: str, subject: Subject, due: Due, *, business_at: datetime, now: datetime
) -> Taken | None:
    values = _values(job, subject, due, now=now) | {
        "state": "running",
        "attempts": 1,
        "free_at": now + LEASE,
        "is_late": business_at - due.at > LATE_AFTER,
    }
    new = insert_into(session, _ROWS).values(values).on_conflict_do_nothing().returning(_ROWS)
    row = session.execute(new).one_or_none()
    return None if row is None else _taken_of(session, row, business_at)


def _values(job: str, subject: Subject, due: Due, *, now: datetime) -> dict[str, Any]:
    return {
        "job": job,
        "subject": subject.key,
        "day": due.day,
        "due_at": due.at,
        "is_late": False,
        "begun_at": now,
    }


def _taken_of(session: Session, row: Row[Any], business_at: datetime) -> Taken:
    done = select(_ROWS.c.id).where(
        _ROWS.c.job == row.job, _ROWS.c.subject == row.subject, _ROWS.c.state == "done"
    )
    return Taken(
        id=row.id,
        job=row.job,
        subject=row.subject,
        day=row.day,
        due_at=row.due_at,
        business_at=business_at,
        is_late=row.is_late,
        is_first=session.scalar(done.limit(1)) is None,
        attempts=row.attempts,
    )


def _as_seen(row: Row[Any]) -> Update:
    """An update of a row that nobody has touched since it was read."""
    seen = (_ROWS.c.id == row.id, _ROWS.c.attempts == row.attempts, _ROWS.c.state == row.state)
    return update(_ROWS).where(*seen)


def _write(session: Session, taken: Taken, **values: Any) -> None:
    mine = (_ROWS.c.attempts == taken.attempts, _ROWS.c.state == "running")
    written = update(_ROWS).where(_ROWS.c.id == taken.id, *mine).values(values)
    if session.execute(written.returning(_ROWS.c.id)).one_or_none() is None:
        raise TakenOver


def _named(taken: Taken) -> str:
    return f"{taken.job} {taken.subject}".strip()
