"""Doing what the timetable asks for: looking what is due, taking it, and seeing it to its end.

jobs.clockwork says when to look. What is due, and who does it, rows decide (bot.occurrences).
"""

import contextlib
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.clock import monotonic_seconds, real_now
from bot.database_clock import database_now
from bot.errors import BotError
from bot.job_looks import is_worth_noting, note_look
from bot.local_hours import Subject, find_next_moment
from bot.mirror.marks import SWEPT, find_mark
from bot.occurrences import (
    LEASE,
    Taken,
    TakenOver,
    fail,
    keep,
    list_waiting,
    take,
)
from bot.runtime import Runtime
from bot.telemetry import get_logger

# While the mirror follows Stripe, a day begins for it when it has heard of everything before; when
# it has not heard anything for so long, what is due is done with what is known.
MIRROR_PATIENCE = timedelta(minutes=15)
RENEW_SECONDS = LEASE.total_seconds() / 4
# A day's work that takes longer than this is left to another worker.
KEPT_SECONDS_MAX = 6 * 3600.0

log = get_logger("timetable")


@dataclass(frozen=True, slots=True)
class Job:
    """A line of the timetable.

    Shape: `run` does the work of one taken day, and ends it (bot.occurrences.end) in the
        transaction of its last deed. A job that `reads_mirror` is done by the business clock, as
        far as the mirror has come; the others are done by the machine's.
    """

    name: str
    when: str
    what: str
    for_whom: str
    list_subjects: Callable[[Session, Runtime], Sequence[Subject]]
    run: Callable[[Runtime, Taken], None]
    reads_mirror: bool = True


def look(runtime: Runtime, job: Job) -> int:
    """Do all that is due of a job now and that nobody else does; how many days were tried.

    Raises: Unavailable when the database does not answer.
    """
    with runtime.database.reading() as session:
        now = database_now(session, real_now())
        business_at = moment_of(session, runtime, job)
        subjects = job.list_subjects(session, runtime)
        waiting = list_waiting(session, job.name, subjects, business_at=business_at, now=now)
    tried = 0
    for subject in waiting:
        with runtime.database.writing() as session:
            now = database_now(session, real_now())
            taken = take(session, job.name, subject, business_at=business_at, now=now)
        if taken is not None:
            tried += 1
            do(runtime, job, taken)
    _note(runtime, job, subjects, business_at=business_at)
    return tried


def moment_of(session: Session, runtime: Runtime, job: Job) -> datetime:
    """What time it is for a job."""
    return mirror_moment(session, runtime) if job.reads_mirror else real_now()


def mirror_moment(session: Session, runtime: Runtime) -> datetime:
    """What time it is for whatever reads the mirror: as late as the mirror knows.

    While Stripe is heard of, a day that has begun is not judged by what was true before it.
    """
    now, swept = runtime.clock.now(), find_mark(session, SWEPT)
    if swept is None:
        return now
    age = real_now() - swept.real_at
    return min(now, swept.business_at) if timedelta(0) <= age < MIRROR_PATIENCE else now


def do(runtime: Runtime, job: Job, taken: Taken) -> str | None:
    """Do the work of a day that was taken; what was wrong, None for nothing."""
    told = {"job": job.name, "subject": taken.subject, "day": taken.day.isoformat()}
    try:
        with _kept(runtime, taken):
            job.run(runtime, taken)
    except TakenOver:
        log.warning("job_taken_over", **told)
        return "Another worker has taken it over."
    except Exception as failed:
        why = failed.message if isinstance(failed, BotError) else type(failed).__name__
        log.warning("job_failed", why=why, exc_info=not isinstance(failed, BotError), **told)
        with contextlib.suppress(TakenOver), runtime.database.writing() as session:
            fail(session, taken, why, now=database_now(session, real_now()))
        return why
    log.info("job_done", late=taken.is_late, **told)
    return None


@contextlib.contextmanager
def _kept(runtime: Runtime, taken: Taken) -> Iterator[None]:
    """Hold on to a day for the length of a block."""
    done = threading.Event()

    def renew() -> None:
        give_up_at = monotonic_seconds() + KEPT_SECONDS_MAX
        while not done.wait(RENEW_SECONDS) and monotonic_seconds() < give_up_at:
            try:
                with runtime.database.writing() as session:
                    keep(session, taken, now=database_now(session, real_now()))
            except TakenOver:
                return
            except BotError as failed:
                log.warning("job_not_kept", job=taken.job, why=failed.message)

    thread = threading.Thread(target=renew, name=f"keep-{taken.job}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()


def _note(
    runtime: Runtime, job: Job, subjects: Sequence[Subject], *, business_at: datetime
) -> None:
    """Record that somebody looks after a job, and when it is due next; not at every look."""
    next_at, count = find_next_moment(subjects, business_at), len(subjects)
    with runtime.database.reading() as session:
        now = database_now(session, real_now())
        if not is_worth_noting(session, job.name, subjects_count=count, next_at=next_at, now=now):
            return
    with runtime.database.writing() as session:
        note_look(session, job.name, subjects_count=count, next_at=next_at, now=now)
