"""Sharing an answer with a channel: only where an admin allowed it and nobody else listens."""

from collections.abc import Callable

from bot.database_clock import database_now
from bot.errors import Misconfigured, Unavailable
from bot.operations import share_answer
from bot.queries.channels import find_channel
from bot.slack_directory import find_slack_channel
from bot.slack_objects import SlackChannel
from bot.views import sharing
from bot.views.blocks import Message
from handlers.slack.context import WANTED_CHARACTERS_MAX, Ask


def share(ask: Ask, work: Callable[[Ask], Message], *, press: str) -> Message:
    """The answer for the whole channel, or for the asker alone with the reason why.

    Shape: where the bot is a member, what can be kept up to date is posted as a message of its own,
        and the answer only says so. `press` is Slack's name for this very command.
    Raises: whatever the work raises.
    """
    message = work(ask)
    if not message.is_shareable:
        return sharing.not_shared(message, sharing.NO_ANSWER)
    room = _room(ask)
    if isinstance(room, str):
        return sharing.not_shared(message, room)
    is_posted = message.live is not None and room.is_member
    answer = share_answer.Answer(
        room.id, message, wanted=ask.request.wanted[:WANTED_CHARACTERS_MAX]
    )
    settings = ask.desk.runtime.settings
    with ask.desk.runtime.database.writing() as session:
        now = database_now(session, ask.sight.real_now)
        if is_posted:
            name = press or ask.request.id
            share_answer.request(session, ask.actor, settings, answer, press=name, now=now)
        else:
            share_answer.show(session, ask.actor, settings, answer, now=now)
    return sharing.posting() if is_posted else sharing.shared(message)


def _room(ask: Ask) -> SlackChannel | str:
    """The channel, where answers may be shared in it; else what keeps them out of it.

    The list says where an admin allowed it; whether the channel is shared with others is asked of
    Slack at this moment, as an event about that may be late or lost.
    """
    channel_id = ask.request.caller.channel_id
    # Slack's ids of direct messages begin so; those of groups of people are not on the list either.
    if channel_id is None or channel_id.startswith("D"):
        return sharing.NO_CHANNEL
    with ask.desk.runtime.database.looking() as reading:
        listed = find_channel(reading, channel_id)
    if listed is not None and listed.is_external:
        return sharing.EXTERNAL
    room = _room_now(ask, channel_id)
    if listed is not None:
        return room
    # Nobody is sent to an admin who could not allow it either.
    return sharing.EXTERNAL if room == sharing.EXTERNAL else sharing.NOT_LISTED


def _room_now(ask: Ask, channel_id: str) -> SlackChannel | str:
    try:
        channel = find_slack_channel(ask.desk.slack, channel_id)
    except (Unavailable, Misconfigured):
        return sharing.UNCERTAIN
    if channel is None or channel.id != channel_id:
        return sharing.UNSEEN
    if channel.is_archived:
        return sharing.ARCHIVED
    return sharing.EXTERNAL if channel.is_external or channel.is_direct else channel
