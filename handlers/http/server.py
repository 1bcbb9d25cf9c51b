"""How the application is served: bounds on connections, and on how slowly they may speak."""

import asyncio
import socket
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from bot.errors import Misconfigured

# A connection that has not sent a whole request head by then is closed; uvicorn has no such limit.
HEAD_SECONDS_MAX = 10.0
KEEP_ALIVE_SECONDS = 75
CONNECTIONS_MAX = 1000
# As long as Slack waits for an answer.
SHUTDOWN_SECONDS_MAX = 3


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's HTTP, closing connections that never come to the point."""

    _head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Give a new connection its time."""
        super().connection_made(transport)
        self._head_timer = self.loop.call_later(HEAD_SECONDS_MAX, self._give_up)

    def on_headers_complete(self) -> None:
        """The head is here; from now on the body's bound and uvicorn's keep-alive hold."""
        self._stop_timer()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the timer with the connection."""
        self._stop_timer()
        super().connection_lost(exc)

    def _stop_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _give_up(self) -> None:
        self._head_timer = None
        if not self.transport.is_closing():
            self.transport.close()


def listen(host: str, port: int, *, setting: str) -> socket.socket:
    """A socket at this address; uvicorn's own way to say that it is taken is to end the process.

    Raises: Misconfigured when it can't be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as failed:
        why = failed.strerror or "it is no address"
        raise Misconfigured(f"{setting} {port} can't be had at {host}: {why}.") from None


def make_server(application: Any, *, host: str, port: int) -> uvicorn.Server:
    """A server for the application, not started yet."""
    return uvicorn.Server(
        uvicorn.Config(
            application,
            host=host,
            port=port,
            http=BoundedProtocol,
            limit_concurrency=CONNECTIONS_MAX,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=SHUTDOWN_SECONDS_MAX,
            access_log=False,
            log_config=None,
            server_header=False,
        )
    )
