"""Addresses with all their fields, as Stripe answers them."""

from typing import Any

from bot.sandbox.stripe.params import (
    ADDRESS,
    TEXT,
    hash_of,
)
from bot.sandbox.stripe.store import Object

SHIPPING = hash_of(
    {"address": ADDRESS, "name": TEXT, "phone": TEXT}, "address", "name", can_unset=True
)


def full_address(address: dict[str, Any]) -> Object:
    """An address with all its fields."""
    return {name: address.get(name) for name in ADDRESS.fields}


def full_shipping(shipping: dict[str, Any]) -> Object:
    """A shipping address with all its fields."""
    return {
        "address": full_address(shipping["address"] or {}),
        "name": shipping["name"],
        "phone": shipping.get("phone"),
    }
