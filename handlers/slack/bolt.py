"""Bolt, with one listener per kind of request, behind a plain function for each way in.

Every listener runs before the response is given (`process_before_response`): Bolt's default runner
looks for its ack every 10 ms, and loses it when something raises after it. Here the answer is made
first, by code that never raises, and acknowledged last.
"""

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import orjson
from slack_bolt import Ack, App, BoltRequest, BoltResponse
from slack_bolt.authorization import AuthorizeResult

from handlers.slack.actions import answer_press, of_deed
from handlers.slack.commands import answer_command
from handlers.slack.complaints import use_shortcut
from handlers.slack.context import Desk
from handlers.slack.events import take_in
from handlers.slack.message_requests import parse_shortcut, parse_suggestion
from handlers.slack.options import suggest
from handlers.slack.requests import parse_command, parse_event, parse_press, parse_submission
from handlers.slack.submissions import answer_submission
from handlers.slack.view_presses import answer_press_in_view

AS_JSON: dict[str, str | Sequence[str]] = {"content-type": ["application/json;charset=utf-8"]}
EVERYTHING = re.compile(r"[\s\S]*")

Answer: TypeAlias = tuple[int, Mapping[str, Sequence[str]], str]


def build_dispatch(desk: Desk) -> Callable[[str, Mapping[str, str]], Answer]:
    """What answers a request that the guard has let through: body and headers in, answer out."""
    bolt = build_app(desk)

    def dispatch(body: str, headers: Mapping[str, str]) -> Answer:
        answered = bolt.dispatch(BoltRequest(body=body, headers=dict(headers)))
        return answered.status, answered.headers, answered.body

    return dispatch


def build_envelope_dispatch(
    desk: Desk,
) -> Callable[[dict[str, Any], Mapping[str, str]], Answer]:
    """What answers an envelope of Socket Mode, which Slack does not sign: payload in."""
    bolt = build_app(desk)

    def dispatch(payload: dict[str, Any], headers: Mapping[str, str]) -> Answer:
        request = BoltRequest(mode="socket_mode", body=payload, headers=dict(headers))
        answered = bolt.dispatch(request)
        return answered.status, answered.headers, answered.body

    return dispatch


def build_app(desk: Desk) -> App:
    """The Bolt application for one workspace."""
    bolt = App(
        # Otherwise Bolt looks for a name through the sources of all modules, 0.15 seconds long.
        name="tallyman",
        logger=_quiet_logger(),
        client=desk.slack.client,
        authorize=_authorize(desk),
        process_before_response=True,
        # The guard in handlers.http.slack has checked the signature over the raw bytes, with every
        # secret of a rotation; Bolt knows one secret and logs a refused body whole.
        request_verification_enabled=False,
        ssl_check_enabled=False,
        # News of our own bot user is news like any other.
        ignoring_self_events_enabled=False,
        attaching_function_token_enabled=False,
        attaching_conversation_kwargs_enabled=False,
    )
    _listen(bolt, desk)
    return bolt


def _listen(bolt: App, desk: Desk) -> None:
    """One listener for each kind of request."""

    def typed(body: dict[str, Any]) -> BoltResponse:
        # The response itself instead of ack(): Bolt's own JSON takes longer than the card's view.
        message = answer_command(desk, parse_command(body))
        payload = {
            "response_type": "in_channel" if message.is_shared else "ephemeral",
            "text": message.text,
            "blocks": message.blocks,
            "unfurl_links": False,
            "unfurl_media": False,
        }
        return _as_json(payload)

    def pressed(ack: Ack, body: dict[str, Any]) -> None:
        press = of_deed(parse_press(body))
        if press.view is None:
            answer_press(desk, press)
        else:
            answer_press_in_view(desk, press, press.view)
        ack()

    def happened(ack: Ack, body: dict[str, Any]) -> None:
        happening = parse_event(body)
        if happening is not None:
            take_in(desk, happening)
        ack()

    def sent(body: dict[str, Any]) -> BoltResponse:
        return _as_json(answer_submission(desk, parse_submission(body)))

    def called(ack: Ack, body: dict[str, Any]) -> None:
        use_shortcut(desk, parse_shortcut(body))
        ack()

    def searched(body: dict[str, Any]) -> BoltResponse:
        return _as_json(suggest(desk, parse_suggestion(body)))

    bolt.command(EVERYTHING)(typed)
    bolt.shortcut(EVERYTHING)(called)
    bolt.options(EVERYTHING)(searched)
    bolt.view(EVERYTHING)(sent)
    # Buttons that open a link send an action too: this catch-all acknowledges those as well.
    bolt.action(EVERYTHING)(pressed)
    bolt.event(EVERYTHING)(happened)


def _as_json(payload: dict[str, Any]) -> BoltResponse:
    return BoltResponse(status=200, body=orjson.dumps(payload).decode(), headers=AS_JSON)


def _authorize(desk: Desk) -> Callable[..., AuthorizeResult]:
    """Who the bot is, from what was recorded: no call to Slack on the way of an answer.

    Whether the caller is of our workspace is asked in handlers.slack.context, which records it.
    """
    deployment = desk.deployment
    result = AuthorizeResult(
        enterprise_id=deployment.slack_enterprise_id,
        team_id=deployment.slack_team_id,
        bot_id=deployment.slack_bot_id,
        bot_user_id=deployment.slack_bot_user_id,
        bot_token=desk.slack.client.token,
    )

    def authorize(**_request: Any) -> AuthorizeResult:
        return result

    return authorize


def _quiet_logger() -> logging.Logger:
    # Bolt warns with the whole request when no listener fits; its text is for developers.
    logger = logging.getLogger("tallyman.bolt")
    logger.setLevel(logging.CRITICAL)
    return logger
