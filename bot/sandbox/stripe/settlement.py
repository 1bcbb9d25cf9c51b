"""What a paid invoice changes: itself, its subscription, its customer."""

from typing import Any

from bot.sandbox.stripe.store import Object
from bot.sandbox.stripe.world import World


def settle(world: World, invoice: Object, changes: dict[str, Any] | None = None) -> Object:
    """Call an invoice paid."""
    moved = {**invoice["status_transitions"], "paid_at": world.now}
    paid = {
        "attempted": True,
        "next_payment_attempt": None,
        "status": "paid",
        "status_transitions": moved,
        **(changes or {}),
    }
    events = ("invoice.updated", "invoice.paid", "invoice.payment_succeeded")
    world.change(invoice, paid, *events)
    revive_subscription(world, invoice)
    clear_delinquency(world, invoice)
    return invoice


def clear_delinquency(world: World, invoice: Object) -> None:
    """A customer is delinquent only while an automatic charge of his stands failed."""
    customer = world.table("customer").find(invoice["customer"])
    if customer is None or not customer["delinquent"]:
        return
    still_open = world.table("invoice").where(customer=customer["id"], status="open")
    if not any(
        row["attempted"] and row["collection_method"] == "charge_automatically"
        for row in still_open
    ):
        world.change(customer, {"delinquent": False}, "customer.updated")


def subscription_of(world: World, invoice: Object) -> Object | None:
    """The subscription that an invoice belongs to."""
    details = (invoice["parent"] or {}).get("subscription_details") or {}
    return world.table("subscription").find(details.get("subscription") or "")


def revive_subscription(world: World, invoice: Object) -> None:
    """A subscription whose latest invoice is paid is active again."""
    subscription = subscription_of(world, invoice)
    if subscription is None or subscription["status"] not in {"past_due", "incomplete"}:
        return
    if subscription["latest_invoice"] == invoice["id"]:
        world.change(subscription, {"status": "active"}, "customer.subscription.updated")
