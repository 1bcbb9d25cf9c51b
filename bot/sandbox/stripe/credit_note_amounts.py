"""What a credit note does to its invoice: the parts before and after payment, and refunds."""

from typing import Any

from bot.sandbox.stripe.errors import bad_request
from bot.sandbox.stripe.payments import cancel_open_payments, resize_default_payment
from bot.sandbox.stripe.refunds import refunded
from bot.sandbox.stripe.settlement import settle
from bot.sandbox.stripe.store import Object
from bot.sandbox.stripe.world import World


def split(invoice: Object, total: int, given: dict[str, Any]) -> tuple[int, int]:
    """The parts before and after payment.

    Raises: StripeError when the total is not positive, more than the invoice has left, or when
    refund, credit and out-of-band amount are not exactly the second part.
    """
    amount = given.get("amount")
    if amount is not None and amount != total:
        message = f"The amount ({amount}) does not match the sum of the lines ({total})."
        raise bad_request(message, param="amount")
    if total <= 0:
        raise bad_request("The credit note amount must be greater than 0.", param="amount")
    before = min(total, invoice["amount_remaining"] if invoice["status"] == "open" else 0)
    after = total - before
    paid = invoice["amount_paid"] - invoice["post_payment_credit_notes_amount"]
    if after > paid:
        message = (
            f"The amount ({total}) is greater than what can still be credited on this invoice "
            f"({before + paid})."
        )
        raise bad_request(message, code="amount_too_large", param="amount")
    ways = ("refund_amount", "credit_amount", "out_of_band_amount")
    named = sum(given.get(way) or 0 for way in ways)
    named += sum(row.get("amount_refunded") or 0 for row in given.get("refunds") or [])
    if named != after:
        message = (
            f"The sum of refund_amount, credit_amount, out_of_band_amount and refunds ({named}) "
            f"must equal the post payment amount ({after})."
        )
        raise bad_request(message)
    return before, after


def refunds_for(world: World, invoice: Object, given: dict[str, Any]) -> list[Object]:
    """The refunds of a credit note: named ones, and a new one for its refund amount.

    Raises: StripeError when no charge of the invoice has that much left.
    """
    refunds = [
        world.get("refund", row["refund"], param="refunds[0][refund]")
        for row in given.get("refunds") or []
        if row.get("refund")
    ]
    amount = given.get("refund_amount")
    if amount:
        charge = charge_with(world, invoice, amount)
        refunds.append(refunded(world, charge, amount, None))
    return refunds


def charge_with(world: World, invoice: Object, amount: int) -> Object:
    """A charge of an invoice that has an amount left to refund."""
    for row in world.table("invoice_payment").where(invoice=invoice["id"], status="paid"):
        intent = world.table("payment_intent").find(row["payment"].get("payment_intent") or "")
        charge = world.table("charge").find((intent or {}).get("latest_charge") or "")
        if charge is not None and charge["amount_captured"] - charge["amount_refunded"] >= amount:
            return charge
    message = "No payment of this invoice has that much left to refund."
    raise bad_request(message, param="refund_amount")


def lower_invoice(world: World, invoice: Object, before: int, after: int) -> None:
    """Take a credit note off its invoice; nothing left to pay means paid."""
    posted = invoice["post_payment_credit_notes_amount"] + after
    changes = {"post_payment_credit_notes_amount": posted}
    if before:
        changes |= {
            "amount_due": invoice["amount_due"] - before,
            "amount_remaining": invoice["amount_remaining"] - before,
            "pre_payment_credit_notes_amount": invoice["pre_payment_credit_notes_amount"] + before,
        }
    if before and changes["amount_remaining"] == 0:
        settle(world, invoice, changes)
        cancel_open_payments(world, invoice, "abandoned")
        return
    world.change(invoice, changes, "invoice.updated")
    resize_default_payment(world, invoice)
