"""Refunds of charges."""

from bot.sandbox.stripe.calls import Call, Route, listing, retrieve
from bot.sandbox.stripe.errors import bad_request, missing_parameter
from bot.sandbox.stripe.params import (
    EXPAND,
    ID,
    METADATA,
    POSITIVE,
    choice,
    merged_metadata,
)
from bot.sandbox.stripe.store import Object
from bot.sandbox.stripe.world import World


def create_refund(call: Call) -> Object:
    """Give a charge back, whole or in part."""
    world = call.world
    if call.get("charge") is not None:
        charge = world.get("charge", call.params["charge"], param="charge")
    elif call.get("payment_intent") is not None:
        intent = world.get("payment_intent", call.params["payment_intent"], param="payment_intent")
        if intent["status"] != "succeeded":
            message = f"This PaymentIntent ({intent['id']}) does not have a successful charge."
            raise bad_request(message)
        charge = world.get("charge", intent["latest_charge"])
    else:
        raise missing_parameter("charge")
    refund = refunded(world, charge, call.get("amount"), call.get("reason"))
    refund["metadata"] = merged_metadata({}, call.get("metadata", {}))
    return refund


def refunded(world: World, charge: Object, amount: int | None, reason: str | None) -> Object:
    """Refund a charge; all that is left of it without an amount.

    Raises: StripeError when the charge failed, is under dispute, or has less left.
    """
    left = charge["amount_captured"] - charge["amount_refunded"]
    if charge["disputed"]:
        message = f"Charge {charge['id']} has been charged back; cannot issue a refund."
        raise bad_request(message, code="charge_disputed")
    if left == 0:
        message = f"Charge {charge['id']} has already been refunded."
        raise bad_request(message, code="charge_already_refunded")
    amount = amount or left
    if amount > left:
        message = f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})"
        raise bad_request(message, code="amount_too_large", param="amount")
    refund: Object = {
        "id": world.ids.new("re"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": world.now,
        "currency": charge["currency"],
        "destination_details": {
            "card": {
                "reference_status": "pending",
                "reference_type": "acquirer_reference_number",
                "type": "refund",
            },
            "type": "card",
        },
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "reason": reason,
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "succeeded",
        "transfer_reversal": None,
    }
    world.add(refund, "refund.created")
    sums = charge["amount_refunded"] + amount
    changes = {"amount_refunded": sums, "refunded": sums == charge["amount_captured"]}
    world.change(charge, changes, "charge.refunded")
    return refund


def update_refund(call: Call) -> Object:
    """Change a refund's metadata."""
    refund = call.world.get("refund", call.ids["refund"])
    merged = merged_metadata(refund["metadata"], call.get("metadata", {}))
    return call.world.change(refund, {"metadata": merged}, "refund.updated")


ROUTES = [
    Route(
        "POST",
        "/v1/refunds",
        create_refund,
        {
            **EXPAND,
            "amount": POSITIVE,
            "charge": ID,
            "metadata": METADATA,
            "payment_intent": ID,
            "reason": choice("duplicate", "fraudulent", "requested_by_customer"),
        },
    ),
    listing(
        "/v1/refunds",
        "refund",
        equal={"charge": "charge", "payment_intent": "payment_intent"},
        also={"charge": ID, "payment_intent": ID},
    ),
    retrieve("/v1/refunds/{refund}", "refund"),
    Route("POST", "/v1/refunds/{refund}", update_refund, {**EXPAND, "metadata": METADATA}),
]
