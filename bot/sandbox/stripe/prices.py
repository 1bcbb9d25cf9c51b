"""Prices: flat, per unit with decimals, in packages, tiered, metered."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from bot.sandbox.stripe.calls import Call, Route, listing, retrieve
from bot.sandbox.stripe.errors import bad_request, missing_parameter
from bot.sandbox.stripe.params import (
    DECIMAL,
    EXPAND,
    FLAG,
    ID,
    INTEGER,
    METADATA,
    POSITIVE,
    TEXT,
    Kind,
    choice,
    hash_of,
    list_of,
    merged_metadata,
)
from bot.sandbox.stripe.pricing import decimal_text
from bot.sandbox.stripe.products import FIELDS as PRODUCT_FIELDS
from bot.sandbox.stripe.products import new_product
from bot.sandbox.stripe.store import Object
from bot.sandbox.stripe.world import World

INTERVALS = choice("day", "month", "week", "year")
TAX_BEHAVIOR = choice("exclusive", "inclusive", "unspecified")
USAGE_TYPE = choice("licensed", "metered")
RECURRING = hash_of(
    {"interval": INTERVALS, "interval_count": POSITIVE, "meter": ID, "usage_type": USAGE_TYPE},
    "interval",
)
TIER = hash_of(
    {
        "flat_amount": INTEGER,
        "flat_amount_decimal": DECIMAL,
        "unit_amount": INTEGER,
        "unit_amount_decimal": DECIMAL,
        "up_to": ID,
    },
    "up_to",
)
PRODUCT_DATA = hash_of(
    {
        name: PRODUCT_FIELDS[name]
        for name in ("active", "metadata", "name", "statement_descriptor", "tax_code", "unit_label")
    }
    | {"id": ID},
    "name",
)
WORDS: dict[str, Kind] = {
    **EXPAND,
    "active": FLAG,
    "lookup_key": TEXT,
    "metadata": METADATA,
    "nickname": TEXT,
    "tax_behavior": TAX_BEHAVIOR,
    "transfer_lookup_key": FLAG,
}
FIELDS: dict[str, Kind] = {
    **WORDS,
    "billing_scheme": choice("per_unit", "tiered"),
    "currency": ID,
    "product": ID,
    "product_data": PRODUCT_DATA,
    "recurring": RECURRING,
    "tiers": list_of(TIER),
    "tiers_mode": choice("graduated", "volume"),
    "transform_quantity": hash_of(
        {"divide_by": POSITIVE, "round": choice("down", "up")}, "divide_by", "round"
    ),
    "unit_amount": INTEGER,
    "unit_amount_decimal": DECIMAL,
}


def create_price(call: Call) -> Object:
    """A new price of a product."""
    world = call.world
    if (call.get("product") is None) == (call.get("product_data") is None):
        if call.get("product") is None:
            raise missing_parameter("product")
        raise bad_request("You may only specify one of these parameters: product, product_data.")
    if call.get("product") is not None:
        product = world.get("product", call.params["product"], param="product")
    else:
        data = call.params["product_data"]
        product = new_product(world, data, data.get("id"))
    tiers = checked_tiers(call)
    price = new_price(world, call.params, product["id"])
    if tiers:
        world.tiers[price["id"]] = tiers
    if price["lookup_key"]:
        take_lookup_key(call, price)
    return world.add(price, "price.created")


def new_price(world: World, given: dict[str, Any], product: str) -> Object:
    """A price made of checked parameters, not yet kept."""
    amounts = {} if given.get("billing_scheme") == "tiered" else unit_amounts(given)
    return {
        "id": world.ids.new("price"),
        "object": "price",
        "active": given.get("active", True),
        "billing_scheme": given.get("billing_scheme", "per_unit"),
        "created": world.now,
        "currency": given["currency"].lower(),
        "custom_unit_amount": None,
        "livemode": world.livemode,
        "lookup_key": given.get("lookup_key"),
        "metadata": merged_metadata({}, given.get("metadata") or {}),
        "nickname": given.get("nickname"),
        "product": product,
        "recurring": recurring_of(world, given.get("recurring")),
        "tax_behavior": given.get("tax_behavior", "unspecified"),
        "tiers_mode": given.get("tiers_mode"),
        "transform_quantity": given.get("transform_quantity"),
        "type": "recurring" if given.get("recurring") else "one_time",
        "unit_amount": amounts.get("unit_amount"),
        "unit_amount_decimal": amounts.get("unit_amount_decimal"),
    }


def unit_amounts(given: dict[str, Any], name: str = "unit_amount") -> dict[str, Any]:
    """An amount that came whole or as a decimal, in both its fields.

    Raises: StripeError when it came twice or not at all.
    """
    whole, exact = given.get(name), given.get(f"{name}_decimal")
    if whole is not None and exact is not None:
        message = f"You may only specify one of these parameters: {name}, {name}_decimal."
        raise bad_request(message, param=name)
    if whole is None and exact is None:
        raise missing_parameter(name)
    amount = Decimal(exact or 0) if whole is None else Decimal(whole)
    is_whole = amount == amount.to_integral_value()
    return {name: int(amount) if is_whole else None, f"{name}_decimal": decimal_text(amount)}


def recurring_of(world: World, given: dict[str, Any] | None) -> Object | None:
    """A price's recurring part; a metered one needs an active meter."""
    if given is None:
        return None
    usage_type = given.get("usage_type", "licensed")
    meter = given.get("meter")
    if usage_type == "metered" and meter is None:
        raise bad_request("All metered prices must be backed by meters.", param="recurring[meter]")
    if usage_type == "licensed" and meter is not None:
        raise bad_request("Only metered prices have a meter.", param="recurring[meter]")
    if meter is not None:
        world.get("billing.meter", meter, param="recurring[meter]")
    return {
        "interval": given["interval"],
        "interval_count": given.get("interval_count", 1),
        "meter": meter,
        "usage_type": usage_type,
    }


