"""The nightly comparison: once a night, whatever number of workers there is, and told of."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select, update

from bot.models import Invoice, VerifyRun
from bot.occurrences import take
from jobs.schedule import TIMETABLE
from jobs.timekeeping import do
from tests.alerts import list_alerts
from tests.following import Following, following

VERIFY = next(job for job in TIMETABLE if job.name == "verify")
NIGHT = datetime(2026, 11, 22, 3, 10, tzinfo=UTC)


@pytest.fixture
def mirror(database_url: str) -> Iterator[Following]:
    """A mirror of an account with one invoice, on either database."""
    with following(database_url) as made:
        made.make_open_invoice()
        made.sweep()
        made.apply()
        yield made


def count_runs(mirror: Following) -> int:
    """How often the mirror was compared."""
    with mirror.runtime.database.reading() as session:
        return session.scalar(select(func.count()).select_from(VerifyRun)) or 0


def run_at(mirror: Following, hour: int) -> bool:
    """A worker comes by at this hour of the night, in UTC; whether it took it."""
    at = NIGHT.replace(hour=hour)
    with mirror.runtime.database.writing() as session:
        (subject,) = VERIFY.list_subjects(session, mirror.runtime)
        taken = take(session, VERIFY.name, subject, business_at=at, now=at)
    if taken is not None:
        assert do(mirror.runtime, VERIFY, taken) is None
    return taken is not None


@pytest.mark.parametrize(("hour", "is_done"), [(1, False), (2, True), (4, True), (5, False)])
def test_it_is_done_at_night(mirror: Following, hour: int, *, is_done: bool) -> None:
    run_at(mirror, hour)

    assert count_runs(mirror) == int(is_done)


def test_a_second_worker_leaves_the_night_to_the_first(mirror: Following) -> None:
    assert [run_at(mirror, 2), run_at(mirror, 4)] == [True, False]
    assert count_runs(mirror) == 1


def test_a_difference_is_told_and_not_repaired(mirror: Following) -> None:
    with mirror.runtime.database.writing() as session:
        session.execute(update(Invoice).values(total_minor=1))

    run_at(mirror, 3)

    with mirror.runtime.database.reading() as session:
        alerts = list_alerts(session)
        assert session.scalar(select(Invoice.total_minor)) == 1
    assert [alert.kind for alert in alerts] == ["mirror_differs"]
    assert "differ from Stripe" in alerts[0].detail
