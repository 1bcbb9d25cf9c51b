"""Telling owners each morning what has become Past Due, in all zones of their accounts together.

Judged is in the night of each zone; one message a day, at an hour at which people work, is what
somebody with accounts in several of them can live with.
"""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.clock import real_now
from bot.database_clock import database_now
from bot.local_hours import Subject
from bot.models import UNENDED, Occurrence
from bot.occurrences import Taken, end, list_waiting
from bot.operations import tell_past_due
from bot.queries.sight import sight_of_desk
from bot.runtime import Runtime
from jobs import past_due
from jobs.timekeeping import mirror_moment

HOUR = 8


def list_subjects(session: Session, runtime: Runtime) -> Sequence[Subject]:
    """The desk itself; nobody while a night is still to be judged."""
    now = database_now(session, real_now())
    zones, at = past_due.list_subjects(session, runtime), mirror_moment(session, runtime)
    is_judging = select(Occurrence.id).where(
        UNENDED, Occurrence.job == past_due.NAME, Occurrence.state == "running"
    )
    if list_waiting(session, past_due.NAME, zones, business_at=at, now=now):
        return []
    if session.scalar(is_judging.limit(1)) is not None:
        return []
    return [Subject("", runtime.settings.account_time_zone, HOUR)]


def run(runtime: Runtime, taken: Taken) -> None:
    """Promise a message to each who is to be told.

    Raises: Unavailable when the database does not answer, TakenOver.
    """
    sight = sight_of_desk(runtime.settings, now=taken.business_at, real_now=real_now())
    with runtime.database.writing() as session:
        now = database_now(session, real_now())
        people = tell_past_due.request(
            session,
            runtime.settings,
            day=taken.day,
            is_first=taken.is_first,
            sight=sight,
            now=now,
        )
        end(session, taken, now=now, note=f"{people:,} messages")
