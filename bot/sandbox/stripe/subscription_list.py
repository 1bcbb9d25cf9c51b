"""Which subscriptions a list shows."""

from collections.abc import Callable

from bot.sandbox.stripe.calls import Call
from bot.sandbox.stripe.store import Object
from bot.sandbox.stripe.subscription_billing import (
    items_of,
)

STATUSES = (
    "active",
    "canceled",
    "incomplete",
    "incomplete_expired",
    "past_due",
    "paused",
    "trialing",
    "unpaid",
)


def fits_subscription(call: Call) -> Callable[[Object], bool]:
    """Whether a subscription is among those asked for; ended ones only when asked."""
    status = call.get("status")
    price, method = call.get("price"), call.get("collection_method")
    world = call.world

    def fits(subscription: Object) -> bool:
        """Judge one subscription."""
        is_ended = subscription["status"] in {"canceled", "incomplete_expired"}
        if status is None and subscription["status"] == "canceled":
            return False
        if status == "ended" and not is_ended:
            return False
        if status not in {None, "all", "ended"} and subscription["status"] != status:
            return False
        if method is not None and subscription["collection_method"] != method:
            return False
        items = items_of(world, subscription) if price is not None else []
        return price is None or any(item["price"]["id"] == price for item in items)

    return fits
