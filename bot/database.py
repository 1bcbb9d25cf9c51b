"""Transactions and the schema; with bot.engines, all that differs between the two databases.

On SQLite every writing transaction of this process waits its turn for the one connection that may
write. PostgreSQL needs none of that.
"""

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol, TypeAlias

from sqlalchemy import Connection, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from bot.database_waits import seconds_left, waiting_at_most
from bot.engines import POOL_WAIT_SECONDS, SQLITE_BUSY_SECONDS, postgres_engine, sqlite_engine
from bot.errors import Misconfigured, Unavailable
from bot.file_lock import FileLock
from bot.schema import MIGRATIONS, is_newest
from bot.turns import Turns

# PostgreSQL versions before this lack what the queries use. Source: DESIGN, "Processes".
POSTGRES_VERSION_MIN = 140000
# Any number, the same everywhere: whoever holds this lock migrates.
MIGRATION_LOCK = 7_246_001

Insert: TypeAlias = sqlite.Insert | postgresql.Insert


_UNWRITABLE = {
    sqlite3.SQLITE_READONLY: "The database can’t be changed: its file or its disk is read-only.",
    sqlite3.SQLITE_FULL: "The database can’t be changed: its disk is full.",
}
_DAMAGED = "The database is damaged. Whoever runs this has to restore it from a backup."
_DAMAGED_CODES = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_DAMAGED_STATES = frozenset({"XX001", "XX002"})


class Reading(Protocol):
    """What a query looks through: a Session, or a Snapshot where nothing but rows is wanted."""

    def connection(self) -> Connection:
        """The connection, in one transaction."""
        ...


class Snapshot:
    """One connection in one transaction, without the ORM around it, which costs as much again."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def connection(self) -> Connection:
        """The connection, in one transaction."""
        return self._connection


class Database:
    """One database, opened: where transactions come from."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._turns = Turns() if self.is_sqlite else None
        # Why nothing could be written the last time; "" when something was.
        self.trouble = ""
        if self.is_sqlite:
            self._writer = sqlite_engine(self.url, writes=True)
            self._reader = sqlite_engine(self.url, writes=False)
        else:
            self._writer = self._reader = postgres_engine(self.url)
        self._is_closed = False
        for engine in {self._writer, self._reader}:
            event.listen(engine, "checkin", self._let_go)

    @contextlib.contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that only looks.

        Raises: Unavailable when the database does not answer.
        """
        self._check_open()
        with _translated(), Session(self._reader, autoflush=False) as session:
            yield session

    @contextlib.contextmanager
    def looking(self) -> Iterator[Snapshot]:
        """The same for queries alone, which is what most answers are made of.

        Raises: Unavailable when the database does not answer.
        """
        self._check_open()
        with _translated(), self._reader.connect() as connection:
            yield Snapshot(connection)

    @contextlib.contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction that may change things, committed at the end of the block.

        Raises: Unavailable when the database does not answer or stays locked.
        """
        self._check_open()
        session = Session(self._writer, autoflush=False, info={"database": self})
        seconds = seconds_left(POOL_WAIT_SECONDS)
        turn = self._turns.taken(seconds) if self._turns else contextlib.nullcontext()
        try:
            with turn, _translated(), session, session.begin():
                yield session
        except Unwritable as failed:
            self.trouble = failed.message
            raise
        self.trouble = ""

    def close(self) -> None:
        """Give every connection back: what is under way may finish, and nothing begins any more."""
        self._is_closed = True
        self._reader.dispose()
        self._writer.dispose()

    def _check_open(self) -> None:
        if self._is_closed:
            raise Unavailable("This process is stopping. Please try again in a moment.")

    def _let_go(self, _connection: Any, record: ConnectionPoolEntry) -> None:
        """A pool that was disposed of keeps what comes back to it, and never closes it."""
        if self._is_closed:
            record.invalidate()


def insert_into(session: Session, table: Any) -> Insert:
    """An INSERT that knows ON CONFLICT, for whichever database this session talks to.

    Ask for RETURNING to learn whether a row went in: psycopg gives no row count here.
    """
    return insert_for(session.get_bind().dialect.name, table)


def insert_for(dialect: str, table: Any) -> Insert:
    """The same by the name of the dialect, for statements that are built once."""
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


