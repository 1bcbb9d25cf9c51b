"""Have a promised call made again whose end was unknown, because it has not happened."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.access import Actor, Permission, acting, require
from bot.audit.deeds import Deed, Stage, Subject
from bot.audit.record import record
from bot.database_clock import database_now
from bot.effects import dead_ends
from bot.models import Effect
from bot.settings import Settings


def request(
    session: Session, actor: Actor, settings: Settings, *, effect_id: int, now: datetime
) -> bool:
    """Let the queue do it without looking first, since somebody has looked; whether it was dead.

    Raises: NotAllowed.
    """
    require(actor, Permission.OPERATE)
    moment = database_now(session, now)
    if not dead_ends.repeat(session, effect_id, now=moment):
        return False
    deed = Deed(
        "repeat_effect",
        Stage.DONE,
        acting(actor, Permission.OPERATE),
        Subject("effect", str(effect_id)),
        details={"kind": session.get_one(Effect, effect_id).kind},
    )
    record(session, settings, deed, now=now)
    return True
