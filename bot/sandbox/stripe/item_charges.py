"""What an invoice item charges: an amount, a rate or a price, times a quantity."""

from decimal import Decimal
from typing import Any

from bot.sandbox.stripe.errors import bad_request, missing_parameter
from bot.sandbox.stripe.invoice_lines import pricing_of
from bot.sandbox.stripe.prices import new_price
from bot.sandbox.stripe.pricing import decimal_text, parts_of, rounded
from bot.sandbox.stripe.products import new_product
from bot.sandbox.stripe.store import Object
from bot.sandbox.stripe.world import World

AMOUNTS = ("amount", "pricing", "price_data", "unit_amount_decimal", "quantity", "quantity_decimal")


def tax_rates_of(world: World, ids: list[str] | None) -> list[Object]:
    """Tax rates by id, as they are embedded."""
    return [world.get("tax_rate", identifier, param="tax_rates") for identifier in ids or []]


def quantity_of(given: dict[str, Any]) -> Decimal:
    """How many, written whole or as a decimal; 1 when not given."""
    if given.get("quantity") is not None and given.get("quantity_decimal") is not None:
        message = "You may only specify one of these parameters: quantity, quantity_decimal."
        raise bad_request(message, param="quantity_decimal")
    exact = given.get("quantity_decimal")
    return Decimal(given.get("quantity", 1)) if exact is None else Decimal(exact)


def charge_of(world: World, given: dict[str, Any], currency: str) -> dict[str, Any]:
    """Amount, currency, pricing, quantity and description of an item.

    Raises: StripeError unless there is exactly one of an amount, a rate, a price.
    """
    ways = [name for name in AMOUNTS[:4] if given.get(name) is not None]
    if len(ways) > 1:
        message = f"You may only specify one of these parameters: {', '.join(ways)}."
        raise bad_request(message, param=ways[1])
    if not ways:
        raise missing_parameter("amount")
    quantity = quantity_of(given)
    if given.get("pricing_of") is not None:
        # A proration of a subscription item: its own price, an amount for a part of the period.
        return {
            "amount": given["amount"],
            "currency": currency,
            "description": given["description"],
            "pricing": given["pricing_of"],
            **quantities(quantity),
        }
    if ways == ["pricing"]:
        return charge_of_price(world, given, quantity)
    words = given.get("description")
    if ways == ["price_data"]:
        data = given["price_data"]
        product = world.get("product", data["product"], param="price_data[product]")
        words = words or product["name"]
    else:
        rate = {"unit_amount_decimal": given.get("unit_amount_decimal")}
        if ways == ["amount"]:
            rate = {"unit_amount": given["amount"]}
            quantity = Decimal(1)
        data = {"currency": currency, **rate}
        # Stripe makes an inactive product and price behind an amount that comes without them.
        hidden = {"name": words or "Invoice item", "active": False}
        product = new_product(world, hidden, quiet=True)
    price = new_price(world, {**data, "active": False}, product["id"])
    world.table("price").add(price)
    unit = Decimal(price["unit_amount_decimal"])
    return {
        "amount": rounded(unit * quantity),
        "currency": price["currency"],
        "description": words,
        "pricing": pricing_of(price["id"], product["id"], unit),
        **quantities(quantity),
    }


def charge_of_price(world: World, given: dict[str, Any], quantity: Decimal) -> dict[str, Any]:
    """The same for a stored one-time price."""
    price = world.get("price", given["pricing"].get("price") or "", param="pricing[price]")
    if price["type"] != "one_time":
        message = (
            f"The price specified is set to `type=recurring` but this field only accepts prices "
            f"with `type=one_time`: {price['id']}"
        )
        raise bad_request(message, param="pricing[price]")
    product = world.table("product").get(price["product"])
    parts = parts_of(price, world.tiers.get(price["id"], []), quantity, product["name"])
    return {
        "amount": sum(part.amount for part in parts),
        "currency": price["currency"],
        "description": given.get("description") or product["name"],
        "pricing": pricing_of(price["id"], product["id"], price["unit_amount_decimal"]),
        **quantities(quantity),
    }


def quantities(quantity: Decimal) -> dict[str, Any]:
    """Both fields of a quantity."""
    return {"quantity": int(quantity), "quantity_decimal": decimal_text(quantity)}
