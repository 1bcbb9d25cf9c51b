"""How an invoice gets paid: its intent, its charges, what a decline does, when to try again."""

from typing import Any

from bot.sandbox.stripe.charges import new_charge
from bot.sandbox.stripe.errors import DECLINE_MESSAGES, bad_request, card_declined
from bot.sandbox.stripe.settlement import settle, subscription_of
from bot.sandbox.stripe.store import Object
from bot.sandbox.stripe.world import World, copied

DAY_SECONDS = 86_400
# Days after the first failed attempt on which Stripe tries again by itself.
RETRY_DAYS = (3, 5, 7)
SECRET_CHARACTERS = 25
# Fields that nothing here fills, or that are filled later.
EMPTY_IN_INTENT = (
    "amount_details",
    "application",
    "application_fee_amount",
    "automatic_payment_methods",
    "canceled_at",
    "cancellation_reason",
    "description",
    "last_payment_error",
    "latest_charge",
    "next_action",
    "on_behalf_of",
    "payment_method",
    "payment_method_configuration_details",
    "processing",
    "receipt_email",
    "review",
    "setup_future_usage",
    "shipping",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "transfer_data",
    "transfer_group",
)


def new_intent(world: World, customer: str | None, amount: int, currency: str) -> Object:
    """A payment intent that waits for a payment method."""
    identifier = world.ids.new("pi")
    secret = world.ids.token(identifier, SECRET_CHARACTERS)
    intent: Object = {
        "id": identifier,
        "object": "payment_intent",
        **dict.fromkeys(EMPTY_IN_INTENT),
        "amount": amount,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "capture_method": "automatic",
        "client_secret": f"{identifier}_secret_{secret}",
        "confirmation_method": "automatic",
        "created": world.now,
        "currency": currency,
        "customer": customer,
        "livemode": world.livemode,
        "metadata": {},
        "payment_method_options": {},
        "payment_method_types": ["card"],
        "status": "requires_payment_method",
    }
    return world.add(intent, "payment_intent.created")


def new_invoice_payment(
    world: World, invoice: Object, payment: Object, *, is_default: bool
) -> Object:
    """The link between an invoice and one payment of it, still open."""
    row: Object = {
        "id": world.ids.new("inpay"),
        "object": "invoice_payment",
        "amount_paid": None,
        "amount_requested": invoice["amount_remaining"],
        "created": world.now,
        "currency": invoice["currency"],
        "invoice": invoice["id"],
        "is_default": is_default,
        "livemode": world.livemode,
        "payment": payment,
        "status": "open",
        "status_transitions": {"canceled_at": None, "paid_at": None},
    }
    return world.add(row)


def open_payment(world: World, invoice: Object) -> Object:
    """Give a final invoice the payment that its page and its retries use."""
    intent = new_intent(
        world, invoice["customer"], invoice["amount_remaining"], invoice["currency"]
    )
    payment = {"payment_intent": intent["id"], "type": "payment_intent"}
    return new_invoice_payment(world, invoice, payment, is_default=True)


def default_payment(world: World, invoice: Object) -> Object:
    """The open default payment of an invoice, made again when it is gone."""
    for row in world.table("invoice_payment").where(invoice=invoice["id"], status="open"):
        if row["is_default"] and row["payment"]["type"] == "payment_intent":
            return row
    return open_payment(world, invoice)


def cancel_open_payments(world: World, invoice: Object, reason: str) -> None:
    """Close the payments that an invoice no longer waits for."""
    for row in world.table("invoice_payment").where(invoice=invoice["id"], status="open"):
        moved = {**row["status_transitions"], "canceled_at": world.now}
        world.change(row, {"status": "canceled", "status_transitions": moved})
        intent = world.table("payment_intent").find(row["payment"].get("payment_intent") or "")
        if intent is not None and intent["status"] != "succeeded":
            changes = {
                "canceled_at": world.now,
                "cancellation_reason": reason,
                "status": "canceled",
            }
            world.change(intent, changes, "payment_intent.canceled")


def method_for(world: World, invoice: Object, asked: str | None) -> Object | None:
    """The payment method to charge: the one asked for, else the nearest default."""
    if asked is not None:
        method = world.get("payment_method", asked, param="payment_method")
        if method["customer"] != invoice["customer"]:
            message = "The payment method does not belong to the invoice's customer."
            raise bad_request(message, param="payment_method")
        return method
    subscription = subscription_of(world, invoice) or {}
    customer = world.table("customer").find(invoice["customer"]) or {}
    defaults = (
        invoice["default_payment_method"],
        subscription.get("default_payment_method"),
        customer.get("invoice_settings", {}).get("default_payment_method"),
    )
    found = (world.table("payment_method").find(name) for name in defaults if name)
    return next((method for method in found if method is not None), None)


