"""Closing corrections that nobody has approved in time, by the business clock."""

from contextlib import AbstractContextManager

from bot.clock import real_now
from bot.operations.expire_corrections import AT_ONCE, expire
from bot.queries.sight import sight_of_desk
from bot.runtime import Runtime
from jobs.looking import looking

# Between two looks at the clock.
LOOK_SECONDS = 10.0


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


def keeping_approvals(runtime: Runtime) -> AbstractContextManager[None]:
    """Do so for the length of a block, in a thread of its own."""
    return looking("approvals", lambda _stopping: run(runtime), every_seconds=LOOK_SECONDS)
