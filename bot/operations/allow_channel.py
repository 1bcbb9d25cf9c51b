"""Put a channel on the list of those where answers may be shared."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.access import Actor, Permission, acting, require
from bot.audit.deeds import Deed, Stage, Subject
from bot.audit.record import record
from bot.database import insert_into
from bot.models import SharedChannel
from bot.settings import Settings
from bot.slack_directory import require_own_channel
from bot.slack_objects import SlackChannel


def request(
    session: Session,
    actor: Actor,
    settings: Settings,
    *,
    channel: SlackChannel | None,
    now: datetime,
) -> bool:
    """Record that answers may be shared in a channel, as Slack tells of it at this moment.

    Shape: whether it was not on the list before.
    Raises: NotAllowed; NotFound for a channel that the bot can't see; Refused for one that answers
        must not be shared in.
    """
    require(actor, Permission.MANAGE_CHANNELS)
    said = "Answers can be shared in channels only, not in direct messages."
    channel = require_own_channel(channel, direct=said)
    new = insert_into(session, SharedChannel).values(
        channel_id=channel.id,
        name=channel.name,
        is_external=False,
        allowed_by=actor.user_id,
        allowed_at=now,
    )
    added = session.execute(new.on_conflict_do_nothing().returning(SharedChannel.id))
    if added.first() is None:
        return False
    deed = Deed(
        "allow_channel",
        Stage.DONE,
        acting(actor, Permission.MANAGE_CHANNELS),
        Subject("channel", channel.id),
        details={"name": channel.name},
    )
    record(session, settings, deed, now=now)
    return True
