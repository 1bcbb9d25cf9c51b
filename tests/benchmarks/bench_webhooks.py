"""Webhooks kept and answered over HTTP, and events applied, on both databases.

Budget: kept and answered at least 0.6 times as fast as the bare driver inserts the same rows, one
to a commit. Both with real flushes of the disk: SQLite's synchronous=FULL, PostgreSQL's defaults.
"""

import contextlib
import os
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson
import psycopg
from sqlalchemy import make_url

from bot.database import Database, migrate
from bot.mirror.events import WEBHOOK, Arrival, hint_of, keep
from bot.stripe_api import StripeAPI
from handlers.http.webhooks import PATH
from jobs import sync
from tests import postgres
from tests.following import SECRET, make_runtime, record_start, sign

ROUNDS = 5
EVENTS = int(os.environ.get("BENCH_EVENTS", "2000"))
CLIENTS = 32
APPLIED = int(os.environ.get("BENCH_APPLIED", "600"))
# What an invoice's event weighs at Stripe with ten lines.
BODY_BYTES = 12_600
STARTING_SECONDS_MAX = 30.0

RAW_INSERT = (
    "INSERT INTO received_events (id, type, object_kind, object_id, created_at, received_at, way,"
    " state, note, body) VALUES (?, ?, ?, ?, ?, ?, 'webhook', 'kept', NULL, ?)"
    " ON CONFLICT DO NOTHING"
)


def main() -> None:
    """Measure both databases, and print figures and ratios."""
    with tempfile.TemporaryDirectory(prefix="tallyman-bench-") as folder:
        _measure(f"sqlite:///{folder}/bench.sqlite3", "SQLite")
    with durable_postgresql() as url:
        _measure(url, "PostgreSQL")


def _measure(url: str, title: str) -> None:
    migrate(url)
    runtime = make_runtime(url, "http://127.0.0.1:1")
    record_start(runtime)
    runtime.database.close()
    raw, kept = [], []
    with _webhook_server(url) as address:
        _deliver(address, _bodies("warm", 100))
        for number in range(ROUNDS):
            raw.append(_insert_raw(url, _bodies(f"raw{number}", EVENTS)))
            kept.append(_deliver(address, _bodies(f"http{number}", EVENTS)))
    _empty(url)
    raw_rate, kept_rate = statistics.median(raw), statistics.median(kept)
    print(f"\n{title}")
    print(f"  bare driver, one insert to a commit   {raw_rate:7.0f}/s")
    print(f"  kept and answered over HTTP           {kept_rate:7.0f}/s, {CLIENTS} at once")
    print(f"  ratio {kept_rate / raw_rate:.2f} (budget 0.6)")
    print(f"  applied, each read from Stripe        {_apply(url):7.0f}/s")


def _bodies(name: str, count: int) -> list[tuple[str, bytes]]:
    """Events of the usual weight, each about an invoice of its own, with their ids."""
    return [(f"evt_{name}_{number}", _body(f"evt_{name}_{number}")) for number in range(count)]


def _body(event_id: str, invoice_id: str = "in_1") -> bytes:
    invoice = {"id": invoice_id, "object": "invoice", "status": "open", "description": ""}
    event = {
        "id": event_id,
        "object": "event",
        "type": "invoice.updated",
        "created": int(time.time()),
        "livemode": False,
        "data": {"object": invoice},
    }
    invoice["description"] = "x" * (BODY_BYTES - len(orjson.dumps(event)))
    return orjson.dumps(event)


def _insert_raw(url: str, bodies: list[tuple[str, bytes]]) -> float:
    """Inserts per second by the driver alone, one to a commit."""
    moment: Any = datetime.now(UTC)
    if url.startswith("sqlite"):
        moment = int(moment.timestamp() * 1_000_000)
        with contextlib.closing(
            sqlite3.connect(str(make_url(url).database), isolation_level=None, timeout=30)
        ) as connection:
            connection.execute("PRAGMA synchronous=FULL")
            return _timed_inserts(connection, RAW_INSERT, moment, bodies)
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        return _timed_inserts(connection, RAW_INSERT.replace("?", "%s"), moment, bodies)


