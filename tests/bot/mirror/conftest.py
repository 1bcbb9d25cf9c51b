"""An empty mirror on either database."""

from collections.abc import Iterator

import pytest

from bot.database import Database


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.close()
