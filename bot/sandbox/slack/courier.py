"""Bring requests to the bot, signed or over its socket, and wait as long as Slack waits."""

import contextlib
import hashlib
import hmac
import http.client
import json
import time
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from bot.sandbox.slack.faults import Faults
from bot.sandbox.slack.records import Delivery
from bot.sandbox.slack.sockets import Sockets, make_envelope

DELIVERIES_MAX = 10_000
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"

# Status, body, headers, and the name of what went wrong.
Outcome = tuple[int | None, bytes, dict[str, str], str | None]


def sign(body: bytes, *, secret: str, timestamp: int | str | None = None) -> dict[str, str]:
    """The two headers that prove a request comes from Slack.

    Source: docs.slack.dev, "Verifying requests from Slack": HMAC-SHA256 over v0:time:body.
    """
    moment = str(int(time.time()) if timestamp is None else timestamp)
    base = b"v0:" + moment.encode() + b":" + body
    digest = hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": moment, "X-Slack-Signature": f"v0={digest}"}


class Courier:
    """Brings requests to the bot's request URL or over its sockets, and keeps a list of them."""

    def __init__(
        self,
        *,
        secret: str,
        request_url: str | None,
        faults: Faults,
        sockets: Sockets,
        patience_seconds: float,
    ) -> None:
        self.secret = secret
        self._patience_seconds = patience_seconds
        self.request_url = request_url
        self.deliveries: list[Delivery] = []
        self._faults = faults
        self._sockets = sockets

    def send(
        self,
        kind: str,
        body: bytes,
        *,
        content_type: str = FORM,
        headers: Mapping[str, str] | None = None,
    ) -> Delivery:
        """Sign and deliver; twice when a duplicate was asked for, as the same bytes."""
        if self._sockets.is_enabled:
            return self._send_envelope(kind, body, headers or {})
        signed = {
            "Content-Type": content_type,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "Accept": "application/json,*/*",
            **sign(body, secret=self.secret),
            **(headers or {}),
        }
        delivery = self.deliver(body, signed, kind=kind)
        if self._faults.take("duplicate_deliveries_next"):
            self.deliver(body, signed, kind=kind)
        return delivery

    def deliver(self, body: bytes, headers: Mapping[str, str], *, kind: str = "raw") -> Delivery:
        """Deliver these very bytes and headers; nothing is signed or set right."""
        return self._keep(kind, body, headers, lambda: self._exchange(body, headers))

    def _send_envelope(self, kind: str, body: bytes, headers: Mapping[str, str]) -> Delivery:
        envelope = make_envelope(kind, body, headers)

        def bring() -> Outcome:
            ack, error = self._sockets.exchange(envelope, seconds=self._patience_seconds)
            if ack is None:
                return None, b"", {}, error
            answer = json.dumps(ack["payload"]).encode() if "payload" in ack else b""
            return 200, answer, {"content-type": JSON}, None

        delivery = self._keep(kind, body, headers, bring)
        if self._faults.take("duplicate_deliveries_next"):
            self._keep(kind, body, headers, bring)
        return delivery

    def _keep(
        self, kind: str, body: bytes, headers: Mapping[str, str], bring: Callable[[], Outcome]
    ) -> Delivery:
        started = time.monotonic()
        status, answer, answer_headers, error = bring()
        seconds = time.monotonic() - started
        if error is None and seconds > self._patience_seconds:
            error = "operation_timeout"
        delivery = Delivery(
            kind=kind,
            body=body,
            headers=dict(headers),
            status=status,
            answer=answer,
            answer_type=answer_headers.get("content-type", "").partition(";")[0].strip(),
            answer_headers=answer_headers,
            seconds=seconds,
            error=error,
        )
        self.deliveries.append(delivery)
        del self.deliveries[:-DELIVERIES_MAX]
        return delivery

    def _exchange(self, body: bytes, headers: Mapping[str, str]) -> Outcome:
        if self.request_url is None:
            return None, b"", {}, "dispatch_failed"
        url = urlsplit(self.request_url)
        kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
        connection = kind(url.hostname or "", url.port, timeout=self._patience_seconds)
        try:
            # As bytes, so that an attack may put any characters into a header.
            encoded = {name: value.encode() for name, value in headers.items()}
            # A bot may refuse a large body before it has read it; its answer is there all the same.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                connection.request("POST", url.path or "/", body, encoded)
            response = connection.getresponse()
            answer = response.read()
        except TimeoutError:
            return None, b"", {}, "operation_timeout"
        except (OSError, http.client.HTTPException):
            return None, b"", {}, "dispatch_failed"
        finally:
            connection.close()
        answer_headers = {key.lower(): value for key, value in response.getheaders()}
        is_fine = 200 <= response.status < 300
        return response.status, answer, answer_headers, None if is_fine else "dispatch_failed"
