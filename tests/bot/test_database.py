"""A database that is closed while somebody still works with it, as at the end of a process."""

import contextlib

import pytest
from sqlalchemy import text

from bot.database import Database
from bot.errors import Unavailable


@pytest.mark.parametrize("way", ["looking", "reading", "writing"])
def test_what_is_under_way_when_it_closes_may_finish_and_then_lets_go(
    database_url: str, way: str
) -> None:
    database = Database(database_url)
    begin = getattr(database, way)

    with begin() as session:
        driver = session.connection().connection.driver_connection
        database.close()
        assert session.connection().execute(text("SELECT 1")).scalar_one() == 1

    # What nobody closes is a warning, and a connection less for everybody else.
    with pytest.raises(Exception, match="closed"), contextlib.closing(driver.cursor()) as cursor:
        cursor.execute("SELECT 1")
    with pytest.raises(Unavailable, match="stopping"), begin():
        pass
