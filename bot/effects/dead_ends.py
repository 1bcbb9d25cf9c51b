"""Dead ends: promised calls that nobody tries any more, until a person decides."""

from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from bot import models
from bot.bells import ring
from bot.effects.promises import ATTEMPTS_MAX, BELL

_EFFECTS: Any = models.Effect.__table__


def retry(session: Session, effect_id: int, *, now: datetime) -> bool:
    """Have a dead end tried again, looking first whether it has happened; whether it was one."""
    again = (
        update(_EFFECTS)
        .where(models.DEAD, _EFFECTS.c.id == effect_id)
        .values(
            state="ready",
            due_at=now,
            finished_at=None,
            attempts_max=_EFFECTS.c.attempts + ATTEMPTS_MAX,
        )
        .returning(_EFFECTS.c.id)
    )
    was_dead = session.execute(again).first() is not None
    if was_dead:
        ring(session, BELL)
    return was_dead


def dismiss(session: Session, effect_id: int, *, by: str, now: datetime) -> bool:
    """Let a dead end be, with the name of who has looked at it; whether it was one."""
    gone = (
        update(_EFFECTS)
        .where(models.DEAD, _EFFECTS.c.id == effect_id)
        .values(state="dismissed", dismissed_by=by, finished_at=now)
        .returning(_EFFECTS.c.id)
    )
    return session.execute(gone).first() is not None
