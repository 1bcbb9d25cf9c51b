"""The queue while its database fails: nothing accepted is lost, nothing is done twice, all is told.

THREATS 114, 120, 121, 123, 124 and 125; a database that is locked for long is in test_webhooks.
"""

import contextlib
import itertools
import sqlite3
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot import database as database_module
from bot import engines
from bot.database import Database
from bot.effects import Means
from bot.errors import Unavailable
from jobs.effects import Pace, carrying_out
from tests.bot.effects.toy import KIND, Toy, World, make_means, promise, settled, states
from tests.following import wait_until

HASTY = Pace(
    threads=4,
    look_seconds=0.2,
    lease=timedelta(seconds=1),
    doubt_seconds=0.1,
    failed_seconds=0.05,
)
PROMISES = 25
CUT_SECONDS = 0.05
on_postgresql = pytest.mark.parametrize("database_kind", ["postgresql"])
on_sqlite = pytest.mark.parametrize("database_kind", ["sqlite"])


@pytest.fixture
def means(database_url: str) -> Iterator[Means]:
    made = make_means(database_url)
    yield made
    made.slack.close()
    made.runtime.database.close()


@pytest.fixture
def database(means: Means) -> Database:
    return means.runtime.database


@pytest.fixture
def operator(database: Database) -> Iterator[psycopg.Connection]:
    """Somebody who may end the connections of others."""
    plain = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        yield connection


def cut(operator: psycopg.Connection, doing: str = "%") -> int:
    """End all connections whose last statement was like this, but for one's own; how many."""
    ended = operator.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        " AND datname = current_database() AND query LIKE %s",
        [doing],
    )
    return len(ended.fetchall())


def insist(work: Callable[[], object]) -> None:
    """Do it until the database answers, as people and services do."""
    for _ in range(1000):
        with contextlib.suppress(Unavailable):
            work()
            return
    raise AssertionError("The database never answered.")


def all_done(database: Database, count: int) -> bool:
    with contextlib.suppress(Unavailable):
        return list(states(database).values()) == ["done"] * count
    return False


@on_postgresql
def test_connections_that_end_at_random_lose_nothing_and_double_nothing(
    means: Means, database: Database, operator: psycopg.Connection
) -> None:
    world, over = World(), threading.Event()

    def go_on_cutting() -> None:
        while not over.wait(CUT_SECONDS):
            cut(operator)

    cutting = threading.Thread(target=go_on_cutting)
    with carrying_out(means, operations={KIND: Toy(world)}, pace=HASTY):
        cutting.start()
        for number in range(PROMISES):
            insist(partial(promise, database, f"deed-{number}"))
        over.set()
        cutting.join()
        wait_until(lambda: all_done(database, PROMISES), seconds=60)

    assert set(world.done.values()) == {1}
    assert len(world.done) == PROMISES
    assert sorted(settled(database).values()) == [1] * PROMISES


@on_postgresql
def test_a_worker_that_lost_its_bell_finds_what_was_promised_and_listens_again(
    means: Means, database: Database, operator: psycopg.Connection
) -> None:
    deaf = Pace(threads=1, look_seconds=3600.0)
    with carrying_out(means, operations={KIND: Toy(World())}, pace=deaf):
        promise(database, "before")
        wait_until(lambda: all_done(database, 1))

        wait_until(lambda: cut(operator, "LISTEN%") == 1)
        promise(database, "unheard")

        wait_until(lambda: all_done(database, 2))
        promise(database, "heard again")
        wait_until(lambda: all_done(database, 3))


@on_postgresql
@pytest.mark.parametrize("code", ["40001", "40P01", "55P03", "57P01", "53300", "25P03"])
def test_what_passes_by_itself_is_told_as_try_again(database: Database, code: str) -> None:
    with pytest.raises(Unavailable), database.writing() as session:
        session.execute(text(f"DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '{code}'; END $$"))


@on_postgresql
def test_what_does_not_pass_is_not_swallowed(database: Database) -> None:
    with pytest.raises(DBAPIError), database.writing() as session:
        session.execute(text("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '23505'; END $$"))


@on_sqlite
def test_a_full_disk_takes_nothing_back_and_goes_on_when_there_is_room(
    means: Means, database: Database
) -> None:
    promise(database, "before")
    with database.writing() as session:
        pages = session.scalar(text("PRAGMA page_count"))
        session.execute(text(f"PRAGMA max_page_count = {pages}"))
    with contextlib.suppress(Unavailable):
        for kept in itertools.count():
            promise(database, f"deed-{kept}", payload={"words": "x" * 5_000})

    assert len(states(database)) == kept + 1
    with database.writing() as session:
        assert session.scalar(text("PRAGMA integrity_check")) == "ok"
        session.execute(text("PRAGMA max_page_count = 1073741823"))
    with carrying_out(means, operations={KIND: Toy(World())}, pace=HASTY):
        promise(database, "after", payload={"words": "x" * 5_000})
        wait_until(lambda: all_done(database, kept + 2))


@on_sqlite
def test_a_file_that_is_locked_for_a_moment_is_waited_for(means: Means, database: Database) -> None:
    path = str(database.url.database)
    with (
        carrying_out(means, operations={KIND: Toy(World())}, pace=HASTY),
        contextlib.closing(
            sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        ) as other,
    ):
        other.execute("BEGIN EXCLUSIVE")
        threading.Timer(0.3, other.execute, ["ROLLBACK"]).start()

        promise(database, "first")

        wait_until(lambda: all_done(database, 1))


def test_when_every_connection_is_taken_the_next_is_told_to_try_again(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("POSTGRES_POOL_SIZE", "READERS_MAX"):
        monkeypatch.setattr(engines, name, 1)
    for module in (database_module, engines):
        monkeypatch.setattr(module, "POOL_WAIT_SECONDS", 0.1)
    with contextlib.closing(Database(database_url)) as small:
        with small.reading() as first, small.writing() as second:
            first.execute(text("SELECT 1"))
            second.execute(text("SELECT 1"))
            with pytest.raises(Unavailable), small.reading() as third:
                third.execute(text("SELECT 1"))

        with small.reading() as again:
            assert again.scalar(text("SELECT 1")) == 1
