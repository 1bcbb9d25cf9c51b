"""How a process hears that it is to end."""

import contextlib
import signal
import sys
from collections.abc import Iterator
from types import FrameType

HEARING_SECONDS = 1.0


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
    """Hear of the end of a block, however it comes, before anything is taken down."""
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
