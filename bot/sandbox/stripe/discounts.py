"""Discounts: a coupon put on an invoice or a subscription."""

from typing import Any

from bot.sandbox.stripe.params import (
    ID,
    hash_of,
    list_of,
)
from bot.sandbox.stripe.store import Object
from bot.sandbox.stripe.world import World

DISCOUNTS = list_of(hash_of({"coupon": ID, "discount": ID}))


def discount_of(world: World, given: dict[str, Any], about: dict[str, Any]) -> str:
    """A new discount made of a coupon, or the existing one that is named."""
    if given.get("discount") is not None:
        return str(world.get("discount", given["discount"], param="discounts")["id"])
    coupon = world.get("coupon", given.get("coupon") or "", param="discounts[0][coupon]")
    discount: Object = {
        "id": world.ids.new("di"),
        "object": "discount",
        "checkout_session": None,
        "created": world.now,
        "customer": about.get("customer"),
        "end": None,
        "invoice": about.get("invoice"),
        "invoice_item": None,
        "promotion_code": None,
        "source": {"coupon": coupon["id"], "type": "coupon"},
        "start": world.now,
        "subscription": about.get("subscription"),
        "subscription_item": None,
    }
    created = discount.pop("created")
    world.table("discount").add_packed(discount["id"], discount, created, ())
    world.change(coupon, {"times_redeemed": coupon["times_redeemed"] + 1})
    return str(discount["id"])
