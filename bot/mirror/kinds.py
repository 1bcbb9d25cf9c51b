"""The kinds of objects that the mirror keeps, in the order in which they are first read.

A further kind is one entry here, one pure function and a table with `id`, `ticket` and
`deleted_at`; and `customer_id`, if Stripe lists it one customer at a time.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select

from bot.mirror.owners import customers_with_balance, customers_with_methods
from bot.mirror.translate_catalog import (
    translate_customer,
    translate_meter,
    translate_price,
    translate_product,
    translate_subscription,
)
from bot.mirror.translate_invoice import translate_invoice
from bot.mirror.translate_payment import (
    translate_balance_transaction,
    translate_charge,
    translate_credit_note,
    translate_dispute,
    translate_invoice_payment,
    translate_payment_method,
    translate_refund,
)
from bot.models import (
    Base,
    Charge,
    CreditNote,
    Customer,
    CustomerBalanceTransaction,
    Dispute,
    Invoice,
    InvoicePayment,
    Meter,
    PaymentMethod,
    Price,
    Product,
    Refund,
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
    """One kind of object, by Stripe's name for it: where it is listed and how it becomes a row.

    With `asked` it is listed for one customer at a time, whose id stands where `path` has
    {customer}: for those that this selects. One object is read from `read_path`, which is the
    list's own when it is not given; with `is_read_by_customer` it is never read alone, and a hint
    names the customer whose list is read instead.
    """

    name: str
    path: str
    table: type[Base]
    translate: Callable[[dict[str, Any]], dict[str, Any]]
    list_params: Mapping[str, Any] = field(default_factory=dict)
    read_path: str | None = None
    read_params: Mapping[str, Any] = field(default_factory=dict)
    nested: Nested | None = None
    asked: Callable[[], Select[Any]] | None = None
    is_read_by_customer: bool = False


# What others refer to comes before them.
_IN_ORDER = (
    Kind("product", "/v1/products", Product, translate_product),
    Kind("billing.meter", "/v1/billing/meters", Meter, translate_meter),
    Kind(
        "price",
        "/v1/prices",
        Price,
        translate_price,
        list_params={"expand": ["data.tiers"]},
        read_params={"expand": ["tiers"]},
    ),
    Kind(
        "customer",
        "/v1/customers",
        Customer,
        translate_customer,
        list_params={"expand": ["data.tax_ids"]},
        read_params={"expand": ["tax_ids"]},
    ),
    Kind(
        "subscription",
        "/v1/subscriptions",
        Subscription,
        translate_subscription,
        # Without it Stripe leaves the canceled ones out.
        list_params={"status": "all"},
        nested=Nested("items", "/v1/subscription_items", by="subscription"),
    ),
    Kind(
        "invoice",
        "/v1/invoices",
        Invoice,
        translate_invoice,
        # Stripe sends no event when a payment is only asked for, so they come with their invoice.
        read_params={"expand": ["payments"]},
        nested=Nested("lines", "/v1/invoices/{id}/lines"),
    ),
    Kind("invoice_payment", "/v1/invoice_payments", InvoicePayment, translate_invoice_payment),
    Kind("credit_note", "/v1/credit_notes", CreditNote, translate_credit_note),
    Kind("charge", "/v1/charges", Charge, translate_charge),
    Kind("refund", "/v1/refunds", Refund, translate_refund),
    Kind("dispute", "/v1/disputes", Dispute, translate_dispute),
    Kind(
        "payment_method",
        "/v1/customers/{customer}/payment_methods",
        PaymentMethod,
        translate_payment_method,
        read_path="/v1/payment_methods",
        asked=customers_with_methods,
    ),
    Kind(
        "customer_balance_transaction",
        "/v1/customers/{customer}/balance_transactions",
        CustomerBalanceTransaction,
        translate_balance_transaction,
        asked=customers_with_balance,
        # No event tells of one, only of its customer.
        is_read_by_customer=True,
    ),
)

KINDS: dict[str, Kind] = {kind.name: kind for kind in _IN_ORDER}
