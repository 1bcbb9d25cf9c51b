"""Fixtures for the audit trail."""

from collections.abc import Iterator

import pytest

from bot.database import Database


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An empty database of either kind."""
    opened = Database(database_url)
    yield opened
    opened.close()
