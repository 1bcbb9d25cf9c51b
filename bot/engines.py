"""How each of the two databases is connected to, and how a transaction begins there.

SQLite has one writer: a transaction that may write begins IMMEDIATE, so that it never fails
half-way for having read first. Readers use connections of their own that can't write at all.
"""

import os
import sqlite3
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.pool import QueuePool

from bot.database_waits import WIRE, seconds_left
from bot.errors import Misconfigured

# How long a transaction waits for another process that writes to the same SQLite file.
SQLITE_BUSY_SECONDS = 5.0
# The writer keeps 16 MB of pages, and as much beside the database: with SQLite's own 2 and 4 MB a
# backfill, whose random ids touch the indexes all over, writes four tenths more.
SQLITE_WRITING = ("cache_size=-16384", "wal_autocheckpoint=4000")
# How long a request waits for a free connection before it answers "try again".
POOL_WAIT_SECONDS = 5.0
READERS_MAX = 16
POSTGRES_POOL_SIZE = 10
# Compiling a statement of ours takes PostgreSQL longer than running it, over ten million rows too.
# Whoever is cut off in the middle of a transaction holds its locks no longer than that is noticed.
POSTGRES_OPTIONS = (
    "-c timezone=UTC -c jit=off -c lock_timeout=5s -c statement_timeout=30s"
    " -c idle_in_transaction_session_timeout=10min -c tcp_keepalives_idle=10"
    " -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"
)


def sqlite_engine(url: URL, *, writes: bool) -> Engine:
    """Connections to a SQLite file, all for writing or none.

    Raises: Misconfigured for a database in memory, which has no file.
    """
    path = url.database
    if not path or path == ":memory:":
        raise Misconfigured("DATABASE_URL must name a file: sqlite:///tallyman.sqlite3")
    engine = create_engine(
        "sqlite://",
        creator=lambda: _sqlite_connect(path, writes=writes),
        poolclass=QueuePool,
        pool_size=1 if writes else READERS_MAX,
        max_overflow=0,
        pool_timeout=POOL_WAIT_SECONDS,
        hide_parameters=True,
    )

    # A removed file can be used by whoever has it open, and all that is written is lost with it.
    @event.listens_for(engine, "checkout")
    def look_for_file(_connection: Any, _record: Any, _proxy: Any) -> None:
        if not os.path.exists(path):  # noqa: PTH110 - at every transaction, so it has to be fast
            raise sqlite3.OperationalError("The file has been removed.")

    # The driver is told to begin nothing by itself, so we say how each transaction begins.
    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        driver: Any = connection.connection.driver_connection
        if writes:
            wait_ms = int(seconds_left(SQLITE_BUSY_SECONDS) * 1000)
            # By the driver itself where nothing can fail: SQLAlchemy's way costs as much as one
            # of the queries that follow.
            driver.execute(f"PRAGMA busy_timeout = {wait_ms}").close()
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            driver.execute("BEGIN")

    return engine


def _sqlite_connect(path: str, *, writes: bool) -> sqlite3.Connection:
    connection = sqlite3.connect(
        # mode=rw: a file that has gone is an error, never a new empty database.
        f"file:{quote(path)}?mode=rw",
        uri=True,
        timeout=SQLITE_BUSY_SECONDS,
        check_same_thread=False,
        isolation_level=None,
    )
    own = SQLITE_WRITING if writes else ("query_only=ON",)
    for pragma in ("synchronous=FULL", "foreign_keys=ON", "recursive_triggers=ON", *own):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def postgres_engine(url: URL) -> Engine:
    """Connections to PostgreSQL, which are given up when it says nothing."""
    from bot.postgres_connection import BoundedConnection

    engine = create_engine(
        url,
        pool_size=POSTGRES_POOL_SIZE,
        max_overflow=READERS_MAX,
        pool_timeout=POOL_WAIT_SECONDS,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={**WIRE, "options": POSTGRES_OPTIONS},
    )

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: Any, _record: Any, words: Any, options: Any) -> BoundedConnection:
        return BoundedConnection.opened(*words, **options)

    return engine
