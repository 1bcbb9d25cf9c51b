"""Judging every open invoice once a night of its account's zone.

Past Due itself is judged by a stored moment wherever it is shown; what is kept here is the move to
it. The first night of a zone records what has been Past Due for long without a word to anybody.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.clock import find_zone, real_now, start_of_day, zone_of
from bot.database_clock import database_now
from bot.local_hours import Subject
from bot.occurrences import Taken, end
from bot.operations.judge_past_due import end_stretches_in, record_crossings
from bot.queries.ageing import list_zones
from bot.queries.crossings import list_unrecorded
from bot.runtime import Runtime

NAME = "past_due"
# The last payments of a day have been heard of by then.
HOUR = 1
# So many invoices are recorded in one transaction, so that nobody waits for it.
RECORDED_AT_ONCE = 500


def list_subjects(session: Session, runtime: Runtime) -> Sequence[Subject]:
    """Every zone that an account is in."""
    del runtime
    return [Subject(zone, zone, HOUR) for zone in sorted(list_zones(session)) if find_zone(zone)]


def run(runtime: Runtime, taken: Taken) -> None:
    """Judge the invoices of one zone's accounts.

    Raises: Unavailable when the database does not answer, TakenOver.
    """
    zone, now = taken.subject, taken.business_at
    told_after = _told_after(taken)
    with runtime.database.reading() as session:
        crossed = list_unrecorded(session, zone=zone, now=now)
    count = 0
    for place in range(0, len(crossed), RECORDED_AT_ONCE):
        some = crossed[place : place + RECORDED_AT_ONCE]
        with runtime.database.writing() as session:
            count += record_crossings(
                session,
                some,
                zone=zone,
                business_at=now,
                told_after=told_after,
                now=database_now(session, real_now()),
            )
    with runtime.database.writing() as session:
        end_stretches_in(session, zone, now=now)
        moment = database_now(session, real_now())
        end(session, taken, now=moment, note=f"{count:,} new")


def _told_after(taken: Taken) -> datetime | None:
    """From when on somebody is told: of all, but in the first night only of what that night was."""
    if not taken.is_first:
        return None
    return start_of_day(taken.day - timedelta(days=1), zone_of(taken.subject))
