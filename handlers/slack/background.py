"""Work that waits for Stripe or Slack, behind a press that is acknowledged at once.

Few threads answer Slack's requests, so none of them may wait here. Three pools: one makes answers
and waits for another, which reads, no longer than somebody has patience for. The third sees what
becomes of deeds, which may take as long as Stripe is silent; nobody else waits behind that.
"""

import concurrent.futures
import threading
from collections.abc import Callable
from typing import TypeVar

from bot.clock import monotonic_seconds
from bot.errors import Unavailable
from bot.telemetry import get_logger

log = get_logger("slack.background")

THREADS = 8
# Presses that wait for a thread; with two seconds for each, the last one waits for eight.
WAITING_MAX = 32
# Deeds that are followed at the same time; of any more, people are told by a message alone.
FOLLOWED_MAX = 16

T = TypeVar("T")


class Background:
    """Threads of their own for slow work, started when they are first needed."""

    def __init__(self) -> None:
        self._answering = concurrent.futures.ThreadPoolExecutor(THREADS, "slack-slow")
        self._reading = concurrent.futures.ThreadPoolExecutor(THREADS, "stripe-read")
        self._following = concurrent.futures.ThreadPoolExecutor(FOLLOWED_MAX, "slack-follow")
        self._places = threading.BoundedSemaphore(WAITING_MAX)
        self._followed = threading.BoundedSemaphore(FOLLOWED_MAX)
        self._closing = threading.Event()

    def start(self, work: Callable[[], None]) -> None:
        """Have this done soon; what goes wrong with it is logged.

        Raises: Unavailable when too much waits already, or the process is stopping.
        """
        self._submit(self._answering, self._places, work)

    def follow(self, work: Callable[[], None]) -> None:
        """Have this done beside all else, however long it takes; it looks up at every `rest`.

        Raises: Unavailable when too much is followed already, or the process is stopping.
        """
        self._submit(self._following, self._followed, work)

    def rest(self, seconds: float) -> bool:
        """Wait; True when the process is stopping meanwhile."""
        return self._closing.wait(seconds)

    def read(self, work: Callable[[], T], *, patient_until: float) -> T:
        """What the work gives, by a moment of the monotonic clock.

        Raises: whatever the work raises; Unavailable when it is not done by then.
        """
        try:
            future = self._reading.submit(work)
        except RuntimeError:
            raise Unavailable("This process is stopping. Try again in a minute.") from None
        try:
            return future.result(max(0.0, patient_until - monotonic_seconds()))
        except concurrent.futures.TimeoutError:
            future.cancel()
            raise Unavailable("Stripe did not answer in time.") from None

    def close(self) -> None:
        """Take no more; what has begun may finish, but nothing is followed any further."""
        self._closing.set()
        self._following.shutdown(wait=True, cancel_futures=True)
        self._answering.shutdown(wait=True, cancel_futures=True)
        self._reading.shutdown(wait=False, cancel_futures=True)

    def _submit(
        self,
        pool: concurrent.futures.Executor,
        places: threading.BoundedSemaphore,
        work: Callable[[], None],
    ) -> None:
        if not places.acquire(blocking=False):
            raise Unavailable("Too many wait for Stripe at the moment. Try again in a minute.")

        def work_and_leave() -> None:
            try:
                work()
            except Exception:
                log.exception("slow_press_crashed")
            finally:
                places.release()

        try:
            pool.submit(work_and_leave)
        except RuntimeError:
            places.release()
            raise Unavailable("This process is stopping. Try again in a minute.") from None
