"""A person works in a modal or in the App Home: choose, submit, close, look options up."""

import json
from typing import Any

from bot.sandbox.slack import elements, views
from bot.sandbox.slack.block_kit import check_options, check_view
from bot.sandbox.slack.clicks import make_action, remember, settle_click
from bot.sandbox.slack.errors import SlackError, object_in
from bot.sandbox.slack.events import home_opened
from bot.sandbox.slack.payloads import channel_part, payload_form, who_and_where
from bot.sandbox.slack.records import Channel, Json, Person, View
from bot.sandbox.slack.state import State

HOME_TABS = ("home", "messages")
ERRORS = {
    "operation_timeout": "We had some trouble connecting. Try again?",
    "dispatch_failed": "We had some trouble connecting. Try again?",
}


def open_home(state: State, sent: Json) -> Json:
    """Look at the App Home; the bot hears of it and may publish a new one.

    Raises: SlackError not_enabled for an app without a Home tab, and invalid_arguments.
    """
    person = state.person(sent.get("as"))
    tab = sent.get("tab", "home")
    if tab not in HOME_TABS:
        raise SlackError("invalid_arguments", f"[ERROR] tab must be one of {', '.join(HOME_TABS)}")
    if tab == "home" and not state.manifest.has_home:
        raise SlackError("not_enabled")
    home = views.find_home(state, person.id)
    shown = views.view_part(state, home) if home is not None else None
    home_opened(state, person, _direct(state, person), tab=tab, view=shown)
    return {"ok": True, "view": shown}


def act(state: State, sent: Json) -> Json:
    """Press or choose something in a view."""
    person = state.person(sent.get("as"))
    view = views.find_view(state, person.id, sent.get("view_id"))
    _take_values(state, person, view, object_in(sent, "state"))
    block_id = str(sent.get("block_id"))
    element = elements.find_element(view.body["blocks"], block_id, sent.get("action_id"))
    choice = elements.read_choice(element, object_in(sent, "element"))
    elements.check_offered(state.offered, person.id, element, choice)
    remember(view.chosen, element, block_id, choice)
    if _is_quiet(view, block_id):
        return {"ok": True}
    payload = {
        "type": "block_actions",
        **who_and_where(state, person),
        "container": {"type": "view", "view_id": view.id},
        "trigger_id": state.tickets.give_trigger(person.id, view_id=view.id),
        "view": views.view_part(state, view),
        "state": {"values": elements.state_values(view.body["blocks"], view.chosen)},
        "actions": [make_action(state, element, block_id, choice)],
    }
    delivery = state.courier.send("block_actions", payload_form(payload))
    return settle_click(state, person, _direct(state, person), delivery, element["action_id"])


def submit(state: State, sent: Json) -> Json:
    """Press the submit button of a modal."""
    person = state.person(sent.get("as"))
    view = views.find_view(state, person.id, sent.get("view_id"))
    _take_values(state, person, view, object_in(sent, "state"))
    missing = _missing_inputs(view)
    if missing:
        return {"ok": False, "error": "missing_required", "errors": missing}
    payload = {
        "type": "view_submission",
        **who_and_where(state, person),
        "trigger_id": state.tickets.give_trigger(person.id, view_id=view.id),
        "view": views.view_part(state, view),
        "response_urls": [],
    }
    delivery = state.courier.send("view_submission", payload_form(payload))
    if delivery.error is not None:
        return {"ok": False, "error": delivery.error, "message": ERRORS[delivery.error]}
    try:
        return _carry_out(state, view, delivery.answer)
    except SlackError as refused:
        state.record_problem(f"ack of {view.body.get('callback_id', view.id)}", refused)
        return {"ok": False, "error": refused.error, "message": ERRORS["dispatch_failed"]}


def close(state: State, sent: Json) -> Json:
    """Press the close button of a modal, or with `clear` the cross that closes them all."""
    person = state.person(sent.get("as"))
    view = views.find_view(state, person.id, sent.get("view_id"))
    clears = bool(sent.get("clear")) or view.body.get("clear_on_close", False)
    stack = views.list_stack(state, person.id)
    gone = stack if clears else stack[stack.index(view) :]
    views.drop_views(state, gone)
    for each in gone:
        if each.body.get("notify_on_close"):
            payload = {
                "type": "view_closed",
                **who_and_where(state, person),
                "view": views.view_part(state, each),
                "is_cleared": clears,
            }
            state.courier.send("view_closed", payload_form(payload))
    _show_top(state, person.id)
    return {"ok": True}


