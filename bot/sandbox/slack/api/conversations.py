"""Channels and what was said in them, as far as the bot may know."""

from bot.sandbox.slack.api.paging import take_page
from bot.sandbox.slack.api.places import (
    READ_SCOPE,
    direct_channel,
    known_channel,
    known_person,
    missing_scope,
    need_scope,
)
from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.payloads import message_part
from bot.sandbox.slack.records import Channel, ChannelKind, Json, Message
from bot.sandbox.slack.state import State

USUAL_PAGE = 100
PEOPLE_MAX = 8
KIND_OF_TYPE: dict[str, ChannelKind] = {
    "public_channel": "public",
    "private_channel": "private",
    "im": "im",
    "mpim": "mpim",
}


def info(state: State, arguments: Json) -> Json:
    """conversations.info."""
    channel = known_channel(state, arguments["channel"])
    need_scope(state, channel, "read")
    shown = _channel(state, channel)
    if arguments.get("include_num_members"):
        shown["num_members"] = len(channel.members)
    return {"channel": shown}


def list_all(state: State, arguments: Json) -> Json:
    """conversations.list: public channels, and the others that the bot is in."""
    types = [each.strip() for each in arguments.get("types", "public_channel").split(",")]
    if any(each not in KIND_OF_TYPE for each in types):
        raise SlackError("invalid_types")
    kinds = [KIND_OF_TYPE[each] for each in types]
    for kind in kinds:
        scope = f"{READ_SCOPE[kind]}:read"
        if scope not in state.manifest.scopes:
            raise missing_scope(state, scope)
    bot = state.app.bot_user_id
    found = [
        each
        for each in state.workspace.channels.values()
        if each.kind in kinds
        and (each.kind == "public" or bot in each.members)
        and not (arguments.get("exclude_archived") and each.is_archived)
    ]
    page, metadata = take_page(found, arguments, usual=USUAL_PAGE)
    return {
        "channels": [_channel(state, each) for each in page],
        "response_metadata": metadata,
    }


def members(state: State, arguments: Json) -> Json:
    """conversations.members."""
    channel = known_channel(state, arguments["channel"])
    need_scope(state, channel, "read")
    page, metadata = take_page(channel.members, arguments, usual=USUAL_PAGE)
    return {"members": page, "response_metadata": metadata}


def history(state: State, arguments: Json) -> Json:
    """conversations.history: newest first, without the answers in threads."""
    channel = _readable(state, arguments["channel"])
    found = [
        each
        for each in reversed(state.workspace.list_messages(channel.id))
        if each.is_in_channel and _is_between(each, arguments)
    ]
    page, metadata = take_page(found, arguments, usual=USUAL_PAGE)
    more = bool(metadata["next_cursor"])
    answer: Json = {
        "messages": [_message(state, each, arguments) for each in page],
        "has_more": more,
        "pin_count": 0,
    }
    return answer | ({"response_metadata": metadata} if more else {})


def replies(state: State, arguments: Json) -> Json:
    """conversations.replies: the first message of a thread and its answers, oldest first."""
    channel = _readable(state, arguments["channel"])
    parent = state.workspace.find_message(channel.id, arguments["ts"])
    if parent is None:
        raise SlackError("thread_not_found")
    root = parent.thread_ts or parent.ts
    thread = [
        each
        for each in state.workspace.list_messages(channel.id)
        if root in (each.ts, each.thread_ts) and (each.ts == root or _is_between(each, arguments))
    ]
    page, metadata = take_page(thread, arguments, usual=USUAL_PAGE)
    more = bool(metadata["next_cursor"])
    answer: Json = {
        "messages": [_message(state, each, arguments) for each in page],
        "has_more": more,
    }
    return answer | ({"response_metadata": metadata} if more else {})


def open_direct(state: State, arguments: Json) -> Json:
    """conversations.open: the direct conversation with one person, or with a few."""
    if "channel" in arguments:
        channel = known_channel(state, arguments["channel"])
        if channel.kind not in ("im", "mpim"):
            raise SlackError("method_not_supported_for_channel_type")
        return {"channel": {"id": channel.id}, "no_op": True, "already_open": True}
    ids = [each.strip() for each in arguments.get("users", "").split(",") if each.strip()]
    if not ids:
        raise SlackError("users_list_not_supplied")
    if len(ids) > PEOPLE_MAX:
        raise SlackError("too_many_users")
    scope = "im:write" if len(ids) == 1 else "mpim:write"
    if scope not in state.manifest.scopes:
        raise missing_scope(state, scope)
    people = [known_person(state, each) for each in ids]
    was_open = state.workspace.find_direct({state.app.bot_user_id, *ids}) is not None
    channel = direct_channel(state, people)
    shown = _channel(state, channel) if arguments.get("return_im") else {"id": channel.id}
    already = {"no_op": True, "already_open": True} if was_open else {}
    return {"channel": shown, **already}


def _readable(state: State, channel_id: str) -> Channel:
    channel = known_channel(state, channel_id)
    need_scope(state, channel, "history")
    if state.app.bot_user_id not in channel.members:
        raise SlackError("not_in_channel")
    return channel


def _is_between(message: Message, arguments: Json) -> bool:
    oldest, latest = arguments.get("oldest", "0"), arguments.get("latest")
    at = _moment(message.ts, "invalid_ts_latest")
    low = _moment(oldest, "invalid_ts_oldest")
    high = _moment(latest, "invalid_ts_latest") if latest else at + 1
    if arguments.get("inclusive"):
        return low <= at <= high
    return low < at < high


def _moment(ts: str, error: str) -> int:
    seconds, _, micros = ts.partition(".")
    if not seconds.isdecimal() or (micros and not micros.isdecimal()):
        raise SlackError(error)
    return int(seconds) * 1_000_000 + int(micros.ljust(6, "0")[:6] or 0)


def _message(state: State, message: Message, arguments: Json) -> Json:
    shown = message_part(state, message)
    if not arguments.get("include_all_metadata"):
        shown.pop("metadata", None)
    return shown


def _teams(state: State, channel: Channel) -> Json:
    """Whose people are in a shared channel.

    Source: slack-go/slack 1253 shows the fields of a real answer, read 2026-11.
    """
    if not channel.is_ext_shared:
        return {}
    people = state.workspace.people
    teams = {people[each].team_id for each in channel.members if each in people}
    own = state.workspace.team.id
    return {
        "shared_team_ids": sorted({own, *teams}),
        "connected_team_ids": sorted(teams - {own}),
        "internal_team_ids": [],
        "pending_connected_team_ids": [],
        "conversation_host_id": own,
    }


def _channel(state: State, channel: Channel) -> Json:
    shown: Json = {
        "id": channel.id,
        "is_im": channel.kind == "im",
        "is_mpim": channel.kind == "mpim",
        "is_channel": channel.kind == "public",
        "is_group": channel.kind == "private",
        "is_private": channel.kind != "public",
        "is_archived": channel.is_archived,
        "is_org_shared": False,
        "context_team_id": state.workspace.team.id,
    }
    if channel.kind == "im":
        others = [each for each in channel.members if each != state.app.bot_user_id]
        gone = state.workspace.people[others[0]].kind == "deactivated"
        return shown | {"user": others[0], "is_user_deleted": gone}
    return shown | {
        "name": channel.name,
        "name_normalized": channel.name,
        "is_general": channel.name == "general",
        "is_shared": channel.is_ext_shared,
        "is_ext_shared": channel.is_ext_shared,
        "is_pending_ext_shared": False,
        **_teams(state, channel),
        "is_member": state.app.bot_user_id in channel.members,
        "topic": {"value": channel.topic, "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
    }
