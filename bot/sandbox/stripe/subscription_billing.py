"""What a subscription bills: its first invoice, each renewal, the usage on it, its last one."""

from decimal import Decimal
from typing import Any

from bot.sandbox.stripe.invoice_blank import blank_invoice, subscription_parent
from bot.sandbox.stripe.invoice_lines import recalculated, subscription_lines
from bot.sandbox.stripe.invoice_totals import totals_of
from bot.sandbox.stripe.invoices import DAY_SECONDS, plan_finalization
from bot.sandbox.stripe.meter_usage import aggregated, usage_rows
from bot.sandbox.stripe.periods import period_end
from bot.sandbox.stripe.pricing import rounded
from bot.sandbox.stripe.store import Object
from bot.sandbox.stripe.world import Billed, World, copied


def is_metered(item: Object) -> bool:
    """Whether an item is billed by usage, afterwards."""
    return bool(item["price"]["recurring"]["usage_type"] == "metered")


def items_of(world: World, subscription: Object) -> list[Object]:
    """The items of a subscription, oldest first."""
    return world.table("subscription_item").where(subscription=subscription["id"])


def quantity_now(world: World, subscription: Object, billed: Billed) -> Decimal:
    """How many units of an item fall in a period: its quantity, or the usage so far."""
    item = billed.item
    if not is_metered(item):
        return Decimal(item.get("quantity", 1))
    meter, customer = item["price"]["recurring"]["meter"], subscription["customer"]
    rows = usage_rows(world, meter, customer, billed.start, billed.end)
    return Decimal(aggregated(world, meter, rows))


def lines_now(
    world: World, subscription: Object, invoice: Object, rows: list[Billed]
) -> list[Object]:
    """The subscription's lines on a draft, as of now."""
    lines: list[Object] = []
    for billed in rows:
        quantity = quantity_now(world, subscription, billed)
        period = {"end": billed.end, "start": billed.start}
        made = subscription_lines(world, invoice, billed.item, quantity, period)
        if billed.share != 1:
            for line in made:
                shorten(line, billed.share)
        lines += made
    return lines


def shorten(line: Object, share: Decimal) -> None:
    """Charge a line for a part of its period."""
    line["amount"] = line["subtotal"] = rounded(line["amount"] * share)
    line["parent"]["subscription_item_details"]["proration"] = True


def with_usage(world: World, invoice: Object) -> dict[str, Any]:
    """The fields of a draft whose usage is counted again; lines that stay the same keep their ids.

    Shape: {} for an invoice that bills no subscription.
    """
    if invoice["id"] not in world.billed:
        return {}
    details = invoice["parent"]["subscription_details"]
    subscription = world.table("subscription").get(details["subscription"])
    old = world.lines[invoice["id"]]
    kept = [line for line in old if line["parent"]["type"] == "invoice_item_details"]
    before = [line for line in old if line["parent"]["type"] != "invoice_item_details"]
    now = lines_now(world, subscription, invoice, world.billed[invoice["id"]])
    for earlier, line in zip(before, now, strict=False):
        line["id"] = earlier["id"]
    world.lines[invoice["id"]] = kept + now
    return totals_of(world, invoice, kept + now)


def bill(
    world: World, subscription: Object, billed: list[Billed], reason: str, period: tuple[int, int]
) -> Object:
    """A draft for some items of a subscription; the customer's waiting items join it."""
    invoice = blank_of(world, subscription, reason, period)
    days = subscription["days_until_due"]
    if subscription["collection_method"] == "send_invoice":
        world.days_until_due[invoice["id"]] = days
        invoice["due_date"] = world.now + days * DAY_SECONDS
    world.billed[invoice["id"]] = billed
    world.table("invoice").add(invoice)
    join_waiting(world, invoice, subscription)
    world.lines[invoice["id"]] = lines_now(world, subscription, invoice, billed)
    invoice |= recalculated(world, invoice)
    plan_finalization(world, invoice)
    world.emit("invoice.created", invoice)
    return invoice


def blank_of(world: World, subscription: Object, reason: str, period: tuple[int, int]) -> Object:
    """A draft without lines, with what it takes from its subscription."""
    customer = world.get("customer", subscription["customer"])
    invoice = blank_invoice(world, customer, subscription["currency"])
    invoice |= {
        "auto_advance": subscription["pause_collection"] is None,
        "billing_reason": reason,
        "collection_method": subscription["collection_method"],
        "default_payment_method": subscription["default_payment_method"],
        "default_tax_rates": list(subscription["default_tax_rates"] or []),
        "description": subscription["description"],
        "discounts": list(subscription["discounts"]),
        "parent": subscription_parent(subscription["id"], dict(subscription["metadata"])),
        "period_end": period[1],
        "period_start": period[0],
    }
    return invoice


