"""One connection to Slack in Socket Mode: opened, greeted, read in a thread of its own, closed.

slack_sdk's own client is not used for it; the decision record 0013 says why.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.sync.client import ClientConnection, connect

from bot.telemetry import get_logger, slack_connections
from handlers.slack.envelopes import Envelope, Signal, parse_message

log = get_logger("slack.connection")

# Slack's largest payload, a submitted view, is at most 250 kB.
MESSAGE_BYTES_MAX = 1024 * 1024
# How often a reader looks whether its time is over.
LOOK_SECONDS = 0.5
CLOSE_SECONDS_MAX = 1.0

# Why a connection should be followed by the next one, beside Slack's own reasons.
LOST = "lost"
SILENT = "no hello"


@dataclass(frozen=True, slots=True)
class Pace:
    """How patient we are with Slack. Units: seconds."""

    open_seconds: float = 10.0
    # Slack greets a connection that it will use. Without that, nothing would ever come.
    hello_seconds: float = 10.0
    # A connection that has not answered a ping within this time is dead, whatever TCP says: after
    # ping_seconds and pong_seconds together we know.
    ping_seconds: float = 10.0
    pong_seconds: float = 15.0
    # Slack lets a connection go some ten seconds after it has said so.
    retire_seconds: float = 15.0
    # Replaced without being asked, in case Slack has forgotten it though it answers pings.
    renew_seconds: float = 3600.0
    # One that held less long than this was no success: the next one waits, longer each time.
    settled_seconds: float = 10.0
    backoff_seconds: float = 1.0
    backoff_max_seconds: float = 60.0
    # When Slack refuses us, only a person can change that.
    refused_seconds: float = 60.0


class Connection:
    """A WebSocket that Slack sends envelopes over, until it says or shows that it will go."""

    def __init__(
        self, url: str, *, pace: Pace, on_envelope: Callable[["Connection", Envelope], None]
    ) -> None:
        self._url = url
        self._pace = pace
        self._on_envelope = on_envelope
        self._socket: ClientConnection | None = None
        self._changed = threading.Condition()
        self._is_greeted = False
        self._why_over = ""
        self._close_at = float("inf")
        self._thread = threading.Thread(target=self._run, name="slack-connection", daemon=True)

    def open(self) -> str:
        """Open it and wait for Slack's hello.

        Shape: "" when it is there, else why not.
        """
        self._thread.start()
        with self._changed:
            self._changed.wait_for(lambda: self._is_greeted or self._why_over)
            return self._why_over

    def wait_until_over(self, seconds: float) -> str:
        """Wait until another one should follow.

        Shape: why, or "" when the time is up.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._why_over, seconds)
            return self._why_over

    def send(self, text: str) -> bool:
        """Send a message; whether it went out."""
        try:
            if self._socket is None:
                return False
            self._socket.send(text)
        except (ConnectionClosed, OSError):
            return False
        return True

    def retire(self) -> None:
        """Go on reading what still comes, for as long as Slack leaves it open."""
        self._close_at = min(self._close_at, time.monotonic() + self._pace.retire_seconds)

    def close(self) -> None:
        """Close it now, and wait for its end."""
        self._end("closed")
        self._close_at = 0.0
        if self._socket is not None:
            self._socket.close()
        if self._thread.is_alive():
            self._thread.join(CLOSE_SECONDS_MAX + LOOK_SECONDS)

    @property
    def is_alive(self) -> bool:
        """Whether it is still read."""
        return self._thread.is_alive()

    def _run(self) -> None:
        try:
            with connect(
                self._url,
                open_timeout=self._pace.open_seconds,
                ping_interval=self._pace.ping_seconds,
                ping_timeout=self._pace.pong_seconds,
                close_timeout=CLOSE_SECONDS_MAX,
                max_size=MESSAGE_BYTES_MAX,
                compression=None,
                logger=_quiet_logger(),
            ) as socket:
                self._socket = socket
                hello_until = time.monotonic() + self._pace.hello_seconds
                self._close_at = min(self._close_at, hello_until)
                self._read(socket)
        except (WebSocketException, OSError, ValueError) as failed:
            # The type only: the address is a key to the connection.
            log.info("connection_ended", error=type(failed).__name__)
        finally:
            self._end(LOST if self._is_greeted else SILENT)
            if self._is_greeted:
                slack_connections.dec()

    def _read(self, socket: ClientConnection) -> None:
        while time.monotonic() < self._close_at:
            try:
                text = socket.recv(LOOK_SECONDS)
            except TimeoutError:
                continue
            match parse_message(text):
                case Envelope() as envelope:
                    self._on_envelope(self, envelope)
                case Signal(kind="hello"):
                    self._greet()
                case Signal(kind="disconnect", reason=reason):
                    self._end(reason or "disconnect")
                case None:
                    log.warning("message_unknown", size=len(text))

    def _greet(self) -> None:
        with self._changed:
            if not self._is_greeted and not self._why_over:
                slack_connections.inc()
                self._is_greeted = True
                self._close_at = float("inf")
            self._changed.notify_all()

    def _end(self, why: str) -> None:
        with self._changed:
            # The first reason is the reason.
            self._why_over = self._why_over or why
            self._changed.notify_all()


def _quiet_logger() -> logging.Logger:
    # websockets tells of every frame at DEBUG, and names the address at INFO.
    logger = logging.getLogger("tallyman.websockets")
    logger.setLevel(logging.CRITICAL)
    return logger
