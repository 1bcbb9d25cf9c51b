"""From a promise to its call, when idle and when many wait; and from a click; on both databases.

The budget is 100 ms at the 99th percentile, idle. First the call does nothing, so that the queue
alone is measured: commit, waking, claiming, and settling in a transaction of its own; beside it a
bare commit in the same moments, as a promise waits for two of them, and a busy machine lets both
wait. Then people click in the stand-in Slack opposite a whole process: from the press, by its
signed request, to the moment at which Stripe voids the invoice; and from a payment at Stripe to the
moment at which the card in the channel says so, which is promised within two seconds.
"""

import contextlib
import os
import sqlite3
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import make_url
from sqlalchemy.orm import Session

from bot import effects
from bot.database import migrate
from bot.effects import Done, Effect, Means, Outcome
from bot.effects.lanes import SLACK_CHANNEL_SECONDS
from bot.sandbox.stripe import StandIn as StripeStandIn
from jobs.effects import carrying_out
from tests.benchmarks.bench_webhooks import durable_postgresql
from tests.billing import Billing, day
from tests.bot.effects.toy import make_means
from tests.following import wait_until
from tests.handlers.slack.billing_desk import ask
from tests.handlers.slack.correcting import open_dialog
from tests.processes import (
    ADMIN,
    CHANNEL,
    SECRET_KEY,
    WAIT_SECONDS_MAX,
    Outside,
    find_free_port,
    outside,
    started,
)
from tests.workspace import Person

IDLE = int(os.environ.get("BENCH_IDLE", "300"))
MANY = int(os.environ.get("BENCH_EFFECTS", "2000"))
CLICKS = int(os.environ.get("BENCH_CLICKS", "200"))
PAYMENTS = int(os.environ.get("BENCH_PAYMENTS", "40"))
# The short number of the first invoice.
FIRST = 1001
# What a card says of an invoice that is paid, and of no other.
PAID = "settled in full"
PAUSE_SECONDS = 0.02
PROMISED_AT_ONCE = 100
KIND = "bench"


class Nothing:
    """An operation that does nothing and notes when it began."""

    def __init__(self) -> None:
        self.begun: dict[str, float] = {}
        self.all_done = threading.Semaphore(0)

    def perform(self, effect: Effect, means: Means) -> Outcome:
        del means
        self.begun[effect.key] = time.perf_counter()
        return Done()

    def settle(
        self, session: Session, effect: Effect, outcome: Outcome, *, means: Means, now: datetime
    ) -> None:
        del session, effect, outcome, means, now
        self.all_done.release()


def main() -> None:
    """Measure both databases, and print the figures."""
    with tempfile.TemporaryDirectory(prefix="tallyman-bench-") as folder:
        _measure(f"sqlite:///{folder}/bench.sqlite3", "SQLite")
        _measure_clicks(f"sqlite:///{folder}/clicks.sqlite3")
    with durable_postgresql() as url:
        _measure(url, "PostgreSQL")
    with durable_postgresql() as url:
        _measure_clicks(url)


def _measure(url: str, title: str) -> None:
    migrate(url)
    means, nothing, bare = make_means(url), Nothing(), []
    with carrying_out(means, operations={KIND: nothing}), _committing(url) as commit:
        promised_at = {}
        for number in range(IDLE):
            promised_at[f"idle-{number}"] = time.perf_counter()
            _promise(means, [f"idle-{number}"])
            nothing.all_done.acquire()
            time.sleep(PAUSE_SECONDS)
            began = time.perf_counter()
            commit()
            bare.append((time.perf_counter() - began) * 1000)
        waits = [(nothing.begun[key] - at) * 1000 for key, at in promised_at.items()]
        began = time.perf_counter()
        for start in range(0, MANY, PROMISED_AT_ONCE):
            _promise(means, [f"many-{start + place}" for place in range(PROMISED_AT_ONCE)])
        for _ in range(MANY):
            nothing.all_done.acquire()
        rate = MANY / (time.perf_counter() - began)
    means.slack.close()
    means.runtime.database.close()
    print(f"\n{title}")
    _print_waits("promised to begun, idle  ", waits)
    _print_waits("one bare commit          ", bare)
    print(f"  promised and settled      {rate:6.0f}/s, {PROMISED_AT_ONCE} promised at once")


@contextlib.contextmanager
def _committing(url: str) -> Iterator[Callable[[], None]]:
    """What inserts a row by the driver alone and commits it."""
    create, insert = "CREATE TABLE bare (number integer)", "INSERT INTO bare VALUES (1)"
    address = make_url(url)
    opened: Any
    if address.get_backend_name() == "sqlite":
        opened = sqlite3.connect(str(address.database))
        opened.execute("PRAGMA synchronous=FULL")
    else:
        plain = address.set(drivername="postgresql")
        opened = psycopg.connect(plain.render_as_string(hide_password=False))
    with contextlib.closing(opened):
        opened.execute(create)
        opened.commit()

        def commit() -> None:
            opened.execute(insert)
            opened.commit()

        yield commit


