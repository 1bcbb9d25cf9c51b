"""The one door out to Slack: who we are there, questions, views, and answers to presses.

slack_sdk's own retries are off: after a lost answer they would post a second time. A question on
the way of an answer has a second in all, and few may wait at the same time, so that it holds up
only who is asked about.
"""

import concurrent.futures
import http.client
import logging
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.errors import Misconfigured, NotFound, Unavailable
from bot.slack_failures import (
    MISSING,
    TOKEN_FAULTS,
    is_rate_limit,
    message_refusal,
    missing_scope,
    rate_limited,
    socket_refusal,
    view_refusal,
)
from bot.slack_responses import Responses
from bot.telemetry import get_logger
from bot.unreached import why_unreached

log = get_logger("slack_api")

CALL_SECONDS_MAX = 10
# What somebody who waits for an answer waits for Slack at most.
LOOK_SECONDS_MAX = 1.0
LOOK_CALL_SECONDS_MAX = 2
# Of the few threads that answer Slack, so many may wait for it at the same time.
LOOKS_MAX = 2


@dataclass(frozen=True, slots=True)
class SlackIdentity:
    """Who the token is: its workspace and its bot user."""

    team_id: str
    enterprise_id: str | None
    bot_id: str
    bot_user_id: str


class SlackAPI:
    """Calls to Slack with one bot token."""

    def __init__(self, token: str, *, base_url: str) -> None:
        self.base_url = base_url
        self.client = WebClient(
            token=token,
            base_url=base_url,
            timeout=CALL_SECONDS_MAX,
            retry_handlers=[],
            logger=_quiet_logger(),
        )
        # Longer than anybody waits for it, and short enough to give the place back soon.
        self._quick = WebClient(
            token=token,
            base_url=base_url,
            timeout=LOOK_CALL_SECONDS_MAX,
            retry_handlers=[],
            logger=_quiet_logger(),
        )
        self._looks = concurrent.futures.ThreadPoolExecutor(LOOKS_MAX, "slack-look")
        self._looking = threading.BoundedSemaphore(LOOKS_MAX)
        self._responses = Responses(base_url=base_url)

    @property
    def token(self) -> str:
        """The bot token that calls are made with."""
        return str(self.client.token)

    def use_token(self, token: str) -> None:
        """Make every later call with this token; those under way end with the one before."""
        self.client.token = self._quick.token = token

    def identify(self, token: str | None = None) -> SlackIdentity:
        """Ask Slack who a token is, the one in use unless another is named.

        Raises: Misconfigured when Slack refuses the token, Unavailable when it does not answer.
        """
        try:
            answer: Any = self.client.auth_test(token=token or self.token)
        except SlackApiError as refused:
            error = str(refused.response.get("error", "unknown_error"))
            if error in TOKEN_FAULTS:
                raise Misconfigured(f"Slack does not accept SLACK_BOT_TOKEN ({error}).") from None
            raise Unavailable(f"Slack could not say who we are ({error}).") from None
        except (SlackClientError, OSError) as failed:
            raise self._unreached(failed) from failed
        team_id, bot_user_id = answer.get("team_id"), answer.get("user_id")
        if not isinstance(team_id, str) or not isinstance(bot_user_id, str):
            raise Unavailable(f"What answers at {self.base_url} does not say who we are.")
        return SlackIdentity(
            team_id=team_id,
            enterprise_id=answer.get("enterprise_id"),
            bot_id=answer.get("bot_id") or "",
            bot_user_id=bot_user_id,
        )

    def open_socket(self, app_token: str) -> str:
        """Ask for the address of one connection in Socket Mode; it holds once, and not for long.

        Raises: Misconfigured when Slack refuses the token, RateLimited when it was asked too often,
            Unavailable when it does not answer.
        """
        try:
            answer: Any = self.client.apps_connections_open(app_token=app_token)
        except SlackApiError as refused:
            raise socket_refusal(refused) from None
        except (SlackClientError, OSError, ValueError) as failed:
            raise self._unreached(failed) from failed
        url = answer.get("url")
        schemes = ("wss://",) if self.base_url.startswith("https://") else ("wss://", "ws://")
        if not isinstance(url, str) or not url.startswith(schemes):
            raise Unavailable("Slack gave no address for Socket Mode.")
        return url

    def ask(self, method: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """What Slack answers to a question; for jobs, which may wait.

        Raises: NotFound, RateLimited, Misconfigured for a scope that the app lacks, and Unavailable
            when Slack does not answer or refuses.
        """
        return _asked(self.client, method, arguments)

    def look(self, method: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The same on the way of an answer: within a second or not at all.

        Raises: as ask() does; Unavailable also when Slack does not say so in time.
        """
        if not self._looking.acquire(blocking=False):
            raise Unavailable("Slack is slow at the moment. Please try again in a minute.")

        def ask() -> dict[str, Any]:
            # The place is free when Slack has answered, not when the person has stopped waiting.
            try:
                return _asked(self._quick, method, arguments)
            finally:
                self._looking.release()

        try:
            return self._looks.submit(ask).result(LOOK_SECONDS_MAX)
        except TimeoutError:
            raise Unavailable(
                "Slack did not say in time what has to be known for this. Please try again."
            ) from None

    def show(self, method: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Have Slack show somebody a view; never on the way of an answer.

        Shape: the view as Slack keeps it, with its id and hash.
        Raises: RateLimited, and Unavailable when Slack refuses or does not answer.
        """
        try:
            answer: Any = self.client.api_call(method, json=dict(arguments))
        except SlackApiError as refused:
            raise view_refusal(refused) from None
        except (SlackClientError, OSError, ValueError) as failed:
            raise Unavailable("Slack does not answer.") from failed
        view = answer.get("view")
        return view if isinstance(view, dict) else {}

    def post(self, method: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Post or change a message, once: whether it arrived is known only where Slack says so.

        Raises: SlackRefused when it did not and will not; RateLimited, and Misconfigured for the
            token and its scopes, when it did not; Unavailable when nobody knows.
        """
        given = {name: value for name, value in arguments.items() if value is not None}
        try:
            answer: Any = self.client.api_call(method, json=given)
        except SlackApiError as refused:
            raise message_refusal(refused) from None
        except (SlackClientError, OSError, ValueError, http.client.HTTPException) as failed:
            raise Unavailable("Slack did not say whether it took the message.") from failed
        return answer.data if isinstance(answer.data, dict) else {}

    def respond(
        self, response_url: str, text: str, blocks: Sequence[Mapping[str, Any]], *, replaces: bool
    ) -> None:
        """Answer somebody alone, soon, below what they pressed or in its place.

        What fails is logged, since nobody waits for it.

        Raises: Unavailable when too many answers are waiting already.
        """
        payload = {
            "response_type": "ephemeral",
            "replace_original": replaces,
            "text": text,
            "blocks": blocks,
        }
        self._responses.send(response_url, payload)

    def _unreached(self, failed: Exception) -> Unavailable:
        return Unavailable(f"Slack does not answer at {self.base_url}: {why_unreached(failed)}.")

    def close(self) -> None:
        """Let the answers under way finish, and give the connections back."""
        self._responses.close()
        self._looks.shutdown(wait=False, cancel_futures=True)


def _quiet_logger() -> logging.Logger:
    # The client logs every failure before it raises it; we say once what that means.
    logger = logging.getLogger("tallyman.slack_sdk")
    logger.setLevel(logging.CRITICAL)
    return logger


def _asked(client: WebClient, method: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """What Slack answers, with its errors as ours."""
    given = {name: value for name, value in arguments.items() if value is not None}
    try:
        answer: Any = client.api_call(method, http_verb="GET", params=given)
    except SlackApiError as refused:
        if is_rate_limit(refused):
            raise rate_limited(refused) from None
        error = str(refused.response.get("error", "unknown_error"))
        if error in MISSING:
            raise NotFound from None
        if error == "missing_scope":
            raise missing_scope(refused) from None
        log.warning("ask_refused", method=method, error=error)
        raise Unavailable(f"Slack could not say ({error}). Please try again.") from None
    except (SlackClientError, OSError, ValueError) as failed:
        raise Unavailable("Slack does not answer. Please try again in a moment.") from failed
    return answer.data if isinstance(answer.data, dict) else {}
