"""`/invoice 1234` over signed HTTP with a million invoices in SQLite.

Budgets: one client at most 1.5 times a bare Bolt application that runs the card's own statements
(by SQLAlchemy Core, as the card does) and returns the same blocks, and at most 4 times one that
answers a constant; 32 clients at least 0.6 of the former's answers per second; ready within 3 s and
below 150 MB of anonymous memory. The same statements by the bare driver stand beside it.
"""

import contextlib
import http.client
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.audit.keys import random_key
from bot.database import Database
from bot.queries.invoices import find_invoice_card
from bot.queries.sight import Sight
from bot.sandbox.server import serving
from bot.sandbox.slack import StandIn as SlackStandIn
from bot.sandbox.slack import open_workspace
from bot.sandbox.stripe import StandIn as StripeStandIn
from tests.benchmarks.book import FIRST_SHORT_NUMBER, NOW, fill_book
from tests.benchmarks.slack_client import SECRET, USER, Figures, ask, measure

INVOICES = int(os.environ.get("BENCH_INVOICES", "1000000"))
TEXT = "1234"
ROUNDS = 5
ONE_CLIENT_ASKS = 600
MANY_CLIENTS, MANY_ASKS = 32, 60
STARTING_SECONDS_MAX = 30.0


def main() -> None:
    """Fill the book, start the three servers, measure them in turn, and print the figures."""
    with tempfile.TemporaryDirectory(prefix="tallyman-bench-") as folder:
        path = Path(folder) / "book.sqlite3"
        print(f"Filling a book of {INVOICES:,} invoices …", flush=True)
        fill_book(path, INVOICES)
        with contextlib.ExitStack() as stack:
            started = _start_product(stack, path)
            print(f"ready after {started.seconds:.2f} s (budget 3 s)")
            plan = _plan(started.port, path)
            servers = {"product": started} | {
                way: _start_bare(stack, Path(folder) / f"{way}.json", plan | {"way": way})
                for way in ("core", "driver", "constant")
            }
            _report(_measure_in_turn(servers, clients=1, each=ONE_CLIENT_ASKS), "one client")
            many = _measure_in_turn(servers, clients=MANY_CLIENTS, each=MANY_ASKS)
            _report(many, f"{MANY_CLIENTS} clients")
            print(f"anonymous memory {_anonymous_mb(started.pid):.0f} MB (budget 150 MB)")


@dataclass(frozen=True, slots=True)
class Started:
    """A server's process, its port, and how long it took until it answered."""

    pid: int
    port: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Measured:
    """What the clients saw, and the processor's time that an answer took on the server's side."""

    seen: Figures
    cpu_ms: float


