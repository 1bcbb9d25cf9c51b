"""Turn reminders to customers on or off, for the whole desk."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.access import Actor, Permission, acting, require
from bot.audit.deeds import Deed, Stage, Subject
from bot.audit.record import record
from bot.database import insert_into
from bot.models import ReminderSwitch
from bot.queries.reminders import SWITCH_ID, find_on_since
from bot.settings import Settings

KIND = "switch_reminders"


def request(
    session: Session,
    actor: Actor,
    settings: Settings,
    *,
    is_on: bool,
    business_at: datetime,
    now: datetime,
) -> bool:
    """Set the switch; whether it stood otherwise. What was due before it went on is not sent.

    Raises: NotAllowed.
    """
    require(actor, Permission.SWITCH_REMINDERS)
    if is_on == (find_on_since(session) is not None):
        return False
    told = {
        "on_since": business_at if is_on else None,
        "changed_by": actor.user_id,
        "changed_at": now,
    }
    new = insert_into(session, ReminderSwitch).values(id=SWITCH_ID, **told)
    stands = ReminderSwitch.on_since.is_not(None)
    # Somebody who does the same at the same moment may have been quicker.
    switched = new.on_conflict_do_update(
        index_elements=[ReminderSwitch.id], set_=told, where=~stands if is_on else stands
    )
    if session.execute(switched.returning(ReminderSwitch.id)).one_or_none() is None:
        return False
    deed = Deed(
        KIND,
        Stage.DONE,
        acting(actor, Permission.SWITCH_REMINDERS),
        Subject("reminders", "all"),
        details={"is_on": is_on},
    )
    record(session, settings, deed, now=now)
    return True
