"""How soon a process is ready: on an empty and a filled database of either kind, and the sandbox.

Budgets: 3 seconds, and 15 for the sandbox's page, which begins with 18 months of invoices. Beside
each stands a Python that imports the same packages and answers on a port: what the ratio is above
one is Tallyman's own. On a busy machine the processor's time says more than the clock.
"""

import contextlib
import functools
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg

from bot.database import Database
from tests.benchmarks.bench_webhooks import durable_postgresql
from tests.benchmarks.generated_book import generate_book
from tests.billing import day
from tests.processes import Outside, find_free_port, outside, started

STARTS = int(os.environ.get("BENCH_STARTS", "5"))
BOOK = int(os.environ.get("BENCH_BOOK", "100000"))
READY_SECONDS, PAGE_SECONDS = 3, 15
NOW = day("2026-11-16")

BARE = """
import sys
import alembic.command, apscheduler.schedulers.background, orjson, prometheus_client, psycopg
import pydantic_settings, rapidfuzz, requests, rich.console, slack_bolt, sqlalchemy.orm, stripe
import structlog, typer, uvicorn, websockets.sync.client
from starlette.applications import Starlette
uvicorn.run(Starlette(), host="127.0.0.1", port=int(sys.argv[1]), log_level="error")
"""


@dataclass(frozen=True, slots=True)
class Took:
    """How long a process took, and how much of a processor's time."""

    seconds: float
    cpu_seconds: float


def main() -> None:
    """Measure, and print the figures."""
    # An operator's Python keeps what it compiled, also of the modules beside app.py; where tests
    # run it may be told not to, and would compile them all, at each start anew.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory(prefix="tallyman-bench-") as name, outside(now=NOW) as out:
        files = [f"sqlite:///{name}/{place}.sqlite3" for place in range(STARTS)]
        _measure_starts("SQLite", out, Path(name), files)
        with durable_postgresql() as url:
            made = [_create_database(url, place) for place in range(STARTS)]
            _measure_starts("PostgreSQL", out, Path(name), made)
    _in_turn("the sandbox's page, cold", [_open_sandbox] * STARTS, PAGE_SECONDS)


def _in_turn(what: str, starts: Sequence[Callable[[], Took]], budget: int) -> None:
    """Each beside a start of the bare Python, so that a busy moment hits both."""
    took, bare = [], []
    for start in starts:
        bare.append(_start_bare())
        took.append(start())
    seconds, others = _median(took), _median(bare)
    worst = max(one.seconds for one in took)
    print(f"  {what}, {len(took)} times")
    print(f"    {seconds.seconds:5.2f} s at the median, {worst:5.2f} at worst; budget {budget:.0f}")
    for name, ours, theirs in (
        ("wall", seconds.seconds, others.seconds),
        ("processor", seconds.cpu_seconds, others.cpu_seconds),
    ):
        ratio = ours / theirs
        print(
            f"    {name:9s} {ours:5.2f} s, {ratio:.2f} × a bare Python's {theirs:.2f}", flush=True
        )


def _median(took: Sequence[Took]) -> Took:
    return Took(
        statistics.median(one.seconds for one in took),
        statistics.median(one.cpu_seconds for one in took),
    )


def _start_bare() -> Took:
    port, began = find_free_port(), time.monotonic()
    with subprocess.Popen([sys.executable, "-c", BARE, str(port)]) as process:
        try:
            while process.poll() is None:
                with contextlib.suppress(httpx.TransportError):
                    httpx.get(f"http://127.0.0.1:{port}", trust_env=False)
                    return _took(process.pid, time.monotonic() - began)
                time.sleep(0.05)
            raise RuntimeError("The bare Python has ended.")
        finally:
            process.kill()


def _took(pid: int, seconds: float) -> Took:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    # Fields 14 and 15 of the whole line. Source: man 5 proc.
    return Took(seconds, (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"))


def _create_database(url: str, place: int) -> str:
    plain, name = url.replace("postgresql+psycopg://", "postgresql://"), f"start_{place}"
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return f"{url.rpartition('/')[0]}/{name}"


def _measure_starts(title: str, out: Outside, folder: Path, urls: Sequence[str]) -> None:
    """Start on each database while there is nothing in it, and on the first one with a book."""
    empty = [functools.partial(_start, out, folder, url) for url in urls]
    _in_turn(f"ready, {title}, empty", empty, READY_SECONDS)
    with contextlib.closing(Database(urls[0])) as database:
        generate_book(database, BOOK)
    filled = [functools.partial(_start, out, folder, urls[0])] * STARTS
    _in_turn(f"ready, {title}, {BOOK:,} invoices", filled, READY_SECONDS)


def _start(out: Outside, folder: Path, url: str) -> Took:
    with started(folder=folder, settings=out.settings(url), fresh=True) as process:
        took = _took(process.popen.pid, process.wait_until_ready())
        process.end()
        return took


def _open_sandbox() -> Took:
    port = str(find_free_port())
    with (
        tempfile.TemporaryDirectory(prefix="tallyman-bench-") as folder,
        started(
            *("sandbox", "--page-port", port),
            folder=Path(folder),
            settings={"TMPDIR": folder},
            fresh=True,
        ) as process,
    ):
        process.wait_until_said("Ctrl-C ends it")
        httpx.get(f"http://127.0.0.1:{port}", trust_env=False).raise_for_status()
        took = _took(process.popen.pid, time.monotonic() - process.started_at)
        process.end(signal.SIGINT)
        return took


if __name__ == "__main__":
    main()
