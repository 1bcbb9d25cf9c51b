"""A mirror opposite a served stand-in."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.clock import BusinessClock
from bot.database import Database
from bot.mirror.backfill import BackfillResult, Progress, run_backfill
from bot.mirror.verify import Drift, verify
from bot.runtime import Runtime
from bot.sandbox.server import serving
from bot.sandbox.stripe import StandIn
from bot.settings import Settings
from bot.stripe_api import StripeAPI

KEY = "sk_test_fake_tallyman"
AUDIT_KEY = "fake-audit-key-of-at-least-32-characters"


@dataclass
class Filling:
    """A stand-in, its address, and a mirror that was not filled yet."""

    standin: StandIn
    url: str
    runtime: Runtime

    def call(self, method: str, path: str, **params: Any) -> dict[str, Any]:
        return self.standin.call(method, path, params)

    def fill(self, **options: Any) -> BackfillResult:
        return run_backfill(self.runtime, report=ignore, **options)

    def verify(self, *, repair: bool = False) -> Drift:
        return verify(self.runtime, repair=repair, report=ignore)

    def make_invoice(self, *amounts: int, customer: str, finalize: bool = True) -> dict[str, Any]:
        """An invoice with a line per amount."""
        invoice = self.call(
            "POST",
            "/v1/invoices",
            customer=customer,
            collection_method="send_invoice",
            days_until_due=30,
        )
        for amount in amounts:
            self.call(
                "POST",
                "/v1/invoiceitems",
                customer=customer,
                invoice=invoice["id"],
                amount=amount,
                currency="usd",
            )
        if finalize:
            self.call("POST", f"/v1/invoices/{invoice['id']}/finalize")
        return self.call("GET", f"/v1/invoices/{invoice['id']}")

    def make_customer(self, **params: Any) -> str:
        made: str = self.call("POST", "/v1/customers", **{"name": "Acme"} | params)["id"]
        return made


def ignore(progress: Progress) -> None:
    del progress


def make_runtime(database_url: str, stripe_url: str) -> Runtime:
    return Runtime(
        settings=Settings(_env_file=None, audit_key=AUDIT_KEY),
        database=Database(database_url),
        stripe=StripeAPI(KEY, api_base=stripe_url, requests_per_second=None),
        clock=BusinessClock(),
    )


@contextlib.contextmanager
def open_filling(database_url: str) -> Iterator[Filling]:
    standin = StandIn(requests_per_second=None)
    with serving(standin.app) as server:
        standin.public_url = server.url
        runtime = make_runtime(database_url, server.url)
        yield Filling(standin, server.url, runtime)
        runtime.stripe.close()
        runtime.database.close()
        standin.close()
