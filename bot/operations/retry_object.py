"""Have an object that could not be read from Stripe tried again at once."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.access import Actor, Permission, acting, require
from bot.audit.deeds import Deed, Stage, Subject
from bot.audit.record import record
from bot.database_clock import database_now
from bot.mirror.stale import retry_now
from bot.models import StaleObject
from bot.settings import Settings


def request(
    session: Session, actor: Actor, settings: Settings, *, stale_id: int, now: datetime
) -> bool:
    """Let an object wait no longer; whether it still waited.

    Raises: NotAllowed.
    """
    require(actor, Permission.OPERATE)
    waiting = session.get(StaleObject, stale_id)
    if waiting is None or not retry_now(session, stale_id, now=database_now(session, now)):
        return False
    deed = Deed(
        "retry_object",
        Stage.DONE,
        acting(actor, Permission.OPERATE),
        Subject(waiting.kind, waiting.object_id),
    )
    record(session, settings, deed, now=now)
    return True
