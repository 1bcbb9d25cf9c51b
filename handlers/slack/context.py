"""Who asks, and the one place where what goes wrong becomes an answer to that person.

Whatever Slack sends becomes a frozen dataclass here; nothing after this file reads Slack's dicts.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import insert

from bot.access import Actor, Permission, actor_for, require
from bot.clock import real_now
from bot.errors import BadRequest, BotError, NotAllowed, NotFound
from bot.models import Deployment, Refusal
from bot.queries.sight import Sight, sight_of
from bot.runtime import Runtime
from bot.slack_api import SlackAPI
from bot.telemetry import get_logger
from bot.views.blocks import Message
from bot.views.notices import Contact, error_notice, failure_notice, no_role_notice
from handlers.slack.background import Background

log = get_logger("slack")

REQUEST_ID_BYTES = 4
# As much of what somebody asked for as is kept with a refusal.
WANTED_CHARACTERS_MAX = 200


@dataclass(frozen=True, slots=True)
class Desk:
    """What every answer is made with."""

    runtime: Runtime
    slack: SlackAPI
    deployment: Deployment
    background: Background = field(default_factory=Background)

    @property
    def contact(self) -> Contact:
        """Whom people are sent to when something fails."""
        settings = self.runtime.settings
        return Contact(email=settings.support_email or None, phone=settings.support_phone or None)


@dataclass(frozen=True, slots=True)
class Caller:
    """Where a request comes from, as Slack tells it."""

    team_id: str
    # The person's own workspace; another one than the channel's in Slack Connect.
    user_team_id: str
    user_id: str
    channel_id: str | None


@dataclass(frozen=True, slots=True)
class CommandCall:
    """Somebody typed a slash command."""

    caller: Caller
    command: str
    text: str


@dataclass(frozen=True, slots=True)
class Press:
    """Somebody pressed a button or chose from a menu of ours."""

    caller: Caller
    action_id: str
    value: str
    response_url: str
    # Opens one modal, within three seconds of the press.
    trigger_id: str


@dataclass(frozen=True, slots=True)
class Ask:
    """A request from somebody whose rights are known: all that a handler needs."""

    desk: Desk
    actor: Actor
    sight: Sight


def parse_command(body: Mapping[str, Any]) -> CommandCall:
    """Read a slash command.

    Source: docs.slack.dev/interactivity/implementing-slash-commands, read 2026-11.
    """
    team_id = _text(body.get("team_id"))
    return CommandCall(
        caller=Caller(
            team_id=team_id,
            user_team_id=team_id,
            user_id=_text(body.get("user_id")),
            channel_id=_text(body.get("channel_id")) or None,
        ),
        command=_text(body.get("command")),
        text=_text(body.get("text")),
    )


def parse_press(body: Mapping[str, Any]) -> Press:
    """Read a press in a message.

    Source: docs.slack.dev/reference/interaction-payloads/block_actions-payload, read 2026-11.
    """
    action = _first(body.get("actions"))
    team_id = _text(_inside(body, "team", "id"))
    chosen = _text(_inside(action, "selected_option", "value"))
    return Press(
        caller=Caller(
            team_id=team_id,
            user_team_id=_text(_inside(body, "user", "team_id")) or team_id,
            user_id=_text(_inside(body, "user", "id")),
            channel_id=_text(_inside(body, "channel", "id")) or None,
        ),
        action_id=_text(action.get("action_id")),
        value=_text(action.get("value")) or chosen,
        response_url=_text(body.get("response_url")),
        trigger_id=_text(body.get("trigger_id")),
    )


def answer(desk: Desk, caller: Caller, wanted: str, work: Callable[[Ask], Message]) -> Message:
    """Do the work for somebody who may ask for it; whatever goes wrong becomes a message too.

    Shape: always a message; nothing is raised.
    """
    request_id = secrets.token_hex(REQUEST_ID_BYTES)
    try:
        actor = _actor(desk, caller)
        sight = sight_of(
            actor, desk.runtime.settings, now=desk.runtime.clock.now(), real_now=real_now()
        )
        return work(Ask(desk=desk, actor=actor, sight=sight))
    except NotAllowed:
        _record_refusal(desk, caller, wanted, request_id, reason="not_allowed")
        return no_role_notice(contact=desk.contact)
    except BotError as failed:
        if isinstance(failed, NotFound):
            _record_refusal(desk, caller, wanted, request_id, reason="not_found")
        elif not isinstance(failed, BadRequest):
            kind = type(failed).__name__
            log.warning("answer_failed", request_id=request_id, error=kind, why=failed.message)
        return error_notice(failed, reference=request_id, contact=desk.contact)
    except Exception:
        log.exception("answer_crashed", request_id=request_id, user=caller.user_id)
        return failure_notice(reference=request_id, contact=desk.contact)


def _actor(desk: Desk, caller: Caller) -> Actor:
    """The person with their rights.

    Raises: NotAllowed for other workspaces, strangers from a shared channel, and people without
        any role, all with the same words.
    """
    own_team = desk.deployment.slack_team_id
    if caller.team_id != own_team or caller.user_team_id != own_team:
        raise NotAllowed
    actor = actor_for(desk.runtime.settings, user_id=caller.user_id, team_id=caller.team_id)
    require(actor, Permission.VIEW_INVOICES)
    return actor


def _record_refusal(
    desk: Desk, caller: Caller, wanted: str, request_id: str, *, reason: str
) -> None:
    try:
        with desk.runtime.database.writing() as session:
            session.execute(
                insert(Refusal).values(
                    at=real_now(),
                    request_id=request_id,
                    team_id=caller.team_id[:32],
                    user_id=caller.user_id[:32],
                    channel_id=caller.channel_id and caller.channel_id[:32],
                    reason=reason,
                    wanted=wanted.replace("\x00", "")[:WANTED_CHARACTERS_MAX],
                )
            )
    except BotError as failed:
        # The person is refused all the same; the log keeps what the table could not.
        log.critical(
            "refusal_unrecorded", request_id=request_id, user=caller.user_id, why=failed.message
        )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _first(value: Any) -> Mapping[str, Any]:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return value[0]
    return {}


def _inside(value: Any, *keys: str) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value
