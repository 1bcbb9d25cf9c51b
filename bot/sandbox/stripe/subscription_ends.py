"""How subscriptions end: by a call, at a planned moment, or because nobody paid at first."""

from bot.sandbox.stripe.calls import Call
from bot.sandbox.stripe.invoice_states import void
from bot.sandbox.stripe.params import (
    TEXT,
    choice,
    hash_of,
)
from bot.sandbox.stripe.store import Object
from bot.sandbox.stripe.subscription_billing import (
    bill_usage_now,
    end_subscription,
)
from bot.sandbox.stripe.subscription_items import (
    running,
)
from bot.sandbox.stripe.world import World

INCOMPLETE_SECONDS = 23 * 3_600


def expire(world: World, identifier: str) -> None:
    """Give up a subscription whose first payment never came, and its invoice."""
    subscription = world.table("subscription").find(identifier)
    if subscription is None or subscription["status"] != "incomplete":
        return
    expired = {"status": "incomplete_expired"}
    world.change(subscription, expired, "customer.subscription.updated")
    invoice = world.table("invoice").find(subscription["latest_invoice"] or "")
    if invoice is not None and invoice["status"] == "open":
        void(world, invoice)


def plan_end(world: World, subscription: Object) -> None:
    """Plan the end that a subscription names for itself."""
    if subscription["cancel_at"] is not None:
        world.timers.plan(subscription["cancel_at"], "end", subscription["id"])


def end_planned(world: World, identifier: str) -> None:
    """End a subscription whose own end has come."""
    subscription = world.table("subscription").find(identifier)
    if subscription is None or subscription["status"] == "canceled":
        return
    if subscription["cancel_at"] is not None and subscription["cancel_at"] <= world.now:
        bill_usage_now(world, subscription)
        end_subscription(world, subscription, "cancellation_requested")


def cancel_subscription(call: Call) -> Object:
    """End a subscription now, billing its usage when asked for."""
    world = call.world
    subscription = running(world, call.ids["subscription_exposed_id"])
    details = call.get("cancellation_details") or {}
    subscription["cancellation_details"] = {**subscription["cancellation_details"], **details}
    if call.get("invoice_now"):
        invoice = bill_usage_now(world, subscription)
        if invoice is not None:
            subscription["latest_invoice"] = invoice["id"]
    return end_subscription(world, subscription, "cancellation_requested")


CANCELLATION = hash_of(
    {
        "comment": TEXT,
        "feedback": choice(
            *("customer_service", "low_quality", "missing_features", "other"),
            *("switched_service", "too_complex", "too_expensive", "unused"),
            can_unset=True,
        ),
    }
)
