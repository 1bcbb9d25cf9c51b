"""Who asks, and the one place where what goes wrong becomes an answer to that person."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from bot.access import Actor, Permission, find_actor, first_admin, may_have_role, nobody, require
from bot.audit.deeds import By, Private, Stage
from bot.audit.refusals import record_refusal
from bot.clock import real_now
from bot.database_waits import answering
from bot.errors import (
    BadRequest,
    BotError,
    Misconfigured,
    NotAllowed,
    NotFound,
    Unavailable,
)
from bot.models import Deployment
from bot.queries.sight import Sight, sight_of
from bot.runtime import Runtime
from bot.slack_api import SlackAPI
from bot.telemetry import get_logger
from bot.views.blocks import Message
from bot.views.notices import Contact, error_notice, failure_notice, no_role_notice
from handlers.slack.background import Background
from handlers.slack.people import meet_person
from handlers.slack.requests import Caller

log = get_logger("slack")

REQUEST_ID_BYTES = 4
# As much of what somebody asked for as is kept with a refusal.
WANTED_CHARACTERS_MAX = 200
# Slack's ids are much shorter; somebody who sends other things should not fill the trail.
SLACK_ID_MAX = 32


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
class Request:
    """Who wanted what, and the id under which the logs tell more."""

    caller: Caller
    wanted: str
    id: str


@dataclass(frozen=True, slots=True)
class Ask:
    """A request from somebody whose rights are known: all that a handler needs."""

    desk: Desk
    actor: Actor
    sight: Sight
    request: Request


def answer(desk: Desk, caller: Caller, wanted: str, work: Callable[[Ask], Message]) -> Message:
    """Do the work for somebody who may ask for it; whatever goes wrong becomes a message too.

    Shape: always a message; nothing is raised.
    """
    with answering():
        return _answer(desk, Request(caller, wanted, secrets.token_hex(REQUEST_ID_BYTES)), work)


def _answer(desk: Desk, request: Request, work: Callable[[Ask], Message]) -> Message:
    caller = request.caller
    actor = nobody(caller.user_id, caller.team_id)
    try:
        actor = replace(_actor(desk, caller), request_id=request.id)
        require(actor, Permission.VIEW_INVOICES)
        sight = sight_of(
            actor, desk.runtime.settings, now=desk.runtime.clock.now(), real_now=real_now()
        )
        return work(Ask(desk=desk, actor=actor, sight=sight, request=request))
    except NotAllowed as refused:
        _record_refusal(desk, request, stage=Stage.REFUSED)
        if actor.rights:
            return error_notice(refused, reference=request.id, contact=desk.contact)
        return no_role_notice(contact=desk.contact)
    except BotError as failed:
        if isinstance(failed, NotFound):
            _record_refusal(desk, request, stage=Stage.MISSED)
        tell = log.info if isinstance(failed, BadRequest) else log.warning
        # What was typed stays out of the log; the card and the log share the reference.
        tell("answer_failed", request_id=request.id, error=type(failed).__name__)
        return error_notice(failed, reference=request.id, contact=desk.contact)
    except Exception:
        log.exception("answer_crashed", request_id=request.id, user=caller.user_id)
        return failure_notice(reference=request.id, contact=desk.contact)


def record_miss(ask: Ask) -> None:
    """Record that somebody asked for what does not exist, or does not exist for them.

    Nobody can tell which of the two it was, neither by the answer nor by how long it took.
    """
    _record_refusal(ask.desk, ask.request, stage=Stage.MISSED)


def is_ours(deployment: Deployment, team_id: str, installed_enterprise_id: str | None) -> bool:
    """Whether a request is of our workspace, or of the whole organisation that was recorded."""
    if team_id:
        return team_id == deployment.slack_team_id
    enterprise_id = deployment.slack_enterprise_id
    return enterprise_id is not None and installed_enterprise_id == enterprise_id


def _actor(desk: Desk, caller: Caller) -> Actor:
    """The person with their rights.

    Shape: without any for other workspaces, for people of other organisations in a shared channel,
        and for those whom Slack does not know.
    Raises: Unavailable when Slack has to say who this is, and does not.
    """
    deployment = desk.deployment
    own_team_id = deployment.slack_team_id
    is_colleague = caller.user_team_id in {own_team_id, caller.team_id}
    if not is_ours(deployment, caller.team_id, caller.installed_enterprise_id) or not is_colleague:
        return nobody(caller.user_id, caller.team_id)
    actor = _find_actor(desk, caller) or _meet(desk, caller)
    return actor or nobody(caller.user_id, caller.team_id)


def _meet(desk: Desk, caller: Caller) -> Actor | None:
    """Somebody of whom Slack has told nothing yet; it is asked only where that can matter."""
    settings, team_id = desk.runtime.settings, desk.deployment.slack_team_id
    with desk.runtime.database.looking() as reading:
        if not may_have_role(reading, settings, user_id=caller.user_id):
            return None
    try:
        is_known = meet_person(desk.runtime, desk.slack, caller.user_id, own_team_id=team_id)
    except (Misconfigured, Unavailable) as failed:
        if caller.user_id not in settings.billing_admins:
            raise
        # Whoever runs this deployment has named these people; that stands until Slack says more.
        log.warning("admin_unconfirmed", user=caller.user_id, why=failed.message)
        return first_admin(caller.user_id, team_id)
    return _find_actor(desk, caller) if is_known else None


def _find_actor(desk: Desk, caller: Caller) -> Actor | None:
    with desk.runtime.database.looking() as reading:
        return find_actor(
            reading,
            desk.runtime.settings,
            user_id=caller.user_id,
            team_id=desk.deployment.slack_team_id,
        )


def _record_refusal(desk: Desk, request: Request, *, stage: Stage) -> None:
    caller, settings = request.caller, desk.runtime.settings
    by = By(caller.user_id[:SLACK_ID_MAX], basis="", request_id=request.id)
    details = {
        # What people type may name somebody.
        "wanted": Private(request.wanted[:WANTED_CHARACTERS_MAX], about=by.user_id),
        "workspace": caller.team_id[:SLACK_ID_MAX],
        "channel": caller.channel_id and caller.channel_id[:SLACK_ID_MAX],
    }
    try:
        with desk.runtime.database.writing() as session:
            record_refusal(session, settings, by, stage, details=details, now=real_now())
    except BotError as failed:
        # The person is refused all the same; the log keeps what the trail could not.
        log.critical(
            "refusal_unrecorded", request_id=request.id, user=caller.user_id, why=failed.message
        )
