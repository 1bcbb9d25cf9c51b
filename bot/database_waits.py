"""How long anybody waits for the database at one step, and a connection that waits no longer.

TCP tells of a server that is gone, but not of one behind a proxy that has lost it: there whoever
waits would wait for ever. So each step has a limit of its own, a short one on the way of an answer.
"""

import contextlib
from collections.abc import Iterator
from contextlib import AbstractContextManager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen
from psycopg.pq import TransactionStatus

# The server itself ends a statement a little sooner. None of ours takes nearly as long.
STEP_SECONDS_MAX = 35.0
# Slack tells people after three seconds that nobody answers; we want to say so ourselves.
ANSWER_SECONDS_MAX = 2.5
# How long a new connection may take; libpq takes whole seconds, and two at least.
CONNECT_SECONDS_MIN, CONNECT_SECONDS_MAX = 2, 5
# A server that is cut off is noticed in seconds, not when TCP gives up after many minutes.
# Units: seconds, the last one milliseconds. Source: postgresql.org/docs/current/libpq-connect.html.
WIRE = {"keepalives_idle": "10", "keepalives_interval": "5", "keepalives_count": "3"}
WIRE |= {"tcp_user_timeout": "15000"}

RV = TypeVar("RV")


@dataclass(slots=True)
class _Patience:
    """`is_over` once the server was waited for in vain: then it is not called again."""

    seconds: float | None
    is_over: bool = False


_PATIENCE: ContextVar[_Patience | None] = ContextVar("patience", default=None)


@contextlib.contextmanager
def waiting_at_most(seconds: float | None) -> Iterator[None]:
    """Wait for the database no longer than this at each step of the block; None for ever."""
    before = _PATIENCE.set(_Patience(seconds))
    try:
        yield
    finally:
        _PATIENCE.reset(before)


def answering() -> AbstractContextManager[None]:
    """Wait for the database as long as somebody does who has asked for an answer."""
    return waiting_at_most(ANSWER_SECONDS_MAX)


def seconds_left(usual: float) -> float:
    """How long a step may take that usually may take this long."""
    patience = _PATIENCE.get()
    return usual if patience is None or patience.seconds is None else min(usual, patience.seconds)


class BoundedConnection(psycopg.Connection[Any]):
    """A connection to PostgreSQL that is given up when the server says nothing."""

    @classmethod
    def opened(cls, *words: Any, **options: Any) -> "BoundedConnection":
        """Connect, unless the server was waited for in vain just now.

        Raises: psycopg.OperationalError when it does not answer in time.
        """
        patience = _PATIENCE.get()
        if patience is not None and patience.is_over:
            raise psycopg.OperationalError("The server was waited for in vain.")
        seconds = max(CONNECT_SECONDS_MIN, int(seconds_left(CONNECT_SECONDS_MAX)))
        return cls.connect(*words, **{"connect_timeout": seconds, **options})

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        """Wait for what the server says next.

        Raises: psycopg.OperationalError when that takes too long; then the connection is closed.
        """
        patience = _PATIENCE.get()
        seconds = STEP_SECONDS_MAX if patience is None else patience.seconds
        try:
            return super().wait(gen, interval, seconds if timeout is None else timeout)
        except psycopg.OperationalError:
            # What comes later would be taken for the answer to another question.
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                self.close()
                if patience is not None:
                    patience.is_over = True
            raise
