"""Dead ends: promised calls that nobody tries any more, until a person decides."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Update, literal, update
from sqlalchemy.orm import Session

from bot import models
from bot.bells import ring
from bot.effects.lanes import slack_lane
from bot.effects.promises import ATTEMPTS_MAX, BELL, Effect, effect_of

_EFFECTS: Any = models.Effect.__table__


def retry(session: Session, effect_id: int, *, now: datetime) -> bool:
    """Have a dead end tried again, looking first whether it has happened; whether it was one."""
    return _revive(session, _dead(effect_id), now=now, attempts=_EFFECTS.c.attempts)


def repeat(session: Session, effect_id: int, *, now: datetime) -> bool:
    """Have a message posted that somebody has seen to be missing; whether its fate was open.

    As for a new one, nobody looks first: the look is what had failed.
    """
    return _revive(session, _doubtful(effect_id), now=now, attempts=literal(0))


def confirm(session: Session, effect_id: int, *, by: str, now: datetime) -> Effect | None:
    """Close a message's dead end because somebody has seen it; None when its fate was not open."""
    closed = _doubtful(effect_id).values(state="done", decided_by=by, finished_at=now)
    row = session.execute(closed.returning(_EFFECTS)).one_or_none()
    return None if row is None else effect_of(row)


def dismiss(session: Session, effect_id: int, *, by: str, now: datetime) -> bool:
    """Let a dead end be, with the name of who has looked at it; whether it was one."""
    gone = _dead(effect_id).values(state="dismissed", decided_by=by, finished_at=now)
    return session.execute(gone.returning(_EFFECTS.c.id)).first() is not None


def _revive(session: Session, dead: Update, *, now: datetime, attempts: ColumnElement[int]) -> bool:
    again = dead.values(
        state="ready",
        due_at=now,
        finished_at=None,
        is_doubtful=False,
        attempts=attempts,
        attempts_max=attempts + ATTEMPTS_MAX,
    )
    was_dead = session.execute(again.returning(_EFFECTS.c.id)).first() is not None
    if was_dead:
        ring(session, BELL)
    return was_dead


def _dead(effect_id: int) -> Update:
    return update(_EFFECTS).where(models.DEAD, _EFFECTS.c.id == effect_id)


def _doubtful(effect_id: int) -> Update:
    # A call to Stripe has a key that lets it be tried again, so nobody has to see what it did.
    return _dead(effect_id).where(
        _EFFECTS.c.is_doubtful, _EFFECTS.c.lane.startswith(slack_lane(""))
    )
