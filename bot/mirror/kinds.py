"""The kinds of objects that the mirror keeps, in the order in which they are first read.

A further kind is one entry here, one pure function and a table with `id`, `ticket` and
`deleted_at`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.mirror.translate_catalog import (
    translate_customer,
    translate_price,
    translate_product,
    translate_subscription,
)
from bot.mirror.translate_invoice import translate_invoice
from bot.mirror.translate_payment import translate_credit_note, translate_invoice_payment
from bot.models import (
    Base,
    CreditNote,
    Customer,
    Invoice,
    InvoicePayment,
    Price,
    Product,
    Subscription,
)


@dataclass(frozen=True, slots=True)
class Nested:
    """A list inside an object of which Stripe embeds the first few entries only.

    The rest is read from `path`, with the object's id where {id} stands, or as parameter `by`.
    """

    field: str
    path: str
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of object: where Stripe lists it and how it becomes a row.

    `order` is its place in a backfill: what others refer to comes first.
    """

    name: str
    path: str
    table: type[Base]
    translate: Callable[[dict[str, Any]], dict[str, Any]]
    order: int
    list_params: Mapping[str, Any] = field(default_factory=dict)
    read_params: Mapping[str, Any] = field(default_factory=dict)
    nested: Nested | None = None


_IN_ORDER = (
    Kind("product", "/v1/products", Product, translate_product, order=1),
    Kind(
        "price",
        "/v1/prices",
        Price,
        translate_price,
        order=2,
        list_params={"expand": ["data.tiers"]},
        read_params={"expand": ["tiers"]},
    ),
    Kind("customer", "/v1/customers", Customer, translate_customer, order=3),
    Kind(
        "subscription",
        "/v1/subscriptions",
        Subscription,
        translate_subscription,
        order=4,
        # Without it Stripe leaves the canceled ones out.
        list_params={"status": "all"},
        nested=Nested("items", "/v1/subscription_items", by="subscription"),
    ),
    Kind(
        "invoice",
        "/v1/invoices",
        Invoice,
        translate_invoice,
        order=5,
        # Stripe sends no event when a payment is only asked for, so they come with their invoice.
        read_params={"expand": ["payments"]},
        nested=Nested("lines", "/v1/invoices/{id}/lines"),
    ),
    Kind("invoice_payment", "/v1/invoice_payments", InvoicePayment, translate_invoice_payment, 6),
    Kind("credit_note", "/v1/credit_notes", CreditNote, translate_credit_note, order=7),
)

KINDS: dict[str, Kind] = {kind.name: kind for kind in _IN_ORDER}
