"""A Stripe stand-in for tests: served, with the real client in front of it, and builders."""

import contextlib
import dataclasses
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import orjson
import stripe
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.sandbox.server import serving
from bot.sandbox.stripe import StandIn, StripeError

KEY = "sk_test_fake_tallyman"
START = datetime(2026, 1, 31, 10, tzinfo=UTC)
Json = dict[str, Any]


@dataclasses.dataclass(frozen=True)
class Counter:
    """The stand-in, where it is served, and Stripe's own client."""

    standin: StandIn
    url: str
    client: stripe.StripeClient


@contextlib.contextmanager
def open_counter(**settings: Any) -> Iterator[Counter]:
    """Serve a stand-in for the length of a with block."""
    standin = StandIn(now=START, **{"requests_per_second": None, **settings})
    with serving(standin.app) as server:
        client = stripe.StripeClient(KEY, base_addresses={"api": server.url})
        yield Counter(standin, server.url, client)
        standin.close()


class Receiver:
    """An address that takes webhooks and answers them with the statuses it is given first."""

    def __init__(self, *first_statuses: int) -> None:
        self._statuses = list(first_statuses)
        self._lock = threading.Lock()
        self.bodies: list[bytes] = []
        self.signatures: list[str] = []
        self.app = Starlette(routes=[Route("/hook", self._take, methods=["POST"])])

    @property
    def types(self) -> list[str]:
        """The types of the events received, in order."""
        return [orjson.loads(body)["type"] for body in self.bodies]

    async def _take(self, request: Request) -> Response:
        body = await request.body()
        with self._lock:
            self.bodies.append(body)
            self.signatures.append(request.headers["stripe-signature"])
            return Response(status_code=self._statuses.pop(0) if self._statuses else 200)


def make_customer(standin: StandIn, card: str | None = None, **given: Any) -> Json:
    """A customer, with one of Stripe's test cards as its default when named."""
    customer = standin.call("POST", "/v1/customers", {"name": "Ada & Söhne", **given})
    if card is None:
        return customer
    path = f"/v1/payment_methods/{card}/attach"
    method = standin.call("POST", path, {"customer": customer["id"]})
    settings = {"invoice_settings": {"default_payment_method": method["id"]}}
    return standin.call("POST", f"/v1/customers/{customer['id']}", settings)


def make_price(standin: StandIn, **given: Any) -> Json:
    """A price of a new product; a flat 10 dollars when nothing is said."""
    product = standin.call("POST", "/v1/products", {"name": given.pop("name", "Calls")})
    amount = {} if "tiers" in given or "unit_amount_decimal" in given else {"unit_amount": 1000}
    return standin.call(
        "POST", "/v1/prices", {"product": product["id"], "currency": "usd", **amount, **given}
    )


def make_meter(standin: StandIn, event_name: str = "calls", formula: str = "sum") -> Json:
    """A meter."""
    return standin.call(
        "POST",
        "/v1/billing/meters",
        {
            "display_name": event_name,
            "event_name": event_name,
            "default_aggregation": {"formula": formula},
        },
    )


def make_draft(standin: StandIn, customer: Json, *amounts: int, **given: Any) -> Json:
    """A draft with one line per amount; sent and due in 30 days unless said otherwise."""
    if given.get("collection_method") != "charge_automatically":
        given = {"collection_method": "send_invoice", "days_until_due": 30, **given}
    invoice = standin.call("POST", "/v1/invoices", {"customer": customer["id"], **given})
    for number, amount in enumerate(amounts):
        standin.call(
            "POST",
            "/v1/invoiceitems",
            {
                "customer": customer["id"],
                "invoice": invoice["id"],
                "amount": amount,
                "currency": invoice["currency"],
                "description": f"Line {number}",
            },
        )
    return standin.call("GET", f"/v1/invoices/{invoice['id']}")


def make_open(standin: StandIn, customer: Json, *amounts: int, **given: Any) -> Json:
    """A finalized invoice."""
    draft = make_draft(standin, customer, *(amounts or (1000,)), **given)
    return standin.call("POST", f"/v1/invoices/{draft['id']}/finalize")


def act(standin: StandIn, invoice: Json, action: str, **given: Any) -> Json:
    """Do something to an invoice."""
    return standin.call("POST", f"/v1/invoices/{invoice['id']}/{action}", given)


def read(standin: StandIn, invoice: Json, **given: Any) -> Json:
    """An invoice as it is now."""
    return standin.call("GET", f"/v1/invoices/{invoice['id']}", given)


def refusal(standin: StandIn, method: str, path: str, params: Json | None = None) -> StripeError:
    """The error that a call is answered with.

    Raises: AssertionError when it is answered well.
    """
    try:
        answer = standin.call(method, path, params)
    except StripeError as error:
        return error
    raise AssertionError(f"{method} {path} was answered: {answer}")


def event_types(standin: StandIn) -> list[str]:
    """The types of all events, oldest first."""
    events: list[Json] = standin.call("GET", "/v1/events", {"limit": 100})["data"]
    return [event["type"] for event in reversed(events)]
