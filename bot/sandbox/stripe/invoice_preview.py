"""What a subscription's next invoice would be, as of now; nothing is kept."""

from bot.sandbox.stripe.calls import Call, Route
from bot.sandbox.stripe.errors import StripeError, bad_request
from bot.sandbox.stripe.invoice_lines import item_line
from bot.sandbox.stripe.invoice_totals import totals_of
from bot.sandbox.stripe.params import EXPAND, ID, choice
from bot.sandbox.stripe.periods import period_end
from bot.sandbox.stripe.store import Object
from bot.sandbox.stripe.subscription_billing import (
    blank_of,
    is_metered,
    items_of,
    lines_now,
    waits_for,
)
from bot.sandbox.stripe.world import Billed


def create_preview(call: Call) -> Object:
    """The next renewal: waiting items, the usage so far, and the fees of the period after."""
    world = call.world
    subscription = subscription_asked(call)
    items = items_of(world, subscription)
    start, end = items[0]["current_period_start"], items[0]["current_period_end"]
    following = period_end(
        subscription["billing_cycle_anchor"], items[0]["price"]["recurring"], end
    )
    invoice = blank_of(world, subscription, "upcoming", (start, end))
    invoice |= {"id": f"upcoming_{invoice['id']}", "auto_advance": False}
    rows = [Billed(item, start, end) for item in items if is_metered(item)]
    if not subscription["cancel_at_period_end"]:
        rows += [Billed(item, end, following) for item in items if not is_metered(item)]
    waiting = world.table("invoiceitem").where(customer=invoice["customer"], invoice=None)
    lines = [
        item_line(world, invoice, item)
        for item in waiting
        if waits_for(item, invoice, subscription["id"])
    ]
    lines += lines_now(world, subscription, invoice, rows)
    return invoice | totals_of(world, invoice, lines)


def subscription_asked(call: Call) -> Object:
    """The subscription to preview: the one named, or the customer's only one.

    Raises: StripeError when there is none that goes on.
    """
    world = call.world
    if call.get("subscription") is not None:
        found = [world.get("subscription", call.params["subscription"], param="subscription")]
    elif call.get("customer") is not None:
        customer = world.get("customer", call.params["customer"], param="customer")
        found = world.table("subscription").where(customer=customer["id"])
    else:
        raise bad_request("You must pass one of `customer`, `subscription`.", param="customer")
    going_on = [row for row in found if row["status"] not in {"canceled", "incomplete_expired"}]
    if not going_on:
        message = "No upcoming invoices for customer"
        raise StripeError(404, message, code="invoice_upcoming_none")
    if len(going_on) > 1:
        message = "The customer has several subscriptions: name the one to preview."
        raise bad_request(message, param="subscription")
    return going_on[0]


ROUTES = [
    Route(
        "POST",
        "/v1/invoices/create_preview",
        create_preview,
        {**EXPAND, "customer": ID, "preview_mode": choice("next"), "subscription": ID},
    )
]
