"""Fixtures that every folder of tests may use.

A test that asks for database_url runs twice, on SQLite and on PostgreSQL, each time with a
migrated, empty database of its own. The network is closed: tests speak to this machine only.
"""

import contextlib
import ipaddress
import os
import shutil
import socket
import sqlite3
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import psycopg
import pytest
from sqlalchemy import URL, make_url

from bot.database import migrate
from bot.settings import Settings
from tests.postgres import serving_postgresql

# STRATEGY came with PostgreSQL 15; before that, copying files is the only way there is.
POSTGRES_WITH_STRATEGY = 150000

CHROMIUMS = (
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)

# A slow machine is no fault of the code, and in CI the same commit should meet the same cases.
hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") == "true" else "house")


class NetworkClosedError(RuntimeError):
    """A test, or what it tests, wanted to speak to another machine."""


@pytest.fixture(autouse=True, scope="session")
def closed_network() -> Iterator[None]:
    """Refuse every connection that leaves this machine."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex"):
            patch.setattr(socket.socket, name, _guarded(getattr(socket.socket, name)))
        yield


def _guarded(original: Callable[..., Any]) -> Callable[..., Any]:
    def connect(self: socket.socket, address: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_here(str(address[0])):
            raise NetworkClosedError(f"Tests must not connect to {address[0]}.")
        return original(self, address)

    return connect


def _is_here(host: str) -> bool:
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"


@pytest.fixture(autouse=True, scope="session")
def no_settings_from_outside() -> Iterator[None]:
    """Forget what the developer's own shell sets for the product."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.lower() in Settings.model_fields:
                patch.delenv(name)
        yield


@pytest.fixture(params=["sqlite", "postgresql"])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Whatever asks for this, directly or not, runs once on each kind of database."""
    return str(request.param)


@pytest.fixture
def database_url(
    database_kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[str]:
    """A database with the newest schema and without rows, for one test alone."""
    if database_kind == "sqlite":
        path = tmp_path / "tallyman.sqlite3"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
    else:
        server: URL = request.getfixturevalue("postgresql_server")
        template: URL = request.getfixturevalue("postgresql_template")
        with _postgresql_database(server, template=template.database) as url:
            yield _text(url)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shared_database_url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """A database for all tests of a module that only look at what its fixtures have put there."""
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("shared") / "tallyman.sqlite3"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
    else:
        server: URL = request.getfixturevalue("postgresql_server")
        template: URL = request.getfixturevalue("postgresql_template")
        with _postgresql_database(server, template=template.database) as url:
            yield _text(url)


@pytest.fixture
def empty_database_url(
    database_kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[str]:
    """A database without any tables (on SQLite not even a file), for tests of how it gets them."""
    if database_kind == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.sqlite3'}"
    else:
        with _postgresql_database(request.getfixturevalue("postgresql_server")) as url:
            yield _text(url)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One migrated file to copy, as migrating takes longer than most tests."""
    path = tmp_path_factory.mktemp("template") / "template.sqlite3"
    migrate(f"sqlite:///{path}")
    # What the write-ahead log still holds would not be in a copy of the file.
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[URL]:
    """The server named by TEST_DATABASE_URL, else one that lives as long as the tests."""
    if named := os.environ.get("TEST_DATABASE_URL"):
        yield make_url(named).set(drivername="postgresql+psycopg")
    else:
        with serving_postgresql() as url:
            yield make_url(url)


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: URL) -> Iterator[URL]:
    """One migrated database to copy."""
    with _postgresql_database(postgresql_server) as url:
        migrate(_text(url))
        yield url


@contextlib.contextmanager
def _postgresql_database(server: URL, *, template: str | None = None) -> Iterator[URL]:
    name = f"tallyman_{uuid.uuid4().hex}"
    plain = _text(server.set(drivername="postgresql"))
    with psycopg.connect(plain, autocommit=True) as connection:
        copying = f"TEMPLATE {template}" if template else ""
        if template and connection.info.server_version >= POSTGRES_WITH_STRATEGY:
            copying += " STRATEGY file_copy"
        connection.execute(f"CREATE DATABASE {name} {copying}".encode())
        try:
            yield server.set(database=name)
        finally:
            # Also from under a process that a test has left behind.
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def _text(url: URL) -> str:
    return url.render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def reference_dir() -> Path:
    """What Stripe and Slack publish about their interfaces; mark such tests reference."""
    return Path(os.environ["REFERENCE_DIR"])


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a browser; mark such tests browser."""
    found = _find_chromium()
    assert found
    return found


def _find_chromium() -> str | None:
    return next(filter(None, map(shutil.which, CHROMIUMS)), None)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what this machine has no means for; CI has to have them all."""
    missing = []
    if item.get_closest_marker("browser") and not _find_chromium():
        missing.append("It needs a Chromium.")
    if item.get_closest_marker("reference") and not os.environ.get("REFERENCE_DIR"):
        missing.append("It needs REFERENCE_DIR, a folder with stripe-openapi.json.")
    if item.get_closest_marker("openssl") and not shutil.which("openssl"):
        missing.append("It needs openssl, to make a certificate.")
    if missing and os.environ.get("CI") == "true":
        pytest.fail(" ".join(missing), pytrace=False)
    if missing:
        pytest.skip(" ".join(missing))