def _timed_inserts(
    connection: Any, statement: str, moment: Any, bodies: list[tuple[str, bytes]]
) -> float:
    began = time.perf_counter()
    for event_id, body in bodies:
        values = (event_id, "invoice.updated", "invoice", "in_1", moment, moment, body)
        connection.execute(statement, values)
    return len(bodies) / (time.perf_counter() - began)


def _deliver(address: tuple[str, int], bodies: list[tuple[str, bytes]]) -> float:
    """Deliveries answered per second, from many connections at once."""
    requests = [_request(body) for _, body in bodies]
    shares = [requests[start::CLIENTS] for start in range(CLIENTS)]
    ready = threading.Barrier(CLIENTS + 1)

    def work(share: list[bytes]) -> None:
        with socket.create_connection(address, 30) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            ready.wait()
            for request in share:
                connection.sendall(request)
                answer = connection.recv(4096)
                while not answer.endswith(b'{"received":true}'):
                    more = connection.recv(4096)
                    if not more or b" 200 " not in answer[:20]:
                        raise RuntimeError(f"This was not kept: {answer[:80]!r}")
                    answer += more

    threads = [threading.Thread(target=work, args=(share,)) for share in shares]
    for thread in threads:
        thread.start()
    ready.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    return len(bodies) / (time.perf_counter() - began)


def _request(body: bytes) -> bytes:
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nStripe-Signature: {sign(body)}\r\n\r\n"
    )
    return head.encode() + body


def _apply(url: str) -> float:
    """Events applied per second: noted, their invoices read from Stripe by HTTP, and stored."""
    with _stripe_server() as stripe_url:
        runtime = make_runtime(url, stripe_url)
        ids = _invoice_ids(runtime.stripe)
        bodies = [_body(f"evt_apply_{place}", one) for place, one in enumerate(ids)]
        arrivals = [Arrival(hint_of(orjson.loads(body)), body) for body in bodies]
        with runtime.database.writing() as session:
            keep(session, arrivals, way=WEBHOOK, now=datetime.now(UTC), identity=None)
        began = time.perf_counter()
        sync.note(runtime)
        while sync.read_again(runtime):
            pass
        took = time.perf_counter() - began
        runtime.stripe.close()
        runtime.database.close()
        return len(ids) / took


def _invoice_ids(stripe: StripeAPI) -> list[str]:
    return [one["id"] for page in stripe.pages("/v1/invoices") for one in page]


def _empty(url: str) -> None:
    database = Database(url)
    with database.writing() as session:
        session.connection().exec_driver_sql("DELETE FROM received_events")
    database.close()


@contextlib.contextmanager
def _webhook_server(url: str) -> Iterator[tuple[str, int]]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = int(listening.getsockname()[1])
    command = [sys.executable, "-m", "tests.benchmarks.webhook_server", url, str(port), SECRET]
    process = subprocess.Popen(command)
    try:
        give_up_at = time.monotonic() + STARTING_SECONDS_MAX
        while time.monotonic() < give_up_at:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.05)
        yield "127.0.0.1", port
    finally:
        process.terminate()
        process.wait(20)


@contextlib.contextmanager
def _stripe_server() -> Iterator[str]:
    command = [sys.executable, "-m", "tests.benchmarks.stripe_server", str(APPLIED)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        url = process.stdout.readline().strip()
        assert urlsplit(url).port
        try:
            yield url
        finally:
            process.stdin.close()
            process.wait(20)


@contextlib.contextmanager
def durable_postgresql() -> Iterator[str]:
    """A server with files on the disk that flushes each commit, unlike the one of the tests."""
    place = "/tmp" if postgres.who_serves() else None  # noqa: S108 - the folder's name is random
    with (
        tempfile.TemporaryDirectory(prefix="tallyman-bench-", dir=place) as folder,
        tempfile.TemporaryDirectory(prefix="tallyman-bench-", dir=place) as spare,
    ):
        for made in (folder, spare):
            Path(made).chmod(0o755)
        postgres.FAST = ()
        cluster = postgres.Cluster(Path(folder), spare=Path(spare))
        cluster.create()
        try:
            yield cluster.start()
        finally:
            cluster.stop()


if __name__ == "__main__":
    main()
