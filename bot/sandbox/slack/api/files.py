"""Upload files in three steps: ask for a URL, send the bytes, share."""

import secrets
from typing import Any

from bot.sandbox.slack.api.places import writable_channel
from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.records import Json, Message, UploadedFile
from bot.sandbox.slack.state import State

FILE_BYTES_MAX = 1_000_000_000


def get_upload_url(state: State, arguments: Json) -> Json:
    """files.getUploadURLExternal."""
    if not 0 < arguments["length"] <= FILE_BYTES_MAX:
        raise SlackError("file_upload_size_restricted")
    uploaded = UploadedFile(
        id=f"F{secrets.token_hex(5).upper()}",
        name=arguments["filename"],
        bytes_expected=arguments["length"],
        token=secrets.token_urlsafe(16),
        created=int(state.clock()),
        user=state.app.bot_user_id,
    )
    state.files[uploaded.id] = uploaded
    url = f"{(state.url or '').rstrip('/')}/upload/{uploaded.token}"
    return {"upload_url": url, "file_id": uploaded.id}


def receive(state: State, token: str, content: bytes) -> bool:
    """Keep the bytes sent to an upload URL; False when it is no such URL or not that many."""
    for each in state.files.values():
        if each.token == token and not each.is_complete:
            each.content = content
            return len(content) == each.bytes_expected
    return False


def find_file(state: State, token: str) -> UploadedFile | None:
    """The file behind an address that was handed out."""
    return next((each for each in state.files.values() if each.token == token), None)


def complete_upload(state: State, arguments: Json) -> Json:
    """files.completeUploadExternal."""
    files = [_finish(state, each) for each in arguments["files"]]
    base_url = (state.url or "").rstrip("/")
    shown = [each.as_json(base_url) for each in files]
    ids = [arguments.get("channel_id"), *arguments.get("channels", "").split(",")]
    for channel_id in [each for each in ids if each]:
        channel = writable_channel(state, channel_id)
        state.workspace.post(
            Message(
                ts=state.workspace.next_ts(),
                channel=channel.id,
                user=state.app.bot_user_id,
                text=arguments.get("initial_comment", ""),
                bot_id=state.app.bot_id,
                app_id=state.app.id,
                thread_ts=arguments.get("thread_ts"),
                files=shown,
            )
        )
    # Source: docs.slack.dev, files.completeUploadExternal: the answer has no more than these.
    return {"files": [{"id": each.id, "title": each.title} for each in files]}


def _finish(state: State, sent: Any) -> UploadedFile:
    if not isinstance(sent, dict) or set(sent) - {"id", "title"}:
        raise SlackError("invalid_arguments", "[ERROR] must provide id and title")
    uploaded = state.files.get(str(sent.get("id")))
    if uploaded is None or uploaded.content is None:
        raise SlackError("file_not_found")
    uploaded.title = str(sent.get("title") or uploaded.name)
    uploaded.is_complete = True
    return uploaded