def list_options(state: State, sent: Json) -> Json:
    """Type into a menu whose options the bot looks up."""
    person = state.person(sent.get("as"))
    place, blocks = _place(state, person, sent)
    block_id = str(sent.get("block_id"))
    element = elements.find_element(blocks, block_id, sent.get("action_id"))
    typed = str(sent.get("value", ""))
    if len(typed) < element.get("min_query_length", 3):
        return {"ok": True, "options": []}
    payload = {
        "type": "block_suggestion",
        **who_and_where(state, person),
        **place,
        "action_id": element["action_id"],
        "block_id": block_id,
        "value": typed,
    }
    delivery = state.courier.send("block_suggestion", payload_form(payload))
    if delivery.error is not None:
        return {"ok": False, "error": delivery.error}
    try:
        offered = check_options(_read_json(delivery.answer))
    except SlackError as refused:
        state.record_problem(f"options of {element['action_id']}", refused)
        return {"ok": False, "error": refused.error}
    state.offer(person.id, element["action_id"], elements.list_options(offered))
    return {"ok": True, **offered}


def _carry_out(state: State, view: View, answer: bytes) -> Json:
    if not answer.strip():
        views.drop_views(state, [view])
        _show_top(state, view.person)
        return {"ok": True}
    wanted = _read_json(answer)
    kind = wanted.get("response_action")
    if kind == "clear":
        views.drop_views(state, views.list_stack(state, view.person))
    elif kind == "errors":
        return {"ok": False, "error": "errors", "errors": _check_errors(view, wanted)}
    elif kind == "update":
        views.change_view(state, view, check_view(wanted.get("view")))
    elif kind == "push":
        views.push_view(state, view.person, check_view(wanted.get("view")))
    else:
        wrong = "[ERROR] must be a valid enum value [json-pointer:/response_action]"
        raise SlackError("invalid_arguments", wrong)
    return {"ok": True, "response_action": kind}


def _check_errors(view: View, wanted: Json) -> Json:
    errors = wanted.get("errors")
    inputs = {each["block_id"] for each in view.body["blocks"] if each["type"] == "input"}
    if not isinstance(errors, dict) or not errors or set(errors) - inputs:
        wrong = "[ERROR] must name input blocks of the view [json-pointer:/errors]"
        raise SlackError("invalid_arguments", wrong)
    return errors


def _take_values(state: State, person: Person, view: View, values: Json) -> None:
    for block_id in values:
        held = object_in(values, block_id)
        for action_id in held:
            element = elements.find_element(view.body["blocks"], block_id, action_id)
            choice = elements.read_choice(element, object_in(held, action_id))
            elements.check_offered(state.offered, person.id, element, choice)
            remember(view.chosen, element, block_id, choice)


def _missing_inputs(view: View) -> dict[str, str]:
    values = elements.state_values(view.body["blocks"], view.chosen)
    missing = {}
    for block in view.body["blocks"]:
        if block["type"] == "input" and not block.get("optional"):
            held = values[block["block_id"]][block["element"]["action_id"]]
            if not any(value for name, value in held.items() if name != "type"):
                missing[block["block_id"]] = "Please complete this required field."
    return missing


def _is_quiet(view: View, block_id: str) -> bool:
    """Inputs say nothing to the bot before the submission, unless they were told to."""
    for block in view.body["blocks"]:
        if block["block_id"] == block_id and block["type"] == "input":
            return not block.get("dispatch_action", False)
    return False


def _place(state: State, person: Person, sent: Json) -> tuple[Json, list[Json]]:
    if sent.get("view_id"):
        view = views.find_view(state, person.id, sent["view_id"])
        container: Json = {"type": "view", "view_id": view.id}
        return {"container": container, "view": views.view_part(state, view)}, view.body["blocks"]
    channel = state.channel(person, sent.get("channel"))
    message = state.workspace.find_message(channel.id, str(sent.get("ts")), viewer=person.id)
    if message is None:
        raise SlackError("message_not_found")
    container = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": message.is_ephemeral,
    }
    return {"container": container, "channel": channel_part(channel)}, message.blocks


def _direct(state: State, person: Person) -> Channel:
    found = state.workspace.find_direct({person.id, state.app.bot_user_id})
    if found is None:
        raise SlackError("channel_not_found")
    return found


def _show_top(state: State, person: str) -> None:
    for each in views.list_stack(state, person)[-1:]:
        views.show(state, each)


def _read_json(answer: bytes) -> Any:
    try:
        found = json.loads(answer)
    except ValueError as broken:
        raise SlackError("invalid_json") from broken
    if not isinstance(found, dict):
        raise SlackError("json_not_object")
    return found
