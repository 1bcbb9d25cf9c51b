"""What an answer of Slack's that is no success means, as one of our errors."""

import re
from http import HTTPStatus
from typing import Any

from bot.errors import Misconfigured, Refused, ToldToWait, Unavailable

# What auth.test answers when the token itself is at fault, not the moment.
TOKEN_FAULTS = frozenset(
    {"invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive"}
)
# The same for the app-level token of Socket Mode, which only connects.
SOCKET_FAULTS = TOKEN_FAULTS | {"not_allowed_token_type", "missing_scope", "forbidden_team"}
# Slack's words for "there is nothing of that kind or id for you".
MISSING = frozenset(
    {"user_not_found", "user_not_visible", "channel_not_found", "channel_is_limited_access"}
    | {"message_not_found", "plan_upgrade_required"}
)
# After these a message may be there all the same. The last two speak of an argument that Slack does
# not document, client_msg_id. Source: docs.slack.dev, chat.postMessage, errors, read 2026-11.
DOUBTFUL = frozenset(
    {"fatal_error", "internal_error", "request_timeout", "service_unavailable"}
    | {"duplicate_channel_not_found", "duplicate_message_not_found"}
)
# A press opens one modal, and not for long.
TOO_LATE = frozenset({"expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id"})
_ERROR_WORD = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
_WORDS = {
    "channel_not_found": "The channel is gone, or I can’t see it any more.",
    "is_archived": "The channel is archived.",
    "not_in_channel": "I am not in that channel. Invite me there: /invite @Tallyman",
    "message_not_found": "The message is gone.",
    "restricted_action": "The workspace’s settings keep me from posting there.",
}
# How long to leave Slack alone when it says that it was too much, but not how long.
RETRY_SECONDS = 30.0
RETRY_SECONDS_MAX = 300.0


class RateLimited(ToldToWait):
    """Slack was asked too often."""

    def __init__(self, retry_after_seconds: float) -> None:
        super().__init__("Slack", retry_after_seconds)


def socket_refusal(refused: Any) -> Misconfigured | Unavailable:
    """Why Slack gives no address for Socket Mode."""
    if is_rate_limit(refused):
        return rate_limited(refused)
    error = str(refused.response.get("error", "unknown_error"))
    if error in SOCKET_FAULTS:
        return Misconfigured(
            f"Slack does not accept SLACK_APP_TOKEN ({error}): it must be an app-level token with "
            "connections:write, of an app that has Socket Mode switched on."
        )
    return Unavailable(f"Slack gives no connection in Socket Mode ({error}).")


def view_refusal(refused: Any) -> Unavailable:
    """Why Slack does not show a modal or a Home tab."""
    if is_rate_limit(refused):
        return rate_limited(refused)
    error = str(refused.response.get("error", ""))
    if error in TOO_LATE:
        return Unavailable("That took too long for Slack to open it. Please press again.")
    # Where Slack sends no answer of its API, the SDK puts the whole of it in this place.
    why = f" ({error})" if _ERROR_WORD.fullmatch(error) else ""
    return Unavailable(f"Slack did not show it{why}. Please try again.")


def is_rate_limit(refused: Any) -> bool:
    """Whether Slack was asked too often."""
    response: Any = refused.response
    is_status = bool(response.status_code == HTTPStatus.TOO_MANY_REQUESTS)
    return is_status or response.get("error") == "ratelimited"


def rate_limited(refused: Any) -> RateLimited:
    """How long it wants to be left alone, in words of ours."""
    for name, value in dict(refused.response.headers).items():
        if name.lower() == "retry-after":
            said = str(value[0] if isinstance(value, list) else value).strip()
            if said.isascii() and said.isdigit():
                return RateLimited(min(float(said[:9]), RETRY_SECONDS_MAX))
    return RateLimited(RETRY_SECONDS)


class SlackRefused(Refused):
    """Slack says no to a message, for good; `error` is its own word for why."""

    def __init__(self, error: str) -> None:
        super().__init__(_WORDS.get(error, f"Slack refused it ({error})."))
        self.error = error


def message_refusal(refused: Any) -> RateLimited | Misconfigured | SlackRefused | Unavailable:
    """Why Slack did not take a message; Unavailable where it may have taken it all the same."""
    if is_rate_limit(refused):
        return rate_limited(refused)
    response = refused.response
    error = str(response.get("error", ""))
    is_word = _ERROR_WORD.fullmatch(error) is not None
    if response.status_code != HTTPStatus.OK or not is_word or error in DOUBTFUL:
        said = error if is_word else f"status {response.status_code}"
        return Unavailable(f"Slack did not say whether it took the message ({said}).")
    if error in TOKEN_FAULTS:
        return Misconfigured(f"Slack does not accept SLACK_BOT_TOKEN ({error}).")
    if error == "missing_scope":
        return missing_scope(refused)
    return SlackRefused(error)


def missing_scope(refused: Any) -> Misconfigured:
    """Which right the app lacks at Slack, and where it comes from."""
    needed = refused.response.get("needed")
    scope = f"the scope {needed}" if needed else "a scope"
    return Misconfigured(f"The Slack app lacks {scope}. Install it again with manifest.json.")
