"""The product beside bare Bolt applications, each a process of its own, asked in turn over HTTP."""

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
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.database import Database
from bot.sandbox.server import serving
from bot.sandbox.slack import StandIn as SlackStandIn
from bot.sandbox.slack import open_workspace
from bot.sandbox.stripe import StandIn as StripeStandIn
from tests.benchmarks.cards import look_up
from tests.benchmarks.slack_client import SECRET, USER, Figures, ask, measure
from tests.deployment import AUDIT_KEY

ROUNDS = 5
ONE_CLIENT_ASKS = 600
MANY_CLIENTS, MANY_ASKS = 32, 60
WARM_UP_ASKS = 20
STARTING_SECONDS_MAX = 30.0


@dataclass(frozen=True, slots=True)
class Started:
    """A server's process, its port, and how long it took until it answered."""

    pid: int
    port: int
    seconds: float

    @property
    def anonymous_mb(self) -> float:
        """Anonymous memory of the process. Source: proc(5), smaps_rollup."""
        rolled = Path(f"/proc/{self.pid}/smaps_rollup").read_text()
        found = re.search(r"^Anonymous:\s+(\d+) kB", rolled, re.MULTILINE)
        return int(found[1]) / 1024 if found else 0.0

    @property
    def cpu_seconds(self) -> float:
        """Processor time that it has used. Source: proc(5), stat, fields 14 and 15."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Measured:
    """What the clients saw, and the processor's time that an answer took on the server's side."""

    seen: Figures
    cpu_ms: float


@contextlib.contextmanager
def running_product(path: Path, *, now: datetime) -> Iterator[Started]:
    """The product on a SQLite file, with stand-ins that it asks for nothing but who they are."""
    with contextlib.ExitStack() as stack:
        stripe = StripeStandIn(now=now)
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
            "AUDIT_KEY": AUDIT_KEY,
            "PORT": str(port),
            "LOG_LEVEL": "ERROR",
        }
        yield _start(stack, [sys.executable, "app.py", "web"], port, settings)


def compare(product: Started, path: Path, typed: str, *, expected: str, now: datetime) -> None:
    """Ask the product and the bare ones the same in turn, and print the figures.

    Shape: `expected` stands in the right answer.
    """
    plan = {
        **_answered(product.port, typed, expected),
        "typed": typed,
        "now": now.isoformat(),
        "database": str(path),
        "statements": _seen(path, typed, now),
    }
    print(f"\n{typed}: the card's {len(plan['statements'])} statements")
    with tempfile.TemporaryDirectory(prefix="tallyman-bench-") as name, _bare(name, plan) as bare:
        servers = {"product": product, **bare}
        _report(_in_turn(servers, typed, clients=1, each=ONE_CLIENT_ASKS), "one client")
        many = _in_turn(servers, typed, clients=MANY_CLIENTS, each=MANY_ASKS)
        _report(many, f"{MANY_CLIENTS} clients")


@contextlib.contextmanager
def _bare(folder: str, plan: dict[str, Any]) -> Iterator[dict[str, Started]]:
    with contextlib.ExitStack() as stack:
        started = {}
        for way in ("core", "driver", "constant"):
            file, port = Path(folder) / f"{way}.json", _free_port()
            file.write_text(json.dumps(plan | {"way": way}))
            command = [sys.executable, "-m", "tests.benchmarks.bare_bolt", str(port), str(file)]
            started[way] = _start(stack, command, port, {})
        yield started


def _answered(port: int, typed: str, expected: str) -> dict[str, Any]:
    """The product's own answer, for the bare ones to give."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    answer = json.loads(ask(connection, typed))
    connection.close()
    if expected not in json.dumps(answer):
        raise RuntimeError(f"this is no card: {answer['text']}")
    return {"blocks": answer["blocks"], "text": answer["text"]}


def _seen(path: Path, typed: str, now: datetime) -> list[str]:
    """The statements that a card runs, with their values, as the driver gets them."""
    database = Database(f"sqlite:///{path}")
    seen: list[str] = []
    with database.looking() as session:
        driver: Any = session.connection().connection.driver_connection
        driver.set_trace_callback(lambda text: seen.append(text) if "SELECT" in text else None)
        look_up(session, typed, now=now)
        driver.set_trace_callback(None)
    database.close()
    return seen


def _in_turn(
    servers: dict[str, Started], typed: str, *, clients: int, each: int
) -> dict[str, Measured]:
    """The median round of each, in rounds that take turns, so that a busy moment hits all."""
    rounds: dict[str, list[Measured]] = {name: [] for name in servers}
    for server in servers.values():
        measure(server.port, clients=clients, each=WARM_UP_ASKS, typed=typed)
    for _ in range(ROUNDS):
        for name, server in servers.items():
            before = server.cpu_seconds
            seen = measure(server.port, clients=clients, each=each, typed=typed)
            cpu_ms = (server.cpu_seconds - before) / (clients * each) * 1000
            rounds[name].append(Measured(seen, cpu_ms))
    return {
        name: sorted(taken, key=lambda one: one.seen.median_ms)[ROUNDS // 2]
        for name, taken in rounds.items()
    }


def _report(measured: dict[str, Measured], title: str) -> None:
    print(f"\n  {title}")
    for name, one in measured.items():
        print(
            f"    {name:9s} median {one.seen.median_ms:6.2f} ms   p99 {one.seen.p99_ms:6.2f} ms   "
            f"{one.seen.per_second:7.0f}/s   processor {one.cpu_ms:5.2f} ms an answer"
        )
    product = measured.pop("product")
    for name, one in measured.items():
        print(
            f"    against {name}: {product.seen.median_ms / one.seen.median_ms:.2f} × the time, "
            f"{product.cpu_ms / one.cpu_ms:.2f} × the processor, "
            f"{product.seen.per_second / one.seen.per_second:.2f} of the rate"
        )
    print("    budgets: 1.5 × core in time, 4 × constant in time, 0.6 of core's rate")


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
