"""What Slack sends, as frozen dataclasses: nothing after this file reads Slack's dicts.

Only an event's own part is handed on as it came, to be read by bot.slack_objects.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Caller:
    """Where a request comes from, as Slack tells it."""

    # "" where a whole organisation has installed the app and the request is of no one workspace.
    team_id: str
    # The person's own workspace; another one than the channel's in Slack Connect.
    user_team_id: str
    user_id: str
    channel_id: str | None
    # Set where a whole organisation has installed the app.
    installed_enterprise_id: str | None = None


@dataclass(frozen=True, slots=True)
class CommandCall:
    """Somebody typed a slash command."""

    caller: Caller
    command: str
    text: str
    # Slack's name for this very command; a second delivery of it has the same.
    trigger_id: str = ""


@dataclass(frozen=True, slots=True)
class PressedView:
    """The view that a press came from: a Home tab, or a modal at some height of a stack.

    Shape: `hash` changes with every change of the view; `is_full` for the third modal of a stack,
        above which there is no other.
    """

    id: str
    hash: str
    is_home: bool
    is_full: bool


@dataclass(frozen=True, slots=True)
class Press:
    """Somebody pressed a button or chose from a menu of ours.

    Shape: `is_private` when the message is one that only this person sees; `view` is None for a
        press in a message, and `response_url` "" for one in a view.
    """

    caller: Caller
    action_id: str
    value: str
    response_url: str
    # Opens one modal, within three seconds of the press.
    trigger_id: str
    is_private: bool
    view: PressedView | None = None


@dataclass(frozen=True, slots=True)
class Submission:
    """Somebody sent a dialog of ours.

    Shape: `subject` and `stamp` are what the dialog was opened with, and `view_id` is the same when
        one dialog is sent twice. `filled_in` has what they wrote or chose, and `ticked` what they
        ticked, by the names of the fields.
    """

    caller: Caller
    callback_id: str
    subject: str
    stamp: str
    view_id: str
    filled_in: Mapping[str, str]
    ticked: Mapping[str, tuple[str, ...]]

    def text(self, name: str) -> str:
        """What was written or chosen, without space around it; "" for nothing."""
        return self.filled_in.get(name, "").strip()

    def day(self, name: str) -> date | None:
        """The day that was chosen; None for none."""
        try:
            return date.fromisoformat(self.text(name))
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Happening:
    """Something happened in Slack; `at` is when, by Slack's clock, in whole seconds."""

    event_id: str
    team_id: str
    installed_enterprise_id: str | None
    kind: str
    at: datetime
    event: Mapping[str, Any]


def parse_command(body: Mapping[str, Any]) -> CommandCall:
    """Read a slash command.

    Source: docs.slack.dev/interactivity/implementing-slash-commands, read 2026-11.
    """
    team_id = text_of(body.get("team_id"))
    is_enterprise = body.get("is_enterprise_install") in {"true", True}
    return CommandCall(
        caller=Caller(
            team_id=team_id,
            user_team_id=team_id,
            user_id=text_of(body.get("user_id")),
            channel_id=text_of(body.get("channel_id")) or None,
            installed_enterprise_id=text_of(body.get("enterprise_id")) if is_enterprise else None,
        ),
        command=text_of(body.get("command")),
        text=text_of(body.get("text")),
        trigger_id=text_of(body.get("trigger_id")),
    )


def parse_press(body: Mapping[str, Any]) -> Press:
    """Read a press in a message.

    Source: docs.slack.dev/reference/interaction-payloads/block_actions-payload, read 2026-11.
    """
    action = _first(body.get("actions"))
    chosen = text_of(inside(action, "selected_option", "value"))
    told = inside(body, "container", "is_ephemeral")
    return Press(
        caller=read_person(body),
        action_id=text_of(action.get("action_id")),
        value=text_of(action.get("value")) or chosen,
        response_url=text_of(body.get("response_url")),
        trigger_id=text_of(body.get("trigger_id")),
        # Slack keeps no message that only one person sees, so it sends none along either.
        is_private=told if isinstance(told, bool) else "message" not in body,
        view=_read_view(body.get("view")),
    )


