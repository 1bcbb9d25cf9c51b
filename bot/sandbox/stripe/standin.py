"""The stand-in itself: one Stripe account in memory, with its application and its clock."""

import collections
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from starlette.applications import Starlette

from bot.sandbox.stripe import routes
from bot.sandbox.stripe.billing_clock import advance
from bot.sandbox.stripe.deliveries import Deliverer
from bot.sandbox.stripe.dispatch import Api, Router
from bot.sandbox.stripe.errors import StripeError
from bot.sandbox.stripe.gateway import Gateway, Observer
from bot.sandbox.stripe.http import make_app
from bot.sandbox.stripe.seed import seed_invoices
from bot.sandbox.stripe.world import LINKS_BASE, World

WEBHOOKS_IDLE_SECONDS = 10.0


class StandIn:
    """Stripe on this machine. Serve `app`, or make calls in this process with `call`."""

    def __init__(
        self,
        now: datetime | None = None,
        account: str = "acct_1Tallyman",
        secret_key: str = "sk_test_fake_tallyman",
        *,
        livemode: bool = False,
        requests_per_second: float | None = 25,
        on_clock: Callable[[datetime], None] | None = None,
        observer: Observer | None = None,
    ) -> None:
        started = int((now or datetime.now(UTC)).timestamp())
        self.secret_key = secret_key
        self.on_clock = on_clock
        # What goes on in the world outside each day at noon in UTC, as somebody moves the clock.
        self.on_noon: Callable[[datetime], None] | None = None
        # Where links point: set it, or the address of the last request is taken.
        self.public_url: str | None = None
        self.seen_url = "http://127.0.0.1"
        self.world = World(now=started, account=account, livemode=livemode)
        self._deliverer = Deliverer(self.world, self._links_base)
        self.world.on_event = self._deliverer.take
        self._api = Api(self.world, Router(routes.ROUTES))
        self.gateway = Gateway(
            self._api, secret_key=secret_key, requests_per_second=requests_per_second
        )
        self.gateway.observer = observer
        self.app: Starlette = make_app(self)

    @property
    def clock(self) -> datetime:
        """The virtual time."""
        return datetime.fromtimestamp(self.world.now, UTC)

    @property
    def requests(self) -> collections.deque[dict[str, Any]]:
        """The last thousand requests by HTTP, oldest first."""
        return self.gateway.log

    def call(self, method: str, path: str, params: dict[str, Any] | None = None) -> dict[str, Any]:
        """Make a call in this process: no key, no limit, no faults of the network.

        Raises: StripeError with the status and the body that HTTP would have answered.
        """
        request_id = self.world.ids.new("req")
        answer = self._api.answer(method.upper(), path, params or {}, request_id=request_id)
        body: dict[str, Any] = orjson.loads(
            answer.body.replace(LINKS_BASE.encode(), self._links_base().encode())
        )
        if self.gateway.observer is not None:
            self.gateway.observer(method.upper(), path, answer.status, body)
        if answer.status != 200:
            raise StripeError(answer.status, body["error"].pop("message"), **body["error"])
        return body

    def roll_key(self, secret_key: str) -> None:
        """Take another secret key from now on, and the one before no more."""
        self.secret_key = self.gateway.secret_key = secret_key

    def advance(self, to: datetime) -> None:
        """Move the clock ahead; renewals, finalizations, attempts and their events happen.

        Raises: ValueError for a time without a zone.
        """
        if to.tzinfo is None:
            raise ValueError("The time needs a zone.")
        with self.world.lock:
            if self.on_noon is not None:
                for noon in noons_between(self.clock, to):
                    advance(self.world, int(noon.timestamp()))
                    self.on_noon(noon)
            advance(self.world, int(to.timestamp()))
        if self.on_clock is not None:
            self.on_clock(self.clock)

    def seed_invoices(
        self, count: int, lines: int = 4, *, customers: int = 200, open_share: float = 0.05
    ) -> None:
        """Put many finished invoices into the store, without events; for benchmarks."""
        with self.world.lock:
            seed_invoices(
                self.world, count, lines=lines, customers=customers, open_share=open_share
            )

    def webhooks_idle(self, timeout_seconds: float = WEBHOOKS_IDLE_SECONDS) -> bool:
        """Wait until every webhook was delivered or given up; False when that takes too long."""
        return self._deliverer.idle(timeout_seconds)

    def close(self) -> None:
        """Stop delivering webhooks."""
        self._deliverer.close()

    def _links_base(self) -> str:
        return self.public_url or self.seen_url


def noons_between(start: datetime, end: datetime) -> Iterator[datetime]:
    """Every noon in UTC after one moment and not after another."""
    noon = start.astimezone(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    while noon <= end:
        if noon > start:
            yield noon
        noon += timedelta(days=1)
