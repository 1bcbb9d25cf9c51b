"""Run an ASGI application on this machine in a thread, so that a stand-in is a real HTTP server."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import uvicorn

STARTING_SECONDS_MAX = 10.0
STOPPING_SECONDS_MAX = 5.0


class Server:
    """One application on 127.0.0.1, on a free port unless one is named."""

    def __init__(self, app: Any, *, port: int = 0) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(("127.0.0.1", port))
        self.port: int = self.socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        config = uvicorn.Config(
            app, log_level="warning", access_log=False, timeout_graceful_shutdown=1
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self.socket]}, daemon=True
        )

    def start(self) -> "Server":
        """Start serving; return once connections are answered.

        Raises: RuntimeError when that takes too long.
        """
        self._thread.start()
        give_up_at = time.monotonic() + STARTING_SECONDS_MAX
        while not self._server.started:
            if time.monotonic() > give_up_at or not self._thread.is_alive():
                raise RuntimeError(f"The server on port {self.port} did not start.")
            time.sleep(0.01)
        return self

    def stop(self) -> None:
        """Stop serving and wait for the thread."""
        self._server.should_exit = True
        self._thread.join(STOPPING_SECONDS_MAX)
        self.socket.close()


@contextlib.contextmanager
def serving(app: Any, *, port: int = 0) -> Iterator[Server]:
    """Serve an application for the length of a with block."""
    server = Server(app, port=port).start()
    try:
        yield server
    finally:
        server.stop()
