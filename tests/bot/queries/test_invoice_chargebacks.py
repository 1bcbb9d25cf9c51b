"""A chargeback is found through what paid the invoice, and marked on its card and in lists."""

import itertools
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot.database import Database
from bot.models import Dispute, InvoicePayment
from bot.queries.cards import Chargeback, InvoiceRow
from bot.queries.invoice_lists import InvoiceFilter, list_invoices
from bot.queries.invoices import get_invoice_card
from tests.build import NOW, make_customer, make_invoice, make_sight, usd

_numbers = itertools.count(1)


def pay(database: Database, invoice: str, payment_id: str, *, kind: str = "payment_intent") -> None:
    """Have an invoice be paid by this payment intent, or charge."""
    with database.writing() as session:
        session.add(
            InvoicePayment(
                id=f"inpay_{next(_numbers)}",
                invoice_id=invoice,
                currency="usd",
                requested_minor=500,
                paid_minor=500,
                status="paid",
                is_default=True,
                payment_kind=kind,
                payment_id=payment_id,
                created_at=NOW,
                ticket=1,
            )
        )


def dispute(database: Database, **fields: Any) -> None:
    """A chargeback of 5.00."""
    made = {
        "id": f"du_{next(_numbers)}",
        "charge_id": "ch_1",
        "payment_intent_id": "pi_1",
        "status": "needs_response",
        "reason": "fraudulent",
        "currency": "usd",
        "amount_minor": 500,
        "respond_by_at": NOW + timedelta(days=9),
        "has_evidence": False,
        "submissions_count": 0,
        "is_charge_refundable": False,
        "created_at": NOW,
        "ticket": 1,
    }
    with database.writing() as session:
        session.add(Dispute(**made | fields))


def chargebacks_of(database: Database, invoice: str) -> tuple[Chargeback, ...]:
    with database.reading() as session:
        return get_invoice_card(session, invoice, sight=make_sight()).chargebacks


def rows(database: Database) -> dict[str, InvoiceRow]:
    with database.reading() as session:
        page = list_invoices(session, InvoiceFilter(), sight=make_sight())
    return {row.id: row for row in page.rows}


def test_a_chargeback_is_told_in_the_zone_of_its_account(database: Database) -> None:
    customer = make_customer(database, zone="Pacific/Auckland")
    invoice = make_invoice(database, due=usd(500), status="paid", customer=customer)
    pay(database, invoice, "pi_1")
    created_at = datetime(2026, 11, 20, 12, tzinfo=UTC)
    dispute(database, created_at=created_at, respond_by_at=datetime(2026, 12, 1, 12, tzinfo=UTC))

    [found] = chargebacks_of(database, invoice)

    assert (found.status, found.reason, found.amount) == ("needs_response", "fraudulent", usd(500))
    # By then it is the next day there.
    assert (found.opened_on, found.respond_on) == (date(2026, 11, 21), date(2026, 12, 2))
    assert (found.is_too_late, found.is_harmless) == (False, False)


@pytest.mark.parametrize(("kind", "payment_id"), [("payment_intent", "pi_1"), ("charge", "ch_1")])
def test_it_is_found_by_its_payment_intent_or_its_charge(
    database: Database, kind: str, payment_id: str
) -> None:
    mine, other = (make_invoice(database, due=usd(500), status="paid") for _ in range(2))
    pay(database, mine, payment_id, kind=kind)
    pay(database, other, "pi_2")
    dispute(database)

    assert len(chargebacks_of(database, mine)) == 1
    assert chargebacks_of(database, other) == ()
    assert {row.id for row in rows(database).values() if row.is_charged_back} == {mine}


def test_several_stand_newest_first_and_each_once(database: Database) -> None:
    invoice = make_invoice(database, due=usd(500), status="paid")
    for payment_id in ("pi_1", "pi_1", "pi_2"):
        pay(database, invoice, payment_id)
    dispute(database, amount_minor=1, created_at=NOW - timedelta(days=9), status="won")
    dispute(database, amount_minor=2, payment_intent_id="pi_2", charge_id="ch_2")
    dispute(database, amount_minor=3, deleted_at=NOW)

    assert [one.amount for one in chargebacks_of(database, invoice)] == [usd(2), usd(1)]


@pytest.mark.parametrize("status", ["won", "prevented", "warning_closed"])
def test_what_took_no_money_back_is_no_mark_in_a_list(database: Database, status: str) -> None:
    invoice = make_invoice(database, due=usd(500), status="paid")
    pay(database, invoice, "pi_1")
    dispute(database, status=status)

    assert chargebacks_of(database, invoice)[0].is_harmless
    assert not rows(database)[invoice].is_charged_back


@pytest.mark.parametrize(
    ("respond_by_at", "is_too_late"),
    [(NOW + timedelta(seconds=1), False), (NOW, True), (None, True)],
)
def test_the_moment_to_respond_by_is_the_end(
    database: Database,
    respond_by_at: datetime | None,
    is_too_late: bool,  # noqa: FBT001 - a case
) -> None:
    invoice = make_invoice(database, due=usd(500), status="paid")
    pay(database, invoice, "pi_1")
    dispute(database, respond_by_at=respond_by_at)

    assert chargebacks_of(database, invoice)[0].is_too_late == is_too_late
