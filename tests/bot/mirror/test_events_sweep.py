"""Asking for events: what was missed is found, and how fresh that makes the mirror."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.errors import Unavailable
from bot.mirror.marks import EVENTS, set_mark
from bot.mirror.noting import note_kept
from bot.mirror.sweep import REACH
from bot.models import Alert, SyncMark
from bot.stripe_api import PAGE_ROWS_MAX, StripeAPI
from jobs import sync
from tests.following import Following, following


@pytest.fixture
def mirror(database_url: str) -> Iterator[Following]:
    """A mirror of an empty account, on either database."""
    with following(database_url) as made:
        yield made


def test_three_days_without_webhooks_and_without_us_are_caught_up(mirror: Following) -> None:
    mirror.sweep()
    mirror.apply()
    invoices = mirror.run_business(3)
    mirror.standin.advance(mirror.standin.clock + timedelta(days=3))
    invoices += mirror.run_business(3)
    age(mirror, timedelta(days=3))

    swept = mirror.sweep()
    mirror.apply()

    assert not swept.has_gap
    for invoice in invoices:
        mirror.assert_equal(invoice)


def age(mirror: Following, by: timedelta) -> None:
    """Let time pass for what the mirror remembers of its sweeps."""
    with mirror.runtime.database.writing() as session:
        for mark in session.scalars(select(SyncMark)):
            mark.real_at -= by


def test_after_more_than_stripe_keeps_a_new_backfill_is_asked_for(mirror: Following) -> None:
    mirror.sweep()
    mirror.apply()
    age(mirror, REACH + timedelta(hours=1))
    before = mirror.freshness()

    for _ in range(2):
        assert mirror.sweep().has_gap
        mirror.apply()

    # What is lost stays lost, so nothing is called fresh until a backfill has begun anew.
    assert mirror.freshness() == before
    with mirror.runtime.database.reading() as session:
        alert = session.scalars(select(Alert)).one()
    assert (alert.kind, alert.times, alert.cleared_at) == ("events_gap", 2, None)
    assert "backfill" in alert.detail

    now = datetime.now(UTC)
    with mirror.runtime.database.writing() as session:
        set_mark(session, EVENTS, business_at=now, real_at=now)
    assert not mirror.sweep().has_gap
    mirror.apply()
    assert mirror.freshness() != before


def test_before_the_backfill_there_is_nothing_to_sweep_from(mirror: Following) -> None:
    with mirror.runtime.database.writing() as session:
        session.delete(session.get_one(SyncMark, EVENTS))

    with pytest.raises(Unavailable):
        mirror.sweep()


def test_a_sweep_that_is_cut_off_is_done_again_from_where_it_began(
    mirror: Following, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirror.run_business(30)
    told = mirror.count_events()
    assert told > PAGE_ROWS_MAX
    with mirror.runtime.database.reading() as session:
        before = session.get_one(SyncMark, EVENTS).business_at
    get = StripeAPI.get

    def fail_on_second_page(self: StripeAPI, path: str, params: Any = None) -> dict[str, Any]:
        if "starting_after" in params:
            raise Unavailable
        return get(self, path, params)

    with monkeypatch.context() as patch:
        patch.setattr(StripeAPI, "get", fail_on_second_page)
        with pytest.raises(Unavailable):
            mirror.sweep()
    with mirror.runtime.database.reading() as session:
        assert session.get_one(SyncMark, EVENTS).business_at == before
    assert len(mirror.received()) == PAGE_ROWS_MAX

    mirror.sweep()

    assert len(mirror.received()) == told


def test_one_event_from_the_future_hides_none_that_come_after_it(mirror: Following) -> None:
    clock = mirror.standin.world
    clock.now += 400 * 86_400
    mirror.make_open_invoice()
    mirror.sweep()
    clock.now -= 400 * 86_400

    invoice = mirror.make_open_invoice()["id"]
    mirror.sweep()
    mirror.apply()

    mirror.assert_equal(invoice)


def test_the_overlap_finds_what_the_list_showed_late(mirror: Following) -> None:
    mirror.standin.world.faults.set({"events_lag_seconds": 3_600.0})
    late = mirror.make_open_invoice()["id"]
    mirror.standin.world.faults.set({"events_lag_seconds": 0.0})
    soon = mirror.make_open_invoice()["id"]
    mirror.sweep()
    mirror.apply()
    assert mirror.mirrored(late) is None

    mirror.standin.world.event_seen_from = dict.fromkeys(mirror.standin.world.event_seen_from, 0.0)
    mirror.sweep()
    mirror.apply()

    mirror.assert_equal(late)
    mirror.assert_equal(soon)


def test_freshness_is_the_beginning_of_a_sweep_of_which_everything_is_done(
    mirror: Following,
) -> None:
    mirror.make_open_invoice()
    before = datetime.now(UTC)
    mirror.sweep()
    after = datetime.now(UTC)
    sync.tell_freshness(mirror.runtime)
    assert mirror.freshness() is None

    note_kept(mirror.runtime.database)
    sync.tell_freshness(mirror.runtime)
    assert mirror.freshness() is None

    mirror.apply()
    moment = mirror.freshness()
    assert moment is not None
    assert before <= moment <= after


def test_news_that_came_after_the_sweep_does_not_hold_freshness_back(mirror: Following) -> None:
    mirror.sweep()
    mirror.apply()
    first = mirror.freshness()
    mirror.sweep()
    mirror.make_open_invoice()
    for event in mirror.events():
        mirror.deliver(event)

    sync.tell_freshness(mirror.runtime)

    assert mirror.freshness() != first
