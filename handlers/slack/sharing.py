"""Sharing an answer with a channel: only where an admin allowed it and nobody else listens."""

from collections.abc import Callable

from bot.errors import Misconfigured, Unavailable
from bot.queries.channels import find_channel
from bot.slack_directory import find_slack_channel
from bot.views import sharing
from bot.views.blocks import Message
from handlers.slack.context import Ask


def share(ask: Ask, work: Callable[[Ask], Message]) -> Message:
    """The answer for the whole channel, or for the asker alone with the reason why.

    Raises: whatever the work raises.
    """
    message = work(ask)
    if not message.is_shareable:
        return sharing.not_shared(message, sharing.NO_ANSWER)
    why = _obstacle(ask)
    return sharing.shared(message) if why is None else sharing.not_shared(message, why)


def _obstacle(ask: Ask) -> str | None:
    """What keeps answers out of this channel; None when they may be shared there.

    The list says where an admin allowed it; whether the channel is shared with others is asked of
    Slack at this moment, as an event about that may be late or lost.
    """
    channel_id = ask.request.caller.channel_id
    # Slack's ids of direct messages begin so; those of groups of people are not on the list either.
    if channel_id is None or channel_id.startswith("D"):
        return sharing.NO_CHANNEL
    with ask.desk.runtime.database.looking() as reading:
        listed = find_channel(reading, channel_id)
    if listed is None:
        return sharing.NOT_LISTED
    return sharing.EXTERNAL if listed.is_external else _obstacle_now(ask, channel_id)


def _obstacle_now(ask: Ask, channel_id: str) -> str | None:
    try:
        channel = find_slack_channel(ask.desk.slack, channel_id)
    except (Unavailable, Misconfigured):
        return sharing.UNCERTAIN
    if channel is None or channel.id != channel_id:
        return sharing.UNSEEN
    if channel.is_archived:
        return sharing.ARCHIVED
    return sharing.EXTERNAL if channel.is_external or channel.is_direct else None
