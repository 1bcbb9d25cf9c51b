"""Business at the stand-in that leaves some of everything that is about paying."""

from dataclasses import dataclass
from typing import Any

from bot.sandbox.stripe import StandIn
from bot.sandbox.stripe.control import CONTROLS
from tests.bot.mirror.filling import Filling
from tests.following import Following


@dataclass(frozen=True)
class Paying:
    """A customer with two cards and a credit, and what became of its payments."""

    customer: str
    card: str
    other_card: str
    refunded: str
    disputed: str
    dispute: str
    meter: str


def do_business(mirror: Filling | Following) -> Paying:
    """One payment refunded in part, one charged back, one declined; credit given and used."""
    call = mirror.call
    customer = call("POST", "/v1/customers", name="Acme")["id"]
    card = save_card(mirror, customer, "pm_card_visa")
    other = attach(mirror, customer, "pm_card_mastercard")
    refunded, disputed = (make_paid(mirror, customer, amount) for amount in (9_000, 7_000))
    charge = charge_of(mirror, refunded)
    call("POST", "/v1/refunds", charge=charge, amount=1_500, reason="requested_by_customer")
    call(
        "POST",
        f"/v1/customers/{customer}/balance_transactions",
        amount=-2_500,
        currency="usd",
        description="For the outage",
    )
    make_paid(mirror, customer, 4_000)
    made = CONTROLS["POST", "dispute"](mirror.standin, {"charge": charge_of(mirror, disputed)})
    meter = call(
        "POST",
        "/v1/billing/meters",
        display_name="Minutes",
        event_name="minutes",
        default_aggregation={"formula": "sum"},
    )["id"]
    return Paying(customer, card, other, refunded, disputed, str(made["dispute"]), meter)


def decide(standin: StandIn, dispute: str, status: str) -> None:
    """Let the bank decide."""
    CONTROLS["POST", "decide_dispute"](standin, {"dispute": dispute, "status": status})


def attach(mirror: Filling | Following, customer: str, card: str) -> str:
    """Give a customer a test card."""
    path = f"/v1/payment_methods/{card}/attach"
    return str(mirror.call("POST", path, customer=customer)["id"])


def save_card(mirror: Filling | Following, customer: str, card: str) -> str:
    """Give a customer a test card that its invoices are charged to."""
    method = attach(mirror, customer, card)
    settings = {"default_payment_method": method}
    mirror.call("POST", f"/v1/customers/{customer}", invoice_settings=settings)
    return method


def make_paid(mirror: Filling | Following, customer: str, amount: int) -> str:
    """An invoice that was charged to the customer's card."""
    call = mirror.call
    terms: dict[str, Any] = {"customer": customer, "collection_method": "charge_automatically"}
    invoice = call("POST", "/v1/invoices", **terms)["id"]
    item = {"customer": customer, "invoice": invoice, "amount": amount, "currency": "usd"}
    call("POST", "/v1/invoiceitems", **item)
    call("POST", f"/v1/invoices/{invoice}/finalize")
    call("POST", f"/v1/invoices/{invoice}/pay")
    return str(invoice)


def charge_of(mirror: Filling | Following, invoice: str) -> str:
    """The charge that paid an invoice."""
    [payment] = mirror.call("GET", "/v1/invoice_payments", invoice=invoice)["data"]
    intent = mirror.call("GET", f"/v1/payment_intents/{payment['payment']['payment_intent']}")
    return str(intent["latest_charge"])
