"""Items of subscriptions, and the prorations that changing them in mid-period makes."""

from decimal import Decimal
from typing import Any

from bot.sandbox.stripe.calls import Call, Route, deleted, list_object, listed, retrieve
from bot.sandbox.stripe.errors import bad_request, missing_parameter
from bot.sandbox.stripe.invoice_items import new_item
from bot.sandbox.stripe.invoice_lines import pricing_of
from bot.sandbox.stripe.item_charges import tax_rates_of
from bot.sandbox.stripe.params import (
    EXPAND,
    FLAG,
    ID,
    METADATA,
    NOT_NEGATIVE,
    PAGE,
    Kind,
    choice,
    list_of,
    merged_metadata,
)
from bot.sandbox.stripe.pricing import parts_of, rounded
from bot.sandbox.stripe.store import Object
from bot.sandbox.stripe.subscription_billing import is_metered, items_of
from bot.sandbox.stripe.world import World, copied

PRORATION = choice("always_invoice", "create_prorations", "none")
ITEM: dict[str, Kind] = {
    "metadata": METADATA,
    "price": ID,
    "quantity": NOT_NEGATIVE,
    "tax_rates": list_of(ID),
}


def new_subscription_item(
    world: World, subscription: str, given: dict[str, Any], period: tuple[int, int]
) -> Object:
    """Keep an item of a subscription.

    Raises: StripeError for a one-time price, or a quantity on a metered one.
    """
    if given.get("price") is None:
        raise missing_parameter("items[0][price]")
    price = recurring_price(world, given["price"])
    is_by_usage = price["recurring"]["usage_type"] == "metered"
    if is_by_usage and given.get("quantity") is not None:
        message = "You can't give a quantity for a price whose usage is metered."
        raise bad_request(message, param="items[0][quantity]")
    item: Object = {
        "id": world.ids.new("si"),
        "object": "subscription_item",
        "billing_thresholds": None,
        "created": world.now,
        "current_period_end": period[1],
        "current_period_start": period[0],
        "discounts": [],
        "metadata": merged_metadata({}, given.get("metadata") or {}),
        "price": price,
        "subscription": subscription,
        "tax_rates": tax_rates_of(world, given.get("tax_rates")),
    }
    if not is_by_usage:
        item["quantity"] = given.get("quantity", 1)
    return world.add(item)


def recurring_price(world: World, identifier: str) -> Object:
    """A price that a subscription can have."""
    price = world.get("price", identifier, param="items[0][price]")
    if price["type"] != "recurring":
        message = (
            f"The price specified is set to `type=one_time` but this field only accepts prices "
            f"with `type=recurring`: {identifier}"
        )
        raise bad_request(message, param="items[0][price]")
    return price


def embedded_items(world: World, subscription: str) -> Object:
    """The list of items inside a subscription."""
    rows = world.table("subscription_item").where(subscription=subscription)
    return list_object(f"/v1/subscription_items?subscription={subscription}", rows)


def worth(world: World, item: Object) -> int:
    """What a licensed item costs for a whole period."""
    if is_metered(item):
        return 0
    price = item["price"]
    tiers = world.tiers.get(price["id"], [])
    parts = parts_of(price, tiers, Decimal(item["quantity"]), "")
    return sum(part.amount for part in parts)


def prorate(world: World, subscription: Object, item: Object, amount: int, words: str) -> None:
    """A waiting item for what is left of the period; nothing when nothing changed."""
    start, end = item["current_period_start"], item["current_period_end"]
    left = Decimal(end - world.now) / (end - start)
    share = rounded(amount * left)
    if share == 0:
        return
    customer = world.get("customer", subscription["customer"])
    price = item["price"]
    product = world.table("product").get(price["product"])
    given = {
        "amount": share,
        "currency": subscription["currency"],
        "description": f"{words} on {item['quantity']} × {product['name']}",
        "discountable": False,
        "period": {"end": end, "start": world.now},
        "pricing_of": pricing_of(price["id"], price["product"], price["unit_amount_decimal"]),
        "proration": True,
        "quantity": item["quantity"],
        "subscription": subscription["id"],
        "subscription_item": item["id"],
    }
    new_item(world, customer, given, None)


