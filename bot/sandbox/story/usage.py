"""How much the story's customers use, and how Stripe hears of it."""

from datetime import datetime

from bot.sandbox.story.cast import Cast
from bot.sandbox.story.catalogue import METERS
from bot.sandbox.stripe import StandIn

DAYS_PER_MONTH = 30.44
# Shares of the month's minutes; what comes in, what goes out.
INBOUND_SHARE, OUTBOUND_SHARE = 0.7, 0.3
GIGABYTES_PER_MINUTE = 0.004
# Saturday and Sunday are quieter than a workday.
WEEKDAY_WEIGHTS = (1.2, 1.15, 1.15, 1.1, 1.05, 0.75, 0.6)


def minutes_of(cast: Cast, noon: datetime, *, since: datetime, days: int) -> int:
    """Minutes of the days up to this one: growing by the month, with the week's ups and downs."""
    months = (noon - since).days / DAYS_PER_MONTH
    growth: float = (1 + cast.growth / 100) ** months
    a_day = cast.minutes / DAYS_PER_MONTH * growth
    weight = WEEKDAY_WEIGHTS[noon.weekday()] if days == 1 else 1.0
    # A ripple of its own for each account and day, so that no two charts are alike.
    ripple = 1 + ((noon.toordinal() * 7 + len(cast.name) * 13 + cast.minutes) % 17 - 8) / 60
    return max(1, round(a_day * days * weight * ripple))


def report_minutes(stripe: StandIn, customer: str, minutes: int, noon: datetime) -> None:
    """Tell Stripe's meters of minutes in and out, and of what their recordings take."""
    values = (
        round(minutes * INBOUND_SHARE),
        round(minutes * OUTBOUND_SHARE),
        round(minutes * GIGABYTES_PER_MINUTE),
    )
    for meter, value in zip(METERS, values, strict=True):
        if value:
            stripe.call(
                "POST",
                "/v1/billing/meter_events",
                {
                    "event_name": meter,
                    "payload": {"stripe_customer_id": customer, "value": str(value)},
                    "timestamp": str(int(noon.timestamp())),
                    "identifier": f"{meter}:{customer}:{noon:%Y%m%d}",
                },
            )
