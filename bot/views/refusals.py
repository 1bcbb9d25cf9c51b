"""Why Stripe refuses a correction, in words for the person who asked for it."""

from bot.errors import BotError
from bot.stripe_failures import NotUnderstood, StripeRefused
from bot.views.text import plain

SAID_MAX = 300

# By Stripe's codes. Source: docs.stripe.com/error-codes, read 2026-11.
REFUSED_WORDS = {
    "amount_too_large": "Stripe allows no amount as high as that for this invoice.",
    "amount_too_small": "Stripe allows no amount as low as that.",
    "balance_insufficient": "There is not enough money in the Stripe account for the refund.",
    "charge_already_refunded": "The payment was refunded before.",
    "charge_disputed": "The customer’s bank has taken the payment back, so it can’t be refunded.",
    "refund_disputed_payment": (
        "The customer’s bank has taken the payment back, so it can’t be refunded."
    ),
    "invoice_not_editable": "Stripe does not let this invoice be changed any more.",
}


def refusal_words(failed: BotError) -> str:
    """What Stripe's refusal means; its own words where it is none of the usual ones."""
    if not isinstance(failed, (StripeRefused, NotUnderstood)):
        return failed.message
    known = REFUSED_WORDS.get(failed.code)
    said = plain(failed.said, limit=SAID_MAX)
    return f"{known} Stripe says: {said}" if known else f"Stripe refused it: {said}"
