"""Close a promised call whose end was unknown, because somebody has seen that it had happened."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot import announcements
from bot.access import Actor, Permission, acting, require
from bot.audit.deeds import Deed, Stage, Subject
from bot.audit.record import record
from bot.database_clock import database_now
from bot.effects import dead_ends
from bot.settings import Settings


def request(
    session: Session, actor: Actor, settings: Settings, *, effect_id: int, now: datetime
) -> bool:
    """Close a dead end as done, under the name of who has seen it; whether it was one.

    A message that we can't find ourselves can't be kept up to date either.
    Raises: NotAllowed.
    """
    require(actor, Permission.OPERATE)
    moment = database_now(session, now)
    effect = dead_ends.confirm(session, effect_id, by=actor.user_id, now=moment)
    if effect is None:
        return False
    if "message" in effect.payload:
        announcements.leave(session, effect.payload["message"], now=moment)
    deed = Deed(
        "confirm_effect",
        Stage.DONE,
        acting(actor, Permission.OPERATE),
        Subject("effect", str(effect_id)),
        details={"kind": effect.kind},
    )
    record(session, settings, deed, now=now)
    return True
