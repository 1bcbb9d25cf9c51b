"""The parts that Slack's requests to an app have in common."""

import json
from urllib.parse import urlencode

from bot.sandbox.slack.records import Channel, Json, Message, Person
from bot.sandbox.slack.state import State


def who_and_where(state: State, person: Person) -> Json:
    """The fields of every interaction: person, team, app."""
    team = state.workspace.team
    return {
        "user": {
            "id": person.id,
            "username": person.name,
            "name": person.name,
            "team_id": person.team_id,
        },
        "api_app_id": state.app.id,
        "token": state.app.verification_token,
        "team": {"id": team.id, "domain": team.domain},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def channel_part(channel: Channel) -> Json:
    """A channel inside an interaction."""
    return {"id": channel.id, "name": channel.name_in_payload}


def message_part(state: State, message: Message) -> Json:
    """A message as the Web API and interactions carry it."""
    part: Json = {
        "type": "message",
        "user": message.user,
        "ts": message.ts,
        "text": message.text,
        "team": state.workspace.team.id,
    }
    if message.bot_id is not None:
        part |= {"bot_id": message.bot_id, "app_id": message.app_id}
    if message.client_msg_id is not None:
        part["client_msg_id"] = message.client_msg_id
    if message.blocks:
        part["blocks"] = message.blocks
    if message.attachments:
        part["attachments"] = message.attachments
    if message.files:
        part["files"] = message.files
    if message.metadata is not None:
        part["metadata"] = message.metadata
    if message.edited_at is not None:
        part["edited"] = {"user": message.user, "ts": message.edited_at}
    part |= _thread_part(state, message)
    return part


def _thread_part(state: State, message: Message) -> Json:
    replies = state.workspace.count_replies(message)
    if message.thread_ts is not None:
        return {"thread_ts": message.thread_ts}
    if replies:
        return {"thread_ts": message.ts, "reply_count": replies}
    return {}


def payload_form(payload: Json) -> bytes:
    """An interaction as the form with one field that Slack sends."""
    return urlencode({"payload": json.dumps(payload, ensure_ascii=False)}).encode()
