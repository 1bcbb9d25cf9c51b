"""How a process hears that it is to end, and comes to its end in time.

What is cut off by that is as safe as in a process that is killed: claims and leases run out, and
whoever comes next goes on.
"""

import contextlib
import gc
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import TypeVar

from bot.clock import monotonic_seconds

HEARING_SECONDS = 1.0
# Whoever ends a process gives it 10 seconds or more before killing it; requests under way have had
# their three when these begin. Source: docs.docker.com/reference/cli/docker/container/stop (10);
# kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle and Heroku's dynos give 30; 2026-11.
ENDING_SECONDS_MAX = 5.0
GONE_SECONDS_MAX = 6.5

Entered = TypeVar("Entered")


def end_on_signals() -> None:
    """Let Ctrl-C and SIGTERM take everything down in order, from wherever the process is.

    Python drops what is raised while it collects garbage; so it is raised until it is heard.
    """

    def end(_number: int, _frame: FrameType | None) -> None:
        signal.setitimer(signal.ITIMER_REAL, HEARING_SECONDS)
        sys.exit(0)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGALRM):
        signal.signal(number, end)


@contextlib.contextmanager
def hearing() -> Iterator[None]:
    """Hear of the end of a block, however it comes, before anything is taken down.

    From then on the process lasts GONE_SECONDS_MAX at most, whatever is still being waited for.
    """
    code = 1
    try:
        yield
    except SystemExit as asked:
        code = asked.code if isinstance(asked.code, int) else 0
        raise
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        # Python looks through all that is left at its end, which takes it half a second.
        gc.freeze()
        gone = threading.Timer(GONE_SECONDS_MAX, os._exit, [code])
        gone.daemon = True
        gone.start()


class Together:
    """Blocks that begin one after another, and end side by side."""

    def __init__(self) -> None:
        self.stops: list[Callable[[], object]] = []

    def enter(self, block: contextlib.AbstractContextManager[Entered]) -> Entered:
        """Begin a block; what it gives."""
        entered = block.__enter__()
        self.stops.append(lambda: block.__exit__(None, None, None))
        return entered


@contextlib.contextmanager
def ending_together(*, seconds_max: float = ENDING_SECONDS_MAX) -> Iterator[Together]:
    """What is to end side by side after a block, all under this one limit."""
    together = Together()
    try:
        yield together
    finally:
        stop_all(*together.stops, seconds_max=seconds_max)


def stop_all(*stops: Callable[[], object], seconds_max: float) -> bool:
    """Tell all of these to stop, and wait as long as the slowest takes, not as long as all do.

    Shape: whether all have stopped; one that has not when the time is over is left to itself.
    """
    give_up_at = monotonic_seconds() + seconds_max
    stopping = [threading.Thread(target=stop, daemon=True) for stop in stops]
    for each in stopping:
        each.start()
    for each in stopping:
        each.join(max(0.0, give_up_at - monotonic_seconds()))
    return not any(each.is_alive() for each in stopping)
