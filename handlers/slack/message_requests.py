"""What Slack sends about messages: shortcuts on them, mentions in them, and words typed to search.

The rest of what Slack sends is read in requests.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.slack_objects import SlackMessage, is_channel_id, is_user_id, read_message
from handlers.slack.requests import Caller, Happening, read_person, text_of

# More than anybody types to find something.
TYPED_CHARACTERS_MAX = 200


@dataclass(frozen=True, slots=True)
class Shortcut:
    """Somebody chose a shortcut of ours on a message; `message` is None for one that is none."""

    caller: Caller
    callback_id: str
    trigger_id: str
    response_url: str
    message: SlackMessage | None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Somebody types in a menu that is filled by what they have typed."""

    caller: Caller
    action_id: str
    typed: str


@dataclass(frozen=True, slots=True)
class Mention:
    """Somebody speaks to the bot in a channel."""

    caller: Caller
    channel_id: str
    message: SlackMessage


def parse_shortcut(body: Mapping[str, Any]) -> Shortcut:
    """Read a shortcut.

    Source: docs.slack.dev/reference/interaction-payloads/shortcuts-interaction-payload, 2026-11.
    """
    return Shortcut(
        caller=read_person(body),
        callback_id=text_of(body.get("callback_id")),
        trigger_id=text_of(body.get("trigger_id")),
        response_url=text_of(body.get("response_url")),
        message=read_message(body.get("message")),
    )


def parse_suggestion(body: Mapping[str, Any]) -> Suggestion:
    """Read what somebody types into a menu.

    Source: docs.slack.dev/reference/interaction-payloads/block_suggestion-payload, read 2026-11.
    """
    return Suggestion(
        caller=read_person(body),
        action_id=text_of(body.get("action_id")),
        typed=text_of(body.get("value"))[:TYPED_CHARACTERS_MAX],
    )


def parse_mention(happening: Happening) -> Mention | None:
    """Read a mention; None for one by a bot or without a place.

    Source: docs.slack.dev/reference/events/app_mention, read 2026-11. `user_team` is there for
        people of other organisations.
    """
    event = happening.event
    user_id, channel_id = text_of(event.get("user")), text_of(event.get("channel"))
    message = read_message(event)
    if event.get("bot_id") or not is_user_id(user_id) or not is_channel_id(channel_id):
        return None
    if message is None:
        return None
    own = text_of(event.get("user_team")) or text_of(event.get("team")) or happening.team_id
    caller = Caller(
        team_id=happening.team_id,
        user_team_id=own,
        user_id=user_id,
        channel_id=channel_id,
        installed_enterprise_id=happening.installed_enterprise_id,
    )
    return Mention(caller, channel_id, message)
