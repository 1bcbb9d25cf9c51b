"""Run an ASGI application on this machine in a thread, so that a stand-in is a real HTTP server."""

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import uvicorn

STARTING_SECONDS_MAX = 10.0
STOPPING_SECONDS_MAX = 5.0
# What is being answered when a server stops has so long.
ANSWERING_SECONDS_MAX = 1.0
# How often uvicorn looks after itself: it writes the date of its answers' heads.
TICK_SECONDS = 0.1


class PromptServer(uvicorn.Server):
    """uvicorn's server, ending when it is told to: by itself it takes two tenths of a second.

    Hundreds of tests open stand-ins of their own, several at a time.
    """

    async def main_loop(self) -> None:
        """Serve until `end` is called."""
        self._loop, self._ending = asyncio.get_running_loop(), asyncio.Event()
        counter = 0
        while not await self.on_tick(counter):
            counter += 1
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._ending.wait(), TICK_SECONDS)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no more connections, and let those go that wait for nothing."""
        for server in self.servers:
            server.close()
        for each in sockets or []:
            each.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        give_up_at = time.monotonic() + ANSWERING_SECONDS_MAX
        while self.server_state.connections or self.server_state.tasks:
            if time.monotonic() > give_up_at:
                break
            await asyncio.sleep(0.002)
        for task in self.server_state.tasks:
            task.cancel()

    def end(self) -> None:
        """Have it end, from another thread."""
        self.should_exit = True
        self._loop.call_soon_threadsafe(self._ending.set)


class Server:
    """One application on 127.0.0.1, on a free port unless one is named."""

    def __init__(self, app: Any, *, port: int = 0) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(("127.0.0.1", port))
        self.port: int = self.socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        config = uvicorn.Config(
            app, log_level="warning", log_config=None, access_log=False, lifespan="off"
        )
        self._server = PromptServer(config)
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
        self._server.end()
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
