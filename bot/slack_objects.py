"""People, groups and channels, read from what Slack sends of them.

Events and the Web API tell of them in the same form, so both are read here, and nothing after this
file looks into Slack's dicts for them.
Source: docs.slack.dev/reference/objects (user, usergroup, conversation), read 2026-11.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# More than Slack lets anybody write into these.
NAME_CHARACTERS_MAX = 255
# Slack's own voice, which its API calls no bot.
SLACKBOT = "USLACKBOT"

# Of a message so much is read, and its blocks so deep.
WORDS_CHARACTERS_MAX, WORDS_DEPTH_MAX = 20_000, 12
# Where blocks and attachments keep what people read.
WORDY = ("text", "title", "pretext", "value", "url", "title_link", "from_url")

_TS = re.compile(r"[0-9]{1,12}\.[0-9]{1,10}", re.ASCII)
_USER_ID = re.compile(r"[UW][A-Z0-9]{1,31}", re.ASCII)
_GROUP_ID = re.compile(r"S[A-Z0-9]{1,31}", re.ASCII)
_CHANNEL_ID = re.compile(r"[CDG][A-Z0-9]{1,31}", re.ASCII)


@dataclass(frozen=True, slots=True)
class SlackPerson:
    """Somebody with a Slack account.

    Shape: `team_ids` are the workspaces that they are a full part of, their own one first.
    """

    id: str
    team_ids: tuple[str, ...]
    name: str
    real_name: str
    email: str | None
    is_guest: bool
    is_bot: bool
    is_deactivated: bool
    is_stranger: bool


@dataclass(frozen=True, slots=True)
class SlackGroup:
    """A user group; `members` is None where Slack left them out, as it does of large ones."""

    id: str
    handle: str
    name: str
    is_disabled: bool
    members: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class SlackChannel:
    """A conversation; `is_external` when another organisation is in it, or invited to it.

    `is_member` when the bot itself is in it, `is_connected` when another organisation really is,
    and `team_ids` are those whose people read along, as far as Slack tells, in one order.
    """

    id: str
    name: str
    is_direct: bool
    is_archived: bool
    is_external: bool
    is_member: bool
    is_connected: bool
    team_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SlackMessage:
    """What somebody said: `words` is all that stands in it, `thread_ts` the head of its thread."""

    ts: str
    thread_ts: str | None
    words: str


def is_user_id(text: str) -> bool:
    """Whether this may be the id of a person."""
    return _USER_ID.fullmatch(text) is not None


def is_group_id(text: str) -> bool:
    """Whether this may be the id of a user group."""
    return _GROUP_ID.fullmatch(text) is not None


def is_channel_id(text: str) -> bool:
    """Whether this may be the id of a conversation."""
    return _CHANNEL_ID.fullmatch(text) is not None


def read_person(user: Any) -> SlackPerson | None:
    """Somebody, as users.info, users.list and user_change tell of them; None when it is nobody."""
    if not isinstance(user, Mapping) or not is_user_id(_text(user.get("id"))):
        return None
    profile, enterprise = _inside(user, "profile"), _inside(user, "enterprise_user")
    others = enterprise.get("teams")
    own = _text(user.get("team_id")) or _text(profile.get("team"))
    teams = [own, *(others if isinstance(others, list) else [])]
    name = _text(user.get("name")) or _text(profile.get("display_name"))
    email = _text(profile.get("email"))
    return SlackPerson(
        id=user["id"],
        team_ids=tuple(dict.fromkeys(team for team in teams if team and isinstance(team, str))),
        name=_name(name or user["id"]),
        real_name=_name(
            _text(profile.get("real_name")) or _text(user.get("real_name")) or name or user["id"]
        ),
        email=_name(email) or None,
        is_guest=_is(user, "is_restricted") or _is(user, "is_ultra_restricted"),
        is_bot=_is(user, "is_bot") or _is(user, "is_workflow_bot") or user["id"] == SLACKBOT,
        is_deactivated=_is(user, "deleted"),
        is_stranger=_is(user, "is_stranger"),
    )


def read_group(group: Any) -> SlackGroup | None:
    """A user group, as usergroups.list and the subteam events tell of it; None when it is none."""
    if not isinstance(group, Mapping) or not is_group_id(_text(group.get("id"))):
        return None
    users = group.get("users")
    return SlackGroup(
        id=group["id"],
        handle=_name(_text(group.get("handle")) or group["id"]),
        name=_name(_text(group.get("name")) or _text(group.get("handle")) or group["id"]),
        is_disabled=bool(group.get("date_delete")),
        members=read_user_ids(users) if isinstance(users, list) else None,
    )


def read_channel(channel: Any) -> SlackChannel | None:
    """A conversation, as conversations.info tells of it; None when it is none."""
    if not isinstance(channel, Mapping) or not is_channel_id(_text(channel.get("id"))):
        return None
    # Shared within one's own organisation is not shared with another one.
    is_foreign = _is(channel, "is_shared") and not _is(channel, "is_org_shared")
    is_pending = _is(channel, "is_pending_ext_shared") or bool(channel.get("pending_shared"))
    return SlackChannel(
        id=channel["id"],
        name=_name(_text(channel.get("name")) or channel["id"]),
        is_direct=_is(channel, "is_im") or _is(channel, "is_mpim"),
        is_archived=_is(channel, "is_archived"),
        is_external=_is(channel, "is_ext_shared") or is_pending or is_foreign,
        is_member=_is(channel, "is_member"),
        is_connected=_is(channel, "is_ext_shared"),
        team_ids=_team_ids(channel),
    )


def _team_ids(channel: Mapping[str, Any]) -> tuple[str, ...]:
    """Slack names them in either field, its hosts' own among them; neither stands in every answer.

    Source: the conversation object in docs.slack.dev, and slack-go/slack 1253, read 2026-11.
    """
    lists = (channel.get("shared_team_ids"), channel.get("connected_team_ids"))
    named = {team for each in lists if isinstance(each, list) for team in each}
    return tuple(sorted(team for team in named if team and isinstance(team, str)))


def is_message_ts(text: str) -> bool:
    """Whether this may be Slack's name for a message in its channel."""
    return _TS.fullmatch(text) is not None