def collect(
    world: World, invoice: Object, asked: str | None = None, *, automatic: bool = False
) -> Object:
    """Charge what is left of an invoice.

    Raises: StripeError 400 without a payment method, 402 when the bank says no; the attempt is
    kept all the same. An automatic attempt raises nothing.
    """
    method = method_for(world, invoice, asked)
    if method is None and not automatic:
        message = (
            "This customer has no attached payment source or default payment method. Please "
            "consider adding a default payment method."
        )
        raise bad_request(message, code="resource_missing")
    row = default_payment(world, invoice)
    intent = world.table("payment_intent").get(row["payment"]["payment_intent"])
    outcome = world.outcome_of_card(method["id"]) if method else "generic_decline"
    if outcome is None and method is not None:
        charge = new_charge(world, intent, method)
        return receive(world, invoice, row, intent, charge)
    failed = new_charge(world, intent, method, outcome) if method else None
    fail(world, invoice, intent, failed, automatic=automatic)
    if automatic:
        return invoice
    raise card_declined((failed or {}).get("id", ""), copied(intent), outcome or "generic_decline")


def receive(world: World, invoice: Object, row: Object, intent: Object, charge: Object) -> Object:
    """Book a succeeded charge on an invoice."""
    world.emit("charge.succeeded", charge)
    changes = {
        "amount_received": intent["amount"],
        "last_payment_error": None,
        "latest_charge": charge["id"],
        "payment_method": charge["payment_method"],
        "status": "succeeded",
    }
    world.change(intent, changes, "payment_intent.succeeded")
    return book(world, invoice, row, intent["amount"])


def book(world: World, invoice: Object, row: Object, amount: int) -> Object:
    """Count a payment towards an invoice; enough makes it paid."""
    moved = {**row["status_transitions"], "paid_at": world.now}
    used = min(amount, invoice["amount_remaining"])
    world.change(row, {"amount_paid": used, "status": "paid", "status_transitions": moved})
    world.emit("invoice_payment.paid", row)
    left = invoice["amount_remaining"] - used
    changes: dict[str, Any] = {
        "amount_paid": invoice["amount_paid"] + used,
        "amount_remaining": left,
    }
    if row["payment"]["type"] == "payment_record":
        changes["amount_paid_off_stripe"] = invoice["amount_paid_off_stripe"] + used
    else:
        changes["attempted"] = True
        changes["attempt_count"] = max(invoice["attempt_count"], 1)
    if left == 0:
        settle(world, invoice, changes)
        cancel_open_payments(world, invoice, "abandoned")
        return invoice
    world.change(invoice, changes, "invoice.updated")
    resize_default_payment(world, invoice)
    return invoice


def resize_default_payment(world: World, invoice: Object) -> None:
    """After a part payment or a credit note the default payment asks for what is left."""
    for row in world.table("invoice_payment").where(invoice=invoice["id"], status="open"):
        intent = world.table("payment_intent").find(row["payment"].get("payment_intent") or "")
        if row["is_default"] and intent is not None:
            world.change(row, {"amount_requested": invoice["amount_remaining"]})
            world.change(intent, {"amount": invoice["amount_remaining"]})


def fail(
    world: World, invoice: Object, intent: Object, charge: Object | None, *, automatic: bool
) -> None:
    """Book a declined charge: count the attempt and plan the next one."""
    error: Object = {
        "code": "card_declined" if charge else "payment_intent_payment_attempt_failed",
        "message": DECLINE_MESSAGES["generic_decline"],
        "type": "card_error" if charge else "invalid_request_error",
    }
    changes: dict[str, Any] = {"last_payment_error": error}
    if charge is not None:
        error |= {"charge": charge["id"], "decline_code": charge["outcome"]["reason"]}
        error["message"] = charge["failure_message"]
        changes["latest_charge"] = charge["id"]
        world.emit("charge.failed", charge)
    world.change(intent, changes, "payment_intent.payment_failed")
    # Any first attempt counts; after it only automatic ones do. Source: the field's own text in
    # Stripe's OpenAPI document.
    counts = automatic or invoice["attempt_count"] == 0
    count = invoice["attempt_count"] + (1 if counts else 0)
    again = invoice["next_payment_attempt"]
    if counts and invoice["collection_method"] == "charge_automatically":
        again = next_attempt(world, invoice, count)
    booked = {"attempted": True, "attempt_count": count, "next_payment_attempt": again}
    world.change(invoice, booked, "invoice.updated", "invoice.payment_failed")
    subscription = subscription_of(world, invoice)
    if subscription is not None and subscription["status"] == "active":
        world.change(subscription, {"status": "past_due"}, "customer.subscription.updated")
    customer = world.table("customer").find(invoice["customer"])
    if customer is not None and invoice["collection_method"] == "charge_automatically":
        world.change(customer, {"delinquent": True}, "customer.updated")


def next_attempt(world: World, invoice: Object, count: int) -> int | None:
    """The moment of the next automatic attempt; None once they are used up."""
    if invoice["status"] != "open" or count > len(RETRY_DAYS):
        return None
    first = world.first_attempts.setdefault(invoice["id"], world.now)
    moment = first + RETRY_DAYS[count - 1] * DAY_SECONDS
    world.timers.plan(moment, "collect", invoice["id"])
    return moment
