"""Every state of an invoice is kept with its time and what told of it."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.database import Database
from bot.mirror.states import record_snapshots
from bot.models import Invoice, InvoiceState
from tests.bot.mirror.objects import (
    NOW,
    at,
    event_object,
    invoice_object,
    line_object,
    store_now,
)

FINALIZED = datetime(2026, 10, 1, 12, tzinfo=UTC)
PAID = datetime(2026, 10, 5, 12, tzinfo=UTC)


def states_of(database: Database, invoice: str = "in_1") -> list[InvoiceState]:
    with database.reading() as session:
        return list(
            session.scalars(
                select(InvoiceState)
                .where(InvoiceState.invoice_id == invoice)
                .order_by(InvoiceState.effective_at)
            )
        )


def told(database: Database, invoice: str = "in_1") -> list[tuple[str, datetime, str]]:
    """Status, second and source of each state, oldest first."""
    return [
        (state.status, state.effective_at.replace(microsecond=0), state.source)
        for state in states_of(database, invoice)
    ]


def snapshots(database: Database, *events: dict[str, object]) -> None:
    with database.writing() as session:
        record_snapshots(session, events, seen_at=NOW)


def test_what_lies_before_the_first_sight_is_read_off_the_transitions(database: Database) -> None:
    store_now(database, "invoice", invoice_object(status="paid"), source="backfill")

    assert told(database) == [("open", FINALIZED, "backfill"), ("paid", PAID, "backfill")]
    first, last = states_of(database)
    assert (first.remaining_minor, last.remaining_minor) == (1000, 0)
    assert first.seen_at == NOW


def test_an_invoice_over_nothing_was_never_open(database: Database) -> None:
    moment = at("2026-10-01 12:00")
    store_now(
        database,
        "invoice",
        invoice_object(status="paid", lines=[], transitions={"paid_at": moment}),
    )

    assert [state.status for state in states_of(database)] == ["paid"]


def test_reading_the_same_again_adds_nothing(database: Database) -> None:
    for source in ("backfill", "read", "read"):
        store_now(database, "invoice", invoice_object(), source=source, now=NOW)

    assert told(database) == [("open", FINALIZED, "backfill")]


def test_a_change_without_a_transition_is_as_of_the_read_until_an_event_tells(
    database: Database,
) -> None:
    changed = invoice_object(amount_paid=400, amount_remaining=600)
    store_now(database, "invoice", invoice_object())
    store_now(database, "invoice", changed, now=NOW)
    assert [(state.paid_minor, state.effective_at.replace(microsecond=0))
            for state in states_of(database)] == [(0, FINALIZED), (400, NOW)]  # fmt: skip

    snapshots(database, event_object("invoice.updated", changed, created=at("2026-10-03 09:00")))

    assert [(state.paid_minor, state.effective_at.replace(microsecond=0))
            for state in states_of(database)] == [
        (0, FINALIZED), (400, datetime(2026, 10, 3, 9, tzinfo=UTC)),
    ]  # fmt: skip


def test_every_order_of_one_seconds_events_and_the_read_ends_the_same(database: Database) -> None:
    moment = at("2026-10-01 12:00")
    same: dict[str, Any] = {"created": moment, "effective_at": moment}
    draft = invoice_object(status="draft", created=moment)
    opened = invoice_object(**same)
    updated = invoice_object(**same, due_date=at("2026-11-30"))
    paid = invoice_object(
        **same, status="paid", due_date=at("2026-11-30"), transitions={"paid_at": moment}
    )
    stages = [
        ("invoice.created", draft),
        ("invoice.finalized", opened),
        ("invoice.updated", updated),
        ("invoice.paid", paid),
    ]
    histories = set()
    for number, order in enumerate(itertools.permutations(range(4))):
        invoice = f"in_{number}"
        for index in order:
            kind, thing = stages[index]
            event = event_object(kind, thing | {"id": invoice}, created=moment, event=f"e{index}")
            snapshots(database, event)
            # Each event is followed by a read; what is read is the truth, whatever the event said.
            store_now(database, "invoice", paid | {"id": invoice})
        histories.add(tuple(state.digest for state in states_of(database, invoice)))
        assert [state.status for state in states_of(database, invoice)] == [
            "draft", "open", "open", "paid",
        ]  # fmt: skip
    assert len(histories) == 1


def test_an_event_and_a_read_of_a_long_invoice_are_one_state(database: Database) -> None:
    lines = [line_object(f"il_{number}") for number in range(12)]
    whole = invoice_object(lines=lines)
    shown = whole | {"lines": {"object": "list", "data": lines[:10], "has_more": True}}

    snapshots(database, event_object("invoice.finalized", shown, created=at("2026-10-01 12:00")))
    store_now(database, "invoice", whole)

    [state] = states_of(database)
    assert state.source == "event:evt_1"


def test_the_first_failed_attempt_is_when_its_event_says(database: Database) -> None:
    automatic: dict[str, Any] = {"collection_method": "charge_automatically", "due_date": None}
    failing = invoice_object(**automatic, attempted=True, attempt_count=1)
    store_now(database, "invoice", failing)
    with database.reading() as session:
        assert session.get_one(Invoice, "in_1").overdue_at == FINALIZED

    failed = at("2026-10-02 08:00")
    again = invoice_object(**automatic, attempted=True, attempt_count=2)
    snapshots(
        database,
        event_object("invoice.payment_failed", again, created=failed + 86400, event="evt_2"),
        event_object("invoice.payment_failed", failing, created=failed),
    )
    store_now(database, "invoice", again)

    with database.reading() as session:
        overdue_at = session.get_one(Invoice, "in_1").overdue_at
        assert overdue_at == datetime(2026, 10, 2, 8, tzinfo=UTC)


def test_events_without_an_invoice_are_left_out(database: Database) -> None:
    snapshots(
        database,
        {"id": "evt_1"},
        event_object("invoice.upcoming", {"object": "invoice"}, created=1),
        event_object("customer.updated", {"object": "customer", "id": "cus_1"}, created=1),
    )

    assert states_of(database, "cus_1") == []


def test_histories_of_a_page_are_written_together(database: Database) -> None:
    page = [invoice_object(f"in_{number}", status="paid") for number in range(100)]

    store_now(database, "invoice", *page)
    store_now(database, "invoice", *page, now=NOW + timedelta(days=1))

    assert [status for status, _, _ in told(database, "in_99")] == ["open", "paid"]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))), ids=str)
def test_a_state_that_comes_back_is_there_twice(database: Database, order: tuple[int, ...]) -> None:
    before = invoice_object()
    between = invoice_object(due_date=at("2026-11-30"))
    told_of = [
        (before, "2026-10-01 12:00"), (between, "2026-10-02"), (before, "2026-10-03"),
    ]  # fmt: skip
    for place in order:
        thing, moment = told_of[place]
        kind = "invoice.updated" if place else "invoice.finalized"
        snapshots(database, event_object(kind, thing, created=at(moment), event=f"evt_{place}"))

    store_now(database, "invoice", before)

    states = states_of(database)
    assert [state.due_at for state in states] == [
        datetime(2026, 10, 31, 12, tzinfo=UTC),
        datetime(2026, 11, 30, tzinfo=UTC),
        datetime(2026, 10, 31, 12, tzinfo=UTC),
    ]
    assert states[0].effective_at.replace(microsecond=0) == FINALIZED


def test_a_state_that_reads_alone_saw_come_back_is_there_twice(database: Database) -> None:
    moved = invoice_object(due_date=at("2026-11-30"))
    for day, thing in enumerate((invoice_object(), moved, invoice_object(), invoice_object())):
        store_now(database, "invoice", thing, now=NOW + timedelta(days=day))

    assert [state.due_at for state in states_of(database)] == [
        datetime(2026, 10, 31, 12, tzinfo=UTC),
        datetime(2026, 11, 30, tzinfo=UTC),
        datetime(2026, 10, 31, 12, tzinfo=UTC),
    ]
