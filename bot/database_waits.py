"""How long anybody waits for the database at one step; bot.postgres_connection holds to it.

TCP tells of a server that is gone, but not of one behind a proxy that has lost it: there whoever
waits would wait for ever. So each step has a limit of its own, a short one on the way of an answer.
"""

import contextlib
from collections.abc import Iterator
from contextlib import AbstractContextManager
from contextvars import ContextVar
from dataclasses import dataclass

# The server itself ends a statement a little sooner. None of ours takes nearly as long.
STEP_SECONDS_MAX = 35.0
# Slack tells people after three seconds that nobody answers; we want to say so ourselves.
ANSWER_SECONDS_MAX = 2.5
# A server that is cut off is noticed in seconds, not when TCP gives up after many minutes.
# Units: seconds, the last one milliseconds. Source: postgresql.org/docs/current/libpq-connect.html.
WIRE = {"keepalives_idle": "10", "keepalives_interval": "5", "keepalives_count": "3"}
WIRE |= {"tcp_user_timeout": "15000"}


@dataclass(slots=True)
class Patience:
    """How long a step may take, None for as long as it likes.

    `is_over` once the server was waited for in vain: then it is not called again.
    """

    seconds: float | None
    is_over: bool = False


_PATIENCE: ContextVar[Patience | None] = ContextVar("patience", default=None)


@contextlib.contextmanager
def waiting_at_most(seconds: float | None) -> Iterator[None]:
    """Wait for the database no longer than this at each step of the block; None for ever."""
    before = _PATIENCE.set(Patience(seconds))
    try:
        yield
    finally:
        _PATIENCE.reset(before)


def patience() -> Patience:
    """That of the block that this is asked in, or the usual one."""
    return _PATIENCE.get() or Patience(STEP_SECONDS_MAX)


def answering() -> AbstractContextManager[None]:
    """Wait for the database as long as somebody does who has asked for an answer."""
    return waiting_at_most(ANSWER_SECONDS_MAX)


def seconds_left(usual: float) -> float:
    """How long a step may take that usually may take this long."""
    asked = _PATIENCE.get()
    return usual if asked is None or asked.seconds is None else min(usual, asked.seconds)
