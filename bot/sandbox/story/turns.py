"""Turns on the way: usage counted twice, a subscription that lapsed for a month.

Each happens at its own moment of the story, and by calls that anybody could make of Stripe. That is
what makes them findable: nothing is put into an invoice that its past does not explain.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.sandbox.stripe import StandIn

LAPSED = "Orchard Pediatrics"
COUNTED_TWICE = "Acme West LLC"
METER = "outbound_minutes"
# A retry of a whole batch, of some days' minutes.
TWICE_MINUTES = 1_440
# A complaint takes a few days to arrive.
DAYS_SINCE_MISCOUNT_MIN = 3


@dataclass(frozen=True, slots=True)
class Turn:
    """Something that happens to one customer at one moment.

    `withholds` when the customer pays none of its open invoices any more because of it.
    """

    at: datetime
    name: str  # Of the customer, as in the cast.
    happen: Callable[[StandIn, str], Any]
    withholds: bool = False


def list_turns(now: datetime) -> list[Turn]:
    """The turns of a story that ends now, in order."""
    this_month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    last_month = _first_of_month_before(this_month)
    issued = this_month if (now - this_month).days >= DAYS_SINCE_MISCOUNT_MIN else last_month
    return [
        Turn(last_month - timedelta(days=5), LAPSED, let_lapse),
        # Before the period ends in the zones of the cast's Americans, so that it is billed.
        Turn(issued, COUNTED_TWICE, count_twice),
        Turn(issued + timedelta(hours=14), COUNTED_TWICE, take_back, withholds=True),
    ]


def let_lapse(stripe: StandIn, customer: str) -> None:
    """Somebody ends the subscription with its period, by a slip; the calls go on."""
    listed = stripe.call("GET", "/v1/subscriptions", {"customer": customer})
    ended = {"cancel_at_period_end": "true"}
    stripe.call("POST", f"/v1/subscriptions/{listed['data'][0]['id']}", ended)


def count_twice(stripe: StandIn, customer: str) -> None:
    """A batch of usage is sent again under another identifier, hours before the invoice."""
    yesterday = stripe.clock - timedelta(days=1)
    stripe.call(
        "POST",
        "/v1/billing/meter_events",
        {
            "event_name": METER,
            "payload": {"stripe_customer_id": customer, "value": str(TWICE_MINUTES)},
            "timestamp": str(int(yesterday.timestamp())),
            "identifier": _batch_of(customer),
        },
    )


def take_back(stripe: StandIn, customer: str) -> None:
    """Engineering takes the batch back the same day, but after the invoice was issued."""
    cancelled = {"identifier": _batch_of(customer)}
    stripe.call(
        "POST",
        "/v1/billing/meter_event_adjustments",
        {"event_name": METER, "type": "cancel", "cancel": cancelled},
    )


def _batch_of(customer: str) -> str:
    return f"{METER}:{customer}:sent-again"


def _first_of_month_before(first: datetime) -> datetime:
    return (first - timedelta(days=1)).replace(day=1)
