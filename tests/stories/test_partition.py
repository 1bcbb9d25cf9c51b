"""A network between the bot and PostgreSQL that is cut for a while (THREATS 113)."""

import contextlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import orjson
import pytest
from sqlalchemy import make_url

from bot.mirror import keeper
from bot.sandbox.stripe import StandIn
from tests import trail
from tests.billing import Billing, day
from tests.deployment import SECRET_KEY, Tallyman, deployed
from tests.following import sign, wait_until
from tests.handlers.slack.billing_desk import answered, ask
from tests.handlers.slack.correcting import at_stripe, open_dialog
from tests.relay import Relay, relaying
from tests.workspace import Person

AGAIN = "The database did not answer. Please try again soon."
# Ten times what a step takes on a machine at rest.
PATIENCE_SECONDS = 0.5

pytestmark = pytest.mark.parametrize("database_kind", ["postgresql"])


@pytest.fixture
def relay(database_url: str) -> Iterator[Relay]:
    """The network before the database."""
    address = make_url(database_url)
    with relaying(f"//{address.host}:{address.port}") as made:
        yield made


@pytest.fixture
def desk(database_url: str, relay: Relay, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tallyman]:
    """A Tallyman behind that network, over two invoices, whose admin may void them alone."""
    monkeypatch.setattr(keeper, "COMMIT_SECONDS_MAX", PATIENCE_SECONDS)
    address = make_url(database_url).set(host="127.0.0.1", port=relay.port)
    stripe = StandIn(now=day("2026-11-02"), secret_key=SECRET_KEY, requests_per_second=None)
    billing = Billing(stripe)
    customer = billing.customer("Acme", company="Acme")
    for minor in (12_345, 700):
        billing.invoice(customer, ("Calls", minor))
    with deployed(
        address.render_as_string(hide_password=False),
        now=stripe.clock,
        stripe=stripe,
        patience_seconds=PATIENCE_SECONDS,
        approval_limits="USD 1000000",
    ) as tallyman:
        tallyman.backfill()
        yield tallyman


@pytest.fixture
def avery(desk: Tallyman) -> Iterator[Person]:
    """The billing admin."""
    with contextlib.closing(desk.person()) as person:
        yield person


def deliver(desk: Tallyman) -> int:
    """Bring an event as Stripe does, each time the same; what is answered."""
    event = {"id": "evt_cut", "object": "event", "type": "invoice.paid", "created": 1}
    body = orjson.dumps(event | {"livemode": False, "data": {"object": {"id": "in_1"}}})
    (secret,) = desk.runtime.settings.stripe_webhook_secret
    headers = {"Stripe-Signature": sign(body, secret=secret.get_secret_value())}
    return httpx.post(
        f"{desk.url}/stripe/webhook", content=body, headers=headers, timeout=100, trust_env=False
    ).status_code


def readiness(desk: Tallyman) -> int:
    """What an operator's check is answered."""
    return httpx.get(f"{desk.url}/readyz", timeout=100, trust_env=False).status_code


def test_while_it_is_cut_everybody_is_told_and_afterwards_all_goes_on(
    desk: Tallyman, relay: Relay, avery: Person
) -> None:
    listed = ask(avery, "/invoice list")
    open_dialog(avery, 1001, "void_invoice")

    relay.hold()
    with ThreadPoolExecutor() as everybody:
        told = [everybody.submit(asked, desk) for asked in (readiness, deliver)]
        said = everybody.submit(ask, avery, "/invoice 1001", channel="billing")
        everybody.submit(avery.click, listed, "show_invoice:0")
        everybody.submit(avery.submit, reason="duplicate", note="Billed twice.")
    assert [one.result() for one in told] == [503, 503]
    assert AGAIN in said.result().words
    assert AGAIN in answered(avery, after=listed).words
    assert AGAIN in avery.view().words
    avery.dismiss()
    assert at_stripe_now(desk) == ["open", "open"]
    relay.let_go()

    wait_until(lambda: readiness(desk) == 200)
    assert deliver(desk) == 200
    assert "USD 123.45" in ask(avery, "/invoice 1001").words
    open_dialog(avery, 1001, "void_invoice")
    avery.submit(reason="duplicate", note="Billed twice.")
    wait_until(lambda: at_stripe(desk, 1001)["status"] == "void")
    wait_until(lambda: deeds(desk) == ["void_invoice.requested", "void_invoice.settled"])
    assert at_stripe_now(desk) == ["void", "open"]


def at_stripe_now(desk: Tallyman) -> list[str]:
    """How the invoices stand at Stripe, the oldest first."""
    invoices = desk.stripe.call("GET", "/v1/invoices")["data"]
    return [str(one["status"]) for one in reversed(invoices)]


def deeds(desk: Tallyman) -> list[str]:
    """What the trail tells of invoices that were voided."""
    told = [one.action for one in trail.entries_of(desk.runtime.database)]
    return [action for action in told if action.startswith("void_invoice")]
