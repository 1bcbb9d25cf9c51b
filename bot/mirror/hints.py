"""What an event about one object says of others: all that may have changed with it; pure."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from bot.mirror.fields import amount_at, id_at, text_at
from bot.mirror.kinds import KINDS

# Cards that are older than Stripe's payment methods are read as such, and keep their events.
# Source: docs.stripe.com/payments/payment-methods/transitioning, read 2026-11.
SOURCES = frozenset({"card", "source"})
# What an invoice says of a balance that it used, left or made.
BALANCES_OF_INVOICE = ("starting_balance", "ending_balance", "amount_overpaid")
BALANCES_OF_CUSTOMER = frozenset({"balance", "invoice_credit_balance"})


class Wanted(NamedTuple):
    """An object that has to be read again: its kind, a key of KINDS, and its id."""

    kind: str
    object_id: str


def wanted_by(
    event_type: str, subject: dict[str, Any], previous: dict[str, Any] | None
) -> tuple[Wanted, ...]:
    """The objects that may have changed, without repeats; those that are not mirrored left out.

    `previous` is what the changed fields said before, None where the event does not tell.
    """
    found = (Wanted(kind, one) for kind, one in _found(event_type, subject, previous) if one)
    return tuple(dict.fromkeys(one for one in found if one.kind in KINDS))


def usable_id(value: str | None) -> str | None:
    """An id that can be asked for; an invoice.upcoming is about an invoice that has none yet."""
    return value if value and value.isprintable() else None


def _found(
    event_type: str, subject: dict[str, Any], previous: dict[str, Any] | None
) -> Iterator[tuple[str, str | None]]:
    kind, own_id = text_at(subject, "object") or "", usable_id(id_at(subject, "id"))
    customer = usable_id(id_at(subject, "customer"))
    yield kind, own_id
    # Payments, credit notes, items, sessions: each changes what is left of its invoice.
    yield "invoice", usable_id(id_at(subject, "invoice"))
    # A refund and a dispute show on their charge.
    yield "charge", usable_id(id_at(subject, "charge"))
    # Discounts, tax ids and cards of a customer show on the customer.
    if event_type.startswith("customer."):
        yield "customer", customer
    if kind == "payment_method" and previous is not None:
        # Whoever had it may have lost the one that invoices are charged to.
        yield "customer", usable_id(id_at(previous, "customer"))
    if event_type.startswith("customer.source.") and kind in SOURCES:
        yield "payment_method", own_id
    if kind == "customer" and _moves_balance(event_type, subject, previous):
        yield "customer_balance_transaction", own_id
    elif _uses_balance(kind, subject):
        yield "customer", customer
        yield "customer_balance_transaction", customer


def _moves_balance(
    event_type: str, customer: dict[str, Any], previous: dict[str, Any] | None
) -> bool:
    """Whether a customer's balance may have changed."""
    if previous is not None:
        return not BALANCES_OF_CUSTOMER.isdisjoint(previous)
    # One that is new tells by its balance; one that is gone has nothing to read.
    is_change = event_type not in {"customer.created", "customer.deleted"}
    return is_change or (event_type == "customer.created" and amount_at(customer, "balance") != 0)


def _uses_balance(kind: str, subject: dict[str, Any]) -> bool:
    """Whether an invoice or a credit note has taken from its customer's balance or added to it."""
    if kind == "invoice":
        return any(amount_at(subject, name) for name in BALANCES_OF_INVOICE)
    return kind == "credit_note" and id_at(subject, "customer_balance_transaction") is not None
