"""Every day of the audit trail: its anchor in the log, and a check of all that was recorded."""

import contextlib
from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from bot.audit.anchors import find_anchor
from bot.clock import local_day, real_now, start_of_day, zone_of
from bot.database import insert_into
from bot.database_clock import database_now
from bot.mirror.marks import find_mark
from bot.models import RefusalCount, SyncMark
from bot.operations import note_roles
from bot.operations.verify_audit import verify_audit
from bot.runtime import Runtime
from bot.telemetry import get_logger
from jobs.looking import looking

# Between two looks at the clock.
LOOK_SECONDS = 60.0
# Whoever moves this mark does the day's check.
ANCHORED = "audit_anchored"
COUNTS_KEPT = timedelta(days=90)

log = get_logger("audit")


def run(runtime: Runtime, *, now: datetime) -> bool:
    """Once a day in ACCOUNT_TIME_ZONE, by the machine's clock; whether it was done here and now.

    Raises: Unavailable when the database does not answer.
    """
    zone = zone_of(runtime.settings.account_time_zone)
    today = start_of_day(local_day(now, zone), zone)
    with runtime.database.reading() as session:
        done = find_mark(session, ANCHORED)
        if done is not None and done.real_at >= today:
            return False
        anchor = find_anchor(session, until=today)
    # Before the mark: a line that stands in the log twice does no harm, and none would.
    if anchor is not None:
        yesterday = local_day(today - timedelta(seconds=1), zone)
        log.info("audit_anchor", day=yesterday.isoformat(), anchor=str(anchor))
    with runtime.database.writing() as session:
        if not _claim(session, runtime.clock.now(), real_at=now, today=today):
            return False
        session.execute(delete(RefusalCount).where(RefusalCount.minute_at < now - COUNTS_KEPT))
    verdict = verify_audit(runtime)
    if verdict.broken is None:
        log.info("audit_verified", entries=verdict.checked)
    else:
        log.critical("audit_broken", why=verdict.broken)
    return True


def _claim(session: Session, business_at: datetime, *, real_at: datetime, today: datetime) -> bool:
    """Take this day's check, unless another process has."""
    now = database_now(session, real_at)
    new = insert_into(session, SyncMark).values(name=ANCHORED, business_at=business_at, real_at=now)
    taken = new.on_conflict_do_update(
        index_elements=[SyncMark.name],
        set_={"business_at": business_at, "real_at": now},
        where=SyncMark.real_at < today,
    ).returning(SyncMark.name)
    return session.scalar(taken) is not None


@contextlib.contextmanager
def keeping_audit(runtime: Runtime) -> Iterator[None]:
    """Do the day's work, in a thread of its own, for the length of a block.

    At its beginning the trail is told which roles the settings give.
    """
    with runtime.database.writing() as session:
        note_roles.request(session, runtime.settings, now=real_now())
    with looking(
        "audit", lambda _stopping: run(runtime, now=real_now()), every_seconds=LOOK_SECONDS
    ):
        yield
