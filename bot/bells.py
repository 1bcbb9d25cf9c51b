"""Waking whoever waits for work, in this process or another, once a transaction has committed.

PostgreSQL carries the sound to every process. With SQLite one process works, so there it is heard
in this one alone; what a shell command leaves is found by looking. A bell only saves waiting: who
listens looks by himself too.
"""

import contextlib
import threading
from collections.abc import Callable, Iterator
from weakref import WeakKeyDictionary

from sqlalchemy import event, text
from sqlalchemy.orm import Session

from bot.clock import monotonic_seconds
from bot.database import Database
from bot.database_waits import WIRE, waiting_at_most
from bot.telemetry import get_logger

log = get_logger("bells")

# Between two looks at whether to stop, and after the connection was lost.
LISTEN_SECONDS = 0.5
LOST_SECONDS = 1.0
# How often the server is asked whether it is still there, and how long it has for the answer.
ASK_SECONDS, ANSWER_SECONDS = 10.0, 5.0

_HERE: WeakKeyDictionary[Database, dict[str, list[Callable[[], None]]]] = WeakKeyDictionary()


def ring(session: Session, bell: str) -> None:
    """Wake those who listen for this bell when the caller's transaction commits."""
    database: Database = session.info["database"]
    if database.is_sqlite:
        rung: set[str] = session.info.setdefault("rung", set())
        if not rung:
            event.listen(session, "after_commit", _ring_here, once=True)
        rung.add(bell)
    else:
        session.execute(text(f"NOTIFY {bell}"))


@contextlib.contextmanager
def listening(database: Database, bell: str, wake: Callable[[], None]) -> Iterator[None]:
    """Have something called at every ring, for the length of a block; now and then without one."""
    if database.is_sqlite:
        listeners = _HERE.setdefault(database, {}).setdefault(bell, [])
        listeners.append(wake)
        try:
            yield
        finally:
            listeners.remove(wake)
        return

    import psycopg

    stopping = threading.Event()

    def listen() -> None:
        while not stopping.is_set():
            try:
                _listen(database, bell, wake, stopping)
            except psycopg.Error as lost:
                log.warning("bell_lost", bell=bell, error=type(lost).__name__)
                stopping.wait(LOST_SECONDS)

    thread = threading.Thread(target=listen, name=f"bell-{bell}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join(LISTEN_SECONDS * 2)


def _ring_here(session: Session) -> None:
    listeners = _HERE.get(session.info["database"], {})
    for bell in session.info.pop("rung", ()):
        for wake in listeners.get(bell, ()):
            wake()


def _listen(
    database: Database, bell: str, wake: Callable[[], None], stopping: threading.Event
) -> None:
    from bot.postgres_connection import BoundedConnection

    address = database.url.set(drivername="postgresql").update_query_dict(WIRE)
    plain = address.render_as_string(hide_password=False)
    with (
        waiting_at_most(ANSWER_SECONDS),
        BoundedConnection.opened(plain, autocommit=True) as connection,
    ):
        connection.execute(f"LISTEN {bell}".encode())
        # Something may have been committed before anybody listened.
        wake()
        asked_at = monotonic_seconds()
        while not stopping.is_set():
            # Silence alone does not tell whether anybody is there.
            if monotonic_seconds() - asked_at > ASK_SECONDS:
                connection.execute("SELECT 1")
                asked_at = monotonic_seconds()
            for _ in connection.notifies(timeout=LISTEN_SECONDS, stop_after=1):
                wake()
