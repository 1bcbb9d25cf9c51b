"""Reading again what events were about, while others do the same and Stripe fails."""

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.errors import Unavailable
from bot.mirror.marks import ATTEMPTS_HELD_BACK
from bot.mirror.noting import note_kept
from bot.mirror.reading import read_objects
from bot.mirror.refresh import refresh
from bot.mirror.stale import LEASE_SECONDS
from bot.models import Alert, StaleObject
from bot.stripe_api import StripeAPI
from jobs import sync
from tests.following import KEY, Following, following

READ_OBJECTS = "bot.mirror.refresh.read_objects"


@pytest.fixture
def mirror(database_url: str) -> Iterator[Following]:
    """A mirror of an empty account, on either database."""
    with following(database_url) as made:
        yield made


def test_a_hint_during_a_read_makes_it_read_once_more(
    mirror: Following, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoice = mirror.make_open_invoice()["id"]
    for event in mirror.events("invoice.finalized"):
        mirror.deliver(event)
    note_kept(mirror.runtime.database)

    def read_and_be_paid(*arguments: Any) -> Any:
        found = read_objects(*arguments)
        monkeypatch.setattr(READ_OBJECTS, read_objects)
        mirror.pay(invoice)
        mirror.deliver(mirror.events("invoice.paid")[0])
        note_kept(mirror.runtime.database)
        return found

    monkeypatch.setattr(READ_OBJECTS, read_and_be_paid)
    refresh(mirror.runtime)
    row = mirror.mirrored(invoice)
    assert row is not None
    assert row.status == "open"
    assert mirror.count_stale() >= 1

    mirror.apply()

    mirror.assert_equal(invoice)


def test_a_reader_whose_lease_ran_out_stores_nothing(
    mirror: Following, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoice = mirror.make_open_invoice()["id"]
    for event in mirror.events("invoice.finalized"):
        mirror.deliver(event)
    note_kept(mirror.runtime.database)

    def read_too_slowly(*arguments: Any) -> Any:
        found = read_objects(*arguments)
        monkeypatch.setattr(READ_OBJECTS, read_objects)
        mirror.pay(invoice)
        # The lease ends, and another reader takes the object and finishes with it.
        mirror.make_due()
        refresh(mirror.runtime)
        return found

    monkeypatch.setattr(READ_OBJECTS, read_too_slowly)
    refresh(mirror.runtime)

    mirror.assert_equal(invoice)


def test_a_clock_that_stepped_back_strands_nothing(mirror: Following) -> None:
    invoice = mirror.make_open_invoice()["id"]
    mirror.sweep()
    note_kept(mirror.runtime.database)
    far = datetime.now(UTC) + timedelta(seconds=LEASE_SECONDS * 100)
    with mirror.runtime.database.writing() as session:
        session.execute(update(StaleObject).values(due_at=far))

    mirror.apply()

    mirror.assert_equal(invoice)


def test_while_stripe_is_silent_nothing_is_lost_and_it_goes_on_afterwards(
    mirror: Following,
) -> None:
    invoice = mirror.make_open_invoice()["id"]
    mirror.sweep()
    note_kept(mirror.runtime.database)
    stale = mirror.count_stale()
    silent = StripeAPI(KEY, api_base="http://127.0.0.1:1", requests_per_second=None)

    with pytest.raises(Unavailable):
        refresh(dataclasses.replace(mirror.runtime, stripe=silent))

    with mirror.runtime.database.reading() as session:
        left = list(session.scalars(select(StaleObject)))
    assert len(left) == stale
    assert {one.ticket for one in left} == {None}
    assert all(one.due_at < datetime.now(UTC) + timedelta(seconds=10) for one in left)

    mirror.make_due()
    mirror.apply()
    mirror.assert_equal(invoice)


def test_a_missing_permission_for_one_kind_stops_no_other(mirror: Following) -> None:
    invoice = mirror.make_open_invoice()
    mirror.sweep()
    mirror.standin.world.faults.set({"deny": ["invoices"]})
    mirror.apply()

    with mirror.runtime.database.reading() as session:
        (left,) = session.scalars(select(StaleObject)).all()
    assert (left.kind, left.object_id, left.attempts) == ("invoice", invoice["id"], 1)
    assert "permission" in str(left.last_error)

    mirror.standin.world.faults.set({"deny": []})
    mirror.make_due()
    mirror.apply()
    mirror.assert_equal(invoice["id"])


def test_an_object_that_fails_for_long_is_told_of_and_holds_freshness_back_no_more(
    mirror: Following,
) -> None:
    mirror.make_open_invoice()
    mirror.standin.world.faults.set({"deny": ["invoices"]})
    mirror.sweep()

    for _ in range(ATTEMPTS_HELD_BACK):
        assert mirror.freshness() is None
        mirror.apply()
        mirror.make_due()

    sync.tell_freshness(mirror.runtime)
    assert mirror.freshness() is not None
    with mirror.runtime.database.reading() as session:
        assert session.scalars(select(Alert.kind)).all() == ["refresh_failing"]

    mirror.standin.world.faults.set({"deny": []})
    mirror.apply()
    with mirror.runtime.database.reading() as session:
        assert session.scalars(select(Alert).where(Alert.cleared_at.is_(None))).all() == []
