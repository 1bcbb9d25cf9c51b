"""Reading payments, and paying an invoice in part: by an intent or by a record of a payment."""

from collections.abc import Callable

from bot.sandbox.stripe.calls import Call, Route, listing, retrieve
from bot.sandbox.stripe.charges import new_charge
from bot.sandbox.stripe.errors import (
    DECLINE_MESSAGES,
    bad_request,
    card_declined,
    missing_parameter,
)
from bot.sandbox.stripe.params import (
    EXPAND,
    FLAG,
    ID,
    METADATA,
    PAGE,
    POSITIVE,
    TEXT,
    TIMESTAMP,
    choice,
    hash_of,
    merged_metadata,
)
from bot.sandbox.stripe.payment_records import AMOUNT, list_records, report_payment
from bot.sandbox.stripe.payments import book, new_intent, new_invoice_payment
from bot.sandbox.stripe.store import Object, value_at
from bot.sandbox.stripe.world import World, copied


def create_intent(call: Call) -> Object:
    """A payment intent of one's own, confirmed at once when asked for."""
    world = call.world
    customer = call.get("customer")
    if customer is not None:
        world.get("customer", customer, param="customer")
    intent = new_intent(world, customer, call.params["amount"], call.params["currency"].lower())
    intent["description"] = call.get("description")
    intent["metadata"] = merged_metadata({}, call.get("metadata", {}))
    method = call.get("payment_method")
    if method is not None:
        found = world.get("payment_method", method, param="payment_method")
        world.change(intent, {"payment_method": method, "status": "requires_confirmation"})
        if call.get("confirm"):
            confirm(world, intent, found)
    elif call.get("confirm"):
        raise missing_parameter("payment_method")
    return intent


def confirm(world: World, intent: Object, method: Object) -> None:
    """Charge an intent that is not an invoice's own.

    Raises: StripeError 402 when the bank says no.
    """
    outcome = world.outcome_of_card(method["id"])
    charge = new_charge(world, intent, method, outcome)
    if outcome is None:
        world.emit("charge.succeeded", charge)
        changes = {
            "amount_received": intent["amount"],
            "latest_charge": charge["id"],
            "status": "succeeded",
        }
        world.change(intent, changes, "payment_intent.succeeded")
        settle_attached(world, intent)
        return
    world.emit("charge.failed", charge)
    error = {
        "charge": charge["id"],
        "code": "card_declined",
        "decline_code": outcome,
        "message": DECLINE_MESSAGES[outcome],
        "type": "card_error",
    }
    changes = {
        "last_payment_error": error,
        "latest_charge": charge["id"],
        "payment_method": None,
        "status": "requires_payment_method",
    }
    world.change(intent, changes, "payment_intent.payment_failed")
    raise card_declined(charge["id"], copied(intent), outcome)


def settle_attached(world: World, intent: Object) -> None:
    """Book an intent that succeeded on the invoices it was attached to before."""
    attached = {"payment.payment_intent": intent["id"], "status": "open"}
    for row in world.table("invoice_payment").where(**attached):
        book(world, world.get("invoice", row["invoice"]), row, intent["amount"])


def update_intent(call: Call) -> Object:
    """Change words about an intent."""
    intent = call.world.get("payment_intent", call.ids["intent"])
    changes = call.changes("description")
    if "metadata" in call.params:
        changes["metadata"] = merged_metadata(intent["metadata"], call.params["metadata"])
    return call.world.change(intent, changes)


def attach_payment(call: Call) -> Object:
    """Attach an intent or a record of a payment to an open invoice.

    Raises: StripeError when the invoice is not open or the payment does not fit it.
    """
    world = call.world
    invoice = world.get("invoice", call.ids["invoice"])
    if invoice["status"] not in {"open", "uncollectible"}:
        raise bad_request(f"You can't attach a payment to an invoice that is {invoice['status']}.")
    given = [name for name in ("payment_intent", "payment_record") if call.get(name)]
    if len(given) != 1:
        raise bad_request("You must pass exactly one of payment_intent, payment_record.")
    kind = given[0]
    payment = world.get(kind, call.params[kind], param=kind)
    if world.table("invoice_payment").where(**{f"payment.{kind}": payment["id"]}):
        raise bad_request("This payment is already attached to an invoice.", param=kind)
    amount, currency = amount_of(payment)
    if currency != invoice["currency"]:
        raise bad_request("The payment has another currency than the invoice.", param=kind)
    if kind == "payment_intent" and amount > invoice["amount_remaining"]:
        raise bad_request("The payment is greater than what remains of the invoice.", param=kind)
    row = new_invoice_payment(world, invoice, {kind: payment["id"], "type": kind}, is_default=False)
    world.change(row, {"amount_requested": min(amount, invoice["amount_remaining"])})
    if kind == "payment_record" or payment["status"] == "succeeded":
        book(world, invoice, row, amount)
    return invoice


