"""A person presses or chooses something in a message."""

from bot.sandbox.slack import elements
from bot.sandbox.slack.errors import SlackError, object_in
from bot.sandbox.slack.payloads import channel_part, message_part, payload_form, who_and_where
from bot.sandbox.slack.records import Channel, Delivery, Json, Message, Person
from bot.sandbox.slack.state import State


def act(state: State, person: Person, channel: Channel, sent: Json) -> Json:
    """Deliver a press in a message as block_actions; the page's answer."""
    message = state.workspace.find_message(channel.id, str(sent.get("ts")), viewer=person.id)
    if message is None:
        raise SlackError("message_not_found")
    block_id, action_id = str(sent.get("block_id")), str(sent.get("action_id"))
    element = elements.find_element(message.blocks, block_id, action_id)
    if person.id not in element.get("visible_to_user_ids", [person.id]):
        raise SlackError("action_not_found")
    if not state.manifest.is_interactive:
        words = "This app is not configured to handle interactive responses."
        state.notify(person, channel, words, is_error=True)
        return {"ok": False, "error": "not_interactive"}
    choice = elements.read_choice(element, object_in(sent, "element"))
    elements.check_offered(state.offered, person.id, element, choice)
    action = make_action(state, element, block_id, choice)
    chosen = message.chosen.setdefault(person.id, {})
    remember(chosen, element, block_id, choice)
    working = {"type": "working", "channel": channel.id, "ts": message.ts, "action_id": action_id}
    state.workspace.stream.publish(working | {"on": True}, to={person.id})
    delivery = state.courier.send(
        "block_actions", payload_form(_payload(state, person, channel, message, action))
    )
    state.workspace.stream.publish(working | {"on": False}, to={person.id})
    return settle_click(state, person, channel, delivery, action_id)


def make_action(state: State, element: Json, block_id: str, choice: Json) -> Json:
    """One entry of an interaction's `actions`."""
    action: Json = {
        "type": element["type"],
        "action_id": element["action_id"],
        "block_id": block_id,
        **choice,
        "action_ts": state.workspace.next_ts(),
    }
    for field in ("placeholder", "confirm"):
        if field in element:
            action[field] = element[field]
    return action


def remember(
    chosen: dict[str, dict[str, Json]], element: Json, block_id: str, choice: Json
) -> None:
    """Keep what an element holds now, for the next `state.values`."""
    if element["type"] not in elements.STATELESS:
        held = {"type": element["type"], **choice}
        chosen.setdefault(block_id, {})[element["action_id"]] = held


def settle_click(
    state: State, person: Person, channel: Channel, delivery: Delivery, action_id: str
) -> Json:
    """What a person sees of a press that the bot did or did not take."""
    if delivery.error is not None:
        words = f"This app responded with an error ({delivery.error})."
        if delivery.error == "operation_timeout":
            words = "This app is not responding. Please try again later."
        state.notify(person, channel, words, is_error=True)
        return {"ok": False, "error": delivery.error}
    if delivery.answer.strip() not in (b"", b"{}"):
        # A press is answered by its response URL; Slack does not look at this body.
        ignored = SlackError("ack_body_ignored", delivery.answer[:200].decode("utf-8", "replace"))
        state.record_problem(f"ack of {action_id}", ignored)
    return {"ok": True}


def _payload(
    state: State, person: Person, channel: Channel, message: Message, action: Json
) -> Json:
    container: Json = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": message.is_ephemeral,
    }
    if message.thread_ts is not None:
        container["thread_ts"] = message.thread_ts
    token = state.tickets.give_response(
        person.id, channel.id, message_ts=message.ts, thread_ts=message.thread_ts
    )
    payload: Json = {
        "type": "block_actions",
        **who_and_where(state, person),
        "container": container,
        "trigger_id": state.tickets.give_trigger(person.id),
        "channel": channel_part(channel),
        "state": {
            "values": elements.state_values(message.blocks, message.chosen.get(person.id, {}))
        },
        "response_url": state.response_url(token),
        "actions": [action],
    }
    # Slack keeps no ephemeral message, so it can't send one along.
    if not message.is_ephemeral:
        payload["message"] = message_part(state, message)
    return payload