def changed_item(
    world: World, subscription: Object, item: Object, given: dict[str, Any], *, prorates: bool
) -> None:
    """Change an item, with a credit for what it was and a charge for what it becomes."""
    before = copied(item)
    if given.get("price") is not None:
        item["price"] = recurring_price(world, given["price"])
    if given.get("quantity") is not None:
        if is_metered(item):
            message = "You can't give a quantity for a price whose usage is metered."
            raise bad_request(message, param="quantity")
        item["quantity"] = given["quantity"]
    if "metadata" in given:
        item["metadata"] = merged_metadata(item["metadata"], given["metadata"])
    if "tax_rates" in given:
        item["tax_rates"] = tax_rates_of(world, given["tax_rates"])
    if is_metered(item):
        item.pop("quantity", None)
    else:
        item.setdefault("quantity", 1)
    if prorates and worth(world, before) != worth(world, item):
        prorate(world, subscription, before, -worth(world, before), "Unused time")
        prorate(world, subscription, item, worth(world, item), "Remaining time")


def refresh(world: World, subscription: Object, before: Object) -> None:
    """Show a subscription's items as they are now, and tell."""
    world.change(subscription, {"items": embedded_items(world, subscription["id"])})
    world.emit("customer.subscription.updated", subscription, {"items": before})


def running(world: World, identifier: str) -> Object:
    """A subscription that has not ended.

    Raises: StripeError otherwise.
    """
    subscription = world.get("subscription", identifier, param="subscription")
    if subscription["status"] == "canceled":
        message = "A canceled subscription can only update its cancellation_details and metadata."
        raise bad_request(message)
    return subscription


def create_subscription_item(call: Call) -> Object:
    """Add an item to a running subscription, for what is left of its period."""
    world = call.world
    subscription = running(world, call.params["subscription"])
    before = copied(subscription["items"])
    first = items_of(world, subscription)[0]
    period = (first["current_period_start"], first["current_period_end"])
    item = new_subscription_item(world, subscription["id"], call.params, period)
    if call.get("proration_behavior") != "none":
        prorate(world, subscription, item, worth(world, item), "Remaining time")
    refresh(world, subscription, before)
    return item


def update_subscription_item(call: Call) -> Object:
    """Change an item."""
    world = call.world
    item = world.get("subscription_item", call.ids["item"])
    subscription = running(world, item["subscription"])
    before = copied(subscription["items"])
    prorates = call.get("proration_behavior") != "none"
    changed_item(world, subscription, item, call.params, prorates=prorates)
    refresh(world, subscription, before)
    return item


def delete_subscription_item(call: Call) -> Object:
    """Take an item away; the last one stays.

    Raises: StripeError for the last one.
    """
    world = call.world
    item = world.get("subscription_item", call.ids["item"])
    subscription = running(world, item["subscription"])
    before = copied(subscription["items"])
    remove_item(world, subscription, item, prorates=call.get("proration_behavior") != "none")
    refresh(world, subscription, before)
    return deleted(item)


def remove_item(world: World, subscription: Object, item: Object, *, prorates: bool) -> None:
    """Take an item away with a credit for the rest of its period."""
    if len(items_of(world, subscription)) == 1:
        message = (
            f"Subscription {subscription['id']} must have at least one subscription item. Cancel "
            "it instead."
        )
        raise bad_request(message)
    if prorates:
        prorate(world, subscription, item, -worth(world, item), "Unused time")
    world.remove(item)


def list_subscription_items(call: Call) -> Object:
    """The items of a subscription."""
    subscription = call.world.get("subscription", call.params["subscription"], param="subscription")
    table = call.world.table("subscription_item")
    return listed(call, table, {"subscription": subscription["id"]})


ITEM_PATH = "/v1/subscription_items/{item}"
ROUTES = [
    Route(
        "POST",
        "/v1/subscription_items",
        create_subscription_item,
        {**EXPAND, **ITEM, "proration_behavior": PRORATION, "subscription": ID},
        ("subscription",),
    ),
    Route(
        "GET",
        "/v1/subscription_items",
        list_subscription_items,
        {**PAGE, "subscription": ID},
        ("subscription",),
    ),
    retrieve(ITEM_PATH, "subscription_item"),
    Route(
        "POST",
        ITEM_PATH,
        update_subscription_item,
        {**EXPAND, **ITEM, "proration_behavior": PRORATION},
    ),
    Route(
        "DELETE",
        ITEM_PATH,
        delete_subscription_item,
        {"clear_usage": FLAG, "proration_behavior": PRORATION},
    ),
]
