"""Every kind of drift is found, named and, if wanted, put right."""

from collections.abc import Iterator

import pytest
from sqlalchemy import delete, update

from bot.mirror.differences import Difference
from bot.models import (
    Account,
    Customer,
    Invoice,
    InvoiceLine,
    InvoicePayment,
    Price,
    Product,
)
from tests.bot.mirror.filling import Filling, open_filling
from tests.bot.mirror.objects import invoice_object, store_now


@pytest.fixture
def filling(database_url: str) -> Iterator[Filling]:
    with open_filling(database_url) as opened:
        customer = opened.make_customer(metadata={"organisation": "Acme"})
        invoice = opened.make_invoice(100, 200, customer=customer)
        opened.call("POST", f"/v1/invoices/{invoice['id']}/pay", paid_out_of_band=True)
        opened.make_invoice(300, customer=customer)
        opened.call("POST", "/v1/products", name="Calls", id="prod_calls")
        opened.fill()
        yield opened


def damage(filling: Filling, *statements: object) -> None:
    with filling.runtime.database.writing() as session:
        for statement in statements:
            session.execute(statement)  # type: ignore[call-overload] # any statement


def test_a_mirror_just_filled_has_no_drift(filling: Filling) -> None:
    drift = filling.verify()

    assert drift.is_clean
    assert drift.named == []
    assert drift.invoices_at_stripe == {"open": 1, "paid": 1} == drift.invoices_here


def test_every_kind_of_drift_is_found_and_put_right(filling: Filling) -> None:
    damage(
        filling,
        delete(Product).where(Product.id == "prod_calls"),
        update(Customer).values(email="wrong@example.com", balance_minor=5),
        update(Invoice).where(Invoice.status == "open").values(remaining_minor=1, due_on=None),
        update(Invoice).where(Invoice.status == "paid").values(status="void"),
        update(InvoiceLine).where(InvoiceLine.amount_minor == 300).values(part="usage"),
        delete(InvoiceLine).where(InvoiceLine.amount_minor == 200),
    )
    store_now(filling.runtime.database, "invoice", invoice_object("in_extra"))

    found = filling.verify()

    assert {(one.kind, one.how, one.fields) for one in found.named} == {
        ("product", "missing", ()),
        ("customer", "different", ("balance_minor", "email")),
        ("invoice", "different", ("due_on", "lines", "remaining_minor")),
        ("invoice", "different", ("lines", "status")),
        ("invoice", "extra", ()),
        ("customer", "extra", ()),
    }
    assert sum(found.counts.values()) == 6
    assert not filling.verify(repair=True).is_clean
    repaired = filling.verify()
    assert repaired.named == []
    assert repaired.invoices_here == repaired.invoices_at_stripe


def test_a_wrong_account_is_drift(filling: Filling) -> None:
    with filling.runtime.database.writing() as session:
        other = Account(key="customer:other", kind="customer", name="Other", time_zone="UTC")
        session.add(other)
        session.flush()
        session.execute(update(Customer).values(account_id=other.id))

    kinds = {(one.kind, one.fields) for one in filling.verify(repair=True).named}

    assert ("customer", ("account_id",)) in kinds
    assert filling.verify().is_clean


@pytest.mark.parametrize("model", [InvoicePayment, Price, Product])
def test_what_was_never_stored_is_missing(filling: Filling, model: type[Product]) -> None:
    damage(filling, delete(model))

    filling.verify(repair=True)

    assert filling.verify().is_clean


def test_what_changed_at_stripe_is_different_until_it_is_read(filling: Filling) -> None:
    [customer] = filling.call("GET", "/v1/customers")["data"]
    filling.call("POST", f"/v1/customers/{customer['id']}", name="Acme International")

    found = filling.verify()

    assert found.named == [Difference("customer", customer["id"], "different", ("name",))]
    assert found.counts == {("customer", "different"): 1}


def test_a_deleted_object_is_extra_once(filling: Filling) -> None:
    filling.call("DELETE", "/v1/products/prod_calls")

    found = filling.verify(repair=True)

    assert [(one.kind, one.how) for one in found.named] == [("product", "extra")]
    assert filling.verify().is_clean
