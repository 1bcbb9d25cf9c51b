"""Payment methods: Stripe's test cards, some of which the bank declines."""

from typing import Any

from bot.sandbox.stripe.addresses import full_address
from bot.sandbox.stripe.calls import Call, Route, listed, retrieve
from bot.sandbox.stripe.errors import bad_request, no_such
from bot.sandbox.stripe.params import (
    ADDRESS,
    EXPAND,
    ID,
    INTEGER,
    METADATA,
    PAGE,
    TEXT,
    Kind,
    choice,
    hash_of,
    merged_metadata,
)
from bot.sandbox.stripe.store import Object
from bot.sandbox.stripe.world import World

# Brand, last four digits, and how the bank answers when the card is charged.
# Source: docs.stripe.com/testing, read 2026-11.
TEST_CARDS: dict[str, tuple[str, str, str | None]] = {
    "visa": ("visa", "4242", None),
    "visa_debit": ("visa", "5556", None),
    "mastercard": ("mastercard", "4444", None),
    "amex": ("amex", "8431", None),
    "chargeCustomerFail": ("visa", "0341", "generic_decline"),
    "visa_chargeDeclined": ("visa", "0002", "generic_decline"),
    "visa_chargeDeclinedInsufficientFunds": ("visa", "9995", "insufficient_funds"),
    "chargeDeclinedExpiredCard": ("visa", "0069", "expired_card"),
    # Charged without the customer there to confirm, it is declined.
    "authenticationRequired": ("visa", "3184", "authentication_required"),
}
ALIASES = {
    "chargeDeclined": "visa_chargeDeclined",
    "chargeDeclinedInsufficientFunds": "visa_chargeDeclinedInsufficientFunds",
}
NUMBERS = {
    "4242424242424242": "visa",
    "4000056655665556": "visa_debit",
    "5555555555554444": "mastercard",
    "371449635398431": "amex",
    "4000000000000341": "chargeCustomerFail",
    "4000000000000002": "visa_chargeDeclined",
    "4000000000009995": "visa_chargeDeclinedInsufficientFunds",
    "4000000000000069": "chargeDeclinedExpiredCard",
    "4000002760003184": "authenticationRequired",
}
BILLING_DETAILS = hash_of(
    {"address": ADDRESS, "email": TEXT, "name": TEXT, "phone": TEXT, "tax_id": ID}
)
TYPE = choice("card")
LISTED: dict[str, Kind] = {**PAGE, "type": TYPE}


def new_method(world: World, test_card: str, given: dict[str, Any] | None = None) -> Object:
    """A payment method of one of the test cards, not attached to anybody."""
    brand, last4, outcome = TEST_CARDS[ALIASES.get(test_card, test_card)]
    given = given or {}
    identifier = world.ids.new("pm")
    card = given.get("card") or {}
    method: Object = {
        "id": identifier,
        "object": "payment_method",
        "allow_redisplay": "unspecified",
        "billing_details": full_billing_details(given.get("billing_details") or {}),
        "card": {
            "brand": brand,
            "checks": {
                "address_line1_check": None,
                "address_postal_code_check": None,
                "cvc_check": "pass",
            },
            "country": "US",
            "display_brand": brand if brand != "amex" else "american_express",
            "exp_month": card.get("exp_month", 11),
            "exp_year": card.get("exp_year", 2031),
            "fingerprint": world.ids.token(f"card{last4}", 16),
            "funding": "debit" if test_card == "visa_debit" else "credit",
            "generated_from": None,
            "last4": last4,
            "networks": {"available": [brand], "preferred": None},
            "regulated_status": "unregulated",
            "three_d_secure_usage": {"supported": True},
            "wallet": None,
        },
        "created": world.now,
        "customer": None,
        "livemode": world.livemode,
        "metadata": merged_metadata({}, given.get("metadata") or {}),
        "type": "card",
    }
    if outcome is not None:
        world.card_outcomes[identifier] = outcome
    return world.add(method)


def full_billing_details(given: dict[str, Any]) -> Object:
    """Billing details with all their fields."""
    details = {name: given.get(name) for name in ("email", "name", "phone", "tax_id")}
    return {**details, "address": full_address(given.get("address") or {})}


def create_method(call: Call) -> Object:
    """A payment method from a test card's number or token."""
    card = call.get("card") or {}
    token = str(card.get("token", "")).removeprefix("tok_")
    known = NUMBERS.get(str(card.get("number", "")).replace(" ", ""))
    name = known or (ALIASES.get(token, token) if token else None)
    if name is None or name not in TEST_CARDS:
        message = "Your card number is incorrect."
        raise bad_request(message, code="incorrect_number", param="card[number]")
    return new_method(call.world, name, call.params)


