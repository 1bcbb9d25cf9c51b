"""Forgetting, once a night, what ended so long ago that nobody will ask for it."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.announcements import purge_plain
from bot.clock import real_now
from bot.database_clock import database_now
from bot.effects.queue import purge as purge_ended
from bot.local_hours import Subject
from bot.mailing import purge_attempts
from bot.mirror.events import IS_KEPT
from bot.models import UNENDED, Occurrence, ReceivedEvent
from bot.occurrences import Taken, end
from bot.runtime import Runtime

HOUR = 3
KEPT = timedelta(days=90)
# The days of the timetable are few, and say whether a year was quiet.
OCCURRENCES_KEPT = timedelta(days=400)
PURGED_AT_ONCE = 500
# What one night does at most: ten million rows; the rest is left to the next.
BATCHES_MAX = 20_000


def list_subjects(session: Session, runtime: Runtime) -> Sequence[Subject]:
    """The one database that there is."""
    del session
    return [Subject("", runtime.settings.account_time_zone, HOUR)]


def run(runtime: Runtime, taken: Taken) -> None:
    """Forget events, promised calls, messages and days of the timetable.

    Raises: Unavailable when the database does not answer, TakenOver.
    """
    count = sum(_in_batches(runtime, forget) for forget in FORGOTTEN)
    with runtime.database.writing() as session:
        end(session, taken, now=database_now(session, real_now()), note=f"{count:,} forgotten")


def events(session: Session, now: datetime) -> int:
    """Drop some events that were received too long ago; how many."""
    old = (
        select(ReceivedEvent.id)
        .where(ReceivedEvent.received_at < now - KEPT, ReceivedEvent.state != IS_KEPT)
        .limit(PURGED_AT_ONCE)
    )
    return _drop(session, ReceivedEvent, old)


def effects(session: Session, now: datetime) -> int:
    """Drop some promised calls that ended long ago, but no dead ends; how many."""
    return purge_ended(session, before=now - KEPT, limit=PURGED_AT_ONCE)


def messages(session: Session, now: datetime) -> int:
    """Drop some of what is remembered of plain messages and mails of long ago; how many."""
    gone = purge_plain(session, before=now - KEPT, limit=PURGED_AT_ONCE)
    return gone + purge_attempts(session, before=now - KEPT, limit=PURGED_AT_ONCE)


def occurrences(session: Session, now: datetime) -> int:
    """Drop some days of the timetable that are long over; how many."""
    old = (
        select(Occurrence.id)
        .where(Occurrence.ended_at < now - OCCURRENCES_KEPT, ~UNENDED)
        .limit(PURGED_AT_ONCE)
    )
    return _drop(session, Occurrence, old)


FORGOTTEN = (events, effects, messages, occurrences)


def _drop(session: Session, table: Any, old: Any) -> int:
    gone = session.execute(
        delete(table)
        .where(table.id.in_(old.scalar_subquery()))
        .returning(table.id)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())


def _in_batches(runtime: Runtime, forget: Callable[[Session, datetime], int]) -> int:
    count = 0
    for _ in range(BATCHES_MAX):
        with runtime.database.writing() as session:
            some = forget(session, database_now(session, real_now()))
        count += some
        if some < PURGED_AT_ONCE:
            break
    return count
