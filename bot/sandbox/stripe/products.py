"""Products, and tax rates and coupons, which are as simple."""

from collections.abc import Callable
from typing import Any

from bot.sandbox.stripe.calls import Call, Route, deleted, listing, retrieve
from bot.sandbox.stripe.errors import bad_request
from bot.sandbox.stripe.params import (
    DECIMAL,
    EXPAND,
    FLAG,
    ID,
    METADATA,
    POSITIVE,
    TEXT,
    TIMESTAMP,
    Kind,
    choice,
    hash_of,
    list_of,
    merged_metadata,
)
from bot.sandbox.stripe.store import Object
from bot.sandbox.stripe.world import World

PLAIN = ("active", "description", "name", "shippable", "statement_descriptor", "unit_label", "url")
FIELDS: dict[str, Kind] = {
    **EXPAND,
    "active": FLAG,
    "description": TEXT,
    "images": list_of(ID),
    "marketing_features": list_of(hash_of({"name": ID}, "name")),
    "metadata": METADATA,
    "name": ID,
    "shippable": FLAG,
    "statement_descriptor": TEXT,
    "tax_code": TEXT,
    "unit_label": TEXT,
    "url": TEXT,
}


def new_product(
    world: World, given: dict[str, Any], identifier: str | None = None, *, quiet: bool = False
) -> Object:
    """Keep a product made of given fields; a quiet one makes no event."""
    if identifier is not None and identifier in world.table("product"):
        raise bad_request("Product already exists.", code="resource_already_exists", param="id")
    product: Object = {
        "id": identifier or world.ids.new("prod"),
        "object": "product",
        **dict.fromkeys(PLAIN),
        "active": True,
        "created": world.now,
        "default_price": None,
        "images": given.get("images") or [],
        "livemode": world.livemode,
        "marketing_features": given.get("marketing_features") or [],
        "metadata": merged_metadata({}, given.get("metadata") or {}),
        "package_dimensions": None,
        "tax_code": given.get("tax_code"),
        "updated": world.now,
    }
    product |= {name: given[name] for name in PLAIN if name in given}
    return world.add(product, *([] if quiet else ["product.created"]))


def create_product(call: Call) -> Object:
    """A new product."""
    return new_product(call.world, call.params, call.get("id"))


def update_product(call: Call) -> Object:
    """Change what is given."""
    world = call.world
    product = world.get("product", call.ids["id"])
    changes = call.changes(*PLAIN, "tax_code")
    for name in ("images", "marketing_features"):
        if name in call.params:
            changes[name] = call.params[name] or []
    if "metadata" in call.params:
        changes["metadata"] = merged_metadata(product["metadata"], call.params["metadata"])
    if "default_price" in call.params:
        price = world.get("price", call.params["default_price"], param="default_price")
        changes["default_price"] = price["id"]
    changes["updated"] = world.now
    return world.change(product, changes, "product.updated")


def delete_product(call: Call) -> Object:
    """Delete a product that has no prices."""
    product = call.world.get("product", call.ids["id"])
    if call.world.table("price").where(product=product["id"]):
        message = "This product cannot be deleted because it has one or more user-created prices."
        raise bad_request(message)
    call.world.remove(product, "product.deleted")
    return deleted(product)


def create_tax_rate(call: Call) -> Object:
    """A new tax rate in percent."""
    world = call.world
    percentage = float(call.params["percentage"])
    given = ("country", "description", "jurisdiction", "state", "tax_type")
    tax_rate: Object = {
        "id": world.ids.new("txr"),
        "object": "tax_rate",
        "active": call.get("active", True),
        **{name: call.get(name) for name in given},
        "created": world.now,
        "display_name": call.params["display_name"],
        "effective_percentage": percentage,
        "flat_amount": None,
        "inclusive": call.params["inclusive"],
        "jurisdiction_level": None,
        "livemode": world.livemode,
        "metadata": merged_metadata({}, call.get("metadata", {})),
        "percentage": percentage,
        "rate_type": "percentage",
    }
    return world.add(tax_rate, "tax_rate.created")


def update_tax_rate(call: Call) -> Object:
    """Change words about a tax rate; its percentage stays for ever."""
    tax_rate = call.world.get("tax_rate", call.ids["tax_rate"])
    changes = call.changes("active", "country", "description", "display_name", "jurisdiction")
    changes |= call.changes("state", "tax_type")
    if "metadata" in call.params:
        changes["metadata"] = merged_metadata(tax_rate["metadata"], call.params["metadata"])
    return call.world.change(tax_rate, changes, "tax_rate.updated")


