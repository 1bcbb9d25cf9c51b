"""Payments that arrived past Stripe: how they are told to it, and whether they were.

What settles an invoice is one call; a part is reported as a payment of its own, which is then put
on the invoice. Source: docs.stripe.com/api/invoices/pay, /api/payment-record and
/api/invoices/attach_payment, by our summary of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.errors import Unavailable
from bot.mirror.fields import dict_at, id_at, metadata_at, word_at
from bot.money import Money
from bot.stripe_api import StripeAPI

RECORDS_PATH = "/v1/payment_records"
REPORT_PATH = f"{RECORDS_PATH}/report_payment"
INVOICE_PAYMENTS_PATH = "/v1/invoice_payments"
# By this a payment is known again as the one that an effect has reported.
EFFECT_MARK = "tallyman_effect"
# There is no list of payment records by invoice; of all of them the newest come first.
RECORDS_PAGES_MAX = 10


class Method(StrEnum):
    """How money arrived."""

    TRANSFER = "bank_transfer"
    CHEQUE = "cheque"
    CASH = "cash"
    OTHER = "other"


# As Stripe shows it to whoever looks there.
METHOD_NAMES = {
    Method.TRANSFER: "Bank transfer",
    Method.CHEQUE: "Cheque",
    Method.CASH: "Cash",
    Method.OTHER: "Another way",
}


@dataclass(frozen=True, slots=True)
class OutsidePayment:
    """A payment that arrived, as somebody records it.

    Shape: `is_full` when it settles what remains of the invoice.
    Units: `received_at` in Unix seconds.
    """

    invoice_id: str
    customer_id: str
    amount: Money
    is_full: bool
    received_at: int
    method: Method
    reference: str

    def report_params(self, *, key: str) -> dict[str, Any]:
        """The payment as Stripe is told of it: one that has arrived, made elsewhere."""
        told: dict[str, Any] = {
            "amount_requested": {"currency": self.amount.currency, "value": self.amount.minor},
            "customer_details": {"customer": self.customer_id},
            "initiated_at": self.received_at,
            "outcome": "guaranteed",
            "guaranteed": {"guaranteed_at": self.received_at},
            "payment_method_details": {
                "type": "custom",
                "custom": {"display_name": METHOD_NAMES[self.method]},
            },
            "metadata": {EFFECT_MARK: key},
        }
        if self.reference:
            custom = {"payment_reference": self.reference}
            told["processor_details"] = {"type": "custom", "custom": custom}
        return told

    def payload(self) -> dict[str, Any]:
        """The payment as it is kept."""
        return {
            "invoice": self.invoice_id,
            "customer": self.customer_id,
            "currency": self.amount.currency,
            "amount": self.amount.minor,
            "is_full": self.is_full,
            "received_at": self.received_at,
            "method": self.method.value,
            "reference": self.reference,
        }


def payment_of(payload: Mapping[str, Any]) -> OutsidePayment:
    """The payment that was kept so."""
    return OutsidePayment(
        invoice_id=payload["invoice"],
        customer_id=payload["customer"],
        amount=Money(payload["amount"], payload["currency"]),
        is_full=payload["is_full"],
        received_at=payload["received_at"],
        method=Method(payload["method"]),
        reference=payload["reference"],
    )


def find_reported(stripe: StripeAPI, *, key: str) -> str | None:
    """The payment record that the effect of this key has made; None for none among the newest.

    Raises: Unavailable when Stripe does not answer.
    """
    for number, page in enumerate(stripe.pages(RECORDS_PATH)):
        if number == RECORDS_PAGES_MAX:
            return None
        for record in page:
            if metadata_at(record).get(EFFECT_MARK) == key:
                return str(record["id"])
    return None


def is_attached(stripe: StripeAPI, invoice_id: str, record_id: str) -> bool:
    """Whether a payment record counts towards an invoice.

    Raises: Unavailable when Stripe does not answer.
    """
    for number, page in enumerate(stripe.pages(INVOICE_PAYMENTS_PATH, {"invoice": invoice_id})):
        if number == RECORDS_PAGES_MAX:
            raise Unavailable("The invoice has too many payments to find one among them.")
        for paying in page:
            is_it = id_at(dict_at(paying, "payment"), "payment_record") == record_id
            if is_it and word_at(paying, "status", "") != "canceled":
                return True
    return False
