"""What ended long ago is forgotten; what somebody still has to look at never is."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from bot.effects import Means
from bot.models import Effect, MailAttempt, Occurrence, PostedMessage
from jobs.schedule import TIMETABLE
from jobs.timekeeping import look
from tests.bot.effects.toy import make_means, promise, states

OLD, YOUNG = timedelta(days=91), timedelta(days=89)
PURGE = next(job for job in TIMETABLE if job.name == "purge")
ENDS = ("done", "refused", "dismissed", "dead")


@pytest.fixture
def means(database_url: str) -> Iterator[Means]:
    made = make_means(database_url)
    yield made
    made.slack.close()
    made.runtime.database.close()


def end(means: Means, key: str, state: str, age: timedelta) -> None:
    """Have a promise end in this state, so long ago."""
    database = means.runtime.database
    promise(database, key)
    with database.writing() as session:
        ended = {"state": state, "finished_at": datetime.now(UTC) - age}
        session.execute(update(Effect).where(Effect.key == key).values(**ended))


def test_effects_that_ended_long_ago_are_forgotten_but_for_dead_ends(means: Means) -> None:
    for state in ENDS:
        end(means, f"old {state}", state, OLD)
        end(means, f"young {state}", state, YOUNG)
    promise(means.runtime.database, "waits since ever")

    look(means.runtime, PURGE)

    left = {"old dead", *(f"young {state}" for state in ENDS), "waits since ever"}
    assert set(states(means.runtime.database)) == left


def test_plain_messages_of_long_ago_are_forgotten_once_their_promise_is(means: Means) -> None:
    database, now = means.runtime.database, datetime.now(UTC)
    told = {"channel_id": "C1", "subject": "", "version": 0}
    with database.writing() as session:
        rows = [
            PostedMessage(**told, view=view, promised_at=now - age)
            for view, age in ((None, OLD), (None, OLD), (None, YOUNG), ("invoice_card", OLD))
        ]
        session.add_all(rows)
        session.add(MailAttempt(key="old", attempts_max=1, begun_at=now - OLD))
        session.add(MailAttempt(key="young", attempts_max=1, begun_at=now - YOUNG))
        session.add(MailAttempt(key="wanted", attempts_max=1, begun_at=now - OLD))
        session.flush()
        gone, *kept = [row.id for row in rows]
        wanted = kept[0]
    promise(database, "wanted", subject=f"message:{wanted}")

    look(means.runtime, PURGE)

    with database.reading() as session:
        assert set(session.scalars(select(PostedMessage.id))) == set(kept)
        assert gone not in kept
        assert set(session.scalars(select(MailAttempt.key))) == {"young", "wanted"}


def test_days_of_the_timetable_are_kept_for_more_than_a_year(means: Means) -> None:
    now = datetime.now(UTC)
    with means.runtime.database.writing() as session:
        for age in (399, 401):
            moment = now - timedelta(days=age)
            row = {"job": "digest", "subject": "C1", "day": moment.date(), "due_at": moment}
            ended = {"state": "done", "is_late": False, "attempts": 1, "ended_at": moment}
            session.add(Occurrence(**row, **ended, begun_at=moment))

    look(means.runtime, PURGE)

    with means.runtime.database.reading() as session:
        days = session.scalars(select(Occurrence.day).where(Occurrence.job == "digest")).all()
    assert days == [(now - timedelta(days=399)).date()]
