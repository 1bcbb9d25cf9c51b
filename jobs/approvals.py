"""Closing corrections that nobody has approved in time, by the business clock."""

import contextlib
import threading
from collections.abc import Iterator

from bot.clock import real_now
from bot.errors import BotError
from bot.operations.expire_corrections import AT_ONCE, expire
from bot.queries.sight import sight_of_desk
from bot.runtime import Runtime
from bot.telemetry import get_logger

# Between two looks at the clock.
LOOK_SECONDS = 10.0
STOPPING_SECONDS_MAX = 2.0

log = get_logger("approvals")


def run(runtime: Runtime) -> int:
    """Close all that is overdue; how many were. Any number of processes may do it at a time.

    Raises: Unavailable when the database does not answer.
    """
    count = 0
    while True:
        sight = sight_of_desk(runtime.settings, now=runtime.clock.now(), real_now=real_now())
        with runtime.database.writing() as session:
            looked_at = expire(session, runtime.settings, sight=sight)
        count += looked_at
        if looked_at < AT_ONCE:
            return count


@contextlib.contextmanager
def keeping_approvals(runtime: Runtime) -> Iterator[None]:
    """Do so for the length of a block, in a thread of its own."""
    stopping = threading.Event()

    def keep() -> None:
        while not stopping.wait(LOOK_SECONDS):
            try:
                run(runtime)
            except BotError as failed:
                log.warning("approvals_failed", why=failed.message)
            except Exception:
                log.exception("approvals_crashed")

    thread = threading.Thread(target=keep, name="approvals", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join(STOPPING_SECONDS_MAX)
