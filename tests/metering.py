"""A company that bills by usage at the stand-in: meters, prices, subscriptions, and use of them."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.sandbox.stripe import StandIn
from tests.billing import Billing, Json, unix
from tests.bot.sandbox.stripe_desk import make_meter


@dataclass(slots=True)
class Metering:
    """Makes metered things in as few words as a test has for them."""

    stripe: StandIn
    meters: dict[str, str] = field(default_factory=dict)

    @property
    def billing(self) -> Billing:
        """Everything that is not metered."""
        return Billing(self.stripe)

    def meter(self, name: str, *, formula: str = "sum") -> str:
        """The meter of this name, made where there is none yet; its id."""
        if name not in self.meters:
            self.meters[name] = str(make_meter(self.stripe, name, formula)["id"])
        return self.meters[name]

    def price(self, name: str, meter: str | None, *, unit: str | None = None, **terms: Any) -> str:
        """A monthly price of a new product; metered where a meter is named."""
        labelled = {"unit_label": unit} if unit else {}
        product = self.stripe.call("POST", "/v1/products", {"name": name, **labelled})
        recurring: Json = {"interval": "month"}
        if meter is not None:
            recurring |= {"usage_type": "metered", "meter": self.meter(meter)}
        made = self.stripe.call(
            "POST",
            "/v1/prices",
            {"product": product["id"], "currency": "usd", "recurring": recurring, **terms},
        )
        return str(made["id"])

    def subscribe(self, customer: str, *prices: str, anchor: datetime | None = None) -> Json:
        """A subscription to these prices, from now on."""
        return self.stripe.call(
            "POST",
            "/v1/subscriptions",
            {
                "customer": customer,
                "items": [{"price": price} for price in prices],
                "collection_method": "send_invoice",
                "days_until_due": 30,
                **({"billing_cycle_anchor": unix(anchor)} if anchor else {}),
            },
        )

    def use(self, customer: str, meter: str, value: int, at: datetime) -> None:
        """Report usage of a moment that has been."""
        self.stripe.call(
            "POST",
            "/v1/billing/meter_events",
            {
                "event_name": meter,
                "payload": {"stripe_customer_id": customer, "value": str(value)},
                "timestamp": unix(at),
            },
        )

    def use_daily(
        self, customer: str, meter: str, value: int, *, since: datetime, until: datetime
    ) -> None:
        """The same use once a day, living through the days."""
        at = since
        while at < until:
            self.stripe.advance(max(at, self.stripe.clock))
            self.use(customer, meter, value, at)
            at += timedelta(days=1)