def attached(world: World, identifier: str, customer: Object) -> Object:
    """Attach a method to a customer; a test card's own id makes a new method each time."""
    test_card = identifier.removeprefix("pm_card_")
    if identifier.startswith("pm_card_"):
        if ALIASES.get(test_card, test_card) not in TEST_CARDS:
            raise no_such("PaymentMethod", identifier, param="payment_method")
        method = new_method(world, test_card)
    else:
        method = world.get("payment_method", identifier, param="payment_method")
    if method["customer"] not in {None, customer["id"]}:
        message = "The payment method you provided has already been attached to a customer."
        raise bad_request(message, code="payment_method_unexpected_state")
    return world.change(method, {"customer": customer["id"]}, "payment_method.attached")


def attach(call: Call) -> Object:
    """Attach by the API."""
    customer = call.world.get("customer", call.params["customer"], param="customer")
    return attached(call.world, call.ids["payment_method"], customer)


def detach(call: Call) -> Object:
    """Take a method from its customer, for ever."""
    world = call.world
    method = world.get("payment_method", call.ids["payment_method"])
    if method["customer"] is None:
        message = "The payment method you provided is not attached to a customer."
        raise bad_request(message, code="payment_method_unexpected_state")
    customer = world.table("customer").find(method["customer"])
    if customer is not None:
        settings = customer["invoice_settings"]
        if settings["default_payment_method"] == method["id"]:
            settings = {**settings, "default_payment_method": None}
            world.change(customer, {"invoice_settings": settings}, "customer.updated")
    return world.change(method, {"customer": None}, "payment_method.detached")


def update_method(call: Call) -> Object:
    """Change what may change on an attached method."""
    method = call.world.get("payment_method", call.ids["payment_method"])
    changes: dict[str, Any] = {}
    if "billing_details" in call.params:
        details = method["billing_details"] | call.params["billing_details"]
        changes["billing_details"] = full_billing_details(details)
    if "metadata" in call.params:
        changes["metadata"] = merged_metadata(method["metadata"], call.params["metadata"])
    if "card" in call.params:
        changes["card"] = {**method["card"], **call.params["card"]}
    return call.world.change(method, changes, "payment_method.updated")


def list_methods(call: Call) -> Object:
    """The methods of the customer that a parameter names."""
    if call.get("customer") is None:
        message = "Listing payment methods needs a customer here."
        raise bad_request(message, code="parameter_missing", param="customer")
    customer = call.world.get("customer", call.params["customer"], param="customer")
    return listed(call, call.world.table("payment_method"), {"customer": customer["id"]})


def list_customer_methods(call: Call) -> Object:
    """The methods of the customer in the path."""
    customer = call.world.get("customer", call.ids["customer"])
    return listed(call, call.world.table("payment_method"), {"customer": customer["id"]})


def get_customer_method(call: Call) -> Object:
    """One method of the customer in the path."""
    method = call.world.get("payment_method", call.ids["payment_method"])
    if method["customer"] != call.ids["customer"]:
        raise no_such("payment_method", method["id"])
    return method


METHOD = "/v1/payment_methods/{payment_method}"
CARD = {"cvc": ID, "exp_month": INTEGER, "exp_year": INTEGER, "number": ID, "token": ID}
ROUTES = [
    Route(
        "POST",
        "/v1/payment_methods",
        create_method,
        {
            **EXPAND,
            "billing_details": BILLING_DETAILS,
            "card": hash_of(CARD),
            "metadata": METADATA,
            "type": TYPE,
        },
        ("type",),
    ),
    Route("GET", "/v1/payment_methods", list_methods, {**LISTED, "customer": ID}),
    retrieve(METHOD, "payment_method"),
    Route(
        "POST",
        METHOD,
        update_method,
        {
            **EXPAND,
            "billing_details": BILLING_DETAILS,
            "card": hash_of({"exp_month": INTEGER, "exp_year": INTEGER}),
            "metadata": METADATA,
        },
    ),
    Route("POST", f"{METHOD}/attach", attach, {**EXPAND, "customer": ID}, ("customer",)),
    Route("POST", f"{METHOD}/detach", detach, EXPAND),
    Route("GET", "/v1/customers/{customer}/payment_methods", list_customer_methods, LISTED),
    Route(
        "GET",
        "/v1/customers/{customer}/payment_methods/{payment_method}",
        get_customer_method,
        EXPAND,
    ),
]
