"""Lines of invoices: made of invoice items and of subscription items, listed in pages."""

from decimal import Decimal
from typing import Any

from bot.sandbox.stripe.calls import Call, Route, listed_rows
from bot.sandbox.stripe.errors import bad_request
from bot.sandbox.stripe.invoice_totals import totals_of
from bot.sandbox.stripe.params import PAGE
from bot.sandbox.stripe.pricing import Part, decimal_text, parts_of
from bot.sandbox.stripe.store import Object
from bot.sandbox.stripe.world import World


def pricing_of(price: str, product: str, unit_amount: Decimal | str | None) -> Object:
    """The `pricing` of a line or an item."""
    text = unit_amount if isinstance(unit_amount, str) else decimal_text(unit_amount)
    return {
        "price_details": {"price": price, "product": product},
        "type": "price_details",
        "unit_amount_decimal": text,
    }


def new_line(world: World, invoice: Object, fields: dict[str, Any]) -> Object:
    """A line with all its fields; what its own kind knows comes in `fields`."""
    quantity = Decimal(fields.pop("quantity", 1))
    return {
        "id": world.ids.new("il"),
        "object": "line_item",
        "currency": invoice["currency"],
        "discount_amounts": [],
        "discountable": True,
        "discounts": [],
        "invoice": invoice["id"],
        "livemode": world.livemode,
        "pretax_credit_amounts": [],
        "quantity": int(quantity) if quantity == quantity.to_integral_value() else None,
        "quantity_decimal": decimal_text(quantity),
        "subscription": None,
        "subtotal": fields["amount"],
        "taxes": [],
        **fields,
    }


def item_line(world: World, invoice: Object, item: Object) -> Object:
    """The line that an invoice item makes."""
    subscription = ((item["parent"] or {}).get("subscription_details") or {}).get("subscription")
    details = {
        "invoice_item": item["id"],
        "proration": item["proration"],
        "proration_details": {"credited_items": None},
        "subscription": subscription,
    }
    parent = {
        "invoice_item_details": details,
        "subscription_item_details": None,
        "type": "invoice_item_details",
    }
    fields = {
        "amount": item["amount"],
        "description": item["description"],
        "discountable": item["discountable"],
        "metadata": item["metadata"],
        "parent": parent,
        "period": item["period"],
        "pricing": item["pricing"],
        "quantity": item["quantity_decimal"],
        "subscription": subscription,
    }
    return new_line(world, invoice, fields)


def subscription_lines(
    world: World, invoice: Object, item: Object, quantity: Decimal, period: Object
) -> list[Object]:
    """The lines that a subscription item makes for a period."""
    price = item["price"]
    product = world.table("product").get(price["product"])
    parts = parts_of(price, world.tiers.get(price["id"], []), quantity, product["name"])
    return [subscription_line(world, invoice, item, part, period) for part in parts]


def subscription_line(
    world: World, invoice: Object, item: Object, part: Part, period: Object
) -> Object:
    """One part of a subscription item's price as a line."""
    price = item["price"]
    details = {
        "invoice_item": None,
        "proration": False,
        "proration_details": {"credited_items": None},
        "subscription": item["subscription"],
        "subscription_item": item["id"],
    }
    parent = {
        "invoice_item_details": None,
        "subscription_item_details": details,
        "type": "subscription_item_details",
    }
    fields = {
        "amount": part.amount,
        "description": part.words,
        "metadata": dict(item["metadata"]),
        "parent": parent,
        "period": period,
        "pricing": pricing_of(price["id"], price["product"], part.unit_amount),
        "quantity": part.quantity,
        "subscription": item["subscription"],
    }
    return new_line(world, invoice, fields)


def recalculated(world: World, invoice: Object) -> dict[str, Any]:
    """The fields of a draft after its items changed; lines of items keep their ids."""
    lines = world.lines.get(invoice["id"], [])
    known = {item_of(line): line for line in lines if item_of(line)}
    own = [line for line in lines if not item_of(line)]
    items = world.table("invoiceitem").where(invoice=invoice["id"])
    made = []
    for item in items:
        line = item_line(world, invoice, item)
        if item["id"] in known:
            line["id"] = known[item["id"]]["id"]
        made.append(line)
    world.lines[invoice["id"]] = made + own
    return totals_of(world, invoice, made + own)


def item_of(line: Object) -> str | None:
    """The invoice item that a line was made of."""
    details = line["parent"]["invoice_item_details"]
    return details["invoice_item"] if details else None


def list_lines(call: Call) -> Object:
    """All lines of an invoice, in pages."""
    invoice = call.world.get("invoice", call.ids["invoice"])
    return listed_rows(call, "line_item", call.world.lines_of(invoice["id"]))


def check_editable(invoice: Object) -> None:
    """Only a draft's lines change.

    Raises: StripeError otherwise.
    """
    if invoice["status"] != "draft":
        message = "This invoice is no longer editable."
        raise bad_request(message, code="invoice_not_editable", param="invoice")


ROUTES = [Route("GET", "/v1/invoices/{invoice}/lines", list_lines, PAGE)]
