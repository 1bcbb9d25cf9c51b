"""Take a channel off the list of those where answers may be shared; the row stays, marked."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.access import Actor, Permission, acting, require
from bot.audit.deeds import Deed, Stage, Subject
from bot.audit.record import record
from bot.models import SharedChannel
from bot.settings import Settings


def request(
    session: Session, actor: Actor, settings: Settings, *, channel_id: str, now: datetime
) -> str | None:
    """Record that answers may no longer be shared in a channel.

    Shape: its name; None when they could not be before.
    Raises: NotAllowed.
    """
    require(actor, Permission.MANAGE_CHANNELS)
    gone = session.execute(
        update(SharedChannel)
        .where(SharedChannel.channel_id == channel_id, SharedChannel.removed_at.is_(None))
        .values(removed_by=actor.user_id, removed_at=now)
        .returning(SharedChannel.name)
    )
    name: str | None = gone.scalars().first()
    if name is not None:
        deed = Deed(
            "remove_channel",
            Stage.DONE,
            acting(actor, Permission.MANAGE_CHANNELS),
            Subject("channel", channel_id),
            details={"name": name},
        )
        record(session, settings, deed, now=now)
    return name
