"""A mirror that follows the stand-in for Stripe: by webhook, by sweep, or by both.

Everything goes by HTTP, as in a deployment. Nothing runs by itself: a test says when events are
taken up and objects are read, so that it can put anything in between.
"""

import contextlib
import hashlib
import hmac
import http.client
import itertools
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import orjson
from sqlalchemy import func, select, update
from starlette.applications import Starlette

from bot.clock import BusinessClock
from bot.database import Database
from bot.mirror.keeper import EventKeeper
from bot.mirror.marks import EVENTS, SWEPT, find_mark, set_mark
from bot.mirror.sweep import Swept, sweep
from bot.models import Deployment, Invoice, ReceivedEvent, StaleObject
from bot.runtime import Runtime
from bot.sandbox.server import serving
from bot.sandbox.stripe import StandIn
from bot.settings import Settings
from bot.stripe_api import StripeAPI
from handlers.http.application import create_app
from handlers.http.webhooks import PATH, webhook_routes
from jobs import sync

KEY = "sk_test_fake_tallyman"
AUDIT_KEY = "fake-audit-key-of-at-least-32-characters"
ACCOUNT = "acct_1Tallyman"
SECRET = "whsec_fake_secret"
LOOK_SECONDS_MIN, LOOK_SECONDS_MAX = 0.005, 0.1


def sign(body: bytes, *, secret: str = SECRET, at: float | None = None) -> str:
    """The header that Stripe sends with a delivery."""
    moment = int(time.time() if at is None else at)
    digest = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={moment},v1={digest}"


@dataclass
class Following:
    """One stand-in, one mirror, and the address that its webhooks go to."""

    standin: StandIn
    runtime: Runtime
    keeper: EventKeeper
    url: str
    _names: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def call(self, method: str, path: str, **params: Any) -> dict[str, Any]:
        """Do something at Stripe."""
        return self.standin.call(method, path, params)

    def make_open_invoice(self, amount: int = 5_000) -> dict[str, Any]:
        """An invoice with one line that its customer has 30 days to pay, just finalized."""
        invoice = self.make_draft(amount)
        return self.call("POST", f"/v1/invoices/{invoice['id']}/finalize")

    def make_draft(self, amount: int = 5_000) -> dict[str, Any]:
        """The same before it is finalized."""
        customer = self.call("POST", "/v1/customers", name=f"Customer {next(self._names)}")["id"]
        invoice = self.call(
            "POST",
            "/v1/invoices",
            customer=customer,
            collection_method="send_invoice",
            days_until_due=30,
        )
        self.call(
            "POST",
            "/v1/invoiceitems",
            customer=customer,
            invoice=invoice["id"],
            amount=amount,
            currency="usd",
        )
        return self.call("GET", f"/v1/invoices/{invoice['id']}")

    def pay(self, invoice_id: str) -> None:
        """Pay an invoice by wire."""
        self.call("POST", f"/v1/invoices/{invoice_id}/pay", paid_out_of_band=True)

    def events(self, *types: str) -> list[dict[str, Any]]:
        """What Stripe has told so far, oldest first; of these types, or of all."""
        found: list[dict[str, Any]] = []
        after: dict[str, Any] = {}
        while True:
            page = self.call("GET", "/v1/events", limit=100, **after)
            found += page["data"]
            if not page["has_more"]:
                break
            after = {"starting_after": found[-1]["id"]}
        return [one for one in reversed(found) if not types or one["type"] in types]

    def count_events(self) -> int:
        """How many there are, also those that its list does not show yet."""
        return len(list(self.standin.world.table("event")))

    def subscribe(self) -> None:
        """Have Stripe deliver its events by itself from now on."""
        endpoint = self.call(
            "POST", "/v1/webhook_endpoints", url=f"{self.url}{PATH}", enabled_events=["*"]
        )
        self.standin.world.secrets[endpoint["id"]] = SECRET

    def deliver(self, event: dict[str, Any]) -> int:
        """Deliver one event, signed; the status of the answer."""
        return self.post(orjson.dumps(event))

    def post(self, body: bytes, *, header: str | None = "") -> int:
        """Post a body, signed unless a header says otherwise; the status of the answer."""
        headers = {"Content-Type": "application/json"}
        signature = sign(body) if header == "" else header
        if signature is not None:
            headers["Stripe-Signature"] = signature
        address = urlsplit(self.url)
        with contextlib.closing(
            http.client.HTTPConnection(str(address.hostname), address.port, timeout=100)
        ) as connection:
            connection.request("POST", PATH, body, headers)
            return connection.getresponse().status

    def sweep(self) -> Swept:
        """Ask Stripe for its events."""
        return sweep(self.runtime)

    def apply(self) -> None:
        """Take up what is kept, read what it is about, and see how fresh the mirror is."""
        while sync.note(self.runtime) or sync.read_again(self.runtime):
            pass
        sync.tell_freshness(self.runtime)

    def mirrored(self, invoice_id: str) -> Invoice | None:
        """An invoice as the mirror has it."""
        with self.runtime.database.reading() as session:
            return session.get(Invoice, invoice_id)

    def is_settled(self) -> bool:
        """Whether every event that is kept was taken up, and what it is about read again."""
        # In this order: what is taken up later is found to be stale by then.
        is_noted = all(kept.state != "kept" for kept in self.received())
        return is_noted and not self.count_stale()

    def assert_equal(self, invoice_id: str) -> None:
        """See that the mirror has an invoice as Stripe has it."""
        row, truth = self.mirrored(invoice_id), self.call("GET", f"/v1/invoices/{invoice_id}")
        assert row is not None
        assert (row.status, row.remaining_minor, row.paid_minor, row.total_minor, row.number) == (
            truth["status"],
            truth["amount_remaining"],
            truth["amount_paid"],
            truth["total"],
            truth["number"],
        )

    def run_business(self, count: int) -> list[str]:
        """Make invoices, and pay, void or leave them; their ids."""
        chance = random.Random(7)
        invoices = []
        for _ in range(count):
            invoice = self.make_open_invoice(chance.randrange(100, 9_999))["id"]
            invoices.append(invoice)
            what = chance.choice(["pay", "void", "mark_uncollectible", "leave"])
            if what == "pay":
                self.pay(invoice)
            elif what != "leave":
                self.call("POST", f"/v1/invoices/{invoice}/{what}")
        return invoices

    def freshness(self) -> datetime | None:
        """The moment that cards would show, by the machine's clock."""
        with self.runtime.database.reading() as session:
            mark = find_mark(session, SWEPT)
            return mark.real_at if mark else None

    def make_due(self) -> None:
        """Let the time pass until every object may be read again."""
        with self.runtime.database.writing() as session:
            session.execute(update(StaleObject).values(due_at=datetime.now(UTC)))

    def received(self) -> list[ReceivedEvent]:
        """The events that are kept, in order of their ids."""
        with self.runtime.database.reading() as session:
            return list(session.scalars(select(ReceivedEvent).order_by(ReceivedEvent.id)))

    def count_stale(self) -> int:
        """How many objects wait to be read again."""
        with self.runtime.database.reading() as session:
            return session.scalar(select(func.count()).select_from(StaleObject)) or 0