def amount_of(payment: Object) -> tuple[int, str]:
    """Amount and currency of an intent or a record."""
    if payment["object"] == "payment_intent":
        return payment["amount"], payment["currency"]
    guaranteed = payment["amount_guaranteed"]
    return guaranteed["value"], guaranteed["currency"]


def fits_invoice_payment(call: Call) -> Callable[[Object], bool]:
    """Whether an invoice payment is about the payment asked for."""
    wanted = call.get("payment") or {}
    return lambda row: all(value_at(row, f"payment.{name}") == wanted[name] for name in wanted)


PAYMENT = hash_of(
    {
        "payment_intent": ID,
        "payment_record": ID,
        "type": choice("payment_intent", "payment_record"),
    },
    "type",
)
ROUTES = [
    Route(
        "POST",
        "/v1/payment_intents",
        create_intent,
        {
            **EXPAND,
            "amount": POSITIVE,
            "confirm": FLAG,
            "currency": ID,
            "customer": ID,
            "description": TEXT,
            "metadata": METADATA,
            "off_session": FLAG,
            "payment_method": ID,
        },
        ("amount", "currency"),
    ),
    listing(
        "/v1/payment_intents",
        "payment_intent",
        equal={"customer": "customer"},
        also={"customer": ID},
    ),
    retrieve("/v1/payment_intents/{intent}", "payment_intent"),
    Route(
        "POST",
        "/v1/payment_intents/{intent}",
        update_intent,
        {**EXPAND, "description": TEXT, "metadata": METADATA},
    ),
    listing(
        "/v1/charges",
        "charge",
        equal={"customer": "customer", "payment_intent": "payment_intent"},
        also={"customer": ID, "payment_intent": ID},
    ),
    retrieve("/v1/charges/{charge}", "charge"),
    listing(
        "/v1/invoice_payments",
        "invoice_payment",
        equal={"invoice": "invoice", "status": "status"},
        also={"invoice": ID, "payment": PAYMENT, "status": choice("canceled", "open", "paid")},
        fits=fits_invoice_payment,
    ),
    retrieve("/v1/invoice_payments/{invoice_payment}", "invoice_payment"),
    Route(
        "POST",
        "/v1/invoices/{invoice}/attach_payment",
        attach_payment,
        {**EXPAND, "payment_intent": ID, "payment_record": ID},
    ),
    Route(
        "POST",
        "/v1/payment_records/report_payment",
        report_payment,
        {
            **EXPAND,
            "amount_requested": AMOUNT,
            "customer_details": hash_of(dict.fromkeys(("customer", "email", "name", "phone"), ID)),
            "customer_presence": choice("off_session", "on_session"),
            "description": TEXT,
            "failed": hash_of({"failed_at": TIMESTAMP}, "failed_at"),
            "guaranteed": hash_of({"guaranteed_at": TIMESTAMP}, "guaranteed_at"),
            "initiated_at": TIMESTAMP,
            "metadata": METADATA,
            "outcome": choice("failed", "guaranteed"),
            "payment_method_details": hash_of(
                {
                    "custom": hash_of({"display_name": ID, "type": ID}),
                    "payment_method": ID,
                    "type": choice("custom"),
                }
            ),
            "processor_details": hash_of(
                {
                    "custom": hash_of({"payment_reference": ID}, "payment_reference"),
                    "type": choice("custom"),
                },
                "type",
            ),
        },
        ("amount_requested", "initiated_at", "payment_method_details"),
    ),
    Route("GET", "/v1/payment_records", list_records, PAGE),
    retrieve("/v1/payment_records/{id}", "payment_record"),
]