def read_message(message: Any) -> SlackMessage | None:
    """A message, as shortcuts, events and conversations.replies tell of it; None when it is none.

    Source: docs.slack.dev/reference/events/message, read 2026-11: `text` may be empty or short
        where blocks or attachments say more.
    """
    if not isinstance(message, Mapping) or not is_message_ts(_text(message.get("ts"))):
        return None
    thread_ts = _text(message.get("thread_ts"))
    parts = [_text(message.get("text"))]
    parts += _words(message.get("blocks"), WORDS_DEPTH_MAX)
    parts += _words(message.get("attachments"), WORDS_DEPTH_MAX)
    words = "\n".join(dict.fromkeys(part for part in parts if part))
    return SlackMessage(
        ts=message["ts"],
        thread_ts=thread_ts if is_message_ts(thread_ts) else None,
        words=words[:WORDS_CHARACTERS_MAX],
    )


def _words(part: Any, depth: int) -> list[str]:
    """The texts and addresses in a part of a message, in their order."""
    if not depth:
        return []
    if isinstance(part, list):
        return [word for each in part for word in _words(each, depth - 1)]
    if not isinstance(part, Mapping):
        return []
    own = [_text(part.get(name)) for name in WORDY]
    return own + [word for each in part.values() for word in _words(each, depth - 1)]


def read_user_ids(users: Any) -> tuple[str, ...]:
    """The ids of people in a list; what is no id is left out."""
    if not isinstance(users, list):
        return ()
    return tuple(user for user in users if isinstance(user, str) and is_user_id(user))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _name(text: str) -> str:
    # No database keeps these signs, and no name needs them.
    kept = "".join(sign for sign in text if sign != "\x00" and not "\ud800" <= sign <= "\udfff")
    return kept[:NAME_CHARACTERS_MAX]


def _is(value: Mapping[str, Any], flag: str) -> bool:
    return value.get(flag) is True


def _inside(value: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = value.get(key)
    return found if isinstance(found, Mapping) else {}
