"""Slack's requests: a guard on the raw body first, then Bolt in a few threads.

The guard reads the body within a bound, checks the signature over its bytes, and refuses what could
trip a parser, before anything is parsed. Bolt checks signatures too, but it parses the body before
it does, and logs the whole of it when the signature is wrong.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TypeAlias
from urllib.parse import parse_qs

import anyio
import anyio.to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.clock import real_now
from bot.telemetry import get_logger, requests_total
from handlers.http.bodies import BodyTooLarge, read_body

log = get_logger("http.slack")

PATH = "/slack/events"
# Slack's largest payload, a submitted view, is at most 250 kB.
BODY_BYTES_MAX = 256 * 1024
# Source: docs.slack.dev/authentication/verifying-requests-from-slack, read 2026-11.
TOLERANCE_SECONDS = 300
FIELDS_MAX = 64
# Four threads answer faster at the 99th percentile than forty do, measured with 32 clients.
THREADS = 4

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
_TIMESTAMP = re.compile(r"[0-9]{10}", re.ASCII)
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}", re.ASCII)

# What Bolt is, seen from here: the body and the headers in, status, headers and body out.
Answer: TypeAlias = tuple[int, Mapping[str, Sequence[str]], str]
Dispatch: TypeAlias = Callable[[str, Mapping[str, str]], Answer]


def is_signed(
    body: bytes, headers: Mapping[str, str], secrets: Sequence[bytes], *, now: datetime
) -> bool:
    """Whether Slack signed these bytes within the last five minutes, with one of our secrets."""
    timestamp = headers.get("x-slack-request-timestamp", "")
    signature = headers.get("x-slack-signature", "")
    if not _TIMESTAMP.fullmatch(timestamp) or not _SIGNATURE.fullmatch(signature):
        return False
    if abs(now.timestamp() - int(timestamp)) > TOLERANCE_SECONDS:
        return False
    signed = b"v0:" + timestamp.encode() + b":" + body
    expected = [f"v0={hmac.new(secret, signed, hashlib.sha256).hexdigest()}" for secret in secrets]
    return any(hmac.compare_digest(one, signature) for one in expected)


def readable_text(body: bytes, content_type: str) -> str | None:
    """The body as text, once it is sure that Bolt's own parsing of it can't fail; else None."""
    try:
        text = body.decode("utf-8")
        if content_type == JSON:
            return text if isinstance(json.loads(text), dict) else None
        if _may_hold_payload(text):
            form = parse_qs(
                text, keep_blank_values=True, max_num_fields=FIELDS_MAX, errors="strict"
            )
            payload = form.get("payload")
            if payload is not None and not isinstance(json.loads(payload[0]), dict):
                return None
    except (ValueError, RecursionError):
        # Not UTF-8, not JSON, digits without end, or nested without end.
        return None
    return text


def _may_hold_payload(form: str) -> bool:
    """Whether a form may have a field `payload`, however it is spelled; commands have none."""
    names = (pair.partition("=")[0] for pair in form.split("&"))
    return any(name == "payload" or "%" in name for name in names)


class Refused(Exception):
    """The request is not let through to Bolt."""

    def __init__(self, status: int, outcome: str) -> None:
        super().__init__(outcome)
        self.status = status
        self.outcome = outcome


async def let_through(request: Request, secrets: Sequence[bytes]) -> str:
    """The body of a request that Slack signed and that Bolt can parse, as text.

    Raises: Refused with the status that says why not.
    """
    try:
        body = await read_body(request, bytes_max=BODY_BYTES_MAX)
    except BodyTooLarge:
        raise Refused(413, "too_large") from None
    except TimeoutError:
        raise Refused(408, "too_slow") from None
    except ClientDisconnect:
        raise Refused(400, "gone") from None
    # The real clock: the sandbox moves the business's day, not Slack's signatures.
    if not is_signed(body, request.headers, secrets, now=real_now()):
        raise Refused(401, "unsigned")
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type not in {FORM, JSON}:
        raise Refused(415, "content_type")
    text = readable_text(body, content_type)
    if text is None:
        raise Refused(400, "unreadable")
    return text


def slack_route(dispatch: Dispatch, *, secrets: Sequence[str]) -> Route:
    """The one address that Slack's commands, presses and events come to."""
    keys = [secret.encode() for secret in secrets]
    limiter = anyio.CapacityLimiter(THREADS)

    async def receive(request: Request) -> Response:
        try:
            text = await let_through(request, keys)
        except Refused as refused:
            # Never the body nor a header's value: they may hold somebody's secret.
            log.warning("slack_request_refused", status=refused.status, outcome=refused.outcome)
            requests_total.labels("slack", refused.outcome).inc()
            return PlainTextResponse("", status_code=refused.status)
        status, headers, answer = await anyio.to_thread.run_sync(
            dispatch, text, dict(request.headers), limiter=limiter
        )
        requests_total.labels("slack", str(status)).inc()
        response = Response(answer, status_code=status)
        for name, values in headers.items():
            for value in values:
                response.headers.append(name, value)
        return response

    return Route(PATH, receive, methods=["POST"])
