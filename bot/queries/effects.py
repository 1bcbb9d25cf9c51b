"""How promised calls are doing: how many wait, and which came to a dead end."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, select

from bot.database import Reading
from bot.effects import slack_lane
from bot.models import DEAD, PENDING, Effect

DEAD_ENDS_SHOWN = 4
# An update that may have happened can be repeated, so it needs nobody's eyes.
UPDATES = "update_announcement"

_EFFECTS: Any = Effect.__table__


@dataclass(frozen=True, slots=True)
class DeadEnd:
    """A call that nobody tries any more, and why.

    Shape: `room_id` is the channel or person that a message is for, None for other calls;
        `is_doubtful` where only somebody who looks there can tell whether it was posted.
    """

    id: int
    kind: str
    subject: str
    why: str
    attempts: int
    age: timedelta
    room_id: str | None = None
    is_doubtful: bool = False


@dataclass(frozen=True, slots=True)
class EffectsReport:
    """What waits, for how long at most (None when nothing does), and the newest dead ends."""

    pending_count: int
    oldest_age: timedelta | None
    dead_ends: tuple[DeadEnd, ...]
    dead_ends_count: int


def get_effects_report(reading: Reading, *, now: datetime) -> EffectsReport:
    """How promised calls are doing at this moment, by the machine's clock."""
    waiting = select(func.count(), func.min(_EFFECTS.c.promised_at)).where(PENDING)
    count, oldest_at = reading.connection().execute(waiting).one()
    dead = (
        select(_EFFECTS, func.count().over().label("rows_count"))
        .where(DEAD)
        .order_by(_EFFECTS.c.id.desc())
        .limit(DEAD_ENDS_SHOWN)
    )
    rows = reading.connection().execute(dead).all()
    return EffectsReport(
        pending_count=count,
        oldest_age=None if oldest_at is None else max(now - oldest_at, timedelta(0)),
        dead_ends=tuple(
            DeadEnd(
                id=row.id,
                kind=row.kind,
                subject=row.subject,
                why=row.last_error or "",
                attempts=row.attempts,
                age=max(now - row.promised_at, timedelta(0)),
                room_id=_room_of(row),
                is_doubtful=row.is_doubtful and row.kind != UPDATES,
            )
            for row in rows
        ),
        dead_ends_count=rows[0].rows_count if rows else 0,
    )


def _room_of(row: Row[Any]) -> str | None:
    lane = slack_lane("")
    return row.lane.removeprefix(lane) if row.lane.startswith(lane) else None