def _measure_in_turn(
    servers: dict[str, Started], *, clients: int, each: int
) -> dict[str, Measured]:
    """The median round of each, in rounds that take turns, so that a busy moment hits all."""
    rounds: dict[str, list[Measured]] = {name: [] for name in servers}
    for server in servers.values():
        measure(server.port, clients=clients, each=20, texts=[TEXT])
    for _ in range(ROUNDS):
        for name, server in servers.items():
            before = _cpu_seconds(server.pid)
            seen = measure(server.port, clients=clients, each=each, texts=[TEXT])
            cpu_ms = (_cpu_seconds(server.pid) - before) / (clients * each) * 1000
            rounds[name].append(Measured(seen, cpu_ms))
    return {
        name: sorted(taken, key=lambda one: one.seen.median_ms)[ROUNDS // 2]
        for name, taken in rounds.items()
    }


def _report(measured: dict[str, Measured], title: str) -> None:
    print(f"\n{title}")
    for name, one in measured.items():
        print(
            f"  {name:9s} median {one.seen.median_ms:6.2f} ms   p99 {one.seen.p99_ms:6.2f} ms   "
            f"{one.seen.per_second:7.0f}/s   processor {one.cpu_ms:5.2f} ms an answer"
        )
    product = measured.pop("product")
    for name, one in measured.items():
        print(
            f"  against {name}: {product.seen.median_ms / one.seen.median_ms:.2f} × the time, "
            f"{product.cpu_ms / one.cpu_ms:.2f} × the processor, "
            f"{product.seen.per_second / one.seen.per_second:.2f} of the rate"
        )
    print("  budgets: 1.5 × core in time, 4 × constant in time, 0.6 of core's rate")


def _cpu_seconds(pid: int) -> float:
    """Processor time that a process has used. Source: proc(5), stat, fields 14 and 15."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _plan(product_port: int, path: Path) -> dict[str, Any]:
    """What the bare application needs: the product's own answer and the statements behind it."""
    connection = http.client.HTTPConnection("127.0.0.1", product_port, timeout=30)
    answer = json.loads(ask(connection, TEXT))
    connection.close()
    if not re.search(r"BENCH-0000233", json.dumps(answer)):
        raise RuntimeError(f"this is no card: {answer['text']}")
    return {
        "blocks": answer["blocks"],
        "text": answer["text"],
        "database": str(path),
        "ref": TEXT,
        "invoice_id": f"in_{int(TEXT) - FIRST_SHORT_NUMBER:024d}",
        "statements": _statements(path),
    }


def _statements(path: Path) -> list[tuple[str, list[Any]]]:
    """The statements that the command runs, as the driver gets them."""
    database = Database(f"sqlite:///{path}")
    seen: list[tuple[str, list[Any]]] = []
    with database.looking() as session:
        driver: Any = session.connection().connection.driver_connection
        driver.set_trace_callback(
            lambda text: seen.append((text, [])) if text.startswith("SELECT") else None
        )
        sight = Sight(scope=None, drafts=True, now=NOW, real_now=NOW, alarm=NOW - NOW, zone="UTC")
        find_invoice_card(session, TEXT, sight=sight)
    database.close()
    return seen


def _start_product(stack: contextlib.ExitStack, path: Path) -> Started:
    stripe = StripeStandIn(now=NOW)
    slack = open_workspace(SlackStandIn("manifest.json", signing_secret=SECRET))
    stripe_url = stack.enter_context(serving(stripe.app)).url
    slack_url = stack.enter_context(serving(slack.app)).url
    port = _free_port()
    settings = {
        "SLACK_BOT_TOKEN": "xoxb-fake-tallyman",
        "SLACK_SIGNING_SECRET": SECRET,
        "SLACK_API_BASE_URL": f"{slack_url}/api/",
        "STRIPE_SECRET_KEY": stripe.secret_key,
        "STRIPE_API_BASE": stripe_url,
        "DATABASE_URL": f"sqlite:///{path}",
        "BILLING_ADMINS": USER,
        "AUDIT_KEY": random_key(),
        "PORT": str(port),
        "LOG_LEVEL": "ERROR",
    }
    return _start(stack, [sys.executable, "app.py", "web"], port, settings)


def _start_bare(stack: contextlib.ExitStack, file: Path, plan: dict[str, Any]) -> Started:
    file.write_text(json.dumps(plan))
    port = _free_port()
    command = [sys.executable, "-m", "tests.benchmarks.bare_bolt", str(port), str(file)]
    return _start(stack, command, port, {})


def _start(
    stack: contextlib.ExitStack, command: list[str], port: int, settings: dict[str, str]
) -> Started:
    began = time.perf_counter()
    process = stack.enter_context(_ending(command, settings))
    while time.perf_counter() - began < STARTING_SECONDS_MAX:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return Started(process.pid, port, time.perf_counter() - began)
        time.sleep(0.01)
    raise RuntimeError(f"{command} did not start.")


@contextlib.contextmanager
def _ending(command: list[str], settings: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, env={**os.environ, **settings})
    try:
        yield process
    finally:
        process.terminate()
        process.wait(20)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def _anonymous_mb(pid: int) -> float:
    """Anonymous memory of a process. Source: proc(5), smaps_rollup."""
    rolled = Path(f"/proc/{pid}/smaps_rollup").read_text()
    found = re.search(r"^Anonymous:\s+(\d+) kB", rolled, re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0


if __name__ == "__main__":
    main()
