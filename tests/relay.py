"""A wire between two programs on this machine, which may go silent without being cut."""

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

CHUNK_BYTES = 65_536
# Closing a socket that lingers for no time at all resets its connection. Source: socket(7).
RESETTING = struct.pack("ii", 1, 0)


class Relay:
    """Passes every connection on to a server, both ways, until it is told otherwise.

    With `tls` it is spoken to encrypted, as a proxy before a server is.
    """

    def __init__(self, server_url: str, *, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        parts = urlsplit(server_url)
        self._server = (parts.hostname or "", parts.port or 0)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        # One for all connections that were opened since the last silence.
        self._silence = threading.Event()
        self._is_open = threading.Event()
        self._is_open.set()
        self._ends: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def fall_silent(self) -> None:
        """Pass nothing on any more over the connections that are open; new ones are as good."""
        self._silence.set()
        self._silence = threading.Event()

    def hold(self) -> None:
        """Keep back what is said, over new connections too, as a network does that is cut."""
        self._is_open.clear()

    def let_go(self) -> None:
        """Pass on what was held, and all that follows."""
        self._is_open.set()

    def reset(self) -> None:
        """Reset every connection that is open, at both of its ends."""
        ends, self._ends = self._ends, []
        for each in ends:
            with contextlib.suppress(OSError):
                each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESETTING)
                each.shutdown(socket.SHUT_RD)
                each.close()

    def close(self) -> None:
        """Take no more connections, and end those that are open."""
        self._is_open.set()
        self._listening.close()
        self.reset()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listening.accept()
                if self._tls is not None:
                    try:
                        near = self._tls.wrap_socket(near, server_side=True)
                    except ssl.SSLError:
                        near.close()
                        continue
                far = socket.create_connection(self._server)
                self._ends += (near, far)
                for one, other in ((near, far), (far, near)):
                    pump = threading.Thread(
                        target=self._pump, args=(one, other, self._silence), daemon=True
                    )
                    pump.start()

    def _pump(self, one: socket.socket, other: socket.socket, silence: threading.Event) -> None:
        """Pass on what one says to the other; an end is passed on even in silence."""
        with contextlib.suppress(OSError):
            while said := one.recv(CHUNK_BYTES):
                self._is_open.wait()
                if not silence.is_set():
                    other.sendall(said)
        for each in (one, other):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()


@contextlib.contextmanager
def relaying(server_url: str, *, tls: ssl.SSLContext | None = None) -> Iterator[Relay]:
    """A relay for the length of a block."""
    relay = Relay(server_url, tls=tls)
    try:
        yield relay
    finally:
        relay.close()
