"""Invoice items: what the next draft, or a draft that exists, will charge."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from bot.sandbox.stripe.calls import Call, Route, deleted, listing, retrieve
from bot.sandbox.stripe.errors import bad_request, missing_parameter
from bot.sandbox.stripe.invoice_lines import check_editable, recalculated
from bot.sandbox.stripe.item_charges import AMOUNTS, charge_of, tax_rates_of
from bot.sandbox.stripe.params import (
    DECIMAL,
    EXPAND,
    FLAG,
    ID,
    INTEGER,
    METADATA,
    NOT_NEGATIVE,
    TEXT,
    TIMESTAMP,
    Kind,
    hash_of,
    list_of,
    merged_metadata,
)
from bot.sandbox.stripe.prices import TAX_BEHAVIOR
from bot.sandbox.stripe.store import Object
from bot.sandbox.stripe.world import World

PERIOD = hash_of({"end": TIMESTAMP, "start": TIMESTAMP}, "end", "start")
PRICE_DATA = hash_of(
    {
        "currency": ID,
        "product": ID,
        "tax_behavior": TAX_BEHAVIOR,
        "unit_amount": INTEGER,
        "unit_amount_decimal": DECIMAL,
    },
    "currency",
    "product",
)
WORDS: dict[str, Kind] = {
    **EXPAND,
    "amount": INTEGER,
    "description": TEXT,
    "discountable": FLAG,
    "metadata": METADATA,
    "period": PERIOD,
    "price_data": PRICE_DATA,
    "pricing": hash_of({"price": ID}),
    "quantity": NOT_NEGATIVE,
    "quantity_decimal": DECIMAL,
    "tax_rates": list_of(ID),
    "unit_amount_decimal": DECIMAL,
}


def create_item(call: Call) -> Object:
    """A new item, on a draft or waiting for the customer's next one."""
    world = call.world
    invoice = draft_of(call)
    if invoice is not None:
        customer_id = call.get("customer", invoice["customer"])
    elif call.get("customer") is None:
        raise missing_parameter("customer")
    else:
        customer_id = call.params["customer"]
    customer = world.get("customer", customer_id, param="customer")
    if invoice is not None and invoice["customer"] != customer["id"]:
        raise bad_request("The invoice belongs to another customer.", param="invoice")
    item = new_item(world, customer, call.params, invoice)
    refresh_draft(world, invoice)
    return item


def new_item(
    world: World, customer: Object, given: dict[str, Any], invoice: Object | None
) -> Object:
    """Keep an item made of checked parameters."""
    own_currency = (given.get("currency") or "").lower() or None
    currency = own_currency or (invoice or {}).get("currency") or customer["currency"]
    charged = charge_of(world, given, currency or "usd")
    if invoice is not None and charged["currency"] != invoice["currency"]:
        message = (
            f"The currency of the item ({charged['currency']}) does not match the currency of the "
            f"invoice ({invoice['currency']})."
        )
        raise bad_request(message, param="currency")
    subscription = given.get("subscription")
    if subscription is not None:
        world.get("subscription", subscription, param="subscription")
    item: Object = {
        "id": world.ids.new("ii"),
        "object": "invoiceitem",
        **charged,
        # An item is created in Stripe's lists, but calls the moment `date`.
        "created": world.now,
        "customer": customer["id"],
        "date": world.now,
        "discountable": given.get("discountable", charged["amount"] >= 0),
        "discounts": [],
        "invoice": invoice["id"] if invoice else None,
        "livemode": world.livemode,
        "metadata": merged_metadata({}, given.get("metadata") or {}),
        "net_amount": charged["amount"],
        "parent": parent_of(subscription, given.get("subscription_item")),
        "period": given.get("period") or {"end": world.now, "start": world.now},
        "proration": bool(given.get("proration", False)),
        "tax_rates": tax_rates_of(world, given.get("tax_rates")),
        "test_clock": None,
    }
    world.table("invoiceitem").add_packed(
        item["id"], item, item.pop("created"), (item["customer"], item["invoice"])
    )
    world.emit("invoiceitem.created", item)
    return item


def parent_of(subscription: str | None, subscription_item: str | None) -> Object | None:
    """What an item of a subscription says about it."""
    if subscription is None:
        return None
    details = {"subscription": subscription, "subscription_item": subscription_item}
    return {"subscription_details": details, "type": "subscription_details"}


def draft_of(call: Call) -> Object | None:
    """The draft that an item goes on, if it names one."""
    if call.get("invoice") is None:
        return None
    invoice = call.world.get("invoice", call.params["invoice"], param="invoice")
    check_editable(invoice)
    return invoice


def refresh_draft(world: World, invoice: Object | None) -> None:
    """Recalculate a draft after its items changed."""
    if invoice is not None:
        world.change(invoice, recalculated(world, invoice), "invoice.updated")


def invoice_of(world: World, item: Object) -> Object | None:
    """The draft that an existing item is on.

    Raises: StripeError when the invoice is final.
    """
    if item["invoice"] is None:
        return None
    invoice = world.get("invoice", item["invoice"])
    check_editable(invoice)
    return invoice


def update_item(call: Call) -> Object:
    """Change an item whose invoice is not final."""
    world = call.world
    item = world.get("invoiceitem", call.ids["invoiceitem"])
    invoice = invoice_of(world, item)
    changes = call.changes("description", "discountable", "period")
    if "metadata" in call.params:
        changes["metadata"] = merged_metadata(item["metadata"], call.params["metadata"])
    if "tax_rates" in call.params:
        changes["tax_rates"] = tax_rates_of(world, call.params["tax_rates"])
    if any(name in call.params for name in AMOUNTS):
        given = {"quantity_decimal": Decimal(item["quantity_decimal"]), **call.params}
        if "quantity" in call.params:
            del given["quantity_decimal"]
        if not any(name in call.params for name in AMOUNTS[:4]):
            given["unit_amount_decimal"] = Decimal(item["pricing"]["unit_amount_decimal"])
        charged = charge_of(world, given, item["currency"])
        charged["description"] = changes.get("description", item["description"])
        changes |= {**charged, "net_amount": charged["amount"]}
    world.change(item, changes, "invoiceitem.updated")
    refresh_draft(world, invoice)
    return item


def delete_item(call: Call) -> Object:
    """Take an item away from a draft, or from what waits."""
    world = call.world
    item = world.get("invoiceitem", call.ids["invoiceitem"])
    invoice = invoice_of(world, item)
    world.remove(item, "invoiceitem.deleted")
    refresh_draft(world, invoice)
    return deleted(item)


def fits_item(call: Call) -> Callable[[Object], bool]:
    """Whether an item is among those asked for."""
    pending = call.get("pending")
    return lambda item: pending is None or (item["invoice"] is None) == pending


ROUTES = [
    Route(
        "POST",
        "/v1/invoiceitems",
        create_item,
        {**WORDS, "currency": ID, "customer": ID, "invoice": ID, "subscription": ID},
    ),
    listing(
        "/v1/invoiceitems",
        "invoiceitem",
        equal={"customer": "customer", "invoice": "invoice"},
        also={"customer": ID, "invoice": ID, "pending": FLAG},
        fits=fits_item,
    ),
    retrieve("/v1/invoiceitems/{invoiceitem}", "invoiceitem"),
    Route("POST", "/v1/invoiceitems/{invoiceitem}", update_item, WORDS),
    Route("DELETE", "/v1/invoiceitems/{invoiceitem}", delete_item, {}),
]
