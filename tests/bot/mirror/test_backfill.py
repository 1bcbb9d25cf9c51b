"""The mirror is filled from Stripe's lists, whole, once, from wherever it was cut off."""

import signal
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from bot.clock import real_now
from bot.errors import Unavailable
from bot.mirror.backfill import Progress, run_backfill
from bot.mirror.marks import EVENTS
from bot.models import (
    BackfillStep,
    Customer,
    Invoice,
    InvoiceLine,
    InvoiceState,
    Price,
    Subscription,
    SyncMark,
)
from bot.stripe_api import StripeAPI
from tests.bot.mirror import dying
from tests.bot.mirror.filling import KEY, Filling, ignore, open_filling
from tests.bot.mirror.objects import store_now
from tests.nursery import ROOT
from tests.processes import run


@pytest.fixture
def filling(database_url: str) -> Iterator[Filling]:
    with open_filling(database_url) as opened:
        yield opened


def count(filling: Filling, column: object) -> int:
    with filling.runtime.database.reading() as session:
        return session.scalar(select(func.count()).select_from(column)) or 0  # type: ignore[arg-type] # a model


def test_everything_that_stripe_lists_is_there(filling: Filling) -> None:
    filling.standin.seed_invoices(250, 4, customers=30)

    result = filling.fill()

    assert result.objects["invoice"] == 250
    assert (count(filling, Invoice), count(filling, InvoiceLine)) == (250, 1000)
    assert (count(filling, Customer), count(filling, Subscription)) == (30, 30)
    drift = filling.verify()
    assert drift.named == []
    assert drift.invoices_here == drift.invoices_at_stripe
    assert drift.checked["invoice"] == 250


# The more lines an invoice has, the fewer are kept in memory at once.
@pytest.mark.parametrize(("count", "lines", "told_at"), [(450, 1, 400), (310, 10, 300)])
def test_progress_is_told_lot_by_lot(
    filling: Filling, count: int, lines: int, told_at: int
) -> None:
    filling.standin.seed_invoices(count, lines, customers=2)
    told: list[Progress] = []

    run_backfill(filling.runtime, report=told.append)

    assert [one.objects for one in told if one.kind == "invoice"] == [told_at, count]
    assert all(one.per_second > 0 for one in told)


@pytest.mark.parametrize("lines", [10, 11, 12, 130])
def test_lines_beyond_the_embedded_ones_are_read_too(filling: Filling, lines: int) -> None:
    customer = filling.make_customer()
    made = filling.make_invoice(*range(1, lines + 1), customer=customer)

    filling.fill()

    with filling.runtime.database.reading() as session:
        invoice = session.get_one(Invoice, made["id"])
        amounts = session.scalars(
            select(InvoiceLine.amount_minor).order_by(InvoiceLine.position)
        ).all()
    assert invoice.lines_count == lines
    assert sum(amounts) == made["total"]
    assert filling.verify().is_clean


def test_short_numbers_go_by_the_day_of_issue(filling: Filling) -> None:
    customer = filling.make_customer()
    filling.make_invoice(100, customer=customer, finalize=False)
    issued = []
    for day in range(3):
        issued.append(filling.make_invoice(100 + day, customer=customer)["id"])
        filling.standin.advance(filling.standin.clock + timedelta(days=1))

    result = filling.fill()

    with filling.runtime.database.reading() as session:
        numbers = numbers_of(session)
    assert [numbers[invoice] for invoice in issued] == [1001, 1002, 1003]
    assert result.numbered == len([number for number in numbers.values() if number])
    late = filling.make_invoice(999, customer=customer)
    store_now(filling.runtime.database, "invoice", late)
    with filling.runtime.database.reading() as session:
        assert session.get_one(Invoice, late["id"]).short_number == 1001 + result.numbered


def test_a_second_start_does_nothing_and_a_restart_lists_again(filling: Filling) -> None:
    filling.standin.seed_invoices(5, 1, customers=1)
    filling.fill()
    with filling.runtime.database.writing() as session:
        numbers = numbers_of(session)
        session.execute(update(Invoice).values(total_minor=1))
    asked = len(filling.standin.requests)

    assert filling.fill().objects["invoice"] == 5
    assert len(filling.standin.requests) == asked
    assert filling.fill(restart=True).objects["invoice"] == 5

    with filling.runtime.database.reading() as session:
        assert session.scalar(select(func.min(Invoice.total_minor))) != 1
        assert numbers_of(session) == numbers
    # Each state once, however often it was read.
    assert count(filling, InvoiceState) == len(set(states_of(filling)))


def states_of(filling: Filling) -> list[tuple[str, str]]:
    with filling.runtime.database.reading() as session:
        rows = session.execute(select(InvoiceState.invoice_id, InvoiceState.digest))
        return [(row.invoice_id, row.digest) for row in rows]


