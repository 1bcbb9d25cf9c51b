"""Judging promises to pay that are over, once a night of each zone, by what the mirror knows then.

A payment keeps its promise at once, when news of it come; this is for those of which none came.
"""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from bot.audit.record import record
from bot.clock import find_zone, real_now
from bot.database_clock import database_now
from bot.local_hours import Subject
from bot.occurrences import Taken, end
from bot.operations.judge_promises import judge_over
from bot.queries.promise_payments import list_zones
from bot.runtime import Runtime

# The last payments of a day have been heard of by then.
HOUR = 1


def list_subjects(session: Session, runtime: Runtime) -> Sequence[Subject]:
    """Every zone in which a promise is pending: the end of a day there may decide one."""
    del runtime
    return [Subject(zone, zone, HOUR) for zone in list_zones(session) if find_zone(zone)]


def run(runtime: Runtime, taken: Taken) -> None:
    """Judge all that is over, wherever it is.

    Raises: Unavailable when the database does not answer, TakenOver.
    """
    count = 0
    while judged := _judge_some(runtime, taken):
        count += judged
    with runtime.database.writing() as session:
        end(session, taken, now=database_now(session, real_now()), note=f"{count:,} decided")


def _judge_some(runtime: Runtime, taken: Taken) -> int:
    """Judge some of them in one transaction; how many."""
    settings = runtime.settings
    with runtime.database.writing() as session:
        now = database_now(session, real_now())
        deeds = judge_over(session, settings, business_now=taken.business_at, now=now)
        for deed in deeds:
            record(session, settings, deed, now=now)
    return len(deeds)
