"""Take a channel off the list of those where answers may be shared; the row stays, marked."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.access import Actor, Permission, require
from bot.models import SharedChannel


def request(session: Session, actor: Actor, *, channel_id: str, now: datetime) -> str | None:
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
    return name
