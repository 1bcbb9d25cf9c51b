"""What operators are told: each thing once, until it is over, and again when it comes back."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.alerts import clear_alert, clear_alerts, raise_alert
from bot.database import Database
from tests.alerts import list_alerts

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An empty database of either kind."""
    opened = Database(database_url)
    yield opened
    opened.close()


def raised(database: Database, now: datetime, *, subject: str = "sweep", detail: str = "x") -> None:
    with database.writing() as session:
        raise_alert(session, kind="failing", subject=subject, detail=detail, now=now)


def told(database: Database) -> list[tuple[str, str, int, datetime, datetime]]:
    with database.reading() as session:
        return [
            (one.subject, one.detail, one.times, one.raised_at, one.last_at)
            for one in list_alerts(session)
        ]


def test_the_same_alert_again_is_counted_and_keeps_its_beginning(database: Database) -> None:
    raised(database, NOW, detail="first")
    raised(database, LATER, detail="second")

    assert told(database) == [("sweep", "second", 2, NOW, LATER)]


def test_what_is_over_is_not_listed_and_begins_anew_when_it_comes_back(database: Database) -> None:
    raised(database, NOW)
    with database.writing() as session:
        clear_alert(session, kind="failing", subject="sweep", now=NOW)
        clear_alert(session, kind="failing", subject="never raised", now=NOW)
    assert told(database) == []

    raised(database, LATER)

    assert told(database) == [("sweep", "x", 2, LATER, LATER)]


def test_several_are_cleared_at_once_and_the_latest_comes_first(database: Database) -> None:
    for number, subject in enumerate(("a", "b", "c", "d")):
        raised(database, NOW + timedelta(minutes=number), subject=subject)

    with database.writing() as session:
        clear_alerts(session, kind="failing", subjects=["a", "c"], now=LATER)
        clear_alerts(session, kind="failing", subjects=[], now=LATER)
        clear_alerts(session, kind="other", subjects=["b"], now=LATER)

    assert [one[0] for one in told(database)] == ["d", "b"]


def test_no_secret_and_no_endless_text_gets_into_an_alert(database: Database) -> None:
    raised(database, NOW, subject="s" * 1_000, detail="key sk_live_abc " + "x" * 10_000)

    ((subject, detail, *_),) = told(database)
    assert len(subject) == 255
    assert "sk_live_abc" not in detail
    assert len(detail) < 1_000
