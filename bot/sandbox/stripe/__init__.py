"""A Stripe that runs on this machine."""

from bot.sandbox.stripe.errors import StripeError
from bot.sandbox.stripe.standin import StandIn

__all__ = ["StandIn", "StripeError"]