def _measure_clicks(url: str) -> None:
    """Print how soon clicks and payments arrive, through a process of its own."""
    billed = bill(CLICKS + PAYMENTS)
    with (
        tempfile.TemporaryDirectory(prefix="tallyman-bench-") as folder,
        outside(now=day("2026-11-16"), stripe=billed) as out,
    ):
        out.slack.state.is_rate_limited = False
        port = str(find_free_port())
        secret = out.deliver_to(f"http://127.0.0.1:{port}")
        told = {"PORT": port, "STRIPE_WEBHOOK_SECRET": secret, "APPROVAL_LIMITS": "USD 1000000"}
        with (
            started(folder=Path(folder), settings=out.settings(url, **told)) as process,
            contextlib.closing(Person(out.slack_url, ADMIN)) as admin,
        ):
            process.wait_until_ready()
            out.slack.request_url = f"{process.url}/slack/events"
            last = FIRST + CLICKS + PAYMENTS - 1
            wait_until(lambda: "to pay" in ask(admin, f"/invoice {last}").words)
            clicks = [_click(out, admin, FIRST + number) for number in range(CLICKS)]
            ask(admin, f"/billing channels allow #{CHANNEL}")
            paid = [_pay(out, admin, FIRST + CLICKS + number) for number in range(PAYMENTS)]
    _print_waits("clicked to voided, idle  ", clicks)
    _print_waits("paid to shown on the card", paid)


def bill(count: int) -> StripeStandIn:
    """A Stripe with so many open invoices, each a cent more than the one before."""
    start = day("2026-11-01")
    stripe = StripeStandIn(now=start, secret_key=SECRET_KEY, requests_per_second=None)
    billing = Billing(stripe)
    customer = billing.customer("Acme", company="Acme")
    for number in range(count):
        stripe.advance(start + timedelta(hours=number))
        billing.invoice(customer, ("Calls", 10_000 + number))
    stripe.advance(day("2026-11-16"))
    return stripe


def _click(out: Outside, admin: Person, number: int) -> float:
    """Void an invoice; how long from the last click to Stripe's doing it, in milliseconds."""
    done = threading.Event()
    voided_at: list[float] = []

    def observe(method: str, path: str, status: int, _body: Any) -> None:
        if (method, status) == ("POST", 200) and path.endswith("/void"):
            voided_at.append(time.perf_counter())
            done.set()

    open_dialog(admin, number, "void_invoice")
    out.stripe.gateway.observer = observe
    clicked_at = time.perf_counter()
    admin.submit(reason="duplicate", note="Measured.")
    assert done.wait(WAIT_SECONDS_MAX)
    admin.dismiss()
    return (voided_at[0] - clicked_at) * 1000


def _pay(out: Outside, admin: Person, number: int) -> float:
    """Pay what a card in a channel shows; how long until that card says so, in milliseconds."""
    posted = len(_cards(out))
    admin.type(CHANNEL, f"/invoice {number} share")
    wait_until(lambda: len(_cards(out)) > posted)
    # A second message in a second has to wait for its turn.
    time.sleep(SLACK_CHANNEL_SECONDS)
    due = 10_000 + number - FIRST
    invoice = next(one for one in out.stripe.world.table("invoice") if one["amount_due"] == due)
    paid_at = time.perf_counter()
    out.stripe.call("POST", f"/v1/invoices/{invoice['id']}/pay", {"paid_out_of_band": "true"})
    while PAID not in _cards(out)[posted]:
        assert time.perf_counter() - paid_at < WAIT_SECONDS_MAX
        time.sleep(0.002)
    return (time.perf_counter() - paid_at) * 1000


def _cards(out: Outside) -> list[str]:
    """What the cards say that stand in the channel, oldest first."""
    shown = (one for one in out.slack.list_messages(CHANNEL) if one.only_for is None)
    return [str(one.blocks) for one in shown if one.blocks]


def _print_waits(what: str, waits: list[float]) -> None:
    waits.sort()
    p99 = waits[int(len(waits) * 0.99)]
    print(f"  {what} {statistics.median(waits):6.1f} ms, 99th {p99:.1f} ms, of {len(waits)}")


def _promise(means: Means, keys: list[str]) -> None:
    now = datetime.now(UTC)
    with means.runtime.database.writing() as session:
        for key in keys:
            effects.promise(session, kind=KIND, subject=key, key=key, now=now)


if __name__ == "__main__":
    main()
