"""Subscriptions: several items, licensed and metered, renewed by the virtual clock."""

from typing import Any

from bot.sandbox.stripe.calls import Call, Route, listing, retrieve
from bot.sandbox.stripe.discounts import DISCOUNTS, discount_of
from bot.sandbox.stripe.errors import bad_request, missing_parameter
from bot.sandbox.stripe.invoice_states import finalize
from bot.sandbox.stripe.invoices import COLLECTION
from bot.sandbox.stripe.item_charges import tax_rates_of
from bot.sandbox.stripe.params import (
    EXPAND,
    FLAG,
    ID,
    METADATA,
    NOT_NEGATIVE,
    TEXT,
    TIMESTAMP,
    Kind,
    choice,
    hash_of,
    list_of,
    merged_metadata,
)
from bot.sandbox.stripe.payments import collect, method_for
from bot.sandbox.stripe.periods import period_end, step_from
from bot.sandbox.stripe.store import Object
from bot.sandbox.stripe.subscription_billing import (
    first_invoice,
    items_of,
)
from bot.sandbox.stripe.subscription_blank import blank_subscription
from bot.sandbox.stripe.subscription_ends import (
    CANCELLATION,
    INCOMPLETE_SECONDS,
    cancel_subscription,
    plan_end,
)
from bot.sandbox.stripe.subscription_items import (
    ITEM,
    PRORATION,
    changed_item,
    embedded_items,
    new_subscription_item,
    recurring_price,
    remove_item,
    running,
)
from bot.sandbox.stripe.subscription_list import STATUSES, fits_subscription
from bot.sandbox.stripe.world import copied

FIELDS: dict[str, Kind] = {
    **EXPAND,
    "cancel_at": TIMESTAMP,
    "cancel_at_period_end": FLAG,
    "collection_method": COLLECTION,
    "days_until_due": NOT_NEGATIVE,
    "default_payment_method": ID,
    "default_tax_rates": list_of(ID),
    "description": TEXT,
    "discounts": DISCOUNTS,
    "metadata": METADATA,
    "off_session": FLAG,
    "proration_behavior": PRORATION,
}
PLAIN = ("cancel_at_period_end", "collection_method", "days_until_due", "description")


def create_subscription(call: Call) -> Object:
    """A new subscription, its first invoice, and the plan for its renewals."""
    world = call.world
    customer = world.get("customer", needed(call, "customer"), param="customer")
    given = needed(call, "items")
    prices = [recurring_price(world, item.get("price") or "") for item in given]
    check_alike(prices)
    anchor = checked_anchor(call, prices[0]["recurring"])
    subscription = blank_subscription(world, customer["id"], prices[0]["currency"], anchor)
    subscription |= plain_changes(call, subscription)
    check_collection(subscription)
    period = (world.now, period_end(anchor, prices[0]["recurring"], world.now))
    world.table("subscription").add(subscription)
    for item in given:
        new_subscription_item(world, subscription["id"], item, period)
    subscription["items"] = embedded_items(world, subscription["id"])
    if customer["currency"] is None:
        world.change(customer, {"currency": subscription["currency"]}, "customer.updated")
    world.emit("customer.subscription.created", subscription)
    world.timers.plan(period[1], "renew", subscription["id"])
    plan_end(world, subscription)
    start_billing(call, subscription)
    return subscription


def needed(call: Call, name: str) -> Any:
    """A parameter that must be given."""
    if not call.get(name):
        raise missing_parameter(name)
    return call.params[name]


def check_alike(prices: list[Object]) -> None:
    """One currency and one interval per subscription.

    Raises: StripeError otherwise.
    """
    if len({price["currency"] for price in prices}) > 1:
        raise bad_request("All prices of a subscription must have the same currency.")
    intervals = {
        (price["recurring"]["interval"], price["recurring"]["interval_count"]) for price in prices
    }
    if len(intervals) > 1:
        raise bad_request("All prices of a subscription must have the same interval here.")


def checked_anchor(call: Call, recurring: Object) -> int:
    """The moment that periods are counted from; at most one interval ahead."""
    now = call.world.now
    anchor: int = call.get("billing_cycle_anchor", now)
    if anchor < now or anchor > step_from(now, recurring, 1):
        message = "billing_cycle_anchor must lie between now and the next natural billing date."
        raise bad_request(message, param="billing_cycle_anchor")
    return anchor


def plain_changes(call: Call, subscription: Object) -> dict[str, Any]:
    """The given fields, as they are stored."""
    world = call.world
    changes = call.changes(*PLAIN, "cancel_at")
    if call.get("default_payment_method") is not None:
        method = call.params["default_payment_method"]
        world.get("payment_method", method, param="default_payment_method")
        changes["default_payment_method"] = method
    if "default_tax_rates" in call.params:
        changes["default_tax_rates"] = tax_rates_of(world, call.params["default_tax_rates"])
    if "discounts" in call.params:
        about = {"customer": subscription["customer"], "subscription": subscription["id"]}
        changes["discounts"] = [
            discount_of(world, given, about) for given in call.params["discounts"] or []
        ]
    if "metadata" in call.params:
        changes["metadata"] = merged_metadata(subscription["metadata"], call.params["metadata"])
    if "cancel_at_period_end" in changes:
        is_asked = changes["cancel_at_period_end"]
        changes["canceled_at"] = world.now if is_asked else None
    return changes


