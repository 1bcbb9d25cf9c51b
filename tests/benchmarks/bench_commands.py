"""`/invoice 1234` over signed HTTP with a million invoices in SQLite.

Budgets: one client at most 1.5 times a bare Bolt application that runs the card's own statements
and returns the same blocks, and at most 4 times one that answers a constant; 32 clients at least
0.6 of the former's answers per second; ready within 3 s and below 150 MB of anonymous memory.
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
from pathlib import Path
from typing import Any

from sqlalchemy import event

from bot.database import Database
from bot.queries.invoices import find_invoice_card
from bot.queries.sight import Sight
from bot.sandbox.server import serving
from bot.sandbox.slack import StandIn as SlackStandIn
from bot.sandbox.slack import open_workspace
from bot.sandbox.stripe import StandIn as StripeStandIn
from tests.benchmarks.book import NOW, fill_book
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
            product_port, started = _start_product(stack, path)
            print(f"ready after {started.seconds:.2f} s (budget 3 s)")
            plan = _plan(product_port, path)
            same_port = _start_bare(stack, Path(folder) / "same.json", plan)
            plan["statements"] = []
            constant_port = _start_bare(stack, Path(folder) / "constant.json", plan)
            ports = {"product": product_port, "same": same_port, "constant": constant_port}
            _report(_measure_in_turn(ports, clients=1, each=ONE_CLIENT_ASKS), "one client")
            many = _measure_in_turn(ports, clients=MANY_CLIENTS, each=MANY_ASKS)
            _report(many, f"{MANY_CLIENTS} clients")
            print(f"anonymous memory {_anonymous_mb(started.pid):.0f} MB (budget 150 MB)")


class Started:
    """A process and how long it took until it answered."""

    def __init__(self, pid: int, seconds: float) -> None:
        self.pid = pid
        self.seconds = seconds


def _measure_in_turn(ports: dict[str, int], *, clients: int, each: int) -> dict[str, Figures]:
    """The median round of each, in rounds that take turns, so that a busy moment hits all."""
    rounds: dict[str, list[Figures]] = {name: [] for name in ports}
    for port in ports.values():
        measure(port, clients=clients, each=20, texts=[TEXT])
    for _ in range(ROUNDS):
        for name, port in ports.items():
            rounds[name].append(measure(port, clients=clients, each=each, texts=[TEXT]))
    return {
        name: sorted(taken, key=lambda one: one.median_ms)[ROUNDS // 2]
        for name, taken in rounds.items()
    }


def _report(figures: dict[str, Figures], title: str) -> None:
    print(f"\n{title}")
    for name, one in figures.items():
        print(
            f"  {name:9s} median {one.median_ms:6.2f} ms   p99 {one.p99_ms:6.2f} ms   "
            f"{one.per_second:7.0f}/s"
        )
    product, same, constant = (figures[name] for name in ("product", "same", "constant"))
    print(
        f"  time: {product.median_ms / same.median_ms:.2f} × the same statements (budget 1.5), "
        f"{product.median_ms / constant.median_ms:.2f} × a constant (budget 4); "
        f"rate: {product.per_second / same.per_second:.2f} of the same statements (budget 0.6)"
    )


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
        "statements": _statements(path),
    }


def _statements(path: Path) -> list[tuple[str, list[Any]]]:
    """The statements that the command runs, as the driver gets them."""
    database = Database(f"sqlite:///{path}")
    seen: list[tuple[str, list[Any]]] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.startswith("SELECT"):
            seen.append((statement, list(parameters)))

    with database.looking() as session:
        event.listen(session.connection(), "before_cursor_execute", note)
        sight = Sight(scope=None, drafts=True, now=NOW, real_now=NOW, alarm=NOW - NOW, zone="UTC")
        find_invoice_card(session, TEXT, sight=sight)
    database.close()
    return seen


def _start_product(stack: contextlib.ExitStack, path: Path) -> tuple[int, Started]:
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
        "PORT": str(port),
        "LOG_LEVEL": "ERROR",
    }
    return port, _start(stack, [sys.executable, "app.py", "web"], port, settings)


def _start_bare(stack: contextlib.ExitStack, file: Path, plan: dict[str, Any]) -> int:
    file.write_text(json.dumps(plan))
    port = _free_port()
    command = [sys.executable, "-m", "tests.benchmarks.bare_bolt", str(port), str(file)]
    _start(stack, command, port, {})
    return port


def _start(
    stack: contextlib.ExitStack, command: list[str], port: int, settings: dict[str, str]
) -> Started:
    began = time.perf_counter()
    process = stack.enter_context(_ending(command, settings))
    while time.perf_counter() - began < STARTING_SECONDS_MAX:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return Started(process.pid, time.perf_counter() - began)
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
