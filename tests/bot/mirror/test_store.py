"""What is stored is what Stripe said last, whoever says it and when."""

import itertools
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from bot.database import Database
from bot.mirror.store import mark_deleted
from bot.mirror.tickets import draw_ticket
from bot.models import Counter, Customer, Invoice, InvoiceLine, Price, Product
from tests.bot.mirror.objects import (
    NOW,
    at,
    customer_object,
    invoice_object,
    line_object,
    price_object,
    store_now,
)


def invoice_of(database: Database, invoice: str = "in_1") -> Invoice:
    with database.reading() as session:
        return session.get_one(Invoice, invoice)


def lines_of(database: Database, invoice: str = "in_1") -> list[InvoiceLine]:
    with database.reading() as session:
        return list(
            session.scalars(
                select(InvoiceLine)
                .where(InvoiceLine.invoice_id == invoice)
                .order_by(InvoiceLine.position)
            )
        )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(order=st.permutations(range(1, 6)))
def test_any_order_of_reads_ends_in_the_newest(database: Database, order: list[int]) -> None:
    invoice = f"in_{''.join(map(str, order))}"
    for ticket in order:
        lines = [line_object(f"il_{number}") for number in range(ticket)]
        store_now(database, "invoice", invoice_object(invoice, lines=lines), ticket=ticket)

    assert invoice_of(database, invoice).ticket == 5
    assert invoice_of(database, invoice).total_minor == 5000
    assert len(lines_of(database, invoice)) == 5


def test_tickets_only_grow(database: Database) -> None:
    tickets = []
    for _ in range(3):
        with database.writing() as session:
            tickets.append(draw_ticket(session))

    assert tickets == sorted(set(tickets))


@pytest.mark.parametrize("status", ["paid", "void"])
def test_what_is_final_never_goes_back(database: Database, status: str) -> None:
    store_now(database, "invoice", invoice_object(status=status))

    result = store_now(database, "invoice", invoice_object(status="open"))

    assert result.written == 0
    assert invoice_of(database).status == status


def test_a_paid_invoice_still_takes_what_else_changes(database: Database) -> None:
    store_now(database, "invoice", invoice_object(status="paid"))

    store_now(
        database, "invoice", invoice_object(status="paid", post_payment_credit_notes_amount=300)
    )

    assert invoice_of(database).post_payment_credit_minor == 300


def test_a_draft_loses_the_lines_that_it_has_no_more(database: Database) -> None:
    many = [line_object(f"il_{number}") for number in range(12)]
    store_now(database, "invoice", invoice_object(status="draft", lines=many))

    store_now(database, "invoice", invoice_object(status="draft", lines=many[3:5]))

    assert [line.id for line in lines_of(database)] == ["il_3", "il_4"]


def test_an_invoice_of_500_lines_is_whole(database: Database) -> None:
    many = [line_object(f"il_{number}", amount=number) for number in range(500)]

    store_now(database, "invoice", invoice_object(lines=many))

    assert [line.amount_minor for line in lines_of(database)] == list(range(500))
    assert invoice_of(database).lines_count == 500


def test_lines_stand_where_the_card_shows_them(database: Database) -> None:
    store_now(database, "price", price_object("price_m", metered=True), price_object("price_l"))
    lines = [
        line_object("il_1", price="price_m"),
        line_object("il_2", price="price_l"),
        line_object("il_3", amount=-5, price="price_m"),
        line_object("il_4", price="price_m", proration=True),
        line_object("il_5", price=None),
        line_object("il_6", amount=0, price="price_m"),
    ]

    store_now(database, "invoice", invoice_object(lines=lines))

    parts = [line.part for line in lines_of(database)]
    assert parts == ["usage", "fixed", "adjustment", "adjustment", "fixed", "usage"]


def test_a_price_that_comes_after_its_invoice_moves_the_lines(database: Database) -> None:
    usage = line_object(
        "il_1", price="price_m", period={"start": at("2026-09-01"), "end": at("2026-10-01")}
    )
    fixed = line_object(
        "il_2", price="price_l", period={"start": at("2026-10-01"), "end": at("2026-11-01")}
    )
    credit = line_object("il_3", amount=-10, price="price_m")
    wanted = store_now(database, "invoice", invoice_object(lines=[usage, fixed, credit]))
    assert wanted.prices_wanted == ("price_l", "price_m")
    assert invoice_of(database).covers_until_on == date(2026, 10, 31)

    store_now(database, "price", price_object("price_m", metered=True), price_object("price_l"))

    assert [line.part for line in lines_of(database)] == ["usage", "fixed", "adjustment"]
    assert invoice_of(database).covers_until_on == date(2026, 9, 30)
    assert invoice_of(database).covers_from_at == datetime(2026, 9, 1, tzinfo=UTC)


