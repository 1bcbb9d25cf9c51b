"""The card of one invoice."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from bot.database import Database
from bot.errors import NotFound
from bot.models import Price, Product
from bot.money import Money
from bot.queries.cards import InvoiceCard, Status
from bot.queries.invoices import explain_difference, get_invoice_card
from bot.queries.sight import Sight
from tests.build import (
    NOW,
    make_customer,
    make_invoice,
    make_line,
    make_sight,
    mark_swept,
    usd,
)


def card_of(database: Database, invoice_id: str, sight: Sight | None = None) -> InvoiceCard:
    with database.reading() as session:
        return get_invoice_card(session, invoice_id, sight=sight or make_sight())


def test_a_card_has_the_invoice_its_account_and_its_days(database: Database) -> None:
    customer = make_customer(database, organisation="Acme", company="East", zone="Europe/Berlin")
    mark_swept(database, business_at=NOW, real_at=NOW)
    invoice = make_invoice(
        database,
        due=usd(50_000),
        customer=customer,
        due_on=date(2026, 11, 15),
        short_number=1234,
        number="ACME-0042",
    )

    card = card_of(database, invoice)

    assert (card.number, card.short_number) == ("ACME-0042", 1234)
    assert card.account.path == ("Acme", "East")
    assert card.account.customer_ids == (customer.id,)
    assert (card.status, card.days_late) == (Status.PAST_DUE, 7)
    assert (card.issued_on, card.due_on) == (date(2026, 11, 1), date(2026, 11, 15))
    # Midnight in UTC is one o'clock in Berlin, so the period ends on the first of November there.
    assert (card.first_day, card.last_day) == (date(2026, 10, 1), date(2026, 11, 1))
    assert (card.total, card.paid, card.remaining) == (usd(50_000), usd(0), usd(50_000))
    assert (card.freshness.as_of, card.freshness.is_stale) == (NOW, False)


def test_parts_stand_in_order_and_add_up_to_the_total(database: Database) -> None:
    invoice = make_invoice(
        database,
        due=usd(11_900),
        lines=[
            make_line(-1_000, part="adjustment"),
            make_line(5_000, part="fixed"),
            make_line(6_000),
            make_line(2_000),
        ],
        discount_minor=1_500,
        credit_grants_minor=500,
        shipping_minor=400,
        tax_minor=1_500,
        taxes=[
            {"amount": 1_000, "rate_id": "txr_1", "taxable_amount": 10_000, "reason": None},
            {"amount": 500, "rate_id": "txr_2", "taxable_amount": 10_000, "reason": None},
        ],
    )

    card = card_of(database, invoice)

    assert [(part.part, part.subtotal) for part in card.parts] == [
        ("usage", usd(8_000)),
        ("fixed", usd(5_400)),
        ("adjustment", usd(-3_000)),
        ("tax", usd(1_500)),
    ]
    assert [line.description for line in card.parts[2].lines[1:]] == ["Discount", "Billing credits"]
    assert [line.description for line in card.parts[3].lines] == ["Tax on USD 100.00"] * 2
    assert card.difference == usd(0)
    assert explain_difference(card) is None


@pytest.mark.parametrize(
    ("reason", "taxable", "words"),
    [
        (None, 0, "Tax"),
        ("standard_rated", 5_000, "Tax on USD 50.00"),
        ("reverse_charge", 5_000, "Tax (reverse charge) on USD 50.00"),
        ("customer_exempt", 0, "Tax (customer exempt)"),
    ],
)
def test_a_tax_says_what_is_known_of_it(
    database: Database, reason: str | None, taxable: int, words: str
) -> None:
    tax = {"amount": 950, "rate_id": None, "taxable_amount": taxable, "reason": reason}
    invoice = make_invoice(
        database, due=usd(5_950), lines=[make_line(5_000)], tax_minor=950, taxes=[tax]
    )

    card = card_of(database, invoice)

    assert [line.description for line in card.parts[-1].lines] == [words]
    assert not card.difference


def test_a_total_that_the_lines_do_not_make_up_is_told(database: Database) -> None:
    invoice = make_invoice(database, due=usd(1_000), lines=[make_line(999)], number="ACME-1")

    card = card_of(database, invoice)

    assert card.difference == usd(1)
    assert explain_difference(card) == (
        "The total of invoice ACME-1, USD 10.00, differs by USD 0.01 from the sum of its lines."
    )


def test_credit_balance_and_credit_notes_explain_what_remains(database: Database) -> None:
    invoice = make_invoice(
        database,
        due=usd(10_000),
        starting_balance_minor=-3_000,
        ending_balance_minor=0,
        pre_payment_credit_minor=1_000,
        post_payment_credit_minor=250,
        due_minor=6_000,
        paid_minor=2_000,
        remaining_minor=4_000,
    )

    card = card_of(database, invoice)

    assert card.credit_balance_applied == usd(3_000)
    assert card.credit_notes == usd(1_000)
    assert card.credited_after_payment == usd(250)
    lowered = card.total - card.credit_balance_applied - card.credit_notes - card.paid
    assert lowered == card.remaining


def test_lines_are_named_after_their_product_where_they_have_no_words(database: Database) -> None:
    with database.writing() as session:
        session.add(
            Product(
                id="prod_1",
                name="Calls",
                unit_label="minute",
                is_active=True,
                meta={},
                created_at=NOW,
                ticket=1,
            )
        )
        session.add(
            Price(
                id="price_1",
                product_id="prod_1",
                currency="usd",
                is_active=True,
                kind="recurring",
                billing_scheme="per_unit",
                meta={},
                created_at=NOW,
                ticket=1,
            )
        )
    priced = {"price_id": "price_1", "quantity": "1200", "unit_amount_decimal": "0.125"}
    invoice = make_invoice(
        database,
        due=usd(300),
        lines=[
            make_line(150, **priced),
            make_line(150, part="fixed", description="Seats", **priced),
        ],
    )

    usage, fixed = card_of(database, invoice).parts

    assert usage.lines[0].description == "Calls"
    assert (usage.lines[0].quantity, usage.lines[0].unit_amount) == (
        Decimal(1200),
        Decimal("0.125"),
    )
    assert usage.lines[0].unit_label == "minute"
    assert (fixed.lines[0].description, fixed.lines[0].unit_label) == ("Seats", None)


def test_five_hundred_lines_are_whole(database: Database) -> None:
    lines = [make_line(1, description=f"Line {number}") for number in range(500)]
    invoice = make_invoice(database, due=usd(500), lines=lines)

    card = card_of(database, invoice)

    assert card.lines_count == 500
    assert [line.description for line in card.parts[0].lines] == [
        f"Line {number}" for number in range(500)
    ]


def test_neighbours_are_the_accounts_own_in_the_order_of_its_list(database: Database) -> None:
    customer = make_customer(database)
    days = [datetime(2026, month, 1, tzinfo=UTC) for month in (8, 9, 10)]
    first, second, third = (
        make_invoice(database, customer=customer, finalized_at=day, created_at=day) for day in days
    )
    make_invoice(database, finalized_at=days[1])
    make_invoice(database, customer=customer, finalized_at=days[1], deleted_at=NOW)

    cards = [card_of(database, invoice) for invoice in (first, second, third)]

    assert [(card.previous_id, card.next_id) for card in cards] == [
        (None, second),
        (first, third),
        (second, None),
    ]


def test_a_draft_exists_for_those_alone_who_may_see_drafts(database: Database) -> None:
    customer = make_customer(database)
    early = datetime(2026, 9, 1, tzinfo=UTC)
    invoice = make_invoice(database, customer=customer, finalized_at=early)
    draft = make_invoice(database, customer=customer, status="draft")
    without = make_sight(drafts=False)

    assert card_of(database, draft).status is Status.DRAFT
    assert card_of(database, invoice).next_id == draft
    assert card_of(database, invoice, without).next_id is None
    with pytest.raises(NotFound):
        card_of(database, draft, without)


def test_outside_the_scope_is_the_same_as_not_at_all(database: Database) -> None:
    inside, outside = make_customer(database), make_customer(database)
    own, other = (make_invoice(database, customer=customer) for customer in (inside, outside))
    sight = make_sight(scope=frozenset({inside.account_id}))

    assert card_of(database, own, sight).id == own
    with pytest.raises(NotFound) as hidden:
        card_of(database, other, sight)
    with pytest.raises(NotFound) as unknown:
        card_of(database, "in_unknown", sight)

    assert hidden.value.message == unknown.value.message
    with pytest.raises(NotFound):
        card_of(database, own, make_sight(scope=frozenset()))


def test_a_deleted_invoice_says_so(database: Database) -> None:
    assert card_of(database, make_invoice(database, status="draft", deleted_at=NOW)).is_deleted


def test_an_amount_keeps_its_currency(database: Database) -> None:
    invoice = make_invoice(database, due=Money(1_050, "kwd"))

    assert card_of(database, invoice).remaining == Money(1_050, "kwd")


# Only this driver tells what it runs; the statements are the same on both.
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_card_costs_two_statements(database: Database) -> None:
    invoice = make_invoice(database, due_on=date(2026, 11, 15))
    statements: list[str] = []

    with database.reading() as session:
        driver: Any = session.connection().connection.driver_connection
        driver.set_trace_callback(statements.append)
        get_invoice_card(session, invoice, sight=make_sight())

    assert len([found for found in statements if found.startswith("SELECT")]) == 2
