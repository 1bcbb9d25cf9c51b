"""Customers, their credit balance and their tax ids."""

from typing import Any

from bot.sandbox.stripe.addresses import SHIPPING, full_address, full_shipping
from bot.sandbox.stripe.calls import Call, Route, deleted, listing
from bot.sandbox.stripe.customer_balance import (
    create_balance_transaction,
    get_balance_transaction,
    list_balance_transactions,
    move_balance,
)
from bot.sandbox.stripe.errors import bad_request
from bot.sandbox.stripe.params import (
    ADDRESS,
    EXPAND,
    ID,
    INTEGER,
    METADATA,
    MOMENTS,
    PAGE,
    POSITIVE,
    TEXT,
    Kind,
    choice,
    hash_of,
    list_of,
    merged_metadata,
)
from bot.sandbox.stripe.payment_methods import attached
from bot.sandbox.stripe.store import Object
from bot.sandbox.stripe.subscription_billing import end_subscription
from bot.sandbox.stripe.tax_ids import (
    TAX_ID,
    add_tax_id,
    create_tax_id,
    delete_tax_id,
    list_tax_ids,
    tax_id_in_path,
)
from bot.sandbox.stripe.world import World

PREFIX_CHARACTERS = 8
PLAIN = ("address", "description", "email", "name", "phone", "preferred_locales", "shipping")

FIELDS: dict[str, Kind] = {
    **EXPAND,
    "address": ADDRESS,
    "balance": INTEGER,
    "business_name": TEXT,
    "description": TEXT,
    "email": TEXT,
    "individual_name": TEXT,
    "invoice_prefix": ID,
    "invoice_settings": hash_of(
        {
            "custom_fields": list_of(hash_of({"name": ID, "value": ID}, "name", "value")),
            "default_payment_method": TEXT,
            "footer": TEXT,
        }
    ),
    "metadata": METADATA,
    "name": TEXT,
    "next_invoice_sequence": POSITIVE,
    "phone": TEXT,
    "preferred_locales": list_of(ID),
    "shipping": SHIPPING,
    "tax_exempt": choice("exempt", "none", "reverse", can_unset=True),
}