def parse_submission(body: Mapping[str, Any]) -> Submission:
    """Read a dialog that was sent.

    Source: docs.slack.dev/reference/interaction-payloads/view-interactions-payload, read 2026-11.
    """
    values = inside(body, "view", "state", "values")
    fields = {
        text_of(name): field
        for line in (values.values() if isinstance(values, Mapping) else ())
        if isinstance(line, Mapping)
        for name, field in line.items()
    }
    carried = _read_carried(text_of(inside(body, "view", "private_metadata")))
    return Submission(
        caller=read_person(body),
        callback_id=text_of(inside(body, "view", "callback_id")),
        subject=text_of(carried.get("subject")),
        stamp=text_of(carried.get("stamp")),
        view_id=text_of(inside(body, "view", "id")),
        filled_in={name: _read_field(field) for name, field in fields.items()},
        ticked={
            name: tuple(text_of(inside(option, "value")) for option in ticked)
            for name, field in fields.items()
            if isinstance(ticked := inside(field, "selected_options"), list)
        },
    )


def _read_carried(text: str) -> Mapping[str, Any]:
    """What a dialog was opened with; it comes back from outside."""
    try:
        carried = json.loads(text)
    except ValueError:
        return {}
    return carried if isinstance(carried, dict) else {}


def _read_field(field: Any) -> str:
    """What was filled in; each kind of field has a place of its own for it."""
    places = (
        *(("value",), ("selected_option", "value"), ("selected_date",), ("selected_user",)),
        ("selected_conversation",),
    )
    return next((found for place in places if (found := text_of(inside(field, *place)))), "")


def parse_event(body: Mapping[str, Any]) -> Happening | None:
    """Read an event; None for one without an id or a time.

    Source: docs.slack.dev/apis/events-api, "Callback field", read 2026-11.
    """
    event, seconds = body.get("event"), body.get("event_time")
    event_id = text_of(body.get("event_id"))
    if not event_id or not isinstance(event, Mapping) or not isinstance(seconds, int):
        return None
    try:
        at = datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        return None
    authorization = _first(body.get("authorizations"))
    is_enterprise = authorization.get("is_enterprise_install") is True
    return Happening(
        event_id=event_id,
        team_id=text_of(body.get("team_id")),
        installed_enterprise_id=(
            text_of(authorization.get("enterprise_id")) if is_enterprise else None
        ),
        kind=text_of(event.get("type")),
        at=at,
        event=event,
    )


def read_person(body: Mapping[str, Any]) -> Caller:
    """Who pressed or sent something, as every interaction tells it."""
    team_id = text_of(inside(body, "team", "id"))
    is_enterprise = body.get("is_enterprise_install") is True
    enterprise_id = text_of(inside(body, "enterprise", "id"))
    return Caller(
        team_id=team_id,
        user_team_id=text_of(inside(body, "user", "team_id")) or team_id,
        user_id=text_of(inside(body, "user", "id")),
        channel_id=text_of(inside(body, "channel", "id")) or None,
        installed_enterprise_id=enterprise_id if is_enterprise else None,
    )


def _read_view(view: Any) -> PressedView | None:
    """The view of a press.

    Source: docs.slack.dev/reference/interaction-payloads/view-interactions-payload, read 2026-11.
    """
    view_id = text_of(inside(view, "id"))
    if not view_id:
        return None
    below = text_of(inside(view, "previous_view_id"))
    return PressedView(
        id=view_id,
        hash=text_of(inside(view, "hash")),
        is_home=inside(view, "type") == "home",
        is_full=bool(below) and below != inside(view, "root_view_id"),
    )


def text_of(value: Any) -> str:
    """A text, "" for anything else."""
    return value if isinstance(value, str) else ""


def _first(value: Any) -> Mapping[str, Any]:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return value[0]
    return {}


def inside(value: Any, *keys: str) -> Any:
    """What stands below these keys, None where there is nothing."""
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value
