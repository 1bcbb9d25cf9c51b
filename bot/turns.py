"""One at a time, in the order in which they came.

A lock of the standard library, and a pool with one connection, go to whoever is awake when they
come free. That is mostly whoever has just given them back and wants them again, so that of many
who are busy one may wait for as long as the others have something to do. Here each waits for those
who came before, and for nobody else.
"""

import contextlib
import threading
from collections import deque
from collections.abc import Iterator

from bot.errors import Unavailable


class Turns:
    """What one thread at a time may hold."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_held = False
        self._waiting: deque[threading.Event] = deque()

    @property
    def waiting(self) -> int:
        """How many wait for their turn."""
        return len(self._waiting)

    @contextlib.contextmanager
    def taken(self, wait_seconds_max: float) -> Iterator[None]:
        """Hold it for the length of the block, after everybody who asked before.

        Raises: Unavailable when that takes too long.
        """
        self._take(wait_seconds_max)
        try:
            yield
        finally:
            self._pass_on()

    def _take(self, wait_seconds_max: float) -> None:
        mine = threading.Event()
        with self._lock:
            if not self._is_held:
                self._is_held = True
                return
            self._waiting.append(mine)
        if mine.wait(wait_seconds_max):
            return
        with self._lock:
            # It may have been passed on since we gave up waiting.
            if mine.is_set():
                return
            self._waiting.remove(mine)
        raise Unavailable("The database is busy. Please try again in a moment.")

    def _pass_on(self) -> None:
        with self._lock:
            if self._waiting:
                # It stays held: nobody who comes now can be before the one whose turn it is.
                self._waiting.popleft().set()
            else:
                self._is_held = False