def check_collection(subscription: Object) -> None:
    """Sent invoices need a number of days.

    Raises: StripeError without one, and for one on automatic collection.
    """
    is_sent = subscription["collection_method"] == "send_invoice"
    if is_sent and subscription["days_until_due"] is None:
        raise missing_parameter("days_until_due")
    if not is_sent and subscription["days_until_due"] is not None:
        message = "You can only pass `days_until_due` when `collection_method` is `send_invoice`."
        raise bad_request(message, param="days_until_due")


def start_billing(call: Call, subscription: Object) -> None:
    """Bill what is due in advance: charged now, or sent when its draft is final.

    Raises: StripeError when there is nothing to charge.
    """
    world = call.world
    prorates = call.get("proration_behavior", "create_prorations") != "none"
    invoice = first_invoice(world, subscription, prorates=prorates)
    if invoice is None:
        return
    subscription["latest_invoice"] = invoice["id"]
    if invoice["collection_method"] == "send_invoice":
        return
    if invoice["amount_due"] > 0 and method_for(world, invoice, None) is None:
        # Nothing of this call stays, as at Stripe.
        world.remove(subscription)
        world.remove(invoice)
        message = "This customer has no attached payment source or default payment method."
        raise bad_request(message, code="resource_missing")
    finalize(world, invoice, by_clock=True)
    if invoice["status"] == "open":
        collect(world, invoice, automatic=True)
        if invoice["status"] == "open":
            # The first payment is the customer's to repeat, within a day; see expire().
            invoice["next_payment_attempt"] = None
            incomplete = {"status": "incomplete"}
            world.change(subscription, incomplete, "customer.subscription.updated")
            world.timers.plan(world.now + INCOMPLETE_SECONDS, "expire", subscription["id"])


def update_subscription(call: Call) -> Object:
    """Change what is given; items change with prorations."""
    world = call.world
    subscription = running(world, call.ids["subscription_exposed_id"])
    changes = plain_changes(call, subscription)
    if "pause_collection" in call.params:
        pause = call.params["pause_collection"]
        changes["pause_collection"] = pause and {
            "behavior": pause["behavior"],
            "resumes_at": pause.get("resumes_at"),
        }
    if changes.get("collection_method") == "charge_automatically":
        changes["days_until_due"] = None
    check_collection({**subscription, **changes})
    before = copied(subscription["items"])
    change_items(call, subscription)
    if call.get("items"):
        subscription["items"] = before
        changes["items"] = embedded_items(world, subscription["id"])
    world.change(subscription, changes, "customer.subscription.updated")
    if "cancel_at" in changes:
        plan_end(world, subscription)
    return subscription


def change_items(call: Call, subscription: Object) -> None:
    """Add, change and take away items, as a list of them asks."""
    world = call.world
    prorates = call.get("proration_behavior") != "none"
    for given in call.get("items") or []:
        if given.get("id") is None:
            first = items_of(world, subscription)[0]
            period = (first["current_period_start"], first["current_period_end"])
            new_subscription_item(world, subscription["id"], given, period)
            continue
        item = world.get("subscription_item", given["id"], param="items[0][id]")
        if item["subscription"] != subscription["id"]:
            raise bad_request("The item belongs to another subscription.", param="items[0][id]")
        if given.get("deleted"):
            remove_item(world, subscription, item, prorates=prorates)
        else:
            changed_item(world, subscription, item, given, prorates=prorates)


PAUSE = hash_of(
    {
        "behavior": choice("keep_as_draft", "mark_uncollectible", "void"),
        "resumes_at": TIMESTAMP,
    },
    "behavior",
    can_unset=True,
)
SUBSCRIPTION = "/v1/subscriptions/{subscription_exposed_id}"
ROUTES = [
    Route(
        "POST",
        "/v1/subscriptions",
        create_subscription,
        {
            **FIELDS,
            "billing_cycle_anchor": TIMESTAMP,
            "customer": ID,
            "items": list_of(hash_of(ITEM)),
        },
    ),
    listing(
        "/v1/subscriptions",
        "subscription",
        equal={"customer": "customer"},
        also={
            "collection_method": COLLECTION,
            "customer": ID,
            "price": ID,
            "status": choice(*STATUSES, "all", "ended"),
        },
        fits=fits_subscription,
    ),
    retrieve(SUBSCRIPTION, "subscription"),
    Route(
        "POST",
        SUBSCRIPTION,
        update_subscription,
        {
            **FIELDS,
            "items": list_of(hash_of({**ITEM, "deleted": FLAG, "id": ID})),
            "pause_collection": PAUSE,
        },
    ),
    Route(
        "DELETE",
        SUBSCRIPTION,
        cancel_subscription,
        {**EXPAND, "cancellation_details": CANCELLATION, "invoice_now": FLAG, "prorate": FLAG},
    ),
]