def wait_until(is_so: Callable[[], object], *, seconds: float = 100.0) -> None:
    """Wait for what threads are doing, and let them do it: look often first, then less."""
    give_up_at = time.monotonic() + seconds
    pause = LOOK_SECONDS_MIN
    while not is_so():
        assert time.monotonic() < give_up_at, "It took too long."
        time.sleep(pause)
        pause = min(pause * 1.5, LOOK_SECONDS_MAX)


def make_runtime(database_url: str, stripe_url: str, **changes: Any) -> Runtime:
    """A runtime that reads from this Stripe, as fast as it can."""
    settings = Settings(
        _env_file=None,
        stripe_secret_key=KEY,
        audit_key=AUDIT_KEY,
        stripe_api_base=stripe_url,
        database_url=database_url,
        stripe_events_seconds=changes.pop("stripe_events_seconds", 0.5),
        **changes,
    )
    return Runtime(
        settings=settings,
        database=Database(database_url),
        stripe=StripeAPI(KEY, api_base=stripe_url, requests_per_second=None),
        clock=BusinessClock(),
    )


def record_start(runtime: Runtime, *, swept_at: datetime | None = None) -> None:
    """What the first start and the backfill of an empty account leave behind."""
    moment = swept_at or datetime.now(UTC) - timedelta(minutes=1)
    with runtime.database.writing() as session:
        session.add(
            Deployment(
                id=1,
                slack_team_id="T1",
                slack_enterprise_id=None,
                slack_bot_id="B1",
                slack_bot_user_id="U1",
                stripe_account_id=ACCOUNT,
                is_live=False,
                recorded_at=moment,
            )
        )
        set_mark(session, EVENTS, business_at=moment, real_at=moment)


@contextlib.contextmanager
def following(
    database_url: str, *, stripe: Starlette | None = None, standin: StandIn | None = None
) -> Iterator[Following]:
    """A mirror of an empty account; `stripe` answers the mirror in the stand-in's place."""
    standin = standin or StandIn(account=ACCOUNT, secret_key=KEY, requests_per_second=None)
    with contextlib.ExitStack() as stack:
        stack.callback(standin.close)
        stripe_url = stack.enter_context(serving(stripe or standin.app)).url
        runtime = make_runtime(database_url, stripe_url)
        stack.callback(runtime.database.close)
        stack.callback(runtime.stripe.close)
        record_start(runtime)
        keeper = EventKeeper(runtime.database)
        keeper.start()
        stack.callback(keeper.stop)
        app = create_app(webhook_routes(keeper, secrets=[SECRET]))
        url = stack.enter_context(serving(app)).url
        yield Following(standin=standin, runtime=runtime, keeper=keeper, url=url)
