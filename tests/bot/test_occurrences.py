"""A day is taken once, whoever asks, whatever dies, and whatever the clocks and zones do."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import select

from bot import occurrences
from bot.database import Database
from bot.local_hours import Due, Subject
from bot.models import Occurrence
from bot.occurrences import ATTEMPTS_MAX, BACKOFF_MAX, LEASE, Taken, TakenOver
from tests.alerts import list_alerts

NINE = Subject("C0BILLING", "Europe/Berlin", 9)
MORNING = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)  # Nine o'clock on a Monday.
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.close()


def take(
    database: Database, at: datetime, *, subject: Subject = NINE, now: datetime | None = None
) -> Taken | None:
    with database.writing() as session:
        return occurrences.take(session, "digest", subject, business_at=at, now=now or at)


def end(database: Database, taken: Taken | None, at: datetime) -> None:
    assert taken is not None
    with database.writing() as session:
        occurrences.end(session, taken, now=at)


def fail(database: Database, taken: Taken | None, at: datetime) -> None:
    assert taken is not None
    with database.writing() as session:
        occurrences.fail(session, taken, "Slack did not answer.", now=at)


def states(database: Database) -> dict[str, str]:
    with database.reading() as session:
        rows = session.execute(select(Occurrence.day, Occurrence.state).order_by(Occurrence.day))
        return {row.day.isoformat()[5:]: row.state for row in rows}


def test_a_day_is_taken_at_its_hour_and_once(database: Database) -> None:
    assert take(database, MORNING - SECOND, subject=_since(MORNING - DAY + SECOND)) is None
    taken = take(database, MORNING)
    assert taken is not None
    assert (taken.day, taken.is_late, taken.is_first) == (date(2026, 11, 23), False, True)
    end(database, taken, MORNING + SECOND)

    assert take(database, MORNING + timedelta(hours=10)) is None
    assert take(database, MORNING - timedelta(hours=1)) is None
    following = take(database, MORNING + DAY)
    assert following is not None
    assert (following.day, following.is_first) == (date(2026, 11, 24), False)


def test_of_many_who_ask_at_once_one_has_the_day(database: Database) -> None:
    had: list[Taken | None] = []
    ready = Barrier(4)

    def ask() -> None:
        ready.wait()
        had.append(take(database, MORNING))

    threads = [Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len([one for one in had if one is not None]) == 1


def test_a_day_whose_worker_died_is_taken_over_and_the_dead_one_writes_nothing(
    database: Database,
) -> None:
    dead = take(database, MORNING)
    assert take(database, MORNING + LEASE - SECOND) is None

    heir = take(database, MORNING + LEASE + SECOND)

    assert heir is not None
    assert (heir.day, heir.attempts) == (date(2026, 11, 23), 2)
    with pytest.raises(TakenOver):
        end(database, dead, MORNING + LEASE + 2 * SECOND)
    end(database, heir, MORNING + LEASE + 3 * SECOND)
    assert states(database) == {"11-23": "done"}


def test_a_lease_that_is_renewed_is_respected(database: Database) -> None:
    taken = take(database, MORNING)
    assert taken is not None
    with database.writing() as session:
        occurrences.keep(session, taken, now=MORNING + 0.9 * LEASE)

    assert take(database, MORNING + 1.8 * LEASE) is None


def test_a_clock_that_steps_back_holds_up_nobody(database: Database) -> None:
    take(database, MORNING)

    heir = take(database, MORNING, now=MORNING - timedelta(hours=3))

    assert heir is not None


@pytest.mark.parametrize(
    ("away", "skipped"),
    [(timedelta(minutes=5), 0), (timedelta(hours=26), 1), (timedelta(days=10, hours=5), 10)],
)
def test_what_was_missed_is_caught_up_once_and_the_rest_is_recorded(
    database: Database, away: timedelta, skipped: int
) -> None:
    end(database, take(database, MORNING - DAY), MORNING - DAY)

    caught_up = take(database, MORNING + away)

    assert caught_up is not None
    assert caught_up.is_late == (away > timedelta(minutes=30))
    assert list(states(database).values()).count("skipped") == skipped
    assert take(database, MORNING + away) is None


def test_a_channel_that_moves_to_a_zone_where_it_is_yesterday_has_no_second_day(
    database: Database,
) -> None:
    # Half past nine on the 23rd there, half past nine on the 22nd here.
    moment = datetime(2026, 11, 22, 20, 30, tzinfo=UTC)
    first = take(database, moment, subject=Subject("C1", "Pacific/Tongatapu", 9))
    end(database, first, moment)
    moved = Subject("C1", "Pacific/Pago_Pago", 9)

    assert first is not None
    assert first.day == date(2026, 11, 23)
    assert take(database, moment, subject=moved) is None
    assert take(database, moment + DAY, subject=moved) is None
    following = take(database, moment + 2 * DAY, subject=moved)
    assert following is not None
    assert following.day == date(2026, 11, 24)


def test_a_clock_that_was_years_ahead_for_a_moment_stops_nothing(database: Database) -> None:
    end(database, take(database, MORNING + 1000 * DAY), MORNING)

    assert take(database, MORNING) is not None


def test_a_failure_is_told_and_tried_again_later_until_it_is_given_up(database: Database) -> None:
    at, tries = MORNING, 0
    while (taken := take(database, at)) is not None:
        tries += 1
        fail(database, taken, at)
        assert take(database, at + SECOND) is None
        at += BACKOFF_MAX + SECOND

    assert (tries, states(database)) == (ATTEMPTS_MAX, {"11-23": "failed"})
    with database.reading() as session:
        assert [alert.subject for alert in list_alerts(session)] == ["digest C0BILLING"]


def test_one_that_always_kills_its_worker_is_given_up(database: Database) -> None:
    at, tries = MORNING, 0
    while take(database, at) is not None:
        tries += 1
        at += LEASE + SECOND

    assert (tries, states(database)) == (ATTEMPTS_MAX, {"11-23": "failed"})


def test_a_day_that_failed_does_not_hold_up_the_next_one(database: Database) -> None:
    fail(database, take(database, MORNING), MORNING)

    following = take(database, MORNING + DAY)

    assert following is not None
    assert states(database) == {"11-23": "skipped", "11-24": "running"}
    end(database, following, MORNING + DAY)
    with database.reading() as session:
        assert list_alerts(session) == []


def test_two_days_of_a_subject_are_never_worked_on_at_once(database: Database) -> None:
    at = MORNING + DAY - SECOND
    take(database, at)

    assert take(database, at + 2 * SECOND) is None


def test_only_who_may_have_something_to_do_is_asked(database: Database) -> None:
    many = [Subject(f"C{number}", "Europe/Berlin", 9) for number in range(5)]
    end(database, take(database, MORNING, subject=many[0]), MORNING)
    take(database, MORNING, subject=many[1])
    fail(database, take(database, MORNING, subject=many[2]), MORNING)
    take(database, MORNING - DAY, subject=many[3], now=MORNING - DAY)

    with database.reading() as session:
        waiting: dict[str, Any] = {
            str(seconds): occurrences.list_waiting(
                session,
                "digest",
                [*many, Subject("C9", "Europe/Berlin", 9, frozenset())],
                business_at=MORNING + timedelta(seconds=seconds),
                now=MORNING + timedelta(seconds=seconds),
            )
            for seconds in (1, 70)
        }

    assert waiting["1"] == [many[3], many[4]]
    assert waiting["70"] == many[1:]


def test_by_hand_a_day_is_done_that_was_skipped_but_none_that_is_done(database: Database) -> None:
    end(database, take(database, MORNING - 3 * DAY), MORNING)
    end(database, take(database, MORNING), MORNING)

    def by_hand(day: date) -> Taken | None:
        with database.writing() as session:
            due = Due(day, MORNING)
            return occurrences.take_by_hand(
                session, "digest", NINE, due, business_at=MORNING, now=MORNING
            )

    assert by_hand(date(2026, 11, 23)) is None
    skipped = by_hand(date(2026, 11, 21))
    assert skipped is not None
    assert by_hand(date(2026, 11, 21)) is None
    end(database, skipped, MORNING)
    assert states(database)["11-21"] == "done"


def _since(moment: datetime) -> Subject:
    return Subject(NINE.key, NINE.zone, NINE.hour, since=moment)
