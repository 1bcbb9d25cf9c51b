"""Invoices while they are drafts: create, change, delete; and reading them in every state."""

from collections.abc import Callable
from typing import Any

from bot.sandbox.stripe.calls import Call, Route, deleted, listing, retrieve
from bot.sandbox.stripe.discounts import DISCOUNTS, discount_of
from bot.sandbox.stripe.errors import bad_request, missing_parameter
from bot.sandbox.stripe.invoice_blank import blank_invoice, subscription_parent
from bot.sandbox.stripe.invoice_lines import recalculated
from bot.sandbox.stripe.invoice_totals import totals_of
from bot.sandbox.stripe.params import (
    EXPAND,
    FLAG,
    ID,
    METADATA,
    MOMENTS,
    NOT_NEGATIVE,
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

DAY_SECONDS = 86_400
DRAFT_SECONDS = 3_600
COLLECTION = choice("charge_automatically", "send_invoice")
STATUSES = ("draft", "open", "paid", "uncollectible", "void")
CUSTOM_FIELDS = list_of(hash_of({"name": ID, "value": ID}, "name", "value"))
FIELDS: dict[str, Kind] = {
    **EXPAND,
    "auto_advance": FLAG,
    "automatically_finalizes_at": TIMESTAMP,
    "collection_method": COLLECTION,
    "custom_fields": CUSTOM_FIELDS,
    "days_until_due": NOT_NEGATIVE,
    "default_payment_method": TEXT,
    "default_tax_rates": list_of(ID),
    "description": TEXT,
    "discounts": DISCOUNTS,
    "due_date": TIMESTAMP,
    "effective_at": TIMESTAMP,
    "footer": TEXT,
    "metadata": METADATA,
    "number": TEXT,
    "statement_descriptor": TEXT,
}
# What may still change once an invoice is final.
FINAL_FIELDS = frozenset(
    {"auto_advance", "default_payment_method", "due_date", "expand", "metadata", "description"}
)


def create_invoice(call: Call) -> Object:
    """A new manual draft; the customer's waiting items join it when asked for."""
    world = call.world
    if call.get("customer") is None:
        raise missing_parameter("customer")
    customer = world.get("customer", call.params["customer"], param="customer")
    currency = (call.get("currency") or customer["currency"] or "usd").lower()
    invoice = blank_invoice(world, customer, currency)
    if call.get("subscription") is not None:
        world.get("subscription", call.params["subscription"], param="subscription")
        invoice["parent"] = subscription_parent(call.params["subscription"], {})
    invoice |= draft_changes(call, invoice)
    check_collection(call, invoice)
    world.table("invoice").add(invoice)
    world.lines[invoice["id"]] = []
    if call.get("pending_invoice_items_behavior", "exclude") == "include":
        take_waiting_items(world, invoice, any_currency=call.get("currency") is None)
    invoice |= recalculated(world, invoice)
    plan_finalization(world, invoice)
    world.emit("invoice.created", invoice)
    if customer["currency"] is None:
        world.change(customer, {"currency": invoice["currency"]}, "customer.updated")
    return invoice


def take_waiting_items(world: World, invoice: Object, *, any_currency: bool) -> None:
    """Put the customer's waiting items on a draft; all of one currency."""
    waiting = world.table("invoiceitem").where(customer=invoice["customer"], invoice=None)
    if any_currency and waiting:
        invoice["currency"] = waiting[0]["currency"]
    for item in waiting:
        if item["currency"] == invoice["currency"]:
            world.change(item, {"invoice": invoice["id"]}, "invoiceitem.updated")


def draft_changes(call: Call, invoice: Object) -> dict[str, Any]:
    """The fields that a create or an update gives."""
    world = call.world
    changes = call.changes("auto_advance", "automatically_finalizes_at", "collection_method")
    changes |= call.changes("custom_fields", "description", "effective_at", "footer", "number")
    changes |= call.changes("statement_descriptor", "default_payment_method", "due_date")
    if changes.get("default_payment_method") is not None:
        world.get(
            "payment_method", changes["default_payment_method"], param="default_payment_method"
        )
    if "metadata" in call.params:
        changes["metadata"] = merged_metadata(invoice["metadata"], call.params["metadata"])
    if "default_tax_rates" in call.params:
        changes["default_tax_rates"] = [
            world.get("tax_rate", identifier, param="default_tax_rates")
            for identifier in call.params["default_tax_rates"] or []
        ]
    if "discounts" in call.params:
        about = {"customer": invoice["customer"], "invoice": invoice["id"]}
        changes["discounts"] = [
            discount_of(world, given, about) for given in call.params["discounts"] or []
        ]
    if call.get("days_until_due") is not None:
        days = call.params["days_until_due"]
        world.days_until_due[invoice["id"]] = days
        changes["due_date"] = world.now + days * DAY_SECONDS
    return changes


def check_collection(call: Call, invoice: Object) -> None:
    """A sent invoice has a due date; an automatically charged one has none.

    Raises: StripeError otherwise.
    """
    if invoice["collection_method"] == "send_invoice":
        if invoice["due_date"] is None:
            message = (
                "You must provide one of `days_until_due` or `due_date` when "
                "`collection_method=send_invoice`."
            )
            raise bad_request(message)
        return
    for name in ("due_date", "days_until_due"):
        if call.get(name) is not None:
            message = f"You can only pass `{name}` when `collection_method` is `send_invoice`."
            raise bad_request(message, param=name)


def plan_finalization(world: World, invoice: Object) -> None:
    """Finalize a draft by itself an hour after its creation, when it may advance."""
    at = invoice["automatically_finalizes_at"]
    if invoice["auto_advance"] and at is None:
        at = max(world.now, invoice["created"] + DRAFT_SECONDS)
    if at is None:
        return
    invoice["automatically_finalizes_at"] = at
    if invoice["collection_method"] == "charge_automatically":
        invoice["next_payment_attempt"] = at
    world.timers.plan(at, "finalize", invoice["id"])


def update_invoice(call: Call) -> Object:
    """Change a draft, or the little that stays open once it is final."""
    world = call.world
    invoice = world.get("invoice", call.ids["invoice"])
    if invoice["status"] != "draft":
        closed = sorted(set(call.params) - FINAL_FIELDS)
        if closed:
            message = f"You can't update `{closed[0]}` on an invoice that is no longer a draft."
            raise bad_request(message, code="invoice_not_editable", param=closed[0])
    changes = draft_changes(call, invoice)
    after = {**invoice, **changes}
    if "collection_method" in changes and after["collection_method"] == "charge_automatically":
        changes["due_date"] = after["due_date"] = None
    check_collection(call, after)
    if invoice["status"] == "draft":
        plan_finalization(world, after)
        changes["automatically_finalizes_at"] = after["automatically_finalizes_at"]
        changes["next_payment_attempt"] = after["next_payment_attempt"]
        changes |= totals_of(world, after, world.lines[invoice["id"]])
    return world.change(invoice, changes, "invoice.updated")


def delete_invoice(call: Call) -> Object:
    """Delete a draft; its items wait for the next one."""
    world = call.world
    invoice = world.get("invoice", call.ids["invoice"])
    if invoice["status"] != "draft":
        message = "You can only delete draft invoices; to annul a finalized one, void it."
        raise bad_request(message, code="invoice_not_editable")
    for item in world.table("invoiceitem").where(invoice=invoice["id"]):
        world.remove(item, "invoiceitem.deleted")
    world.remove(invoice, "invoice.deleted")
    world.lines.pop(invoice["id"], None)
    return deleted(invoice)


def fits_invoice(call: Call) -> Callable[[Object], bool] | None:
    """Whether an invoice is among those asked for, beyond what the indexes know."""
    method, due = call.get("collection_method"), call.get("due_date")
    if method is None and due is None:
        return None

    def fits(invoice: Object) -> bool:
        """Judge one invoice."""
        if method is not None and invoice["collection_method"] != method:
            return False
        return due is None or within(invoice["due_date"], due)

    return fits


def within(moment: int | None, bounds: dict[str, int]) -> bool:
    """Whether a moment lies within given bounds."""
    if moment is None:
        return False
    return (
        moment >= bounds.get("gte", moment)
        and moment <= bounds.get("lte", moment)
        and moment > bounds.get("gt", moment - 1)
        and moment < bounds.get("lt", moment + 1)
    )


ROUTES = [
    Route(
        "POST",
        "/v1/invoices",
        create_invoice,
        {
            **FIELDS,
            "currency": ID,
            "customer": ID,
            "pending_invoice_items_behavior": choice("exclude", "include"),
            "subscription": ID,
        },
    ),
    listing(
        "/v1/invoices",
        "invoice",
        equal={
            "customer": "customer",
            "status": "status",
            "subscription": "parent.subscription_details.subscription",
        },
        also={
            "collection_method": COLLECTION,
            "customer": ID,
            "due_date": MOMENTS,
            "status": choice(*STATUSES),
            "subscription": ID,
        },
        fits=fits_invoice,
    ),
    retrieve("/v1/invoices/{invoice}", "invoice"),
    Route("POST", "/v1/invoices/{invoice}", update_invoice, FIELDS),
    Route("DELETE", "/v1/invoices/{invoice}", delete_invoice, {}),
]
