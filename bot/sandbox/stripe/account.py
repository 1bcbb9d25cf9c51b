"""The account itself and its balance."""

from bot.sandbox.stripe.calls import Call, Route
from bot.sandbox.stripe.params import EXPAND
from bot.sandbox.stripe.store import Object


def get_account(call: Call) -> Object:
    """The account behind the key."""
    world = call.world
    return {
        "id": world.account,
        "object": "account",
        "business_type": "company",
        "charges_enabled": True,
        "country": "US",
        "created": world.started_at,
        "default_currency": "usd",
        "details_submitted": True,
        "email": "billing@tallyman.example",
        "metadata": {},
        "payouts_enabled": True,
        "type": "standard",
    }


def get_balance(call: Call) -> Object:
    """What cards have brought in, less refunds, per currency; no fees, no payouts."""
    world = call.world
    sums: dict[str, int] = {"usd": 0}
    for charge in world.table("charge"):
        if charge["status"] == "succeeded":
            received = charge["amount_captured"] - charge["amount_refunded"]
            sums[charge["currency"]] = sums.get(charge["currency"], 0) + received
    available = [
        {"amount": amount, "currency": currency, "source_types": {"card": amount}}
        for currency, amount in sorted(sums.items())
    ]
    return {
        "object": "balance",
        "available": available,
        "livemode": world.livemode,
        "pending": [],
    }


ROUTES = [
    Route("GET", "/v1/account", get_account, EXPAND),
    Route("GET", "/v1/balance", get_balance, EXPAND),
]
