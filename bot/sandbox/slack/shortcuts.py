"""Shortcuts: on a message, which is the way in from a thread, or from anywhere."""

from bot.sandbox.slack.clicks import settle_click
from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.payloads import channel_part, message_part, payload_form, who_and_where
from bot.sandbox.slack.records import Json
from bot.sandbox.slack.state import State


def run(state: State, sent: Json) -> Json:
    """Choose a shortcut of the app."""
    person = state.person(sent.get("as"))
    found = [
        each for each in state.manifest.shortcuts if each.callback_id == sent.get("callback_id")
    ]
    if not found:
        raise SlackError("shortcut_not_found")
    shortcut = found[0]
    payload = {
        "type": "shortcut",
        **who_and_where(state, person),
        "callback_id": shortcut.callback_id,
        "trigger_id": state.tickets.give_trigger(person.id),
        "action_ts": state.workspace.next_ts(),
    }
    channel = state.channel(person, sent.get("channel"))
    if shortcut.kind == "message":
        message = state.workspace.find_message(channel.id, str(sent.get("ts")), viewer=person.id)
        # Slack keeps no ephemeral message, so its menu has no shortcuts.
        if message is None or message.is_ephemeral:
            raise SlackError("message_not_found")
        token = state.tickets.give_response(person.id, channel.id, thread_ts=message.thread_ts)
        payload |= {
            "type": "message_action",
            "response_url": state.response_url(token),
            "message_ts": message.ts,
            "channel": channel_part(channel),
            "message": message_part(state, message),
        }
    delivery = state.courier.send(str(payload["type"]), payload_form(payload))
    return settle_click(state, person, channel, delivery, shortcut.callback_id)
