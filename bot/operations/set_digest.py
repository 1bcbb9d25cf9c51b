"""Set up the digest of a channel, or change it: a change ends what was and begins anew."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from bot.access import Actor, Permission, acting, require
from bot.audit.deeds import Deed, Private, Stage, Subject
from bot.audit.record import record
from bot.errors import BadRequest
from bot.models import IS_SET_UP, Digest
from bot.queries.digest_owing import DigestFilter
from bot.settings import Settings
from bot.slack_directory import require_own_channel
from bot.slack_objects import SlackChannel

KIND = "set_digest"

_DIGESTS: Any = Digest.__table__
_TURN = text("SELECT pg_advisory_xact_lock(7246006)")


@dataclass(frozen=True, slots=True)
class NewDigest:
    """How a digest is to be: when, of what, and whether a day without anything goes by silently.

    Shape: `weekdays` has ISO's numbers, 1 for Monday.
    """

    wanted: DigestFilter
    hour: int
    time_zone: str
    weekdays: frozenset[int]
    is_quiet: bool


def request(
    session: Session,
    actor: Actor,
    settings: Settings,
    new: NewDigest,
    *,
    channel: SlackChannel | None,
    business_at: datetime,
    now: datetime,
) -> int:
    """Set it up in a channel, as Slack tells of it at this moment; the digest's id.

    Raises: NotAllowed; BadRequest for a digest of no day; NotFound for a channel that the bot can't
        see; Refused for one where amounts must not be shown.
    """
    require(actor, Permission.MANAGE_DIGESTS)
    if not new.weekdays:
        raise BadRequest("Choose at least one day of the week.")
    channel = require_channel(channel)
    # A channel has one; two who set it up at once would each find none.
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_TURN)
    before = session.scalar(select(Digest).where(IS_SET_UP, Digest.channel_id == channel.id))
    if before is not None and _facts(before) == _wanted(new):
        return before.id
    if before is not None:
        end(session, before.id, actor, now=now)
    digest = _digest(channel, new, actor, business_at=business_at, now=now)
    session.add(digest)
    session.flush()
    was = None if before is None else _told(_facts(before))
    deed = Deed(
        KIND,
        Stage.DONE,
        acting(actor, Permission.MANAGE_DIGESTS),
        Subject("channel", channel.id),
        account_id=new.wanted.account_id,
        details={"before": was, "after": _told(_wanted(new))},
    )
    record(session, settings, deed, now=now)
    return digest.id


def require_channel(channel: SlackChannel | None) -> SlackChannel:
    """A channel in which a digest may be posted.

    Raises: NotFound and Refused, saying what would be right.
    """
    said = "A digest is posted in a channel, not in a direct message."
    return require_own_channel(channel, direct=said)


def end(session: Session, digest_id: int, actor: Actor, *, now: datetime) -> bool:
    """End a set-up; whether it had not ended before."""
    ended = (
        update(_DIGESTS)
        .where(_DIGESTS.c.id == digest_id, _DIGESTS.c.ended_at.is_(None))
        .values(ended_by=actor.user_id, ended_at=now)
        .returning(_DIGESTS.c.id)
    )
    return session.execute(ended).one_or_none() is not None


def _digest(
    channel: SlackChannel, new: NewDigest, actor: Actor, *, business_at: datetime, now: datetime
) -> Digest:
    return Digest(
        channel_id=channel.id,
        channel_name=channel.name,
        account_id=new.wanted.account_id,
        owner_id=new.wanted.owner_id,
        currency=new.wanted.currency,
        minimum=new.wanted.minimum,
        hour=new.hour,
        time_zone=new.time_zone,
        weekdays="".join(map(str, sorted(new.weekdays))),
        is_quiet=new.is_quiet,
        set_by=actor.user_id,
        set_at=now,
        since_at=business_at,
        ended_by=None,
        ended_at=None,
    )


def _facts(digest: Digest) -> dict[str, Any]:
    return {
        "account": digest.account_id,
        "owner": digest.owner_id,
        "currency": digest.currency,
        "minimum": digest.minimum,
        "hour": digest.hour,
        "zone": digest.time_zone,
        "weekdays": digest.weekdays,
        "quiet": digest.is_quiet,
    }


def _wanted(new: NewDigest) -> dict[str, Any]:
    return {
        "account": new.wanted.account_id,
        "owner": new.wanted.owner_id,
        "currency": new.wanted.currency,
        "minimum": new.wanted.minimum,
        "hour": new.hour,
        "zone": new.time_zone,
        "weekdays": "".join(map(str, sorted(new.weekdays))),
        "quiet": new.is_quiet,
    }


def _told(facts: dict[str, Any]) -> dict[str, Any]:
    owner = facts["owner"]
    return facts | {"owner": owner and Private(owner, about=owner)}
