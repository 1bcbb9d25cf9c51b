"""What every test gets: a database of its own, a server that leaves nothing behind, no network."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from sqlalchemy import Connection, create_engine, inspect, make_url, text

from bot.database import migrate
from tests.conftest import NetworkClosedError
from tests.house.tree import ROOT

GONE_SECONDS_MAX = 100.0

SERVE_AND_DIE = """
import os
from tests.postgres import serving_postgresql
with serving_postgresql() as url:
    print(url, flush=True)
    os.kill(os.getpid(), 9)
"""


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    engine = create_engine(url)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


# Both turns make the same table, which works only if neither sees the other's.
@pytest.mark.parametrize("turn", ["first", "second"])
def test_each_test_has_a_migrated_database_of_its_own(database_url: str, turn: str) -> None:
    with connected(database_url) as connection:
        tables = inspect(connection).get_table_names()

        connection.execute(text(f"CREATE TABLE of_one_test AS SELECT '{turn}' AS turn"))

    assert "invoices" in tables


def test_an_empty_database_becomes_like_the_others(
    empty_database_url: str, database_url: str
) -> None:
    migrate(empty_database_url)

    with connected(empty_database_url) as made, connected(database_url) as copied:
        assert inspect(made).get_table_names() == inspect(copied).get_table_names()


def test_a_server_for_tests_ends_when_the_tests_are_killed() -> None:
    killed = subprocess.run(
        [sys.executable, "-c", SERVE_AND_DIE], cwd=ROOT, capture_output=True, text=True, check=False
    )
    port = make_url(killed.stdout.strip()).port

    give_up_at = time.monotonic() + GONE_SECONDS_MAX
    while is_listening(port) and time.monotonic() < give_up_at:
        time.sleep(0.05)

    assert not is_listening(port)


def is_listening(port: int | None) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_the_network_is_closed() -> None:
    with closing(socket.socket()) as outward, pytest.raises(NetworkClosedError):
        # An address that is reserved for documentation. Source: RFC 5737.
        outward.connect(("192.0.2.1", 80))


def test_this_machine_can_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = server.getsockname()
        with closing(socket.create_connection(address)):
            pass
