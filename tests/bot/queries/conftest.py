"""An open database for questions about it."""

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from bot.database import Database


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A migrated, empty database."""
    opened = Database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A transaction that looks; on PostgreSQL and SQLite it sees what is committed before it."""
    with database.reading() as opened:
        yield opened
