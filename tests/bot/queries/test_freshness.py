"""How old the mirror is."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.database import Database
from bot.queries.cards import Freshness
from bot.queries.freshness import get_freshness
from tests.build import NOW, make_sight, mark_swept

BUSINESS = datetime(2027, 5, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("age", "is_stale"),
    [
        (timedelta(0), False),
        (timedelta(minutes=15), False),
        (timedelta(minutes=15, seconds=1), True),
        (timedelta(minutes=-5), False),
    ],
)
def test_age_is_by_the_machines_clock_and_as_of_by_the_businesses(
    database: Database, *, age: timedelta, is_stale: bool
) -> None:
    mark_swept(database, business_at=BUSINESS, real_at=NOW - age)

    with database.reading() as session:
        freshness = get_freshness(session, sight=make_sight(now=BUSINESS, real_now=NOW))

    assert freshness == Freshness(as_of=BUSINESS, is_stale=is_stale)


def test_a_mirror_that_was_never_filled_is_stale(database: Database) -> None:
    with database.reading() as session:
        assert get_freshness(session, sight=make_sight()) == Freshness(as_of=None, is_stale=True)
