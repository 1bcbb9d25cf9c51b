"""A database in trouble: locks, deadlocks, a disk that is full or bad, a schema from tomorrow.

THREATS 120 to 122, 124 and 140: whatever it is, nothing is half done, it is said what it is, and
what passes is told apart from what does not.
"""

import contextlib
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import make_url, text, update
from sqlalchemy.orm import Session

from bot.alerts import raise_alert
from bot.clock import real_now
from bot.database import Database, create_sqlite_file, migrate
from bot.database_waits import waiting_at_most
from bot.errors import Misconfigured, Unavailable
from bot.models import Alert
from bot.sandbox.server import serving
from handlers.http.application import create_app
from handlers.http.health import health_routes
from tests.alerts import list_alerts

on_postgresql = pytest.mark.parametrize("database_kind", ["postgresql"])
on_sqlite = pytest.mark.parametrize("database_kind", ["sqlite"])
AGAIN = "Please try again"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An opened database with two alerts, which are as good as any rows."""
    with contextlib.closing(Database(database_url)) as opened:
        for subject in ("first", "second"):
            write(opened, subject)
        yield opened


def write(database: Database, subject: str) -> None:
    with database.writing() as session:
        raise_alert(session, kind="test", subject=subject, detail="0", now=real_now())


def change(session: Session, subject: str, *, to: str = "1") -> None:
    session.execute(update(Alert).where(Alert.subject == subject).values(detail=to))


def details(database: Database) -> dict[str, str]:
    with database.reading() as session:
        return {one.subject: one.detail for one in list_alerts(session)}


def attempt(database: Database, *steps: Callable[[Session], object]) -> None:
    """Do all of it in one transaction."""
    with database.writing() as session:
        for step in steps:
            step(session)


def changing(subject: str, *, to: str = "1") -> Callable[[Session], None]:
    return lambda session: change(session, subject, to=to)


def limiting(name: str, value: str) -> Callable[[Session], None]:
    return lambda session: limit(session, name, value)


def limit(session: Session, name: str, value: str) -> None:
    session.execute(text(f"SET LOCAL {name} = '{value}'"))


@on_postgresql
def test_of_two_who_wait_for_each_other_one_is_told_to_try_again(database: Database) -> None:
    both_have_one = threading.Barrier(2, timeout=100)
    told: list[str] = []

    def change_both(mine: str, other: str) -> None:
        try:
            with database.writing() as session:
                limit(session, "deadlock_timeout", "10ms")
                change(session, mine, to=mine)
                both_have_one.wait()
                change(session, other, to=mine)
        except Unavailable as failed:
            told.append(failed.message)

    pair = [
        threading.Thread(target=change_both, args=names)
        for names in (("first", "second"), ("second", "first"))
    ]
    for each in pair:
        each.start()
    for each in pair:
        each.join()

    assert len(told) == 1
    assert AGAIN in told[0]
    assert len(set(details(database).values())) == 1


@on_postgresql
def test_a_transaction_that_another_has_overtaken_is_told_to_try_again(database: Database) -> None:
    def overtake(session: Session) -> None:
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        session.scalar(text("SELECT count(*) FROM alerts"))
        attempt(database, changing("first", to="other"))

    with pytest.raises(Unavailable, match=AGAIN):
        attempt(database, overtake, changing("second"), changing("first"))

    assert details(database) == {"first": "other", "second": "0"}


@on_postgresql
def test_who_waits_too_long_for_a_lock_is_told_to_try_again(database: Database) -> None:
    with database.writing() as holder:
        change(holder, "first", to="holder")
        with pytest.raises(Unavailable, match=AGAIN):
            attempt(
                database, limiting("lock_timeout", "10ms"), changing("second"), changing("first")
            )

    assert details(database) == {"first": "holder", "second": "0"}


@on_postgresql
def test_who_does_nothing_in_a_transaction_for_long_is_put_out_and_told(
    database: Database,
) -> None:
    def do_nothing(session: Session) -> None:
        own = session.scalar(text("SELECT pg_backend_pid()"))
        limit(session, "idle_in_transaction_session_timeout", "10ms")
        wait_until_gone(database, int(str(own)))

    with pytest.raises(Unavailable, match=AGAIN):
        attempt(database, changing("first"), do_nothing, changing("second"))

    assert details(database) == {"first": "0", "second": "0"}


def wait_until_gone(database: Database, backend: int) -> None:
    """Until the server has ended a connection."""
    there = text("SELECT count(*) FROM pg_stat_activity WHERE pid = :pid")
    for _ in range(10_000):
        with database.reading() as session:
            if not session.scalar(there, {"pid": backend}):
                return
    raise AssertionError("It was left alone.")


@on_postgresql
def test_a_statement_has_an_end(database: Database) -> None:
    def take_long(session: Session) -> None:
        session.execute(text("SELECT pg_sleep(100)"))

    with pytest.raises(Unavailable, match=AGAIN):
        attempt(database, changing("first"), limiting("statement_timeout", "10ms"), take_long)

    assert details(database)["first"] == "0"


@contextlib.contextmanager
def locked_by_another(database: Database) -> Iterator[Callable[[], object]]:
    """Another process writes to the same file; what is given lets go."""
    path = str(database.url.database)
    with contextlib.closing(
        sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    ) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield lambda: other.execute("ROLLBACK")


@on_sqlite
@pytest.mark.parametrize(("held", "patience", "written"), [(0.1, 100.0, True), (60, 0.1, False)])
def test_a_file_that_another_process_has_locked_is_waited_for_but_not_for_ever(
    database: Database, held: float, patience: float, *, written: bool
) -> None:
    with locked_by_another(database) as let_go:
        releasing = threading.Timer(held, let_go)
        releasing.start()
        told = contextlib.nullcontext() if written else pytest.raises(Unavailable, match=AGAIN)
        with told, waiting_at_most(patience):
            attempt(database, changing("first"), changing("second"))
        # Whoever only looks never waits.
        assert details(database)["first"] == ("1" if written else "0")
        releasing.cancel()

    write(database, "afterwards")
    assert details(database)["second"] == ("1" if written else "0")


@on_sqlite
@pytest.mark.parametrize(
    ("pragma", "back", "words"),
    [
        ("query_only = ON", "query_only = OFF", "read-only"),
        ("max_page_count = 1", "max_page_count = 1073741823", "disk is full"),
    ],
)
def test_while_nothing_can_be_written_that_is_said_and_health_is_red(
    database: Database, pragma: str, back: str, words: str
) -> None:
    with serving(create_app(health_routes(database))) as server:

        def readiness() -> tuple[int, str]:
            answer = httpx.get(f"{server.url}/readyz", trust_env=False)
            return answer.status_code, str(answer.json().get("why", ""))

        tell(database, pragma)
        with pytest.raises(Unavailable, match=words):
            attempt(database, changing("first"), changing("second", to="x" * 1_000_000))

        assert details(database) == {"first": "0", "second": "0"}
        assert (readiness()[0], words in readiness()[1]) == (503, True)

        tell(database, back)
        write(database, "afterwards")
        assert readiness() == (200, "")


def tell(database: Database, pragma: str) -> None:
    """Set something for the one connection that writes."""
    with contextlib.closing(database._writer.raw_connection()) as connection:
        driver: Any = connection.driver_connection
        driver.execute(f"PRAGMA {pragma}")


@on_sqlite
def test_a_file_with_a_bad_page_is_said_to_be_damaged(database_url: str) -> None:
    path = Path(str(make_url(database_url).database))
    content = bytearray(path.read_bytes())
    content[4096:] = bytes(len(content) - 4096)
    path.write_bytes(content)

    with contextlib.closing(Database(database_url)) as damaged:
        with pytest.raises(Unavailable, match="is damaged"):
            details(damaged)
        with pytest.raises(Unavailable, match="is damaged"):
            write(damaged, "third")

    assert path.read_bytes()[4096:] == content[4096:]


@on_sqlite
@pytest.mark.parametrize("content", [b"This is no database. " * 500, None])
def test_what_is_no_database_is_refused_and_left_as_it_is(
    database_url: str, content: bytes | None, tmp_path: Path
) -> None:
    place = tmp_path / "other"
    place.mkdir() if content is None else place.write_bytes(content)
    assert database_url

    with pytest.raises(Misconfigured, match="can't be opened"):
        create_sqlite_file(make_url(f"sqlite:///{place}"))

    assert content is None or place.read_bytes() == content


@on_sqlite
def test_a_file_that_was_removed_is_never_made_anew(database: Database) -> None:
    path = Path(str(database.url.database))
    path.unlink()

    with pytest.raises(Unavailable, match=AGAIN):
        write(database, "third")
    with pytest.raises(Unavailable, match=AGAIN):
        details(database)

    assert not path.exists()


def test_a_schema_of_a_newer_version_is_refused_in_a_sentence(database_url: str) -> None:
    with contextlib.closing(Database(database_url)) as opened, opened.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(Misconfigured, match="newer version of Tallyman has changed this database"):
        migrate(database_url)
