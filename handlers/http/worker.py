"""What a worker answers over HTTP, where a setting gives it a port: its health and its counters."""

import contextlib
import threading
from collections.abc import Iterator

from bot.database import Database
from bot.settings import Settings
from handlers.http.application import create_app
from handlers.http.health import health_routes

STOPPING_SECONDS_MAX = 2.0


@contextlib.contextmanager
def telling_health(settings: Settings, database: Database) -> Iterator[None]:
    """Answer /livez, /readyz and /metrics for the length of a block, or nothing without a port.

    Raises: Misconfigured when the port can't be had.
    """
    if settings.worker_port is None:
        yield
        return
    # uvicorn takes as long to import as the rest of a worker: only who asked for it pays.
    from handlers.http.server import listen, make_server

    host, port = settings.http_host, settings.worker_port
    listening = listen(host, port, setting="WORKER_PORT")
    server = make_server(create_app(health_routes(database)), host=host, port=port)
    thread = threading.Thread(
        target=server.run, kwargs={"sockets": [listening]}, name="worker-health", daemon=True
    )
    with listening:
        thread.start()
        try:
            yield
        finally:
            server.should_exit = True
            thread.join(STOPPING_SECONDS_MAX)