def test_an_unknown_customer_gets_a_stand_in_until_it_is_read(database: Database) -> None:
    result = store_now(database, "invoice", invoice_object(customer_name="Acme, not yet read"))

    assert result.customers_wanted == ("cus_1",)
    with database.reading() as session:
        stand_in = session.get_one(Customer, "cus_1")
        assert (stand_in.name, stand_in.ticket) == ("Acme, not yet read", 0)
    store_now(database, "customer", customer_object(name="Acme"))
    again = store_now(database, "invoice", invoice_object())
    assert again.customers_wanted == ()
    with database.reading() as session:
        assert session.get_one(Customer, "cus_1").name == "Acme"


def test_a_stand_in_never_replaces_a_customer(database: Database) -> None:
    store_now(database, "customer", customer_object(name="Acme"))

    result = store_now(database, "invoice", invoice_object(customer_name="Older name"))

    assert result.customers_wanted == ()
    with database.reading() as session:
        assert session.get_one(Customer, "cus_1").name == "Acme"


def test_what_stripe_deleted_stays_marked(database: Database) -> None:
    store_now(database, "product", {"id": "prod_1", "name": "Calls", "active": True}, ticket=1)

    store_now(database, "product", {"id": "prod_1", "deleted": True}, ticket=3)
    store_now(database, "product", {"id": "prod_1", "name": "Older"}, ticket=2)

    with database.reading() as session:
        product = session.get_one(Product, "prod_1")
        assert (product.name, product.deleted_at) == ("Calls", NOW)


def test_an_older_read_does_not_delete(database: Database) -> None:
    store_now(database, "product", {"id": "prod_1", "name": "Calls"}, ticket=5)

    with database.writing() as session:
        assert not mark_deleted(session, "product", "prod_1", ticket=4, now=NOW)


def test_amounts_are_kept_apart(database: Database) -> None:
    store_now(
        database,
        "invoice",
        invoice_object(
            currency="kwd",
            total_discount_amounts=[{"amount": 70, "discount": "di_1"}, {"amount": 30}],
            total_taxes=[
                {
                    "amount": 190,
                    "tax_behavior": "exclusive",
                    "taxable_amount": 1000,
                    "taxability_reason": "standard_rated",
                    "tax_rate_details": {"tax_rate": "txr_1"},
                },
                {"amount": 19, "tax_behavior": "inclusive"},
            ],
            shipping_cost={"amount_subtotal": 500, "amount_tax": 95, "amount_total": 595},
            total_pretax_credit_amounts=[
                {"amount": 11, "type": "credit_balance_transaction"},
                {"amount": 70, "type": "discount"},
            ],
        ),
    )

    row = invoice_of(database)
    assert (row.currency, row.discount_minor, row.shipping_minor) == ("kwd", 100, 500)
    assert (row.tax_minor, row.inclusive_tax_minor, row.credit_grants_minor) == (190, 19, 11)
    assert [(tax["amount"], tax["rate_id"]) for tax in row.taxes] == [(190, "txr_1")]


def test_an_invoice_of_an_older_api_is_understood(database: Database) -> None:
    old_line = {
        "id": "il_old",
        "amount": 500,
        "currency": "usd",
        "proration": True,
        "price": {"id": "price_1", "product": "prod_1", "unit_amount_decimal": "100"},
        "subscription": "sub_1",
        "subscription_item": "si_1",
        "tax_amounts": [{"amount": 95, "inclusive": False, "tax_rate": "txr_1"}],
        "period": {"start": at("2024-09-01"), "end": at("2024-10-01")},
    }
    old = invoice_object(lines=[old_line], subscription="sub_1", total=595, parent=None)
    old["total_tax_amounts"] = [{"amount": 95, "inclusive": False, "tax_rate": "txr_1"}]
    del old["total_taxes"]

    store_now(database, "invoice", old)

    assert (invoice_of(database).subscription_id, invoice_of(database).tax_minor) == ("sub_1", 95)
    [line] = lines_of(database)
    assert (line.price_id, line.is_proration, line.part) == ("price_1", True, "adjustment")


