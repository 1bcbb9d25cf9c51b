"""Work that waits for Stripe or Slack, behind a press that is acknowledged at once.

Few threads answer Slack's requests, so none of them may wait here. Two pools: one makes answers and
waits for the other, which reads, no longer than somebody has patience for.
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

T = TypeVar("T")


class Background:
    """Threads of their own for slow work, started when they are first needed."""

    def __init__(self) -> None:
        self._answering = concurrent.futures.ThreadPoolExecutor(THREADS, "slack-slow")
        self._reading = concurrent.futures.ThreadPoolExecutor(THREADS, "stripe-read")
        self._places = threading.BoundedSemaphore(WAITING_MAX)

    def start(self, work: Callable[[], None]) -> None:
        """Have this done soon; what goes wrong with it is logged.

        Raises: Unavailable when too much waits already, or the process is stopping.
        """
        if not self._places.acquire(blocking=False):
            raise Unavailable("Too many wait for Stripe at the moment. Try again in a minute.")
        try:
            self._answering.submit(self._work, work)
        except RuntimeError:
            self._places.release()
            raise Unavailable("This process is stopping. Try again in a minute.") from None

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
        """Take no more; what has begun may finish."""
        self._answering.shutdown(wait=True, cancel_futures=True)
        self._reading.shutdown(wait=False, cancel_futures=True)

    def _work(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception:
            log.exception("slow_press_crashed")
        finally:
            self._places.release()
