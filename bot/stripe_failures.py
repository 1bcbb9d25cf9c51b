"""What an answer of Stripe's that is no success means: ask again later, or one of our errors."""

import random
import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from bot.errors import BadRequest, Misconfigured, NotFound, Refused, ToldToWait, Unavailable
from bot.telemetry import clean_text

BACKOFF_SECONDS, BACKOFF_SECONDS_MAX = 0.25, 8.0
RETRY_AFTER_SECONDS_MAX = 30.0
# Whoever answers so has not let a request through.
NOT_DONE = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND})
# A declined payment, for one, need not come with words.
NO_REASON = "it gave no reason."

# First words of a path that are followed by the name of a resource, not by an id.
NAMESPACES = frozenset({"billing", "billing_portal", "checkout", "reporting", "test_helpers"})


def endpoint_of(path: str) -> str:
    """The operation behind a path, with `:id` for its ids: what Stripe's limits count by.

    Where a resource's fixed word stands in the place of an id, as in /v1/invoices/search, the two
    count as one, which is only more careful.
    """
    words = path.strip("/").split("/")
    first_resource = 2 if len(words) > 1 and words[1] in NAMESPACES else 1
    return "/" + "/".join(
        ":id" if place > first_resource and (place - first_resource) % 2 else word
        for place, word in enumerate(words)
    )


@dataclass(frozen=True, slots=True)
class Failure:
    """An answer that may well be another one, asked again."""

    reason: str
    is_rate_limit: bool = False
    retry_after_seconds: float | None = None


def judge(failed: Any, path: str) -> Failure:
    """What an error of the SDK means: ask again, or one of our errors, raised."""
    status = failed.http_status or 0
    headers = {name.lower(): value for name, value in (failed.headers or {}).items()}
    said = _said_by_stripe(failed)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        reason = clean_text(headers.get("stripe-rate-limited-reason") or "rate limit")
        after = _retry_after_seconds(headers.get("retry-after"))
        return Failure(reason, is_rate_limit=True, retry_after_seconds=after)
    # A read that met somebody else's lock, or Stripe's own trouble.
    if status == HTTPStatus.CONFLICT or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        if headers.get("stripe-should-retry") == "false":
            raise Unavailable(f"Stripe failed at {path} ({status}).") from None
        return Failure(f"it failed ({status})")
    if status == HTTPStatus.NOT_FOUND or failed.code == "resource_missing":
        raise NotFound(f"Stripe has no {path}.") from None
    if status == HTTPStatus.UNAUTHORIZED:
        raise Misconfigured(
            "Stripe does not accept STRIPE_SECRET_KEY. Copy it anew from its page of API keys."
        ) from None
    if status == HTTPStatus.FORBIDDEN:
        raise Misconfigured(
            f"STRIPE_SECRET_KEY may not read {endpoint_of(path)}. Stripe says: {said}"
        ) from None
    if status < HTTPStatus.BAD_REQUEST:
        return Failure(f"an answer that it does not have ({status})")
    raise NotUnderstood(endpoint_of(path), status, said, code=str(failed.code or "")) from None


class NotUnderstood(BadRequest):
    """Stripe does not answer a question as it was asked; `code` and `said` are its own words."""

    def __init__(self, endpoint: str, status: int, said: str, *, code: str) -> None:
        said = said or NO_REASON
        super().__init__(f"Stripe refused {endpoint} ({status}): {said}")
        self.said = said
        self.code = code


class StripeRefused(Refused):
    """Stripe says no to a change: nothing was done. `code` and `decline_code` are its own words."""

    def __init__(self, said: str, *, code: str, decline_code: str = "") -> None:
        said = said or NO_REASON
        super().__init__(f"Stripe refused it: {said}")
        self.said = said
        self.code = code
        self.decline_code = decline_code


class StripeFailed(Unavailable):
    """Stripe failed at a change, which may have happened, and keeps that answer under the key."""


def judge_change(
    failed: Any,
) -> StripeRefused | StripeFailed | NotFound | ToldToWait | Misconfigured | Unavailable:
    """What an error of the SDK means for a change that was asked for with an idempotency key.

    Source: docs.stripe.com/api/idempotent_requests, read 2026-11: the first answer is kept, 500s
        too, and none where the key was in use at that moment.
    """
    status, code = failed.http_status or 0, str(failed.code or "")
    said = _said_by_stripe(failed)
    headers = {name.lower(): value for name, value in (failed.headers or {}).items()}
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        after = _retry_after_seconds(headers.get("retry-after"))
        return ToldToWait("Stripe", after or backoff_seconds(1))
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return StripeFailed(f"Stripe failed ({status}).")
    is_doubtful = status == HTTPStatus.CONFLICT or status < HTTPStatus.BAD_REQUEST
    # Where something on the way has answered, Stripe may have been asked all the same.
    if is_doubtful or (failed.error is None and status not in NOT_DONE):
        return Unavailable(f"Stripe has not said what came of it ({code or status}).")
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return Misconfigured(f"STRIPE_SECRET_KEY may not do that. Stripe says: {said}")
    if code == "resource_missing" or status == HTTPStatus.NOT_FOUND:
        return NotFound(f"Stripe has no such thing any more: {said or NO_REASON}")
    decline_code = str(getattr(failed.error, "decline_code", None) or "")
    return StripeRefused(said, code=code, decline_code=decline_code)


def _said_by_stripe(failed: Any) -> str:
    """Its own words; "" where there are none, or where the answer was none of Stripe's."""
    return "" if failed.error is None else clean_text(str(failed.user_message or ""))


def _retry_after_seconds(value: str | None) -> float | None:
    """How long to leave Stripe alone; None when it does not say."""
    if value is None or not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6})?", value.strip(), re.ASCII):
        return None
    # Jitter on top, so that those who were sent away together do not come back together.
    return min(float(value), RETRY_AFTER_SECONDS_MAX) + random.uniform(0, BACKOFF_SECONDS)


def backoff_seconds(times: int) -> float:
    """How long to wait after something failed this many times: longer each time, with jitter."""
    full = min(BACKOFF_SECONDS * 2 ** (times - 1), BACKOFF_SECONDS_MAX)
    return random.uniform(full / 2, full)