def test_short_numbers_wait_for_the_backfill(database: Database) -> None:
    store_now(database, "invoice", invoice_object())

    assert invoice_of(database).short_number is None
    with database.reading() as session:
        assert session.get(Counter, "short_number") is None


def test_a_placeholder_price_is_replaced(database: Database) -> None:
    store_now(database, "invoice", invoice_object(lines=[line_object(price="price_9")]))

    store_now(database, "price", price_object("price_9", nickname="Calls"))

    with database.reading() as session:
        price = session.get_one(Price, "price_9")
        assert (price.nickname, price.usage_type) == ("Calls", "licensed")


@pytest.mark.parametrize(
    ("zone", "due", "overdue"),
    [
        # Midnight of the day after the due day, there; the clocks go back on 2026-10-25 in Berlin.
        ("Europe/Berlin", "2026-10-25 12:00", "2026-10-25 23:00"),
        ("Europe/Berlin", "2026-10-24 21:59", "2026-10-24 22:00"),
        ("Europe/Berlin", "2026-10-24 22:01", "2026-10-25 23:00"),
        ("Europe/Berlin", "2026-03-28 12:00", "2026-03-28 23:00"),
        ("Asia/Kathmandu", "2026-10-31 12:00", "2026-10-31 18:15"),
        ("Asia/Kathmandu", "2026-10-31 18:15", "2026-11-01 18:15"),
        # There midnight of 2018-11-04 did not exist: the day began at 01:00, which is 03:00 UTC.
        ("America/Sao_Paulo", "2018-11-03 12:00", "2018-11-04 03:00"),
        ("Pacific/Kiritimati", "2026-10-31 12:00", "2026-11-01 10:00"),
        # Days that only some years have, and moments that 32 bits do not hold.
        ("Europe/Berlin", "2028-02-29 12:00", "2028-02-29 23:00"),
        ("America/New_York", "2038-01-19 12:00", "2038-01-20 05:00"),
        ("Europe/Berlin", "2096-02-29 12:00", "2096-02-29 23:00"),
    ],
)
def test_an_invoice_is_past_due_from_the_local_midnight_after_its_due_day(
    database: Database, zone: str, due: str, overdue: str
) -> None:
    store_now(database, "customer", customer_object(metadata={"time_zone": zone}))

    store_now(database, "invoice", invoice_object(due_date=at(due)))

    moment = datetime.fromisoformat(overdue).replace(tzinfo=UTC)
    assert invoice_of(database).overdue_at == moment


AUTOMATIC: dict[str, Any] = {"collection_method": "charge_automatically", "due_date": None}


@pytest.mark.parametrize(
    ("changes", "is_overdue"),
    [
        ({"attempted": False, "attempt_count": 0}, False),
        ({"attempted": True, "attempt_count": 0}, False),
        ({"attempted": True, "attempt_count": 1}, True),
        ({"attempted": True, "attempt_count": 1, "status": "paid"}, False),
    ],
)
def test_an_automatic_invoice_is_past_due_once_an_attempt_failed(
    database: Database,
    changes: dict[str, Any],
    is_overdue: bool,  # noqa: FBT001 - a case
) -> None:
    store_now(database, "invoice", invoice_object(**AUTOMATIC, **changes))

    row = invoice_of(database)
    assert row.overdue_at == (row.effective_at if is_overdue else None)
    assert row.due_on is None


def test_two_batches_of_ids_are_stored_like_one(database: Database) -> None:
    many = [invoice_object(f"in_{number:03}") for number in range(250)]

    result = store_now(database, "invoice", *many)

    assert result.written == 250
    with database.reading() as session:
        assert len(session.scalars(select(Invoice.id)).all()) == 250


def test_nothing_here_depends_on_the_order_within_a_page(database: Database) -> None:
    for order in itertools.permutations([invoice_object("in_1"), invoice_object("in_2")]):
        assert store_now(database, "invoice", *order).written_ids == ("in_1", "in_2")
    with database.writing() as session:
        session.execute(update(Invoice).values(ticket=10**9))
    assert store_now(database, "invoice", invoice_object("in_1")).written == 0
