"""Say that one has seen a digest; its message says so to everybody."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.access import Actor, Permission, acting, require
from bot.audit.deeds import Deed, Stage, Subject
from bot.audit.record import record
from bot.database import insert_into
from bot.models import DigestSighting
from bot.operations import update_announcement
from bot.queries.digests import DigestOfDay
from bot.settings import Settings

KIND = "see_digest"


def request(
    session: Session,
    actor: Actor,
    settings: Settings,
    post: DigestOfDay,
    *,
    business_at: datetime,
    now: datetime,
) -> bool:
    """Record it, once per person; whether it is the first time.

    Raises: NotAllowed for somebody without a role.
    """
    require(actor, Permission.VIEW_INVOICES)
    new = insert_into(session, DigestSighting).values(
        post_id=post.id, person_id=actor.user_id, at=business_at
    )
    added = session.execute(new.on_conflict_do_nothing().returning(DigestSighting.post_id))
    if added.one_or_none() is None:
        return False
    if post.message_id is not None:
        update_announcement.request(session, post.message_id, now=now)
    deed = Deed(
        KIND,
        Stage.DONE,
        acting(actor, Permission.VIEW_INVOICES),
        Subject("channel", post.channel_id),
        details={"day": post.day.isoformat()},
    )
    record(session, settings, deed, now=now)
    return True
