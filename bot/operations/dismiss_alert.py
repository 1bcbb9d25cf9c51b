"""Clear an alert because somebody has looked at it."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot import alerts
from bot.access import Actor, Permission, acting, require
from bot.audit.deeds import Deed, Stage, Subject
from bot.audit.record import record
from bot.database_clock import database_now
from bot.models import Alert
from bot.settings import Settings


def request(
    session: Session, actor: Actor, settings: Settings, *, alert_id: int, now: datetime
) -> bool:
    """Clear an alert, under the name of who has looked at it; whether it was open until then.

    Raises: NotAllowed.
    """
    require(actor, Permission.OPERATE)
    moment = database_now(session, now)
    if not alerts.dismiss_alert(session, alert_id, by=actor.user_id, now=moment):
        return False
    deed = Deed(
        "dismiss_alert",
        Stage.DONE,
        acting(actor, Permission.OPERATE),
        Subject("alert", str(alert_id)),
        details={"kind": session.get_one(Alert, alert_id).kind},
    )
    record(session, settings, deed, now=now)
    return True
