"""Stop the digest of a channel; what it posted stays as it is."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.access import Actor, Permission, acting, require
from bot.audit.deeds import Deed, Stage, Subject
from bot.audit.record import record
from bot.operations import set_digest
from bot.queries.digests import DigestSetup
from bot.settings import Settings

KIND = "stop_digest"


def request(
    session: Session, actor: Actor, settings: Settings, setup: DigestSetup, *, now: datetime
) -> bool:
    """Stop it; whether nobody had done so before.

    Raises: NotAllowed for others than admins.
    """
    require(actor, Permission.MANAGE_DIGESTS)
    if not set_digest.end(session, setup.id, actor, now=now):
        return False
    deed = Deed(
        KIND,
        Stage.DONE,
        acting(actor, Permission.MANAGE_DIGESTS),
        Subject("channel", setup.channel_id),
        details={"digest": setup.id},
    )
    record(session, settings, deed, now=now)
    return True