def create_customer(call: Call) -> Object:
    """A new customer, with its first balance and its payment method."""
    world = call.world
    identifier = world.ids.new("cus")
    prefix = call.get("invoice_prefix") or new_prefix(world, identifier)
    customer: Object = {
        "id": identifier,
        "object": "customer",
        **dict.fromkeys(PLAIN),
        "balance": 0,
        "created": world.now,
        "currency": None,
        "default_source": None,
        "delinquent": False,
        "discount": None,
        "invoice_prefix": prefix,
        "invoice_settings": {
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        "livemode": world.livemode,
        "metadata": merged_metadata({}, call.get("metadata", {})),
        "next_invoice_sequence": call.get("next_invoice_sequence", 1),
        "preferred_locales": [],
        "tax_exempt": call.get("tax_exempt") or "none",
        "test_clock": None,
    }
    customer |= plain_changes(call)
    world.add(customer)
    set_invoice_settings(call, customer)
    if call.get("payment_method"):
        attached(world, call.params["payment_method"], customer)
    world.emit("customer.created", customer)
    for tax_id in call.get("tax_id_data") or []:
        add_tax_id(world, customer, tax_id)
    if call.get("balance"):
        move_balance(world, customer, call.params["balance"], kind="initial")
    return customer


def plain_changes(call: Call) -> dict[str, Any]:
    """The given fields that are stored as they come."""
    changes = call.changes(*PLAIN)
    if "preferred_locales" in changes:
        changes["preferred_locales"] = changes["preferred_locales"] or []
    if changes.get("address") is not None:
        changes["address"] = full_address(changes["address"])
    if changes.get("shipping") is not None:
        changes["shipping"] = full_shipping(changes["shipping"])
    for name in ("business_name", "individual_name"):
        if call.get(name) is not None:
            changes[name] = call.params[name]
    return changes


def new_prefix(world: World, identifier: str) -> str:
    """A prefix for the invoice numbers of one customer."""
    return world.ids.token(identifier, PREFIX_CHARACTERS).upper()


def set_invoice_settings(call: Call, customer: Object) -> None:
    """Put given invoice settings into a customer, without an event."""
    given = call.get("invoice_settings") or {}
    method = given.get("default_payment_method")
    if method is not None:
        found = call.world.get(
            "payment_method", method, param="invoice_settings[default_payment_method]"
        )
        # Creating a customer may attach the method in the same call.
        wanted = call.get("payment_method")
        if found["customer"] != customer["id"] and wanted != method:
            message = (
                f"The customer does not have a payment method with the ID {method}. "
                "The payment method must be attached to the customer."
            )
            raise bad_request(
                message,
                code="resource_missing",
                param="invoice_settings[default_payment_method]",
            )
    customer["invoice_settings"] = {**customer["invoice_settings"], **given}


def update_customer(call: Call) -> Object:
    """Change what is given; nothing else."""
    world = call.world
    customer = world.get("customer", call.ids["customer"])
    changes = plain_changes(call) | call.changes("invoice_prefix", "next_invoice_sequence")
    if "tax_exempt" in call.params:
        changes["tax_exempt"] = call.params["tax_exempt"] or "none"
    if "metadata" in call.params:
        changes["metadata"] = merged_metadata(customer["metadata"], call.params["metadata"])
    if "invoice_settings" in call.params:
        before = customer["invoice_settings"]
        set_invoice_settings(call, customer)
        changes["invoice_settings"] = customer["invoice_settings"]
        customer["invoice_settings"] = before
    world.change(customer, changes, "customer.updated")
    if "balance" in call.params:
        move_balance(world, customer, call.params["balance"] - customer["balance"])
    return customer


def get_customer(call: Call) -> Object:
    """A customer, also one that was deleted."""
    gone = call.world.deleted_customers.get(call.ids["customer"])
    return gone or call.world.get("customer", call.ids["customer"])


def delete_customer(call: Call) -> Object:
    """Delete a customer and end its subscriptions; its invoices stay."""
    world = call.world
    customer = world.get("customer", call.ids["customer"])
    for subscription in world.table("subscription").where(customer=customer["id"]):
        if subscription["status"] != "canceled":
            end_subscription(world, subscription, "cancellation_requested")
    world.deleted_customers[customer["id"]] = deleted(customer)
    world.remove(customer, "customer.deleted")
    return deleted(customer)


CUSTOMER = "/v1/customers/{customer}"
ROUTES = [
    Route(
        "POST",
        "/v1/customers",
        create_customer,
        {**FIELDS, "payment_method": ID, "tax_id_data": list_of(hash_of(TAX_ID, *TAX_ID))},
    ),
    listing("/v1/customers", "customer", equal={"email": "email"}, also={"email": ID}),
    Route("GET", CUSTOMER, get_customer, EXPAND),
    Route("POST", CUSTOMER, update_customer, FIELDS),
    Route("DELETE", CUSTOMER, delete_customer, {}),
    Route(
        "POST",
        f"{CUSTOMER}/balance_transactions",
        create_balance_transaction,
        {**EXPAND, "amount": INTEGER, "currency": ID, "description": TEXT, "metadata": METADATA},
        ("amount", "currency"),
    ),
    Route(
        "GET",
        f"{CUSTOMER}/balance_transactions",
        list_balance_transactions,
        {**PAGE, "created": MOMENTS, "invoice": ID},
    ),
    Route(
        "GET", f"{CUSTOMER}/balance_transactions/{{transaction}}", get_balance_transaction, EXPAND
    ),
    Route("POST", f"{CUSTOMER}/tax_ids", create_tax_id, {**EXPAND, **TAX_ID}, tuple(TAX_ID)),
    Route("GET", f"{CUSTOMER}/tax_ids", list_tax_ids, PAGE),
    Route("GET", f"{CUSTOMER}/tax_ids/{{id}}", tax_id_in_path, EXPAND),
    Route("DELETE", f"{CUSTOMER}/tax_ids/{{id}}", delete_tax_id, {}),
]
