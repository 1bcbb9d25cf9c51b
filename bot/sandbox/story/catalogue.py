"""What the story's company sells: a plan, phone numbers, and calls by the minute."""

from dataclasses import dataclass
from typing import Any

from bot.sandbox.stripe import StandIn

# Plan and number per month in minor units; the minute in minor units with its decimals.
PLANS = {
    "usd": {"solo": 2900, "team": 9900, "scale": 29900},
    "eur": {"solo": 2700, "team": 9200, "scale": 27900},
    "gbp": {"solo": 2400, "team": 7900, "scale": 23900},
    "jpy": {"solo": 4300, "team": 14800, "scale": 44800},
    "kwd": {"solo": 8900, "team": 30500, "scale": 91900},
}
NUMBER = {"usd": 150, "eur": 140, "gbp": 120, "jpy": 220, "kwd": 460}
INBOUND = {"usd": "1.45", "eur": "1.35", "gbp": "1.15", "jpy": "2.1", "kwd": "4.45"}
# Outbound minutes: the first 5,000 at one rate, the rest at another.
OUTBOUND = {
    "usd": ("2.25", "1.9"),
    "eur": ("2.1", "1.75"),
    "gbp": ("1.8", "1.5"),
    "jpy": ("3.3", "2.8"),
    "kwd": ("6.9", "5.8"),
}
OUTBOUND_FIRST = 5000
RECORDINGS = {"usd": 12, "eur": 11, "gbp": 10, "jpy": 18, "kwd": 37}

TAXES = {
    "de": ("MwSt.", "19", "DE"),
    "fr": ("TVA", "20", "FR"),
    "gb": ("VAT", "20", "GB"),
}
METERS = ("inbound_minutes", "outbound_minutes", "recording_gigabytes")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Ids of what is sold: prices by (what, currency), tax rates by country, coupons by name."""

    prices: dict[tuple[str, str], str]
    taxes: dict[str, str]
    coupons: dict[str, str]


def make_catalogue(stripe: StandIn) -> Catalogue:
    """Create it all at the stand-in."""
    meters = {name: _meter(stripe, name) for name in METERS}
    products = {
        "solo": _product(stripe, "Solo plan"),
        "team": _product(stripe, "Team plan"),
        "scale": _product(stripe, "Scale plan"),
        "number": _product(stripe, "Phone number", unit="number"),
        "inbound": _product(stripe, "Inbound calls", unit="minute"),
        "outbound": _product(stripe, "Outbound calls", unit="minute"),
        "recording": _product(stripe, "Call recordings", unit="GB"),
    }
    prices: dict[tuple[str, str], str] = {}
    for currency, plans in PLANS.items():
        licensed = {**plans, "number": NUMBER[currency]}
        for what, minor in licensed.items():
            prices[what, currency] = _price(
                stripe, products[what], currency, unit_amount=str(minor)
            )
        prices["inbound", currency] = _price(
            stripe,
            products["inbound"],
            currency,
            meter=meters["inbound_minutes"],
            unit_amount_decimal=INBOUND[currency],
        )
        prices["outbound", currency] = _price(
            stripe,
            products["outbound"],
            currency,
            meter=meters["outbound_minutes"],
            billing_scheme="tiered",
            tiers_mode="graduated",
            tiers=[
                {"up_to": str(OUTBOUND_FIRST), "unit_amount_decimal": OUTBOUND[currency][0]},
                {"up_to": "inf", "unit_amount_decimal": OUTBOUND[currency][1]},
            ],
        )
        prices["recording", currency] = _price(
            stripe,
            products["recording"],
            currency,
            meter=meters["recording_gigabytes"],
            unit_amount=str(RECORDINGS[currency]),
        )
    return Catalogue(prices, _taxes(stripe), _coupons(stripe))


def _meter(stripe: StandIn, name: str) -> str:
    made = stripe.call(
        "POST",
        "/v1/billing/meters",
        {
            "display_name": name.replace("_", " ").capitalize(),
            "event_name": name,
            "default_aggregation": {"formula": "sum"},
        },
    )
    return str(made["id"])


def _product(stripe: StandIn, name: str, *, unit: str | None = None) -> str:
    params = {"name": name} | ({"unit_label": unit} if unit else {})
    return str(stripe.call("POST", "/v1/products", params)["id"])


def _price(
    stripe: StandIn, product: str, currency: str, *, meter: str | None = None, **terms: Any
) -> str:
    recurring = {"interval": "month"}
    if meter is not None:
        recurring |= {"usage_type": "metered", "meter": meter}
    made = stripe.call(
        "POST",
        "/v1/prices",
        {"product": product, "currency": currency, "recurring": recurring, **terms},
    )
    return str(made["id"])


def _taxes(stripe: StandIn) -> dict[str, str]:
    return {
        country: str(
            stripe.call(
                "POST",
                "/v1/tax_rates",
                {
                    "display_name": name,
                    "percentage": percent,
                    "inclusive": "false",
                    "country": code,
                },
            )["id"]
        )
        for country, (name, percent, code) in TAXES.items()
    }


def _coupons(stripe: StandIn) -> dict[str, str]:
    made = stripe.call(
        "POST",
        "/v1/coupons",
        {"name": "Loyal customer", "percent_off": "10", "duration": "forever"},
    )
    return {"loyal": str(made["id"])}
