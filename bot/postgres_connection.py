"""A connection to PostgreSQL that nobody waits for longer than bot.database_waits says.

Apart from that, since who uses SQLite need not wait for the driver to be imported.
"""

from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen
from psycopg.pq import TransactionStatus

from bot.database_waits import patience, seconds_left

# How long a new connection may take; libpq takes whole seconds, and two at least.
CONNECT_SECONDS_MIN, CONNECT_SECONDS_MAX = 2, 5

RV = TypeVar("RV")


class BoundedConnection(psycopg.Connection[Any]):
    """A connection to PostgreSQL that is given up when the server says nothing."""

    @classmethod
    def opened(cls, *words: Any, **options: Any) -> "BoundedConnection":
        """Connect, unless the server was waited for in vain just now.

        Raises: psycopg.OperationalError when it does not answer in time.
        """
        if patience().is_over:
            raise psycopg.OperationalError("The server was waited for in vain.")
        seconds = max(CONNECT_SECONDS_MIN, int(seconds_left(CONNECT_SECONDS_MAX)))
        return cls.connect(*words, **{"connect_timeout": seconds, **options})

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        """Wait for what the server says next.

        Raises: psycopg.OperationalError when that takes too long; then the connection is closed.
        """
        asked = patience()
        try:
            return super().wait(gen, interval, asked.seconds if timeout is None else timeout)
        except psycopg.OperationalError:
            # What comes later would be taken for the answer to another question.
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                self.close()
                asked.is_over = True
            raise
