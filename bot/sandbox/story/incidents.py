"""What went out of the ordinary: money given up or back, short or twice; long invoices, a draft."""

from datetime import datetime, timedelta
from typing import Any

from bot.sandbox.stripe import StandIn
from bot.sandbox.stripe.disputes import open_dispute

CHARGED_BACK = "Riverside HVAC"
REFUNDED = "Bluebird Dental"
OVERPAID = "Orchard Pediatrics"
PAID_SHORT = "Ibis Travel"
CREDITED = "Tamarind Restaurants"
LONG = "Juniper Insurance"
# Of what is owed, the customer that pays short sends so much.
SHORT_SHARE = 0.4
# Invoices with more lines than Stripe puts into one answer, and than a card shows at once.
LONG_LINES = 34
CITIES = ("New York", "Boston", "Chicago", "Denver", "Seattle", "Austin", "Miami", "Portland")


def tell_incidents(stripe: StandIn, customers: dict[str, str], *, now: datetime) -> None:
    """Let them happen, at the end of the story."""
    write_off_the_oldest(stripe, customers["Delta Towing"])
    void_one(stripe, customers["Gable Roofing"])
    credit_one(stripe, customers[CREDITED])
    pay_short(stripe, customers[PAID_SHORT], now=now)
    charge_back(stripe, customers[CHARGED_BACK])
    refund_part(stripe, customers[REFUNDED])
    keep_overpayment(stripe, customers[OVERPAID])
    bill_many_numbers(stripe, customers[LONG], now=now)
    leave_a_draft(stripe, customers["Quartz Property Group"], now=now)


def write_off_the_oldest(stripe: StandIn, customer: str) -> None:
    """Nobody believes any more that this one will be paid."""
    stripe.call(
        "POST", f"/v1/invoices/{list_open_invoices(stripe, customer)[-1]}/mark_uncollectible"
    )


def void_one(stripe: StandIn, customer: str) -> None:
    """An invoice that should not have been sent."""
    stripe.call("POST", f"/v1/invoices/{list_open_invoices(stripe, customer)[0]}/void")


def credit_one(stripe: StandIn, customer: str) -> None:
    """Part of an open invoice is taken back after a complaint."""
    invoice = list_open_invoices(stripe, customer)[0]
    stripe.call(
        "POST",
        "/v1/credit_notes",
        {
            "invoice": invoice,
            "amount": "2500",
            "reason": "order_change",
            "memo": "Two days of outage in the porting of numbers.",
        },
    )


def pay_short(stripe: StandIn, customer: str, *, now: datetime) -> None:
    """A transfer arrives that is less than the invoice it names."""
    invoice = stripe.call("GET", f"/v1/invoices/{list_open_invoices(stripe, customer)[-1]}")
    paid = round(invoice["amount_remaining"] * SHORT_SHARE)
    moment = str(int(now.timestamp()))
    record = stripe.call(
        "POST",
        "/v1/payment_records/report_payment",
        {
            "amount_requested": {"currency": invoice["currency"], "value": str(paid)},
            "initiated_at": moment,
            "outcome": "guaranteed",
            "guaranteed": {"guaranteed_at": moment},
            "payment_method_details": {
                "type": "custom",
                "custom": {"display_name": "Bank transfer", "type": "bank_transfer"},
            },
        },
    )
    stripe.call(
        "POST", f"/v1/invoices/{invoice['id']}/attach_payment", {"payment_record": record["id"]}
    )


def charge_back(stripe: StandIn, customer: str) -> None:
    """A bank takes the newest card payment back and asks for an answer: nobody calls it so."""
    charge = stripe.call("GET", "/v1/charges", {"customer": customer, "limit": "1"})["data"][0]
    with stripe.world.lock:
        open_dispute(stripe.world, stripe.world.get("charge", charge["id"]), "fraudulent")


def refund_part(stripe: StandIn, customer: str) -> None:
    """Part of the newest card payment is given back after a complaint."""
    charge = stripe.call("GET", "/v1/charges", {"customer": customer, "limit": "1"})["data"][0]
    terms = {"charge": charge["id"], "amount": "2000", "reason": "requested_by_customer"}
    stripe.call("POST", "/v1/refunds", terms)


def keep_overpayment(stripe: StandIn, customer: str) -> None:
    """A transfer came twice; what is too much waits for the next invoice."""
    terms = {"amount": "-18500", "currency": "usd", "description": "Paid twice by mistake"}
    stripe.call("POST", f"/v1/customers/{customer}/balance_transactions", terms)


def bill_many_numbers(stripe: StandIn, customer: str, *, now: datetime) -> None:
    """A one-off invoice with a line for each number that was ported."""
    for number in range(LONG_LINES):
        stripe.call(
            "POST",
            "/v1/invoiceitems",
            {
                "customer": customer,
                "currency": "usd",
                "amount": str(1500 + 25 * (number % 4)),
                "description": f"Porting of +1 212 555 {100 + number:04d}, "
                f"{CITIES[number % len(CITIES)]}",
            },
        )
    made = stripe.call(
        "POST",
        "/v1/invoices",
        {
            "customer": customer,
            "collection_method": "send_invoice",
            "due_date": str(int((now + timedelta(days=21)).timestamp())),
            "pending_invoice_items_behavior": "include",
            "description": "Porting of numbers",
        },
    )
    stripe.call("POST", f"/v1/invoices/{made['id']}/finalize")


def leave_a_draft(stripe: StandIn, customer: str, *, now: datetime) -> None:
    """Something that finance has begun and nobody has sent yet."""
    stripe.call(
        "POST",
        "/v1/invoiceitems",
        {
            "customer": customer,
            "currency": "usd",
            "amount": "48000",
            "description": "On-site training, two days",
            "period": {
                "start": str(int((now - timedelta(days=30)).timestamp())),
                "end": str(int(now.timestamp())),
            },
        },
    )
    stripe.call(
        "POST",
        "/v1/invoices",
        {
            "customer": customer,
            "collection_method": "send_invoice",
            "days_until_due": "30",
            "auto_advance": "false",
            "pending_invoice_items_behavior": "include",
        },
    )


def list_open_invoices(stripe: StandIn, customer: str) -> list[str]:
    """Ids of a customer's open invoices, newest first."""
    listed: dict[str, Any] = stripe.call(
        "GET", "/v1/invoices", {"customer": customer, "status": "open", "limit": "100"}
    )
    return [invoice["id"] for invoice in listed["data"]]
