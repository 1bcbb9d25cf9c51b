"""Payments that were made outside Stripe and reported to it."""

from typing import Any

from bot.sandbox.stripe.calls import Call, listed_rows
from bot.sandbox.stripe.errors import (
    missing_parameter,
)
from bot.sandbox.stripe.params import (
    ID,
    NOT_NEGATIVE,
    hash_of,
    merged_metadata,
)
from bot.sandbox.stripe.store import Object

AMOUNT = hash_of({"currency": ID, "value": NOT_NEGATIVE}, "currency", "value")
NO_AMOUNT_FIELDS = (
    "amount_authorized",
    "amount_canceled",
    "amount_failed",
    "amount_guaranteed",
    "amount_refunded",
)


def report_payment(call: Call) -> Object:
    """Record a payment that was made outside Stripe."""
    world, params = call.world, call.params
    asked = {**params["amount_requested"]}
    asked["currency"] = asked["currency"].lower()
    nothing = {"currency": asked["currency"], "value": 0}
    outcome = params.get("outcome")
    amounts = {name: dict(nothing) for name in NO_AMOUNT_FIELDS}
    if outcome is not None:
        if params.get(outcome) is None:
            raise missing_parameter(outcome)
        amounts[f"amount_{outcome}"] = dict(asked)
    customer = params.get("customer_details")
    processor = params.get("processor_details") or {}
    record: Object = {
        "id": world.ids.new("pr"),
        "object": "payment_record",
        "amount": dict(asked),
        **amounts,
        "amount_requested": dict(asked),
        "application": None,
        "created": world.now,
        "customer_details": customer
        and {name: customer.get(name) for name in ("customer", "email", "name", "phone")},
        "customer_presence": params.get("customer_presence"),
        "description": params.get("description"),
        "latest_payment_attempt_record": world.ids.new("par"),
        "livemode": world.livemode,
        "metadata": merged_metadata({}, params.get("metadata", {})),
        "payment_method_details": method_details(params["payment_method_details"]),
        "processor_details": {
            "custom": {
                "payment_reference": (processor.get("custom") or {}).get("payment_reference")
            },
            "type": "custom",
        },
        "reported_by": "self",
        "shipping_details": None,
    }
    return world.add(record)


def method_details(given: dict[str, Any]) -> Object:
    """What is known about how a payment outside Stripe was made."""
    custom = given.get("custom") or {}
    return {
        "billing_details": None,
        "custom": {
            "display_name": custom.get("display_name") or "Other",
            "type": custom.get("type"),
        },
        "payment_method": given.get("payment_method"),
        "type": given.get("type", "custom"),
    }


def list_records(call: Call) -> Object:
    """The payment records, newest first."""
    rows = list(call.world.table("payment_record"))[::-1]
    return listed_rows(call, "payment_record", rows)