def numbers_of(session: Session) -> dict[str, int | None]:
    rows = session.execute(select(Invoice.id, Invoice.short_number))
    return {row.id: row.short_number for row in rows}


def test_a_page_does_not_overwrite_what_was_read_after_it(filling: Filling) -> None:
    made = filling.make_invoice(100, customer=filling.make_customer())
    # As if an event had it read while the page was on its way.
    store_now(filling.runtime.database, "invoice", made | {"description": "newer"}, ticket=10**6)

    filling.fill()

    with filling.runtime.database.reading() as session:
        assert session.get_one(Invoice, made["id"]).description == "newer"


def test_the_sweep_can_go_on_from_before_the_lists_were_read(filling: Filling) -> None:
    before = real_now()
    filling.make_customer()

    filling.fill()

    with filling.runtime.database.reading() as session:
        mark = session.get_one(SyncMark, EVENTS)
        filled = session.get_one(SyncMark, "backfilled")
    assert before <= mark.real_at <= filled.real_at
    assert mark.business_at <= before + timedelta(seconds=1)


def test_a_deleted_customer_of_an_invoice_is_marked(filling: Filling) -> None:
    customer = filling.make_customer(name="Gone Ltd")
    made = filling.make_invoice(100, customer=customer)
    filling.call("POST", f"/v1/invoices/{made['id']}/pay", paid_out_of_band=True)
    filling.call("DELETE", f"/v1/customers/{customer}")

    filling.fill()

    with filling.runtime.database.reading() as session:
        kept = session.get_one(Customer, customer)
        assert kept.name == "Gone Ltd"
        assert kept.deleted_at is not None
    assert filling.verify().is_clean


def test_tiers_of_prices_and_ended_subscriptions_are_there(filling: Filling) -> None:
    customer = filling.make_customer()
    product = filling.call("POST", "/v1/products", name="Calls")["id"]
    price = filling.call(
        "POST",
        "/v1/prices",
        product=product,
        currency="usd",
        billing_scheme="tiered",
        tiers_mode="graduated",
        tiers=[{"up_to": "10", "unit_amount": "5"}, {"up_to": "inf", "unit_amount": "3"}],
        recurring={"interval": "month"},
    )["id"]
    subscription = filling.call(
        "POST",
        "/v1/subscriptions",
        customer=customer,
        items=[{"price": price}],
        collection_method="send_invoice",
        days_until_due="30",
    )["id"]
    filling.call("DELETE", f"/v1/subscriptions/{subscription}")

    filling.fill()

    with filling.runtime.database.reading() as session:
        assert len(session.get_one(Price, price).tiers or []) == 2
        assert session.get_one(Subscription, subscription).status == "canceled"


def test_it_waits_when_stripe_says_too_much(filling: Filling) -> None:
    filling.standin.seed_invoices(250, 1, customers=1)
    told: list[Progress] = []

    def limit(progress: Progress) -> None:
        told.append(progress)
        if progress.kind == "invoice" and progress.objects == 100:
            filling.standin.world.faults.set({"rate_limit_next": 2})

    run_backfill(filling.runtime, report=limit)

    assert count(filling, Invoice) == 250


@pytest.mark.parametrize("restart", [False, True])
def test_the_list_begins_again_when_its_place_is_gone(
    filling: Filling,
    restart: bool,  # noqa: FBT001 - a case
) -> None:
    customer = filling.make_customer()
    filling.make_invoice(100, customer=customer)
    with filling.runtime.database.writing() as session:
        session.add(BackfillStep(kind="invoice", cursor="in_gone", objects_count=7))

    result = filling.fill(restart=restart)

    assert result.objects["invoice"] == 1


@pytest.mark.slow
def test_a_kill_at_any_moment_costs_nothing(filling: Filling, database_url: str) -> None:
    filling.standin.seed_invoices(1_000, 2, customers=20)
    fill = partial(run, database_url, filling.url, folder=ROOT, program=dying.fill)
    # In the first kinds, in those that follow, and in the second lot of invoices.
    for steps in ("3", "7", "4"):
        assert fill(steps).returncode == -signal.SIGKILL

    last = fill()

    assert last.returncode == 0
    assert "invoice 1000" in last.stdout
    assert "invoice 400\n" not in last.stdout
    assert (count(filling, Invoice), count(filling, InvoiceLine)) == (1_000, 2_000)
    with filling.runtime.database.reading() as session:
        numbers = session.scalars(select(Invoice.short_number).order_by(Invoice.short_number)).all()
    assert numbers == list(range(1001, 2001))
    assert filling.verify().is_clean


def test_a_backfill_that_can_not_begin_says_so(filling: Filling) -> None:
    silent = replace(
        filling.runtime,
        stripe=StripeAPI(KEY, api_base="http://127.0.0.1:1", requests_per_second=None),
    )

    with pytest.raises(Unavailable):
        run_backfill(silent, report=ignore)
