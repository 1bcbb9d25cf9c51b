"""The loop keeps the mirror up, whatever happens to the news on its way (THREATS 27 to 34)."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.mirror.noting import note_kept
from bot.mirror.refresh import refresh
from bot.mirror.stale import claim_due
from bot.models import Alert, ReceivedEvent
from jobs import sync
from jobs.schedule import TIMETABLE
from jobs.timekeeping import look
from tests.following import Following, following, wait_until

# Two are meant; Stripe would be waited for far longer than these.
STOPPING_SECONDS_MAX = 15.0


@pytest.fixture
def mirror(database_url: str) -> Iterator[Following]:
    """A mirror of an empty account, on either database."""
    with following(database_url) as made:
        yield made


@pytest.mark.slow
@pytest.mark.parametrize(
    "faults",
    [
        {"webhook_shuffle": True, "webhook_duplicates": 2},
        {"webhook_delay_seconds": 0.3, "webhook_shuffle": True},
        {"webhook_drop_probability": 0.5, "webhook_shuffle": True, "events_lag_seconds": 0.4},
        {"webhook_drop_all": True},
        {"webhook_drop_all": True, "events_lag_seconds": 1.0, "rate_limit_next": 5},
    ],
)
def test_duplicates_loss_delay_and_disorder_all_end_right(
    mirror: Following, faults: dict[str, Any]
) -> None:
    mirror.subscribe()
    assert mirror.standin.world.faults.set(faults) == []
    loop = sync.SyncLoop(mirror.runtime)
    loop.start()

    invoices = mirror.run_business(8)
    last = mirror.make_open_invoice()["id"]
    assert mirror.standin.webhooks_idle(100)
    told = mirror.count_events()
    wait_until(lambda: len(mirror.received()) == told)
    wait_until(mirror.is_settled)
    loop.stop()

    for invoice in [*invoices, last]:
        mirror.assert_equal(invoice)


def test_without_the_sweep_webhooks_alone_are_enough(mirror: Following) -> None:
    mirror.subscribe()

    invoices = mirror.run_business(4)
    assert mirror.standin.webhooks_idle(100)
    mirror.apply()

    for invoice in invoices:
        mirror.assert_equal(invoice)
    assert mirror.standin.world.table("event")
    assert all(one["path"] != "/v1/events" for one in mirror.standin.requests)


def test_claims_of_a_process_that_was_killed_are_read_by_the_next(
    mirror: Following, database_kind: str
) -> None:
    invoice = mirror.make_open_invoice()["id"]
    mirror.sweep()
    note_kept(mirror.runtime.database)
    with mirror.runtime.database.writing() as session:
        assert claim_due(session, limit=100, now=datetime.now(UTC))
    assert refresh(mirror.runtime) == 0
    if database_kind == "postgresql":
        # Others may be at work there, so the lease has to end first.
        mirror.make_due()

    loop = sync.SyncLoop(mirror.runtime)
    loop.start()
    wait_until(lambda: not mirror.count_stale() and mirror.mirrored(invoice) is not None)
    loop.stop()

    mirror.assert_equal(invoice)


def test_two_workers_at_once_end_right(mirror: Following) -> None:
    mirror.subscribe()
    loops = [sync.SyncLoop(mirror.runtime) for _ in range(2)]
    for loop in loops:
        loop.start()

    invoices = mirror.run_business(10)
    assert mirror.standin.webhooks_idle(100)
    told = mirror.count_events()
    wait_until(lambda: len(mirror.received()) == told)
    wait_until(mirror.is_settled)
    for loop in loops:
        loop.stop()

    for invoice in invoices:
        mirror.assert_equal(invoice)


def test_news_kept_here_is_read_at_once(mirror: Following, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync, "LOOK_SECONDS", 60.0)
    monkeypatch.setattr(sync, "sweep_if_due", lambda _runtime: False)
    loop = sync.SyncLoop(mirror.runtime)
    mirror.keeper._on_kept = loop.wake
    mirror.subscribe()
    loop.start()
    time.sleep(0.2)

    invoice = mirror.make_open_invoice()["id"]
    wait_until(lambda: mirror.mirrored(invoice) is not None)

    loop.stop()


def test_the_loop_outlives_a_stripe_that_fails_and_tells_of_it(mirror: Following) -> None:
    mirror.standin.world.faults.set({"deny": ["events"]})
    loop = sync.SyncLoop(mirror.runtime)
    loop.start()

    def alerts() -> list[str]:
        with mirror.runtime.database.reading() as session:
            return list(session.scalars(select(Alert.subject).where(Alert.cleared_at.is_(None))))

    wait_until(lambda: alerts() == ["sweep"])
    mirror.standin.world.faults.set({"deny": []})
    invoice = mirror.make_open_invoice()["id"]
    wait_until(lambda: mirror.mirrored(invoice) is not None)
    wait_until(lambda: alerts() == [])
    loop.stop()


def test_the_loop_stops_without_waiting_for_a_stripe_that_never_answers(
    mirror: Following,
) -> None:
    mirror.standin.world.faults.set({"black_hole": True})
    loop = sync.SyncLoop(mirror.runtime)
    loop.start()
    # Time to be waiting for Stripe; a loop that has not come as far yet stops all the sooner.
    time.sleep(0.3)

    before = time.monotonic()
    loop.stop()

    assert time.monotonic() - before < STOPPING_SECONDS_MAX
    mirror.standin.world.faults.reset()


def test_events_are_dropped_after_ninety_days_unless_they_wait(mirror: Following) -> None:
    for event in mirror.events() or ([mirror.make_open_invoice()] and mirror.events()):
        mirror.deliver(event)
    note_kept(mirror.runtime.database)
    with mirror.runtime.database.writing() as session:
        old = datetime.now(UTC) - timedelta(days=91)
        ids = list(session.scalars(select(ReceivedEvent.id).order_by(ReceivedEvent.id)))
        session.execute(
            update(ReceivedEvent).where(ReceivedEvent.id.in_(ids[:3])).values(received_at=old)
        )
        session.execute(
            update(ReceivedEvent).where(ReceivedEvent.id == ids[0]).values(state="kept")
        )

    look(mirror.runtime, next(job for job in TIMETABLE if job.name == "purge"))

    assert [kept.id for kept in mirror.received()] == [ids[0], *ids[3:]]