def create_coupon(call: Call) -> Object:
    """A coupon: a percentage or an amount off."""
    world = call.world
    percent, amount = call.get("percent_off"), call.get("amount_off")
    if (percent is None) == (amount is None):
        raise bad_request("Must provide exactly one of percent_off or amount_off.")
    if amount is not None and call.get("currency") is None:
        raise bad_request("You must pass currency when passing amount_off.", param="currency")
    coupon: Object = {
        "id": call.get("id") or world.ids.token(f"coupon{world.ids.new('co')}", 8),
        "object": "coupon",
        "amount_off": amount,
        "created": world.now,
        "currency": call.get("currency"),
        "duration": call.get("duration", "once"),
        "duration_in_months": call.get("duration_in_months"),
        "livemode": world.livemode,
        "max_redemptions": call.get("max_redemptions"),
        "metadata": merged_metadata({}, call.get("metadata", {})),
        "name": call.get("name"),
        "percent_off": None if percent is None else float(percent),
        "redeem_by": call.get("redeem_by"),
        "times_redeemed": 0,
        "valid": True,
    }
    if coupon["id"] in world.table("coupon"):
        raise bad_request("Coupon already exists.", code="resource_already_exists", param="id")
    return world.add(coupon, "coupon.created")


def update_coupon(call: Call) -> Object:
    """Change a coupon's name and metadata."""
    coupon = call.world.get("coupon", call.ids["coupon"])
    changes = call.changes("name")
    if "metadata" in call.params:
        changes["metadata"] = merged_metadata(coupon["metadata"], call.params["metadata"])
    return call.world.change(coupon, changes, "coupon.updated")


def delete_coupon(call: Call) -> Object:
    """Delete a coupon; discounts made of it stay."""
    coupon = call.world.get("coupon", call.ids["coupon"])
    call.world.remove(coupon, "coupon.deleted")
    return deleted(coupon)


def fits_product(call: Call) -> Callable[[Object], bool]:
    """Whether a product is among those asked for."""
    ids = call.get("ids")
    wanted = call.changes("active", "shippable", "url")

    def fits(product: Object) -> bool:
        """Judge one product."""
        if ids is not None and product["id"] not in ids:
            return False
        return all(product[name] == value for name, value in wanted.items())

    return fits


def fits_tax_rate(call: Call) -> Callable[[Object], bool]:
    """Whether a tax rate is among those asked for."""
    wanted = call.changes("active", "inclusive")
    return lambda rate: all(rate[name] == value for name, value in wanted.items())


TAX_TYPES = choice(
    "gst", "hst", "igst", "jct", "pst", "qst", "rst", "sales_tax", "service_tax", "vat"
)
TAX_RATE_WORDS: dict[str, Kind] = {
    **EXPAND,
    "active": FLAG,
    "country": ID,
    "description": TEXT,
    "display_name": ID,
    "jurisdiction": TEXT,
    "metadata": METADATA,
    "state": TEXT,
    "tax_type": TAX_TYPES,
}
ROUTES = [
    Route("POST", "/v1/products", create_product, {**FIELDS, "id": ID}, ("name",)),
    listing(
        "/v1/products",
        "product",
        also={"active": FLAG, "ids": list_of(ID), "shippable": FLAG, "url": ID},
        fits=fits_product,
    ),
    retrieve("/v1/products/{id}", "product"),
    Route("POST", "/v1/products/{id}", update_product, {**FIELDS, "default_price": ID}),
    Route("DELETE", "/v1/products/{id}", delete_product, {}),
    Route(
        "POST",
        "/v1/tax_rates",
        create_tax_rate,
        {**TAX_RATE_WORDS, "inclusive": FLAG, "percentage": DECIMAL},
        ("display_name", "inclusive", "percentage"),
    ),
    listing(
        "/v1/tax_rates", "tax_rate", also={"active": FLAG, "inclusive": FLAG}, fits=fits_tax_rate
    ),
    retrieve("/v1/tax_rates/{tax_rate}", "tax_rate"),
    Route("POST", "/v1/tax_rates/{tax_rate}", update_tax_rate, TAX_RATE_WORDS),
    Route(
        "POST",
        "/v1/coupons",
        create_coupon,
        {
            **EXPAND,
            "amount_off": POSITIVE,
            "currency": ID,
            "duration": choice("forever", "once", "repeating"),
            "duration_in_months": POSITIVE,
            "id": ID,
            "max_redemptions": POSITIVE,
            "metadata": METADATA,
            "name": TEXT,
            "percent_off": DECIMAL,
            "redeem_by": TIMESTAMP,
        },
    ),
    listing("/v1/coupons", "coupon"),
    retrieve("/v1/coupons/{coupon}", "coupon"),
    Route(
        "POST",
        "/v1/coupons/{coupon}",
        update_coupon,
        {**EXPAND, "metadata": METADATA, "name": TEXT},
    ),
    Route("DELETE", "/v1/coupons/{coupon}", delete_coupon, {}),
]
