"""The wire to Stripe: the SDK's own HTTP client, with our pool, our time-outs and our bytes.

What goes over it, how often and how fast, is said in bot.stripe_api, the only one to use it.
"""

import contextlib
import os
import socket
import threading
import weakref
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import orjson

from bot.clock import monotonic_seconds

# The SDK's own time-out is 80 seconds, longer than anyone here waits.
CONNECT_SECONDS, READ_SECONDS = 3.0, 20.0
# A socket can't be told to wait for nothing at all.
SOCKET_SECONDS_MIN = 0.05
CONNECTIONS_MAX = 16


def make_wire(api_base: str) -> Any:
    """The SDK's own HTTP client, with one pool for all threads, that keeps an answer's bytes.

    The SDK parses each body with the standard library into ordered dicts, most of the time that a
    page of 100 invoices takes. It is shown an empty object instead; errors it sees whole.
    """
    import requests
    import stripe

    waiting, lines = threading.local(), OpenLines()

    class Wire(stripe.RequestsClient):
        def __init__(self) -> None:
            session = requests.Session()
            # What the environment says of proxies is read once, not at each request; and a .netrc
            # would put its own password in the place of the key.
            session.trust_env = False
            session.proxies = requests.utils.get_environ_proxies(api_base)
            adapter = _make_adapter(waiting, lines)
            session.mount("https://", adapter)
            session.mount("http://", adapter)
            super().__init__(timeout=(CONNECT_SECONDS, READ_SECONDS), session=session)
            self._kept = threading.local()
            self.session = session

        def request(  # type: ignore[override]  # the SDK's base says str, its subclass bytes
            self, *args: Any, **options: Any
        ) -> tuple[bytes, int, Mapping[str, str]]:
            body, status, headers = super().request(*args, **options)
            if status != HTTPStatus.OK:
                # The SDK trips over some errors that are not of Stripe's form.
                is_odd = status >= HTTPStatus.BAD_REQUEST and not _is_error(body)
                return b"{}" if is_odd else body, status, headers
            self._kept.body = body
            return b"{}", status, headers

        def be_patient_until(self, moment: float | None) -> None:
            waiting.until = moment

        def take_body(self) -> bytes:
            body: bytes = self._kept.body
            self._kept.body = b""
            return body

        def cut_off(self) -> None:
            lines.cut_off()
            self.session.close()

    return Wire()


def _is_error(body: bytes) -> bool:
    """Whether an answer tells of an error as Stripe does: as an object in an object."""
    try:
        told = orjson.loads(body)
    except orjson.JSONDecodeError:
        return False
    return isinstance(told, dict) and isinstance(told.get("error"), dict)


class OpenLines:
    """The connections that are open, so that whoever waits at one can be sent away."""

    def __init__(self) -> None:
        self._changing = threading.Lock()
        self._connections: weakref.WeakSet[Any] = weakref.WeakSet()
        self._is_cut_off = False

    def note(self, connection: Any) -> None:
        """Keep one that was just opened in mind."""
        with self._changing:
            self._connections.add(connection)
            if self._is_cut_off:
                _hang_up(connection)

    def cut_off(self) -> None:
        """End every wait for an answer, now and from now on, in whichever thread it is."""
        with self._changing:
            self._is_cut_off = True
            for connection in self._connections:
                _hang_up(connection)


def _hang_up(connection: Any) -> None:
    # Closing a socket leaves those asleep that read from it; this wakes them.
    if isinstance(connection.sock, socket.socket):
        with contextlib.suppress(OSError):
            socket.socket.shutdown(connection.sock, socket.SHUT_RDWR)


def _make_adapter(waiting: threading.local, lines: OpenLines) -> Any:
    """What sends the requests; each thread's moment in `waiting.until` shortens its time-outs.

    The SDK has one time-out for all requests, and some of ours are made for people who wait.
    """
    import requests
    from urllib3.poolmanager import pool_classes_by_scheme

    pools = {
        scheme: _make_noting_pool(plain, lines) for scheme, plain in pool_classes_by_scheme.items()
    }

    class Adapter(requests.adapters.HTTPAdapter):
        def send(
            self, request: requests.PreparedRequest, *args: Any, **options: Any
        ) -> requests.Response:
            if waiting.until is not None:
                left = max(waiting.until - monotonic_seconds(), SOCKET_SECONDS_MIN)
                options["timeout"] = (min(CONNECT_SECONDS, left), min(READ_SECONDS, left))
            # The SDK brings its own list of authorities; everybody else here goes by OpenSSL's.
            options["verify"] = os.environ.get("SSL_CERT_FILE") or options.get("verify", True)
            return super().send(request, *args, **options)

        def init_poolmanager(self, *args: Any, **options: Any) -> None:
            super().init_poolmanager(*args, **options)
            self.poolmanager.pool_classes_by_scheme = pools

        def proxy_manager_for(self, *args: Any, **options: Any) -> Any:
            manager = super().proxy_manager_for(*args, **options)
            manager.pool_classes_by_scheme = pools
            return manager

    return Adapter(pool_maxsize=CONNECTIONS_MAX)


def _make_noting_pool(plain: Any, lines: OpenLines) -> Any:
    """A pool of urllib3's whose connections are noted as they open."""

    class Connection(plain.ConnectionCls):  # type: ignore[misc]  # one of several classes
        def connect(self) -> None:
            super().connect()
            lines.note(self)

    class Pool(plain):  # type: ignore[misc]  # one of several classes
        ConnectionCls = Connection

    return Pool
