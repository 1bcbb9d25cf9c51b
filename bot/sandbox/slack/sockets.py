"""Socket Mode: connections that the app opens, and envelopes that Slack sends over them."""

import asyncio
import contextlib
import json
import secrets
import threading
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any
from urllib.parse import parse_qs

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.records import Json

# Source: docs.slack.dev/apis/events-api/using-socket-mode, read 2026-11.
CONNECTIONS_MAX = 10
# How long a connection stays open after Slack has said that it will go.
GOING_SECONDS = 10.0
TICKETS_MAX = 1_000
TYPES = {"command": "slash_commands", "event": "events_api"}

Problems = Callable[[str, SlackError], None]


class Link:
    """One open connection of the app."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._outbox: asyncio.Queue[Json | None] = asyncio.Queue()
        self.is_going = False

    def put(self, message: Json | None) -> None:
        """Send a message, or with None close; safe from any thread."""
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._outbox.put_nowait, message)

    def close_later(self, seconds: float) -> None:
        """Close after a while; safe from any thread."""

        def close() -> None:
            self._loop.call_later(seconds, self._outbox.put_nowait, None)

        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(close)

    async def write(self, socket: WebSocket) -> None:
        """Send what is put in, until the end is."""
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            while (message := await self._outbox.get()) is not None:
                await socket.send_text(json.dumps(message, ensure_ascii=False))
            await socket.close()


class Sockets:
    """Every connection of one app, and the envelopes that wait for their ack."""

    def __init__(self, app_id: str, *, is_enabled: bool, on_problem: Problems) -> None:
        self.is_enabled = is_enabled
        self._app_id = app_id
        self._on_problem = on_problem
        self._lock = threading.Lock()
        self._tickets: dict[str, None] = {}
        self._links: list[Link] = []
        self._waiting: dict[str, Future[Json]] = {}
        self._turn = 0
        # How many connections were ever open, and how many of them at a time: a test sees by it
        # that there was a new one, and whether that came before the old one went.
        self.opened = self.most_at_once = 0

    def __len__(self) -> int:
        with self._lock:
            return len(self._links)

    def give_ticket(self) -> str:
        """The right to open one connection, once."""
        ticket = secrets.token_urlsafe(24)
        with self._lock:
            self._tickets[ticket] = None
            while len(self._tickets) > TICKETS_MAX:
                del self._tickets[next(iter(self._tickets))]
        return ticket

    def disconnect(self, reason: str, *, after_seconds: float = GOING_SECONDS) -> None:
        """Tell every connection that it will go, and let it go after these seconds."""
        with self._lock:
            links = list(self._links)
        for link in links:
            link.is_going = True
            link.put(_disconnect(reason))
            link.close_later(after_seconds)

    def drop(self) -> None:
        """Close every connection without a word."""
        with self._lock:
            links = list(self._links)
        for link in links:
            link.put(None)

    def exchange(self, envelope: Json, *, seconds: float) -> tuple[Json | None, str | None]:
        """Send an envelope over one connection, and wait for its ack over whichever.

        Shape: the ack, or None and the name of the error.
        """
        link = self._next_link()
        if link is None:
            return None, "dispatch_failed"
        waiting: Future[Json] = Future()
        with self._lock:
            self._waiting[envelope["envelope_id"]] = waiting
        link.put(envelope)
        try:
            ack = waiting.result(seconds)
        except TimeoutError:
            return None, "operation_timeout"
        finally:
            with self._lock:
                del self._waiting[envelope["envelope_id"]]
        if ack.get("payload") and not envelope["accepts_response_payload"]:
            self._on_problem(f"ack of {envelope['type']}", SlackError("ack_body_ignored"))
        return ack, None

    async def serve(self, socket: WebSocket) -> None:
        """One connection from its beginning to its end."""
        with self._lock:
            is_known = socket.query_params.get("ticket", "") in self._tickets
            self._tickets.pop(socket.query_params.get("ticket", ""), None)
            is_full = len(self._links) >= CONNECTIONS_MAX
        if not is_known or not self.is_enabled:
            await socket.close()
            return
        await socket.accept()
        if is_full:
            await socket.send_text(json.dumps(_disconnect("too_many_websockets")))
            await socket.close()
            return
        await self._serve_link(socket, Link())

    async def _serve_link(self, socket: WebSocket, link: Link) -> None:
        with self._lock:
            self._links.append(link)
            self.opened += 1
            self.most_at_once = max(self.most_at_once, len(self._links))
            link.put(self._hello(len(self._links)))
        writing = asyncio.ensure_future(link.write(socket))
        try:
            while socket.client_state is WebSocketState.CONNECTED:
                self._take(await socket.receive_text())
        except (WebSocketDisconnect, RuntimeError):
            # Starlette says RuntimeError where our own side has closed meanwhile.
            pass
        finally:
            with self._lock:
                self._links.remove(link)
            writing.cancel()

    def _next_link(self) -> Link | None:
        with self._lock:
            staying = [each for each in self._links if not each.is_going] or self._links
            self._turn += 1
            return staying[self._turn % len(staying)] if staying else None

    def _take(self, text: str) -> None:
        """Read what the app sent: acks, and nothing else."""
        try:
            ack = json.loads(text)
        except ValueError:
            ack = None
        try:
            _check_ack(ack)
        except SlackError as wrong:
            self._on_problem("socket", wrong)
            return
        with self._lock:
            waiting = self._waiting.get(ack["envelope_id"])
        # An ack that comes too late is nobody's business any more.
        if waiting is not None and not waiting.done():
            waiting.set_result(ack)

    def _hello(self, count: int) -> Json:
        return {
            "type": "hello",
            "num_connections": count,
            "connection_info": {"app_id": self._app_id},
            "debug_info": {"host": "applink-stand-in", "approximate_connection_time": 18_060},
        }


def make_envelope(kind: str, body: bytes, headers: Mapping[str, str]) -> Json:
    """What goes over the socket instead of a request: the payload without its wrapping.

    Source: docs.slack.dev/apis/events-api/using-socket-mode, read 2026-11.
    """
    envelope: Json = {
        "envelope_id": str(uuid.uuid4()),
        "type": TYPES.get(kind, "interactive"),
        "accepts_response_payload": kind != "event",
        "payload": _payload(body),
    }
    if kind == "event":
        envelope["retry_attempt"] = int(headers.get("X-Slack-Retry-Num", "0"))
        envelope["retry_reason"] = headers.get("X-Slack-Retry-Reason", "")
    return envelope


def _payload(body: bytes) -> Any:
    if body.startswith(b"{"):
        return json.loads(body)
    form = {
        key: values[0] for key, values in parse_qs(body.decode(), keep_blank_values=True).items()
    }
    return json.loads(form["payload"]) if "payload" in form else form


def _check_ack(ack: object) -> None:
    if not isinstance(ack, dict) or not isinstance(ack.get("envelope_id"), str):
        raise SlackError("invalid_ack", "[ERROR] must provide an envelope_id [json-pointer:]")
    if set(ack) - {"envelope_id", "payload"}:
        raise SlackError("invalid_ack", "[ERROR] has nothing beside envelope_id and payload")
    if not isinstance(ack.get("payload", {}), dict):
        raise SlackError("invalid_ack", "[ERROR] must provide an object [json-pointer:/payload]")


def _disconnect(reason: str) -> Json:
    return {"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-stand-in"}}