def checked_tiers(call: Call) -> list[Object]:
    """The tiers of a new price, in order.

    Raises: StripeError when they do not fit the scheme or are not in ascending order.
    """
    is_tiered = call.get("billing_scheme") == "tiered"
    given = call.get("tiers") or []
    if not is_tiered:
        if given or call.get("tiers_mode"):
            message = "`tiers` and `tiers_mode` need `billing_scheme=tiered`."
            raise bad_request(message, param="tiers")
        return []
    if not given:
        raise missing_parameter("tiers")
    if call.get("tiers_mode") is None:
        raise missing_parameter("tiers_mode")
    tiers = [tier_of(tier, place) for place, tier in enumerate(given)]
    bounds = [tier["up_to"] for tier in tiers]
    whole = bounds[:-1]
    if bounds[-1] is not None or None in whole or whole != sorted(set(whole)):
        message = "The tiers must ascend, and the last one must have `up_to=inf`."
        raise bad_request(message, param="tiers")
    return tiers


def tier_of(given: dict[str, Any], place: int) -> Object:
    """One tier with all its fields."""
    up_to = given["up_to"]
    if up_to != "inf" and not (up_to.isdigit() and int(up_to) > 0):
        raise bad_request(f"Invalid integer: {up_to}", param=f"tiers[{place}][up_to]")
    tier: Object = {
        "flat_amount": None,
        "flat_amount_decimal": None,
        "unit_amount": None,
        "unit_amount_decimal": None,
        "up_to": None if up_to == "inf" else int(up_to),
    }
    named = [
        name for name in ("flat_amount", "unit_amount") if any(n.startswith(name) for n in given)
    ]
    if not named:
        raise missing_parameter(f"tiers[{place}][unit_amount]")
    for name in named:
        tier |= unit_amounts(given, name)
    return tier


def take_lookup_key(call: Call, price: Object) -> None:
    """Give a price its lookup key, which only one price has."""
    table = call.world.table("price")
    for other in table:
        if other["lookup_key"] == price["lookup_key"] and other["id"] != price["id"]:
            if not call.get("transfer_lookup_key"):
                message = f"A price ({other['id']}) already uses that lookup key."
                raise bad_request(message, code="lookup_key_already_exists", param="lookup_key")
            call.world.change(other, {"lookup_key": None}, "price.updated")


def update_price(call: Call) -> Object:
    """Change words about a price; its amounts stay for ever."""
    price = call.world.get("price", call.ids["price"])
    changes = call.changes("active", "lookup_key", "nickname", "tax_behavior")
    if "metadata" in call.params:
        changes["metadata"] = merged_metadata(price["metadata"], call.params["metadata"])
    if changes.get("lookup_key"):
        take_lookup_key(call, {**price, **changes})
    return call.world.change(price, changes, "price.updated")


def fits_price(call: Call) -> Callable[[Object], bool]:
    """Whether a price is among those asked for."""
    wanted = call.changes("currency", "type")
    keys = call.get("lookup_keys")
    recurring = call.get("recurring") or {}

    def fits(price: Object) -> bool:
        """Judge one price."""
        if keys is not None and price["lookup_key"] not in keys:
            return False
        own = price["recurring"] or {}
        if any(own.get(name) != value for name, value in recurring.items()):
            return False
        return all(price[name] == value for name, value in wanted.items())

    return fits


ROUTES = [
    Route("POST", "/v1/prices", create_price, FIELDS, ("currency",)),
    listing(
        "/v1/prices",
        "price",
        equal={"product": "product", "active": "active"},
        also={
            "active": FLAG,
            "currency": ID,
            "lookup_keys": list_of(ID),
            "product": ID,
            "recurring": hash_of({"interval": INTERVALS, "meter": ID, "usage_type": USAGE_TYPE}),
            "type": choice("one_time", "recurring"),
        },
        fits=fits_price,
    ),
    retrieve("/v1/prices/{price}", "price"),
    Route("POST", "/v1/prices/{price}", update_price, WORDS),
]
