"""Post, change and take away messages."""

from typing import Any

from bot.sandbox.slack.answers import check_attachments, check_text
from bot.sandbox.slack.api.places import known_channel, own_message, writable_channel
from bot.sandbox.slack.block_kit import check_blocks, complete_blocks
from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.payloads import message_part
from bot.sandbox.slack.records import Channel, Json, Message
from bot.sandbox.slack.state import State

UPDATE_CHARACTERS_MAX = 4_000
MARKDOWN_CHARACTERS_MAX = 12_000


def post_message(state: State, arguments: Json) -> Json:
    """chat.postMessage."""
    content = _read_content(arguments)
    channel = writable_channel(state, arguments["channel"])
    thread_ts = _check_thread(state, channel, arguments)
    client_msg_id = arguments.get("client_msg_id")
    if client_msg_id and state.honours_client_msg_id:
        for each in state.workspace.list_messages(channel.id):
            if each.client_msg_id == client_msg_id:
                return _posted(state, each)
    message = Message(
        ts=state.workspace.next_ts(),
        channel=channel.id,
        user=state.app.bot_user_id,
        bot_id=state.app.bot_id,
        app_id=state.app.id,
        thread_ts=thread_ts,
        metadata=_check_metadata(arguments.get("metadata")),
        client_msg_id=client_msg_id if state.honours_client_msg_id else None,
        **content,
    )
    return _posted(state, state.workspace.post(message))


def post_ephemeral(state: State, arguments: Json) -> Json:
    """chat.postEphemeral."""
    content = _read_content(arguments)
    channel = writable_channel(state, arguments["channel"])
    person = arguments["user"]
    if person not in channel.members:
        raise SlackError("user_not_in_channel")
    message = Message(
        ts=state.workspace.next_ts(),
        channel=channel.id,
        user=state.app.bot_user_id,
        bot_id=state.app.bot_id,
        app_id=state.app.id,
        thread_ts=_check_thread(state, channel, arguments),
        only_for=person,
        **content,
    )
    state.workspace.post(message)
    return {"message_ts": message.ts}


def update(state: State, arguments: Json) -> Json:
    """chat.update."""
    content = _read_content(arguments)
    if len(content["text"]) > UPDATE_CHARACTERS_MAX:
        raise SlackError("msg_too_long")
    channel = known_channel(state, arguments["channel"])
    message = own_message(state, channel, arguments["ts"], "cant_update_message")
    metadata = _check_metadata(arguments.get("metadata"))
    message.text = content["text"]
    # Source: docs.slack.dev, chat.update: blocks and attachments that are left out stay.
    if "blocks" in arguments:
        message.blocks = content["blocks"]
    if "attachments" in arguments:
        message.attachments = content["attachments"]
    if metadata is not None:
        message.metadata = metadata
    message.edited_at = state.workspace.next_ts()
    message.chosen.clear()
    state.workspace.change(message)
    return {
        "channel": channel.id,
        "ts": message.ts,
        "text": message.text,
        "message": message_part(state, message),
    }


def delete(state: State, arguments: Json) -> Json:
    """chat.delete."""
    channel = known_channel(state, arguments["channel"])
    message = own_message(state, channel, arguments["ts"], "cant_delete_message")
    state.workspace.remove(message)
    return {"channel": channel.id, "ts": message.ts}


def get_permalink(state: State, arguments: Json) -> Json:
    """chat.getPermalink."""
    channel = known_channel(state, arguments["channel"])
    message = state.workspace.find_message(channel.id, arguments["message_ts"])
    if message is None:
        raise SlackError("message_not_found")
    link = f"https://{state.workspace.team.domain}.slack.com/archives/{channel.id}"
    link += f"/p{message.ts.replace('.', '')}"
    if message.thread_ts is not None and message.thread_ts != message.ts:
        link += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}


def _posted(state: State, message: Message) -> Json:
    return {
        "channel": message.channel,
        "ts": message.ts,
        "message": message_part(state, message),
    }


def _read_content(arguments: Json) -> dict[str, Any]:
    markdown = arguments.get("markdown_text")
    if markdown is not None:
        if arguments.get("text") or arguments.get("blocks"):
            raise SlackError("markdown_text_conflict")
        if len(markdown) > MARKDOWN_CHARACTERS_MAX:
            raise SlackError("msg_too_long")
    text = check_text(arguments.get("text") or markdown or "")
    blocks = check_blocks(arguments.get("blocks", []), surface="message")
    attachments = arguments.get("attachments", [])
    if not isinstance(attachments, list):
        raise SlackError("invalid_attachments")
    check_attachments(attachments)
    if not (text or blocks or attachments):
        raise SlackError("no_text")
    return {"text": text, "blocks": complete_blocks(blocks), "attachments": attachments}


def _check_thread(state: State, channel: Channel, arguments: Json) -> str | None:
    thread_ts: str | None = arguments.get("thread_ts")
    if thread_ts is None:
        return None
    parent = state.workspace.find_message(channel.id, thread_ts)
    if parent is None:
        raise SlackError("thread_not_found")
    return parent.thread_ts or parent.ts


def _check_metadata(metadata: Any) -> Json | None:
    if metadata is None:
        return None
    is_fine = (
        isinstance(metadata, dict)
        and set(metadata) == {"event_type", "event_payload"}
        and isinstance(metadata["event_type"], str)
        and isinstance(metadata["event_payload"], dict)
    )
    if not is_fine:
        raise SlackError("invalid_metadata_format")
    return dict(metadata)
