"""What deciding about a dead end of the queue has in common: who may, and its entry."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from bot.access import Actor, Permission, acting, require
from bot.audit.deeds import Deed, Stage, Subject
from bot.audit.record import record
from bot.database_clock import database_now
from bot.models import Effect
from bot.settings import Settings


def decide(
    session: Session,
    actor: Actor,
    settings: Settings,
    operation: str,
    effect_id: int,
    *,
    now: datetime,
    how: Callable[[datetime], bool],
) -> bool:
    """Decide about a dead end in some way, and record it; whether it was one.

    Shape: `how` changes the queue at the moment that it is given.
    Raises: NotAllowed.
    """
    require(actor, Permission.OPERATE)
    if not how(database_now(session, now)):
        return False
    deed = Deed(
        operation,
        Stage.DONE,
        acting(actor, Permission.OPERATE),
        Subject("effect", str(effect_id)),
        details={"kind": session.get_one(Effect, effect_id).kind},
    )
    record(session, settings, deed, now=now)
    return True
