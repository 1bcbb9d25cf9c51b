"""How a subscription ends."""

from bot.sandbox.stripe.store import Object
from bot.sandbox.stripe.world import World


def end_subscription(world: World, subscription: Object, reason: str) -> Object:
    """End a subscription now."""
    changes = {
        "cancellation_details": {**subscription["cancellation_details"], "reason": reason},
        "canceled_at": subscription["canceled_at"] or world.now,
        "ended_at": world.now,
        "status": "canceled",
    }
    return world.change(subscription, changes, "customer.subscription.deleted")
