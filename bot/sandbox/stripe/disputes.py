"""Card disputes: opened by the control API, answered by the account, closed by the control API."""

from typing import Any

from bot.sandbox.stripe.calls import Call, Route, listing, retrieve
from bot.sandbox.stripe.errors import bad_request
from bot.sandbox.stripe.params import EXPAND, FLAG, ID, METADATA, TEXT, hash_of, merged_metadata
from bot.sandbox.stripe.store import Object
from bot.sandbox.stripe.world import World

DAY_SECONDS = 86_400
DAYS_TO_ANSWER = 9
OPEN_STATUSES = frozenset({"needs_response", "warning_needs_response"})
OUTCOMES = frozenset({"won", "lost"})
EVIDENCE_FIELDS = (
    "access_activity_log",
    "billing_address",
    "cancellation_policy",
    "cancellation_policy_disclosure",
    "cancellation_rebuttal",
    "customer_communication",
    "customer_email_address",
    "customer_name",
    "customer_purchase_ip",
    "customer_signature",
    "duplicate_charge_documentation",
    "duplicate_charge_explanation",
    "duplicate_charge_id",
    "product_description",
    "receipt",
    "refund_policy",
    "refund_policy_disclosure",
    "refund_refusal_explanation",
    "service_date",
    "service_documentation",
    "shipping_address",
    "shipping_carrier",
    "shipping_date",
    "shipping_documentation",
    "shipping_tracking_number",
    "uncategorized_file",
    "uncategorized_text",
)


def open_dispute(world: World, charge: Object, reason: str) -> Object:
    """The bank takes a charge back until the account has answered.

    Raises: StripeError for a charge that failed or is disputed already.
    """
    if charge["status"] != "succeeded" or charge["disputed"]:
        raise bad_request("Only a succeeded charge can be disputed, and once.", param="charge")
    dispute: Object = {
        "id": world.ids.new("du"),
        "object": "dispute",
        "amount": charge["amount"],
        "balance_transactions": [],
        "charge": charge["id"],
        "created": world.now,
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {**dict.fromkeys(EVIDENCE_FIELDS), "enhanced_evidence": {}},
        "evidence_details": {
            "due_by": world.now + DAYS_TO_ANSWER * DAY_SECONDS,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "is_charge_refundable": False,
        "livemode": world.livemode,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "payment_method_details": {
            "card": {
                "brand": charge["payment_method_details"]["card"]["brand"],
                "case_type": "chargeback",
                "network": charge["payment_method_details"]["card"]["brand"],
                "network_reason_code": "10.4",
            },
            "type": "card",
        },
        "reason": reason,
        "status": "needs_response",
    }
    world.change(charge, {"disputed": True}, "charge.updated")
    return world.add(dispute, "charge.dispute.created", "charge.dispute.funds_withdrawn")


def close_dispute(world: World, dispute: Object, status: str) -> Object:
    """The bank decides."""
    world.change(dispute, {"status": status}, "charge.dispute.closed")
    if status == "won":
        world.emit("charge.dispute.funds_reinstated", dispute)
    return dispute


def update_dispute(call: Call) -> Object:
    """Stage evidence, or submit it, which is what happens unless `submit=false`."""
    world = call.world
    dispute = world.get("dispute", call.ids["dispute"])
    changes: dict[str, Any] = {}
    if "metadata" in call.params:
        changes["metadata"] = merged_metadata(dispute["metadata"], call.params["metadata"])
    if call.get("evidence"):
        if dispute["status"] not in OPEN_STATUSES:
            raise bad_request("This dispute does not take evidence any more.", param="evidence")
        changes["evidence"] = {**dispute["evidence"], **call.params["evidence"]}
    details = {**dispute["evidence_details"]}
    details["has_evidence"] = any((changes.get("evidence") or dispute["evidence"]).values())
    if call.get("submit", True) and details["has_evidence"]:
        if dispute["status"] not in OPEN_STATUSES:
            raise bad_request("This dispute has been answered already.", param="submit")
        details["submission_count"] += 1
        changes["status"] = "under_review"
    changes["evidence_details"] = details
    return world.change(dispute, changes, "charge.dispute.updated")


def accept_dispute(call: Call) -> Object:
    """Give a dispute up, for ever."""
    dispute = call.world.get("dispute", call.ids["dispute"])
    if dispute["status"] not in OPEN_STATUSES:
        raise bad_request(f"This dispute is {dispute['status']} and can't be closed.")
    return close_dispute(call.world, dispute, "lost")


DISPUTE = "/v1/disputes/{dispute}"
ROUTES = [
    listing(
        "/v1/disputes",
        "dispute",
        equal={"charge": "charge", "payment_intent": "payment_intent"},
        also={"charge": ID, "payment_intent": ID},
    ),
    retrieve(DISPUTE, "dispute"),
    Route(
        "POST",
        DISPUTE,
        update_dispute,
        {
            **EXPAND,
            "evidence": hash_of(dict.fromkeys(EVIDENCE_FIELDS, TEXT)),
            "metadata": METADATA,
            "submit": FLAG,
        },
    ),
    Route("POST", f"{DISPUTE}/close", accept_dispute, EXPAND),
]