class Unwritable(Unavailable):
    """Nothing can be written until somebody has seen to the disk."""


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except PoolTimeoutError:
        raise Unavailable("The database is busy. Please try again in a moment.") from None
    except DBAPIError as failed:
        # The lowest byte is the code, what is above it the place. Source: sqlite.org/rescode.html.
        code = getattr(failed.orig, "sqlite_errorcode", 0) & 0xFF
        if code in _UNWRITABLE:
            raise Unwritable(_UNWRITABLE[code]) from failed
        if code in _DAMAGED_CODES or getattr(failed.orig, "sqlstate", None) in _DAMAGED_STATES:
            raise Unavailable(_DAMAGED) from failed
        if _is_passing(failed):
            raise Unavailable("The database did not answer. Please try again soon.") from failed
        raise


def _is_passing(failed: DBAPIError) -> bool:
    """Whether the same transaction may well succeed later."""
    if failed.connection_invalidated:
        return True
    state = getattr(failed.orig, "sqlstate", None) or ""
    # SQLite's have no code at all, and neither have psycopg's own troubles with the connection.
    if isinstance(failed, OperationalError) and not state:
        return True
    # Class 40: serialization and deadlock. 53: resources. 57: operator intervention. 55P03: lock.
    # 25P03: idle for too long. Source: postgresql.org/docs/current/errcodes-appendix.html, 2026-11.
    return state[:2] in {"08", "40", "53", "57"} or state in {"55P03", "25P03"}


def migrate(url: str) -> None:
    """Bring a database to the newest schema, creating it where there is none (SQLite).

    Two processes that start at once end with one schema: the second waits and finds it done.
    Raises: Misconfigured for a server that is too old, Unavailable for one that does not answer.
    """
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        create_sqlite_file(address)
    database = Database(url)
    try:
        # Alembic's own transactions run inside this one, so a kill half-way leaves nothing behind.
        with (
            waiting_at_most(None),
            _translated(),
            _connected(database) as connection,
            connection.begin(),
        ):
            if not database.is_sqlite:
                _prepare_postgres(connection)
            if not is_newest(connection):
                _upgrade(connection)
    finally:
        database.close()


def _connected(database: Database) -> Connection:
    """The first connection; a failure says why, since whoever started this can see to it."""
    try:
        return database._writer.connect()  # noqa: SLF001 - our own class
    except DBAPIError as failed:
        # The driver's message names the server and the user, never the password.
        said = " ".join(str(failed.orig).split())
        raise Unavailable(f"The database can't be reached: {said}") from None


def create_sqlite_file(url: URL) -> None:
    """Make an empty database in WAL mode that only its owner may read, unless it is there.

    Raises: Misconfigured when the file can't be made or opened.
    """
    path = Path(url.database or "")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # SQLite gives its -wal and -shm files the mode of the database itself.
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        with contextlib.closing(sqlite3.connect(path, timeout=SQLITE_BUSY_SECONDS)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
    except (OSError, sqlite3.Error) as failed:
        raise Misconfigured(f"The database {path} can't be opened: {failed}.") from failed


def _prepare_postgres(connection: Connection) -> None:
    version = int(connection.exec_driver_sql("SHOW server_version_num").scalar_one())
    if version < POSTGRES_VERSION_MIN:
        raise Misconfigured(f"PostgreSQL 14 or newer is needed; this one is {version // 10000}.")
    # Waiting for a colleague's migration is no fault, and a large table takes its time.
    for limit in ("lock_timeout", "statement_timeout"):
        connection.execute(text(f"SET LOCAL {limit} = 0"))
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory
    from alembic.util import CommandError

    root = Path(__file__).parent.parent
    config = Config(toml_file=root / "pyproject.toml")
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    scripts = ScriptDirectory.from_config(config)
    for revision in MigrationContext.configure(connection).get_current_heads():
        try:
            scripts.get_revisions(revision)
        except CommandError:
            raise Misconfigured(
                f"A newer version of Tallyman has changed this database (to {revision}), which this"
                " one does not know. Start the newer one again, or restore a backup from before."
            ) from None
    command.upgrade(config, "head")


def migrate_unless_served(url: str) -> None:
    """Migrate, unless another process holds the SQLite file: then that one has done so.

    Raises: what migrate() raises.
    """
    address = make_url(url)
    lock = FileLock(address) if address.get_backend_name() == "sqlite" else None
    if lock is not None:
        try:
            lock.take()
        except Misconfigured:
            return
    try:
        migrate(url)
    finally:
        if lock is not None:
            lock.release()
