"""Whom to ask for what Stripe lists one customer at a time: those alone who may have some.

Asking everybody would take a request each, and most customers who pay by transfer have neither a
card nor a credit. What tells that one may is in the mirror by then, as customers, subscriptions,
invoices and charges are filled before. Who is left out is in decision record 0017.
"""

from typing import Any

from sqlalchemy import Exists, Select, Table, exists, null, or_, select

from bot.mirror.rows import table_of
from bot.models import (
    HAS_BALANCE,
    Charge,
    CreditNote,
    Customer,
    CustomerBalanceTransaction,
    Invoice,
    PaymentMethod,
    Subscription,
)

AUTOMATIC = "charge_automatically"

_CUSTOMERS = table_of(Customer)
_PRESENT = select(_CUSTOMERS.c.id).where(_CUSTOMERS.c.deleted_at.is_(None))


def customers_present() -> Select[Any]:
    """Every customer that Stripe still has."""
    return _PRESENT


def customers_with_methods() -> Select[Any]:
    """Who is charged by something that Stripe keeps, or ever was."""
    subscriptions, charges = table_of(Subscription), table_of(Charge)
    return _PRESENT.where(
        or_(
            _CUSTOMERS.c.default_payment_method.is_not(None),
            _CUSTOMERS.c.default_source.is_not(None),
            _has(
                subscriptions,
                or_(
                    subscriptions.c.collection_method == AUTOMATIC,
                    subscriptions.c.default_payment_method.is_not(None),
                    subscriptions.c.default_source.is_not(None),
                ),
            ),
            _has(charges, charges.c.payment_method_id.is_not(None)),
            _has(table_of(PaymentMethod)),
        )
    )


def customers_with_balance() -> Select[Any]:
    """Who has a balance beside the invoices, or once had one that an invoice used or made."""
    invoices, notes = table_of(Invoice), table_of(CreditNote)
    return _PRESENT.where(
        or_(
            HAS_BALANCE,
            _CUSTOMERS.c.invoice_credit_balance.is_not(null()),
            _has(
                invoices,
                or_(
                    invoices.c.starting_balance_minor != 0,
                    invoices.c.ending_balance_minor != 0,
                    invoices.c.overpaid_minor != 0,
                ),
            ),
            _has(notes, notes.c.post_payment_minor != 0),
            _has(table_of(CustomerBalanceTransaction)),
        )
    )


def _has(table: Table, *conditions: Any) -> Exists:
    return exists().where(table.c.customer_id == _CUSTOMERS.c.id, *conditions)
