"""`/usage` of one account over signed HTTP, beside bare Bolt applications.

Budgets: at most 1.5 times one that runs the card's own statements by SQLAlchemy and returns the
same blocks, and at most 4 times one that answers a constant.
"""

import tempfile
from datetime import timedelta
from pathlib import Path

from bot.clock import real_now
from bot.database import migrate
from bot.sandbox.stripe import StandIn
from jobs import usage
from tests.benchmarks.comparing import compare, running_product
from tests.deployment import SECRET_KEY, deployed
from tests.metering import Metering

ACCOUNT = "Measured Calls"
DAYS = 21
# The product goes by the machine's clock, so the period under way has to be today's.
TODAY = real_now().replace(hour=0, minute=0, second=0, microsecond=0)
BEGINNING = TODAY - timedelta(days=DAYS)


def main() -> None:
    """Let an account use something for three weeks, and ask for it in turn."""
    with tempfile.TemporaryDirectory(prefix="tallyman-bench-") as folder:
        path = Path(folder) / "usage.sqlite3"
        url = f"sqlite:///{path}"
        migrate(url)
        stripe = StandIn(now=BEGINNING, secret_key=SECRET_KEY, requests_per_second=None)
        _use_something(Metering(stripe))
        with deployed(url, now=stripe.clock, stripe=stripe) as tallyman:
            tallyman.backfill()
            usage.run(tallyman.runtime)
        with running_product(path, now=stripe.clock) as product:
            typed = f"/usage {ACCOUNT}"
            compare(product, path, typed, expected="Transcribed", now=stripe.clock)


def _use_something(made: Metering) -> None:
    prices = [
        made.price(name, name.lower(), unit="minute", unit_amount_decimal="1.45")
        for name in ("Inbound", "Outbound", "Transcribed")
    ]
    customer = made.billing.customer(ACCOUNT, company=ACCOUNT, time_zone="Europe/Berlin")
    made.subscribe(customer, *prices)
    for number in range(DAYS):
        at = BEGINNING + timedelta(days=number)
        made.stripe.advance(at)
        for name in ("inbound", "outbound", "transcribed"):
            made.use(customer, name, 100 + number, at)
    made.stripe.advance(BEGINNING + timedelta(days=DAYS))


if __name__ == "__main__":
    main()
