"""Deliver events to webhook endpoints: signed, from threads of their own, repeated until heard."""

import dataclasses
import hashlib
import heapq
import hmac
import http.client
import threading
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import orjson

from bot.sandbox.stripe.store import Object
from bot.sandbox.stripe.webhooks import endpoints_for
from bot.sandbox.stripe.world import LINKS_BASE, World

WORKERS = 4
ATTEMPTS_MAX = 8
# Stripe waits hours between its attempts; a sandbox has seconds.
BACK_OFF_SECONDS = 0.5
BACK_OFF_SECONDS_MAX = 8.0
TIMEOUT_SECONDS = 10.0
# Within this time shuffled deliveries overtake each other.
SHUFFLE_SECONDS = 0.4


@dataclasses.dataclass(frozen=True)
class Delivery:
    """One event on its way to one endpoint."""

    event: Object
    endpoint: str
    body: bytes
    attempt: int = 1
    is_copy: bool = False


def signature(secret: str, body: bytes, moment: int) -> str:
    """The Stripe-Signature header for a body."""
    signed = str(moment).encode() + b"." + body
    digest = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    return f"t={moment},v1={digest}"


class Deliverer:
    """The queue of deliveries and the threads that empty it."""

    def __init__(self, world: World, public_url: Callable[[], str]) -> None:
        self._world = world
        self._public_url = public_url
        self._waiting: list[tuple[float, int, Delivery]] = []
        self._count = 0
        self._busy = 0
        self._is_closed = False
        self._changed = threading.Condition()
        self._workers: list[threading.Thread] = []

    def take(self, event: Object) -> None:
        """Queue an event for every endpoint that wants it."""
        endpoints = endpoints_for(self._world, event["type"])
        event["pending_webhooks"] = len(endpoints)
        if not endpoints:
            self._note_all_heard(event)
            return
        body = orjson.dumps(event, option=orjson.OPT_INDENT_2)
        faults = self._world.faults
        for endpoint in endpoints:
            if faults.drops_webhook(event["type"]):
                continue
            for copy in range(1 + faults.webhook_duplicates):
                delay = faults.webhook_delay_seconds
                delay += faults.random.random() * SHUFFLE_SECONDS if faults.webhook_shuffle else 0
                self._put(Delivery(event, endpoint["id"], body, is_copy=copy > 0), delay)

    def idle(self, timeout_seconds: float) -> bool:
        """Wait until nothing waits or runs; False when that takes too long."""
        with self._changed:
            return self._changed.wait_for(
                lambda: not self._waiting and self._busy == 0, timeout_seconds
            )

    def close(self) -> None:
        """Stop the threads; what waits is lost."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    def _put(self, delivery: Delivery, delay_seconds: float) -> None:
        with self._changed:
            self._count += 1
            due = time.monotonic() + delay_seconds
            heapq.heappush(self._waiting, (due, self._count, delivery))
            while len(self._workers) < WORKERS:
                worker = threading.Thread(target=self._work, daemon=True)
                self._workers.append(worker)
                worker.start()
            self._changed.notify_all()

    def _work(self) -> None:
        while (delivery := self._next()) is not None:
            try:
                self._deliver(delivery)
            finally:
                with self._changed:
                    self._busy -= 1
                    self._changed.notify_all()

    def _next(self) -> Delivery | None:
        """Wait for the next delivery that is due; None once closed."""
        with self._changed:
            while not self._is_closed:
                wait = self._waiting[0][0] - time.monotonic() if self._waiting else None
                if wait is not None and wait <= 0:
                    self._busy += 1
                    return heapq.heappop(self._waiting)[2]
                self._changed.wait(wait)
            return None

    def _deliver(self, delivery: Delivery) -> None:
        endpoint = self._world.table("webhook_endpoint").find(delivery.endpoint)
        if endpoint is None or endpoint["status"] != "enabled":
            return
        if self._post(endpoint, delivery.body):
            if not delivery.is_copy:
                self._heard(delivery.event)
        elif delivery.attempt < ATTEMPTS_MAX:
            wait = min(BACK_OFF_SECONDS * 2 ** (delivery.attempt - 1), BACK_OFF_SECONDS_MAX)
            self._put(dataclasses.replace(delivery, attempt=delivery.attempt + 1), wait)

    def _heard(self, event: Object) -> None:
        """Note that an endpoint has an event."""
        with self._world.lock:
            event["pending_webhooks"] = max(event["pending_webhooks"] - 1, 0)
            if event["pending_webhooks"] == 0:
                self._note_all_heard(event)

    def _note_all_heard(self, event: Object) -> None:
        """An invoice says since when its creation is known to every endpoint."""
        if event["type"] == "invoice.created":
            invoice = self._world.table("invoice").find(event["data"]["object"]["id"])
            if invoice is not None:
                invoice["webhooks_delivered_at"] = self._world.now

    def _post(self, endpoint: Object, body: bytes) -> bool:
        """Send one body; whether the answer was a 2xx."""
        body = body.replace(LINKS_BASE.encode(), self._public_url().encode())
        secret = self._world.secrets[endpoint["id"]]
        headers = {
            "Accept": "*/*; q=0.5, application/xml",
            "Cache-Control": "no-cache",
            "Content-Type": "application/json; charset=utf-8",
            # Signatures live by the real clock: receivers compare them with theirs.
            "Stripe-Signature": signature(secret, body, int(time.time())),
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        }
        parts = urlsplit(endpoint["url"])
        kind = (
            http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        )
        connection = kind(parts.hostname or "", parts.port, timeout=TIMEOUT_SECONDS)
        target = parts.path or "/"
        try:
            connection.request(
                "POST", f"{target}?{parts.query}" if parts.query else target, body, headers
            )
            return 200 <= connection.getresponse().status < 300
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
