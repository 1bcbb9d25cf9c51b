"""How the payments of one invoice stand at Stripe, of which the invoice itself does not tell.

Source: docs.stripe.com/payments/paymentintents/lifecycle and the API reference of invoice payments
in version 2026-10-28.endive, read 2026-11.
"""

from dataclasses import dataclass
from typing import Any

from bot.mirror.fields import dict_at, dicts_at, id_at, text_at
from bot.runtime import Runtime

# An invoice has one or two; this is Stripe's largest page.
PAYMENTS_MAX = 100


@dataclass(frozen=True, slots=True)
class Collecting:
    """What has been tried to collect an invoice.

    Shape: `is_processing` while a bank has been asked and has not answered, which takes days;
        `is_to_confirm` while the customer has to confirm a payment. `paid_by` are the methods that
        it was paid by, in part or whole.
    """

    is_processing: bool
    is_to_confirm: bool
    paid_by: frozenset[str]


def read_collecting(runtime: Runtime, invoice_id: str) -> Collecting:
    """How far the payments of an invoice are.

    Raises: Unavailable when Stripe does not answer, Misconfigured for the key.
    """
    listed = runtime.stripe.get(
        "/v1/invoice_payments",
        {
            "invoice": invoice_id,
            "limit": PAYMENTS_MAX,
            "expand": ["data.payment.payment_intent"],
        },
    )
    payments = dicts_at(listed, "data")
    open_ones = {_status_of(one) for one in payments if text_at(one, "status") == "open"}
    paid = [_intent_of(one) for one in payments if text_at(one, "status") == "paid"]
    methods = {id_at(intent, "payment_method") for intent in paid}
    return Collecting(
        is_processing="processing" in open_ones,
        is_to_confirm="requires_action" in open_ones,
        paid_by=frozenset(one for one in methods if one is not None),
    )


def _intent_of(payment: dict[str, Any]) -> dict[str, Any]:
    return dict_at(dict_at(payment, "payment"), "payment_intent")


def _status_of(payment: dict[str, Any]) -> str | None:
    return text_at(_intent_of(payment), "status")
