"""A customer's credit balance and its transactions."""

from typing import Any

from bot.sandbox.stripe.calls import Call, listed
from bot.sandbox.stripe.errors import bad_request, no_such
from bot.sandbox.stripe.params import (
    merged_metadata,
)
from bot.sandbox.stripe.store import Object
from bot.sandbox.stripe.world import World


def move_balance(
    world: World,
    customer: Object,
    amount: int,
    *,
    kind: str = "adjustment",
    about: dict[str, Any] | None = None,
) -> Object | None:
    """Add to a customer's balance (negative is credit) and keep the transaction; 0 does nothing."""
    if amount == 0:
        return None
    about = about or {}
    currency = about.get("currency") or customer["currency"] or "usd"
    ending = customer["balance"] + amount
    transaction: Object = {
        "id": world.ids.new("cbtxn"),
        "object": "customer_balance_transaction",
        "amount": amount,
        "checkout_session": None,
        "created": world.now,
        "credit_note": about.get("credit_note"),
        "currency": currency,
        "customer": customer["id"],
        "description": about.get("description"),
        "ending_balance": ending,
        "invoice": about.get("invoice"),
        "livemode": world.livemode,
        "metadata": about.get("metadata") or {},
        "type": kind,
    }
    changes = {"balance": ending, "currency": customer["currency"] or currency}
    world.change(customer, changes, "customer.updated")
    return world.add(transaction)


def create_balance_transaction(call: Call) -> Object:
    """Give credit (a negative amount) or take it."""
    customer = call.world.get("customer", call.ids["customer"])
    currency = call.params["currency"].lower()
    if customer["currency"] not in {None, currency}:
        message = f"The customer's balance is in {customer['currency']}, not in {currency}."
        raise bad_request(message, param="currency")
    about = {
        "currency": currency,
        "description": call.get("description"),
        "metadata": merged_metadata({}, call.get("metadata", {})),
    }
    moved = move_balance(call.world, customer, call.params["amount"], about=about)
    if moved is None:
        raise bad_request("The amount can't be 0.", param="amount")
    return moved


def get_balance_transaction(call: Call) -> Object:
    """One transaction of the customer in the path."""
    found = call.world.get("customer_balance_transaction", call.ids["transaction"])
    if found["customer"] != call.ids["customer"]:
        raise no_such("customer_balance_transaction", found["id"])
    return found


def list_balance_transactions(call: Call) -> Object:
    """A customer's transactions, newest first."""
    customer = call.world.get("customer", call.ids["customer"])
    wanted = {"customer": customer["id"], **call.changes("invoice")}
    return listed(call, call.world.table("customer_balance_transaction"), wanted)
