"""A customer's own channel in Slack: which ones may be one, whose it is, and whether it still is.

People of the customer read along there, so it may be told that customer's own figures and no
others. Everywhere else a channel with people from outside is told no figures at all.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from bot.database import Reading, insert_into
from bot.effects import Means
from bot.errors import NotFound, Refused
from bot.models import Account, AccountTerms, CustomerChannel
from bot.queries.channels import find_channel
from bot.queries.digests import find_digest_of_channel
from bot.queries.terms import find_terms
from bot.settings import Settings
from bot.slack_directory import UNSEEN
from bot.slack_objects import SlackChannel, read_channel
from bot.slack_posting import Place

_CHANNELS: Any = CustomerChannel.__table__


def require_suitable(
    reading: Reading, settings: Settings, channel: SlackChannel | None
) -> SlackChannel:
    """See that a channel may be a customer's, as Slack tells of it at this moment.

    Raises: Refused with what is wrong with it.
    """
    if channel is None:
        raise Refused(UNSEEN)
    name = f"#{channel.name}"
    if channel.is_direct:
        raise Refused("A customer’s channel has to be a channel, no direct message.")
    if channel.is_archived:
        raise Refused(f"{name} is archived: nobody can write there.")
    own = {settings.approvals_channel, settings.disputes_channel}
    has_digest = find_digest_of_channel(reading, channel.id) is not None
    if has_digest or channel.id in own or find_channel(reading, channel.id) is not None:
        raise Refused(f"{name} is a channel of your own desk, where other customers are named too.")
    if not channel.is_connected:
        raise Refused(
            f"{name} is not shared with another organisation by Slack Connect, so nobody of the "
            "customer would read there."
        )
    if not channel.is_member:
        raise Refused(f"I am not in {name}. Invite me first: /invite @Tallyman there.")
    return channel


def claim(session: Session, channel: SlackChannel, account_id: int, *, now: datetime) -> None:
    """Make a channel that customer's own, with those who read along there now.

    Raises: Refused where it is another customer's.
    """
    owner_id = _owner_of(session, account_id)
    told = {"name": channel.name, "team_ids": ",".join(channel.team_ids), "seen_at": now}
    new = insert_into(session, _CHANNELS).values(
        channel_id=channel.id, owner_account_id=owner_id, **told
    )
    claimed = new.on_conflict_do_update(
        index_elements=[_CHANNELS.c.channel_id],
        set_=told,
        where=_CHANNELS.c.owner_account_id == owner_id,
    ).returning(_CHANNELS.c.channel_id)
    if session.execute(claimed).first() is None:
        raise Refused(
            f"#{channel.name} belongs to another customer. Two customers never share a channel."
        )


def drop_unused(session: Session) -> None:
    """Forget the channels that no account has any more, so that they may become another's."""
    used = exists().where(AccountTerms.channel_id == _CHANNELS.c.channel_id)
    session.execute(delete(_CHANNELS).where(~used))


def place_now(means: Means, account_id: int, channel_id: str) -> Place:
    """Where to write to an account at this moment, by what Slack says now.

    `channel_id` is the channel that somebody saw who had it sent.
    Raises: Refused where it is not the customer's any more, or others have come to read along;
        what SlackAPI.ask raises.
    """
    runtime = means.runtime
    with runtime.database.looking() as reading:
        kept = find_terms(reading, [account_id])[account_id].channel
    if kept is None or kept.id != channel_id or not kept.is_theirs:
        raise Refused("The account has another channel by now, or none.")
    try:
        answer = means.slack.ask("conversations.info", {"channel": channel_id})
    except NotFound:
        raise Refused(UNSEEN) from None
    seen = read_channel(answer.get("channel"))
    with runtime.database.looking() as reading:
        channel = require_suitable(reading, runtime.settings, seen)
    if channel.id != channel_id:
        raise Refused(UNSEEN)
    if not set(channel.team_ids) <= set(kept.team_ids):
        raise Refused(
            f"Another organisation has joined #{channel.name} since it was chosen. A billing admin "
            "has to choose it again."
        )
    return Place(channel_id)


def _owner_of(session: Session, account_id: int) -> int:
    """The organisation of an account, or the account itself."""
    parent_id = session.scalar(select(Account.parent_id).where(Account.id == account_id))
    return parent_id or account_id
