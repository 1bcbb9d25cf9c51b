"""Modals on people's screens and their App Homes."""

import secrets
from typing import Literal

from bot.sandbox.slack.block_kit import complete_blocks
from bot.sandbox.slack.elements import find_element, state_values
from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.records import Json, View
from bot.sandbox.slack.state import State

# Source: docs.slack.dev, "Modals": a stack holds at most three views.
VIEWS_MAX = 3


def view_part(state: State, view: View) -> Json:
    """A view as the Web API and interactions carry it."""
    body = view.body
    return {
        "id": view.id,
        "team_id": state.workspace.team.id,
        "type": view.kind,
        "blocks": body["blocks"],
        "private_metadata": body.get("private_metadata", ""),
        "callback_id": body.get("callback_id", ""),
        "state": {"values": state_values(body["blocks"], view.chosen)},
        "hash": view.hash,
        "title": body.get("title"),
        "clear_on_close": body.get("clear_on_close", False),
        "notify_on_close": body.get("notify_on_close", False),
        "close": body.get("close"),
        "submit": body.get("submit"),
        "submit_disabled": body.get("submit_disabled", False),
        "previous_view_id": view.previous_id,
        "root_view_id": view.root_id,
        "app_id": state.app.id,
        "external_id": view.external_id,
        "app_installed_team_id": state.workspace.team.id,
        "bot_id": state.app.bot_id,
    }


def list_stack(state: State, person: str) -> list[View]:
    """The modals that stand on a person's screen, the one on top last."""
    return [each for each in state.views.values() if each.person == person and each.kind == "modal"]


def find_home(state: State, person: str) -> View | None:
    """What was published to a person's Home tab, or None."""
    homes = (each for each in state.views.values() if each.person == person)
    return next((each for each in homes if each.kind == "home"), None)


def find_view(state: State, person: str, view_id: object) -> View:
    """A view on this person's screen.

    Raises: SlackError not_found.
    """
    view = state.views.get(str(view_id))
    if view is None or view.person != person:
        raise SlackError("not_found")
    return view


def open_view(
    state: State, person: str, body: Json, kind: Literal["modal", "home"], *, on: View | None = None
) -> View:
    """Put a view on a person's screen: alone, or on top of another."""
    check_external_id(state, body, None)
    view_id = f"V{secrets.token_hex(5).upper()}"
    if on is None:
        for old in [each for each in state.views.values() if _gives_way(each, person, kind)]:
            del state.views[old.id]
    view = View(
        id=view_id,
        person=person,
        kind=kind,
        body=body | {"blocks": complete_blocks(body["blocks"])},
        hash=new_hash(state),
        root_id=on.root_id if on is not None else view_id,
        previous_id=on.id if on is not None else None,
        external_id=body.get("external_id", ""),
    )
    state.views[view_id] = view
    show(state, view)
    return view


def push_view(state: State, person: str, body: Json) -> View:
    """Put a view on top of the stack.

    Raises: SlackError push_limit_reached, or not_found when there is no stack.
    """
    stack = list_stack(state, person)
    if not stack:
        raise SlackError("not_found")
    if len(stack) >= VIEWS_MAX:
        raise SlackError("push_limit_reached")
    return open_view(state, person, body, "modal", on=stack[-1])


def change_view(state: State, view: View, body: Json) -> View:
    """Give a view new content; what was typed stays where its input stays."""
    check_external_id(state, body, view)
    view.body = body | {"blocks": complete_blocks(body["blocks"])}
    view.external_id = body.get("external_id", view.external_id)
    view.hash = new_hash(state)
    for block_id, held in list(view.chosen.items()):
        for action_id in list(held):
            try:
                find_element(view.body["blocks"], block_id, action_id)
            except SlackError:
                del held[action_id]
    show(state, view)
    return view


def drop_views(state: State, views: list[View]) -> None:
    """Take views off a person's screen."""
    for each in views:
        del state.views[each.id]
        event = {"type": "view_closed", "view_id": each.id}
        state.workspace.stream.publish(event, to={each.person})


def show(state: State, view: View) -> None:
    """Draw a view on the open pages of its person."""
    event = {"type": "view", "view": view_part(state, view)}
    state.workspace.stream.publish(event, to={view.person})


def check_external_id(state: State, body: Json, own: View | None) -> None:
    """Refuse an external id that another view has.

    Raises: SlackError duplicate_external_id.
    """
    wanted = body.get("external_id")
    for each in state.views.values():
        if wanted and each is not own and each.external_id == wanted:
            raise SlackError("duplicate_external_id")


def new_hash(state: State) -> str:
    """A mark that changes with every change of a view."""
    return f"{int(state.clock())}.{secrets.token_hex(4)}"


def _gives_way(view: View, person: str, kind: str) -> bool:
    return view.person == person and view.kind == kind
