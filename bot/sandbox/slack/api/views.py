"""Open, push, change and publish views."""

from bot.sandbox.slack import views
from bot.sandbox.slack.api.places import known_person
from bot.sandbox.slack.block_kit import check_view
from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.records import Json, View
from bot.sandbox.slack.state import State
from bot.sandbox.slack.tickets import Trigger


def open_modal(state: State, arguments: Json) -> Json:
    """views.open."""
    body = _read_view(arguments, "modal")
    trigger = _take_trigger(state, arguments)
    return _answer(state, views.open_view(state, trigger.person, body, "modal"))


def push(state: State, arguments: Json) -> Json:
    """views.push."""
    body = _read_view(arguments, "modal")
    trigger = _take_trigger(state, arguments)
    return _answer(state, views.push_view(state, trigger.person, body))


def update(state: State, arguments: Json) -> Json:
    """views.update."""
    body = _read_view(arguments, None)
    view = _find(state, arguments)
    if body["type"] != view.kind:
        raise SlackError("invalid_arguments", "[ERROR] the type of a view can't change")
    _check_hash(view, arguments)
    return _answer(state, views.change_view(state, view, body))


def publish(state: State, arguments: Json) -> Json:
    """views.publish."""
    if not state.manifest.has_home:
        raise SlackError("not_enabled")
    body = _read_view(arguments, "home")
    person = known_person(state, arguments["user_id"])
    home = views.find_home(state, person.id)
    if home is None:
        return _answer(state, views.open_view(state, person.id, body, "home"))
    _check_hash(home, arguments)
    return _answer(state, views.change_view(state, home, body))


def _read_view(arguments: Json, kind: str | None) -> Json:
    body = check_view(arguments["view"])
    if kind is not None and body["type"] != kind:
        raise SlackError("invalid_arguments", f"[ERROR] must be a {kind} [json-pointer:/view/type]")
    return body


def _take_trigger(state: State, arguments: Json) -> Trigger:
    pointer = arguments.get("trigger_id") or arguments.get("interactivity_pointer")
    if not pointer:
        missing = "[ERROR] missing required field: trigger_id [json-pointer:/trigger_id]"
        raise SlackError("invalid_arguments", missing)
    trigger = state.tickets.take_trigger(pointer)
    if not isinstance(trigger, Trigger):
        raise SlackError(trigger)
    return trigger


def _find(state: State, arguments: Json) -> View:
    view_id, external_id = arguments.get("view_id"), arguments.get("external_id")
    if bool(view_id) == bool(external_id):
        one = "[ERROR] must provide exactly one of view_id, external_id"
        raise SlackError("invalid_arguments", one)
    for each in state.views.values():
        if each.id == view_id or (external_id and each.external_id == external_id):
            return each
    raise SlackError("not_found")


def _check_hash(view: View, arguments: Json) -> None:
    if arguments.get("hash") not in (None, "", view.hash):
        raise SlackError("hash_conflict")


def _answer(state: State, view: View) -> Json:
    return {"view": views.view_part(state, view)}
