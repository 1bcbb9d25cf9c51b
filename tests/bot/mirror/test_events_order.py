"""Events in any order, forged, odd or cut off: the mirror ends as Stripe is (THREATS 28 to 34)."""

import itertools
import signal
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.mirror.states import record_snapshots
from bot.models import InvoiceState
from bot.sandbox.stripe import StandIn, StripeError
from tests.bot.mirror import dying
from tests.following import ACCOUNT, KEY, Following, following
from tests.nursery import ROOT
from tests.processes import run

BURST = ("invoice.created", "invoice.finalized", "invoice.updated", "invoice.paid")
ORDERS = list(itertools.permutations(range(len(BURST))))


@pytest.fixture
def mirror(database_url: str) -> Iterator[Following]:
    """A mirror of an empty account, on either database."""
    with following(database_url) as made:
        yield made


def burst(mirror: Following) -> tuple[str, list[dict[str, Any]]]:
    """An invoice that was created, finalized, updated and paid within one second."""
    invoice = mirror.make_open_invoice()["id"]
    mirror.call("POST", f"/v1/invoices/{invoice}", metadata={"note": "x"})
    mirror.pay(invoice)
    told = mirror.events(*BURST)
    found = {one["type"]: one for one in told if one["data"]["object"]["id"] == invoice}
    events = [found[one] for one in BURST]
    assert len({event["created"] for event in events}) == 1
    return invoice, events


def has_ended_right(mirror: Following, invoice: str) -> list[str]:
    """See that the mirror is as Stripe is, with nothing left to do; the invoice's states."""
    mirror.assert_equal(invoice)
    row = mirror.mirrored(invoice)
    assert row is not None
    assert row.status == "paid"
    assert mirror.count_stale() == 0
    with mirror.runtime.database.reading() as session:
        states = (
            select(InvoiceState.status)
            .where(InvoiceState.invoice_id == invoice)
            .order_by(InvoiceState.effective_at)
        )
        return list(session.scalars(states))


def test_one_second_s_events_end_right_by_webhook_in_any_order(mirror: Following) -> None:
    bursts = [(burst(mirror), order) for order in ORDERS]

    # One of each is applied at once, the others together.
    for (_, events), order in bursts:
        assert mirror.deliver(events[order[0]]) == 200
    mirror.apply()
    for (_, events), order in bursts:
        for place in order[1:]:
            assert mirror.deliver(events[place]) == 200
    mirror.apply()

    for (invoice, _), order in bursts:
        states = has_ended_right(mirror, invoice)
        assert states[-1] == "paid", order
        assert "open" in states, order


def listing(standin: StandIn, listed: list[dict[str, Any]]) -> Starlette:
    """A Stripe whose list of events is this one, as it is when asked for, one to a page."""

    async def answer(request: Request) -> Response:
        if request.url.path == "/v1/events":
            ids = [event["id"] for event in listed]
            after = request.query_params.get("starting_after")
            place = ids.index(after) + 1 if after else 0
            rows = listed[place : place + 1]
            return JSONResponse({"object": "list", "data": rows, "has_more": len(ids) > place + 1})
        try:
            return JSONResponse(
                await run_in_threadpool(standin.call, "GET", request.url.path, None)
            )
        except StripeError as error:
            return JSONResponse(error.body, status_code=error.status)

    return Starlette(routes=[Route("/{rest:path}", answer)])


def test_one_second_s_events_end_right_by_sweep_in_any_order(database_url: str) -> None:
    standin = StandIn(account=ACCOUNT, secret_key=KEY, requests_per_second=None)
    listed: list[dict[str, Any]] = []
    with following(database_url, stripe=listing(standin, listed), standin=standin) as mirror:
        bursts = [(burst(mirror), order) for order in ORDERS]
        listed[:] = [events[place] for (_, events), order in bursts for place in order]

        swept = mirror.sweep()
        mirror.apply()

        assert swept.events_new == len(listed)
        for (invoice, _), order in bursts:
            assert has_ended_right(mirror, invoice)[-1] == "paid", order


def test_a_forged_event_only_makes_us_read(mirror: Following) -> None:
    invoice = mirror.make_open_invoice()
    forged = {**invoice, "status": "paid", "amount_remaining": 0, "amount_paid": 5_000}
    event = {**mirror.events("invoice.finalized")[0], "id": "evt_forged", "type": "invoice.paid"}

    assert mirror.deliver({**event, "data": {"object": forged}}) == 200
    mirror.apply()

    row = mirror.mirrored(invoice["id"])
    assert row is not None
    assert (row.status, row.remaining_minor) == ("open", 5_000)


def test_a_forged_event_about_nothing_changes_nothing(mirror: Following) -> None:
    event = {
        "id": "evt_forged",
        "type": "customer.deleted",
        "created": 1,
        "data": {"object": {"object": "customer", "id": "../account?x=1#"}},
    }

    assert mirror.deliver(event) == 200
    mirror.apply()

    assert mirror.count_stale() == 0


def test_what_stripe_has_deleted_stays_and_is_marked(mirror: Following) -> None:
    draft = mirror.make_draft()
    mirror.sweep()
    mirror.apply()
    mirror.call("DELETE", f"/v1/invoices/{draft['id']}")
    mirror.call("DELETE", f"/v1/customers/{draft['customer']}")

    mirror.sweep()
    mirror.apply()

    row = mirror.mirrored(draft["id"])
    assert row is not None
    assert row.deleted_at is not None
    assert mirror.count_stale() == 0


def test_an_unknown_status_and_version_stop_nothing(mirror: Following) -> None:
    odd = mirror.make_open_invoice()["id"]
    invoice = mirror.make_open_invoice()["id"]
    with mirror.standin.world.lock:
        row = mirror.standin.world.get("invoice", odd)
        row["status"] = "simmering"
    for event in mirror.events():
        mirror.deliver({**event, "api_version": "2031-01-01.quince"})

    mirror.apply()

    mirror.assert_equal(invoice)
    found = mirror.mirrored(odd)
    assert found is not None
    assert found.status == "simmering"


def test_an_event_whose_snapshot_can_t_be_kept_stops_nothing(
    mirror: Following, monkeypatch: pytest.MonkeyPatch
) -> None:
    def picky(session: Any, events: list[dict[str, Any]], **options: Any) -> None:
        if any(event["type"] == "invoice.finalized" for event in events):
            raise ArithmeticError
        record_snapshots(session, events, **options)

    monkeypatch.setattr("bot.mirror.noting.record_snapshots", picky)
    invoice, events = burst(mirror)
    for event in events:
        mirror.deliver(event)

    mirror.apply()

    mirror.assert_equal(invoice)
    notes = {kept.type: kept.note for kept in mirror.received()}
    assert notes.pop("invoice.finalized") == "no snapshot: ArithmeticError"
    assert set(notes.values()) == {None}


@pytest.mark.parametrize("place", ["want_objects", "record_snapshots"])
def test_killed_while_taking_events_up_they_are_applied_after_the_restart_once(
    mirror: Following, database_url: str, place: str
) -> None:
    invoice, events = burst(mirror)
    for event in events:
        mirror.deliver(event)

    ended = run(database_url, place, folder=ROOT, program=dying.note)
    assert ended.returncode == -signal.SIGKILL
    assert {kept.state for kept in mirror.received()} == {"kept"}
    assert mirror.count_stale() == 0

    mirror.apply()

    states = has_ended_right(mirror, invoice)
    assert {kept.state for kept in mirror.received()} == {"noted"}
    mirror.apply()
    assert has_ended_right(mirror, invoice) == states
