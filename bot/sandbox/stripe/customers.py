"""Customers, their credit balance and their tax ids."""

from typing import Any

from bot.sandbox.stripe.calls import Call, Route, deleted, listed, listing
from bot.sandbox.stripe.errors import bad_request, no_such
from bot.sandbox.stripe.ids import encoded
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
from bot.sandbox.stripe.store import Object
from bot.sandbox.stripe.world import World

PREFIX_CHARACTERS = 8
PLAIN = ("address", "description", "email", "name", "phone", "preferred_locales", "shipping")

SHIPPING = hash_of(
    {"address": ADDRESS, "name": TEXT, "phone": TEXT}, "address", "name", can_unset=True
)
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
TAX_ID_TYPES = (
    "ae_trn",
    "au_abn",
    "br_cnpj",
    "ca_bn",
    "ca_gst_hst",
    "ch_vat",
    "es_cif",
    "eu_vat",
    "gb_vat",
    "in_gst",
    "jp_cn",
    "jp_trn",
    "kr_brn",
    "mx_rfc",
    "no_vat",
    "nz_gst",
    "pl_nip",
    "sg_gst",
    "sg_uen",
    "us_ein",
    "za_vat",
)
TAX_ID = {"type": choice(*TAX_ID_TYPES), "value": ID}


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
        # Imported here because payment methods look up customers.
        from bot.sandbox.stripe.payment_methods import attached

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


def full_address(address: dict[str, Any]) -> Object:
    """An address with all its fields."""
    return {name: address.get(name) for name in ADDRESS.fields}


def full_shipping(shipping: dict[str, Any]) -> Object:
    """A shipping address with all its fields."""
    return {
        "address": full_address(shipping["address"] or {}),
        "name": shipping["name"],
        "phone": shipping.get("phone"),
    }


def new_prefix(world: World, identifier: str) -> str:
    """A prefix for the invoice numbers of one customer."""
    return encoded(world.ids.token(identifier).encode(), PREFIX_CHARACTERS).upper()


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
    # Imported here because subscriptions look up customers.
    from bot.sandbox.stripe.subscription_billing import end_subscription

    world = call.world
    customer = world.get("customer", call.ids["customer"])
    for subscription in world.table("subscription").where(customer=customer["id"]):
        if subscription["status"] != "canceled":
            end_subscription(world, subscription, "cancellation_requested")
    world.deleted_customers[customer["id"]] = deleted(customer)
    world.remove(customer, "customer.deleted")
    return deleted(customer)


def move_balance(
    world: World,
    customer: Object,
    amount: int,
    *,
    kind: str = "adjustment",
    about: dict[str, Any] | None = None,
) -> Object | None:
    """Add to a customer's balance (negative is credit) and keep the transaction; 0 does nothing."""
    if amount == 0:
        return None
    about = about or {}
    currency = about.get("currency") or customer["currency"] or "usd"
    ending = customer["balance"] + amount
    transaction: Object = {
        "id": world.ids.new("cbtxn"),
        "object": "customer_balance_transaction",
        "amount": amount,
        "checkout_session": None,
        "created": world.now,
        "credit_note": about.get("credit_note"),
        "currency": currency,
        "customer": customer["id"],
        "description": about.get("description"),
        "ending_balance": ending,
        "invoice": about.get("invoice"),
        "livemode": world.livemode,
        "metadata": about.get("metadata") or {},
        "type": kind,
    }
    changes = {"balance": ending, "currency": customer["currency"] or currency}
    world.change(customer, changes, "customer.updated")
    return world.add(transaction)


def create_balance_transaction(call: Call) -> Object:
    """Give credit (a negative amount) or take it."""
    customer = call.world.get("customer", call.ids["customer"])
    currency = call.params["currency"].lower()
    if customer["currency"] not in {None, currency}:
        message = f"The customer's balance is in {customer['currency']}, not in {currency}."
        raise bad_request(message, param="currency")
    about = {
        "currency": currency,
        "description": call.get("description"),
        "metadata": merged_metadata({}, call.get("metadata", {})),
    }
    moved = move_balance(call.world, customer, call.params["amount"], about=about)
    if moved is None:
        raise bad_request("The amount can't be 0.", param="amount")
    return moved


def get_balance_transaction(call: Call) -> Object:
    """One transaction of the customer in the path."""
    found = call.world.get("customer_balance_transaction", call.ids["transaction"])
    if found["customer"] != call.ids["customer"]:
        raise no_such("customer_balance_transaction", found["id"])
    return found


def list_balance_transactions(call: Call) -> Object:
    """A customer's transactions, newest first."""
    customer = call.world.get("customer", call.ids["customer"])
    wanted = {"customer": customer["id"], **call.changes("invoice")}
    return listed(call, call.world.table("customer_balance_transaction"), wanted)


def add_tax_id(world: World, customer: Object, given: dict[str, Any]) -> Object:
    """Keep a tax id of a customer, unverified."""
    tax_id: Object = {
        "id": world.ids.new("txi"),
        "object": "tax_id",
        "country": given["type"][:2].upper() if given["type"] != "eu_vat" else given["value"][:2],
        "created": world.now,
        "customer": customer["id"],
        "livemode": world.livemode,
        "owner": {"customer": customer["id"], "type": "customer"},
        "type": given["type"],
        "value": given["value"],
        "verification": {"status": "pending", "verified_address": None, "verified_name": None},
    }
    return world.add(tax_id, "customer.tax_id.created")


def create_tax_id(call: Call) -> Object:
    """A new tax id of the customer in the path."""
    customer = call.world.get("customer", call.ids["customer"])
    return add_tax_id(call.world, customer, call.params)


def tax_id_in_path(call: Call) -> Object:
    """The tax id in the path, when it is the customer's."""
    found = call.world.get("tax_id", call.ids["id"])
    if found["customer"] != call.ids["customer"]:
        raise no_such("tax_id", found["id"])
    return found


def delete_tax_id(call: Call) -> Object:
    """Take a tax id away."""
    found = tax_id_in_path(call)
    call.world.remove(found, "customer.tax_id.deleted")
    return deleted(found)


def list_tax_ids(call: Call) -> Object:
    """A customer's tax ids."""
    customer = call.world.get("customer", call.ids["customer"])
    return listed(call, call.world.table("tax_id"), {"customer": customer["id"]})


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
