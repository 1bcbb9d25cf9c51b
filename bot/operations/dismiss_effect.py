"""Let a promised call be that came to a dead end, because somebody has looked at it."""

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
    """Close a dead end, under the name of who has looked at it; whether it was one.

    Raises: NotAllowed.
    """
    require(actor, Permission.OPERATE)
    moment = database_now(session, now)
    if not dead_ends.dismiss(session, effect_id, by=actor.user_id, now=moment):
        return False
    deed = Deed(
        "dismiss_effect",
        Stage.DONE,
        acting(actor, Permission.OPERATE),
        Subject("effect", str(effect_id)),
        details={"kind": session.get_one(Effect, effect_id).kind},
    )
    record(session, settings, deed, now=now)
    return True