def waits_for(item: Object, invoice: Object, subscription: str) -> bool:
    """Whether a waiting item belongs on an invoice: its currency, and no other subscription's."""
    details = (item["parent"] or {}).get("subscription_details") or {}
    own = details.get("subscription") in {None, subscription}
    return own and item["currency"] == invoice["currency"]


def join_waiting(world: World, invoice: Object, subscription: Object) -> None:
    """Put the waiting items that belong to a subscription's draft on it."""
    for item in world.table("invoiceitem").where(customer=invoice["customer"], invoice=None):
        if waits_for(item, invoice, subscription["id"]):
            world.change(item, {"invoice": invoice["id"]}, "invoiceitem.updated")


def first_invoice(world: World, subscription: Object, *, prorates: bool) -> Object | None:
    """What a new subscription bills at once: its licensed items until the end of the period."""
    items = [item for item in items_of(world, subscription) if not is_metered(item)]
    billed = [billed_now(item, prorates=prorates) for item in items]
    billed = [row for row in billed if row.share]
    if not billed:
        return None
    return bill(world, subscription, billed, "subscription_create", (world.now, world.now))


def billed_now(item: Object, *, prorates: bool) -> Billed:
    """An item's current period; a shortened one counts in part, or not at all."""
    start, end = item["current_period_start"], item["current_period_end"]
    # The period that a whole interval from the start would give.
    whole = period_end(start, item["price"]["recurring"], start) - start
    share = Decimal(1)
    if end - start < whole:
        share = Decimal(end - start) / whole if prorates else Decimal(0)
    return Billed(item=dict(item), start=start, end=end, share=share)


def renew(world: World, identifier: str) -> None:
    """At the end of a period: bill its usage and the next period's fixed fees."""
    subscription = world.table("subscription").find(identifier)
    if subscription is None or subscription["status"] in {"canceled", "incomplete_expired"}:
        return
    items = items_of(world, subscription)
    if not items or items[0]["current_period_end"] > world.now:
        return
    start, end = items[0]["current_period_start"], items[0]["current_period_end"]
    is_last = subscription["cancel_at_period_end"] or is_over(world, subscription)
    used = [Billed(dict(item), start, end) for item in items if is_metered(item)]
    if is_last:
        close(world, subscription, used, (start, end))
        return
    following = period_end(
        subscription["billing_cycle_anchor"], items[0]["price"]["recurring"], end
    )
    previous = {
        "items": copied(subscription["items"]),
        "latest_invoice": subscription["latest_invoice"],
    }
    for item in items:
        item |= {"current_period_end": following, "current_period_start": end}
    ahead = [Billed(dict(item), end, following) for item in items if not is_metered(item)]
    invoice = bill(world, subscription, used + ahead, "subscription_cycle", (start, end))
    subscription["latest_invoice"] = invoice["id"]
    world.emit("customer.subscription.updated", subscription, previous)
    world.timers.plan(following, "renew", identifier)


def is_over(world: World, subscription: Object) -> bool:
    """Whether a subscription's own end has come."""
    return subscription["cancel_at"] is not None and subscription["cancel_at"] <= world.now


def close(world: World, subscription: Object, used: list[Billed], period: tuple[int, int]) -> None:
    """End a subscription with its period, billing what was used in it."""
    if used:
        invoice = bill(world, subscription, used, "subscription_cycle", period)
        subscription["latest_invoice"] = invoice["id"]
    end_subscription(world, subscription, "cancellation_requested")


def end_subscription(world: World, subscription: Object, reason: str) -> Object:
    """End a subscription now."""
    changes = {
        "cancellation_details": {**subscription["cancellation_details"], "reason": reason},
        "canceled_at": subscription["canceled_at"] or world.now,
        "ended_at": world.now,
        "status": "canceled",
    }
    return world.change(subscription, changes, "customer.subscription.deleted")


def bill_usage_now(world: World, subscription: Object) -> Object | None:
    """Bill the usage of the running period, as a cancellation may ask."""
    items = [item for item in items_of(world, subscription) if is_metered(item)]
    if not items:
        return None
    start = items[0]["current_period_start"]
    used = [Billed(dict(item), start, world.now) for item in items]
    return bill(world, subscription, used, "subscription_update", (start, world.now))
