"""Credit notes at Stripe: what one would come to, how it is asked for, and whether it is there."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.errors import Unavailable
from bot.mirror.fields import amount_at, currency_at, dict_at, dicts_at, flag_at, metadata_at
from bot.money import Money
from bot.stripe_api import StripeAPI

PATH = "/v1/credit_notes"
# By this a credit note is known again as the one that an effect has made.
EFFECT_MARK = "tallyman_effect"
# An invoice has a handful of credit notes; with more than these nobody can be sure.
NOTES_PAGES_MAX = 10


class Way(StrEnum):
    """Where money goes that was paid already, by the field of Stripe's that it is named in.

    Source: refund_amount, credit_amount and out_of_band_amount in docs.stripe.com/api/credit_notes
        /create, read 2026-11.
    """

    REFUND = "refund_amount"
    BALANCE = "credit_amount"
    OUTSIDE = "out_of_band_amount"


class Reason(StrEnum):
    """Why something is credited, in Stripe's words."""

    DUPLICATE = "duplicate"
    FRAUDULENT = "fraudulent"
    ORDER_CHANGE = "order_change"
    UNSATISFACTORY = "product_unsatisfactory"


@dataclass(frozen=True, slots=True)
class CreditOrder:
    """A credit note as it is asked for.

    Shape: `lines` are whole lines of the invoice, each with its amount; without any the note is
        one amount, the total. `given_back` is the part that was paid already, and goes by `way`.
    """

    invoice_id: str
    total: Money
    given_back: Money
    way: Way
    lines: tuple[tuple[str, int], ...] = ()
    reason: Reason | None = None
    is_mailed: bool = False

    def params(self) -> dict[str, Any]:
        """The order as Stripe takes it, for the preview and for the deed alike."""
        # Stripe would send the customer an e-mail where it is not told.
        asked: dict[str, Any] = {
            "invoice": self.invoice_id,
            "email_type": "credit_note" if self.is_mailed else "none",
        }
        if self.reason is not None:
            asked["reason"] = self.reason.value
        if self.given_back:
            asked[self.way.value] = self.given_back.minor
        if not self.lines:
            return asked | {"amount": self.total.minor}
        lines = [
            {"type": "invoice_line_item", "invoice_line_item": line_id, "amount": minor}
            for line_id, minor in self.lines
        ]
        return asked | {"lines": lines}

    def payload(self) -> dict[str, Any]:
        """The order as it is kept."""
        return {
            "invoice": self.invoice_id,
            "currency": self.total.currency,
            "total": self.total.minor,
            "given_back": self.given_back.minor,
            "way": self.way.value,
            "lines": [list(line) for line in self.lines],
            "reason": self.reason and self.reason.value,
            "is_mailed": self.is_mailed,
        }


def order_of(payload: Mapping[str, Any]) -> CreditOrder:
    """The order that was kept so."""
    currency = payload["currency"]
    return CreditOrder(
        invoice_id=payload["invoice"],
        total=Money(payload["total"], currency),
        given_back=Money(payload["given_back"], currency),
        way=Way(payload["way"]),
        lines=tuple((line_id, minor) for line_id, minor in payload["lines"]),
        reason=payload["reason"] and Reason(payload["reason"]),
        is_mailed=payload["is_mailed"],
    )


@dataclass(frozen=True, slots=True)
class PreviewedLine:
    """One line of a credit note as Stripe would write it; taxes and discounts stand apart."""

    description: str
    amount: Money


@dataclass(frozen=True, slots=True)
class CreditPreview:
    """What a credit note would come to, by Stripe's own arithmetic.

    Shape: `taken_off` lowers what is still to be paid, `given_back` is of what was paid already;
        the two are the total.
    """

    total: Money
    tax: Money
    discount: Money
    taken_off: Money
    given_back: Money
    lines: tuple[PreviewedLine, ...]


def read_preview(stripe: StripeAPI, order: CreditOrder, *, patient_until: float) -> CreditPreview:
    """What Stripe says that a credit note would be; nothing is kept there.

    Raises: NotUnderstood where Stripe would refuse it; Unavailable when it does not answer by then.
    """
    params = order.params()
    note = stripe.get(f"{PATH}/preview", params, patient_until=patient_until)
    lines = dict_at(note, "lines")
    rows = dicts_at(note, "lines")
    if flag_at(lines, "has_more"):
        asked = params | {"limit": max(len(order.lines), 1)}
        page = stripe.get(f"{PATH}/preview/lines", asked, patient_until=patient_until)
        rows = dicts_at(page, "data")
    currency = currency_at(note)
    # What is on top of the lines, rather than inside their prices.
    taxes = [one for one in dicts_at(note, "total_taxes") if one.get("tax_behavior") != "inclusive"]
    return CreditPreview(
        total=Money(amount_at(note, "total"), currency),
        tax=Money(sum(amount_at(tax, "amount") for tax in taxes), currency),
        discount=Money(amount_at(note, "discount_amount"), currency),
        taken_off=Money(amount_at(note, "pre_payment_amount"), currency),
        given_back=Money(amount_at(note, "post_payment_amount"), currency),
        lines=tuple(
            PreviewedLine(
                str(row.get("description") or ""), Money(amount_at(row, "amount"), currency)
            )
            for row in rows
        ),
    )


def find_issued(stripe: StripeAPI, invoice_id: str, *, key: str) -> dict[str, Any] | None:
    """The credit note that the effect of this key has made of an invoice; None for none.

    Raises: Unavailable when Stripe does not answer, or has too many to be sure.
    """
    for number, page in enumerate(stripe.pages(PATH, {"invoice": invoice_id})):
        if number == NOTES_PAGES_MAX:
            raise Unavailable("The invoice has too many credit notes to find one among them.")
        for note in page:
            if metadata_at(note).get(EFFECT_MARK) == key:
                return note
    return None
