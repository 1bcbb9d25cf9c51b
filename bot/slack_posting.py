"""Messages that stay: posted once, found again after a doubtful answer, changed in place.

Slack takes no idempotency key for a message. Each carries an opaque key in its metadata instead,
which any member could read and which tells nothing; by it a message is found whose answer was lost.
The same key goes along as client_msg_id, which Slack looks at without documenting what for.
"""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.errors import NotFound, Unavailable
from bot.slack_api import SlackAPI
from bot.slack_failures import SlackRefused
from bot.slack_objects import read_channel

_NAMESPACE = uuid.UUID("6f1d6a52-6f53-4a3c-9a64-0c1f4b9a7b52")
EVENT_TYPE = "tallyman_message"
# Slack's clock and ours may differ by so much.
CLOCKS_APART_SECONDS = 300
# Messages a page, and pages that are looked through for one of ours.
FOUND_PER_PAGE, PAGES_MAX = 100, 20
# Slack refused the blocks, not the message.
BLOCKS_REFUSED = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"})


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message goes: a channel, or a thread in it; a person's id is a word to them alone."""

    channel_id: str
    thread_ts: str | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """What a message shows: text for notifications, and blocks, the best of several first."""

    text: str
    choices: tuple[Sequence[dict[str, Any]], ...]


@dataclass(frozen=True, slots=True)
class Posted:
    """A message that Slack has taken.

    Shape: `ts` is Slack's name for it in its channel; `refused` is Slack's word for what it did not
        like about a better form of it, None where it took the best.
    """

    ts: str
    refused: str | None


def post_message(slack: SlackAPI, place: Place, content: Content, *, key: str) -> Posted:
    """Post a message in the best of its forms that Slack takes.

    Raises: what SlackAPI.post raises.
    """
    mark = _mark_of(key)
    answer, refused = _with_choices(
        slack,
        "chat.postMessage",
        content,
        {
            "channel": place.channel_id,
            "thread_ts": place.thread_ts,
            "metadata": {"event_type": EVENT_TYPE, "event_payload": {"k": mark}},
            "client_msg_id": mark,
            "unfurl_links": False,
            "unfurl_media": False,
        },
    )
    ts = answer.get("ts")
    if not isinstance(ts, str) or not ts:
        raise Unavailable("Slack did not say where it put the message.")
    return Posted(ts, refused)


def ask_why_silent(slack: SlackAPI, place: Place) -> str | None:
    """Why a word that could be left unsaid is left unsaid in a place, by what Slack says now.

    Raises: what SlackAPI.ask raises.
    """
    try:
        answer = slack.ask("conversations.info", {"channel": place.channel_id})
    except NotFound:
        return "I can’t see that conversation."
    channel = read_channel(answer.get("channel"))
    if channel is None:
        return "I can’t see that conversation."
    if channel.is_external:
        return "People of another organisation read along there."
    if channel.is_archived:
        return "The channel is archived."
    return None if channel.is_member or channel.is_direct else "I am not in that channel."


def open_direct(slack: SlackAPI, person_id: str) -> str:
    """The direct conversation with a person, opened where there was none; the same one each time.

    Raises: what SlackAPI.post raises.
    Source: docs.slack.dev/reference/methods/conversations.open, read 2026-11.
    """
    channel = slack.post("conversations.open", {"users": person_id}).get("channel")
    channel_id = channel.get("id") if isinstance(channel, dict) else None
    if not isinstance(channel_id, str) or not channel_id:
        raise Unavailable("Slack did not say where it speaks with that person.")
    return channel_id


def update_message(slack: SlackAPI, channel_id: str, ts: str, content: Content) -> str | None:
    """Let a message show something else; the same twice changes nothing.

    Shape: Slack's word for what it did not like about a better form of it, as in Posted.

    Raises: what SlackAPI.post raises.
    """
    _, refused = _with_choices(slack, "chat.update", content, {"channel": channel_id, "ts": ts})
    return refused


def find_message(
    slack: SlackAPI, place: Place, *, key: str, since: datetime, bot_id: str
) -> str | None:
    """The message of ours that was posted with this key, or None when it is not there.

    Raises: what SlackAPI.ask raises; Unavailable also where too much was said since to be sure.
    """
    mark = _mark_of(key)
    for message in _messages(slack, place, since=since):
        metadata = message.get("metadata") or {}
        told = metadata.get("event_payload") if isinstance(metadata, dict) else None
        is_marked = isinstance(told, dict) and told.get("k") == mark
        # Others could copy the mark; only Slack says whose a message is.
        if is_marked and message.get("bot_id") == bot_id:
            return str(message["ts"])
    return None


def _mark_of(key: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, key))


def _with_choices(
    slack: SlackAPI, method: str, content: Content, arguments: dict[str, Any]
) -> tuple[dict[str, Any], str | None]:
    """Try each choice of blocks until Slack takes one; the text alone comes last.

    Shape: its answer, and why it did not take the choice before.
    """
    given, why = {**arguments, "text": content.text}, None
    for blocks in content.choices:
        try:
            return slack.post(method, {**given, "blocks": list(blocks)}), why
        except SlackRefused as refused:
            if refused.error not in BLOCKS_REFUSED:
                raise
            why = refused.error
    return slack.post(method, {**given, "blocks": []}), why


def _messages(slack: SlackAPI, place: Place, *, since: datetime) -> Iterator[dict[str, Any]]:
    asked: dict[str, Any] = {
        "channel": place.channel_id,
        "oldest": f"{since.timestamp() - CLOCKS_APART_SECONDS:.6f}",
        "include_all_metadata": True,
        "limit": FOUND_PER_PAGE,
    }
    method = "conversations.history"
    if place.thread_ts is not None:
        method, asked["ts"] = "conversations.replies", place.thread_ts
    for _ in range(PAGES_MAX):
        try:
            page = slack.ask(method, asked)
        except NotFound:
            return
        yield from (one for one in page.get("messages") or () if isinstance(one, dict))
        asked["cursor"] = (page.get("response_metadata") or {}).get("next_cursor")
        if not asked["cursor"]:
            return
    raise Unavailable("Too much was said in the channel to find the message again.")
