"""Amounts are whole minor units of their own currency: the yen has none, the dinar has three."""

import pytest
from sqlalchemy import select

from bot.database import Database
from bot.models import CreditNote, Invoice, InvoiceLine, InvoicePayment, InvoiceState
from bot.money import Money, decimal_text
from tests.bot.mirror.objects import at, invoice_object, line_object, store_now


@pytest.mark.parametrize(
    ("currency", "total", "spoken"), [("jpy", 120_000, "120000"), ("kwd", 12_345_670, "12345.670")]
)
def test_amounts_go_through_as_stripe_counts_them(
    database: Database, currency: str, total: int, spoken: str
) -> None:
    lines = [
        line_object("il_1", total - 7, currency=currency),
        line_object("il_2", 7, currency=currency),
    ]
    partly = invoice_object(currency=currency, lines=lines, paid=7)
    store_now(database, "invoice", partly)
    store_now(
        database,
        "invoice_payment",
        {
            "id": "inpay_1",
            "invoice": "in_1",
            "currency": currency,
            "amount_requested": total,
            "amount_paid": 7,
            "status": "paid",
            "created": at("2026-10-02"),
        },
    )
    store_now(
        database,
        "credit_note",
        {"id": "cn_1", "invoice": "in_1", "currency": currency, "amount": 11, "status": "issued"},
    )

    with database.reading() as session:
        invoice = session.get_one(Invoice, "in_1")
        assert (invoice.currency, invoice.total_minor) == (currency, total)
        assert (invoice.paid_minor, invoice.remaining_minor) == (7, total - 7)
        amounts = session.scalars(select(InvoiceLine.amount_minor).order_by(InvoiceLine.position))
        assert list(amounts) == [total - 7, 7]
        *_, state = session.scalars(select(InvoiceState).order_by(InvoiceState.effective_at))
        assert (state.currency, state.remaining_minor) == (currency, total - 7)
        payment = session.get_one(InvoicePayment, "inpay_1")
        assert (payment.requested_minor, payment.paid_minor) == (total, 7)
        assert session.get_one(CreditNote, "cn_1").amount_minor == 11
        money = Money(invoice.total_minor, invoice.currency)
    assert decimal_text(money) == spoken


def test_a_longer_code_is_never_taken_for_the_currency_it_begins_with(database: Database) -> None:
    store_now(database, "invoice", invoice_object(currency="usdc"))

    with database.reading() as session:
        assert session.get_one(Invoice, "in_1").currency == "xxx"
