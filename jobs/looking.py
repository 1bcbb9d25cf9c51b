"""Work that is looked for again and again, as long as the process works."""

import contextlib
import threading
from collections.abc import Callable, Iterator

from bot.errors import BotError
from bot.telemetry import get_logger

STOPPING_SECONDS_MAX = 2.0


@contextlib.contextmanager
def looking(
    name: str, look: Callable[[threading.Event], object], *, every_seconds: float
) -> Iterator[None]:
    """Look at once and then after each pause, in a thread of its own, for the length of a block.

    Shape: a look gets what is set once the block is over. What goes wrong with one is logged, and
        the next comes all the same.
    """
    stopping = threading.Event()
    log = get_logger(name)

    def work() -> None:
        while not stopping.is_set():
            try:
                look(stopping)
            except BotError as failed:
                log.warning("look_failed", why=failed.message)
            except Exception:
                log.exception("look_crashed")
            stopping.wait(every_seconds)

    thread = threading.Thread(target=work, name=name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join(STOPPING_SECONDS_MAX)
