"""Kept events, taken up: their snapshots go into history, and their objects are to be read again.

Both, and the event's own mark, are one transaction: a process that dies before or after it leaves
either a kept event, which the next round takes up, or everything done.
"""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from bot.clock import real_now
from bot.database import Database
from bot.database_clock import database_now
from bot.errors import BotError
from bot.mirror.events import IS_NOTED, hint_of, load_event
from bot.mirror.hints import Wanted
from bot.mirror.rows import table_of
from bot.mirror.stale import want_objects
from bot.mirror.states import record_snapshots
from bot.models import KEPT, ReceivedEvent
from bot.telemetry import get_logger

EVENTS_AT_ONCE = 100

log = get_logger("noting")

_EVENTS = table_of(ReceivedEvent)


class _Kept(NamedTuple):
    id: str
    body: bytes
    received_at: datetime


def note_kept(database: Database, *, limit: int = EVENTS_AT_ONCE) -> int:
    """Take up events that are kept, the first received first; how many there were.

    An event whose snapshot can't be recorded is noted without, and says so; its objects are read
    all the same. Raises: Unavailable when the database does not answer.
    """
    try:
        return _note(database, limit=limit)
    except BotError:
        raise
    except Exception as failed:  # noqa: BLE001 - no event may stop those behind it
        log.warning("events_not_noted", error=type(failed).__name__)
    # One at a time, so that only the one that failed goes without its snapshot.
    noted = 0
    while noted < limit:
        try:
            done = _note(database, limit=1)
        except BotError:
            raise
        except Exception as failed:  # noqa: BLE001 - one event must not stop the rest
            done = _note(database, limit=1, without_snapshot=type(failed).__name__)
        if not done:
            break
        noted += done
    return noted


def _note(database: Database, *, limit: int, without_snapshot: str | None = None) -> int:
    with database.writing() as session:
        found = session.execute(
            select(_EVENTS.c.id, _EVENTS.c.body, _EVENTS.c.received_at)
            .where(KEPT)
            .order_by(_EVENTS.c.received_at, _EVENTS.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        kept = [_Kept(*row) for row in found]
        if kept:
            _take_up(session, kept, without_snapshot=without_snapshot)
        return len(kept)


def _take_up(session: Session, kept: list[_Kept], *, without_snapshot: str | None) -> None:
    now = database_now(session, real_now())
    events = [load_event(event.body) for event in kept]
    hinted: dict[Wanted, datetime] = {}
    # The first received come first, and it is from then on that an object may be stale.
    for event, one in zip(events, kept, strict=True):
        for wanted in hint_of(event).wanted:
            hinted.setdefault(wanted, one.received_at)
    # In this order, since readers lock their rows here before those of their histories too.
    want_objects(session, hinted, now=now)
    if without_snapshot is None:
        record_snapshots(session, events, seen_at=now)
    session.execute(
        update(_EVENTS)
        .where(_EVENTS.c.id == bindparam("event_id"))
        .values(state=IS_NOTED, note=without_snapshot and f"no snapshot: {without_snapshot}"),
        [{"event_id": event.id} for event in kept],
    )
