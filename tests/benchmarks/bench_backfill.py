"""How many invoices of four lines the backfill stores a second, beside the bare driver.

    python -m tests.benchmarks.bench_backfill [COUNT]

Budget: 2,500 a second on both databases, with the stand-in in a process of its own, its limiter
off. The bare driver (sqlite3: executemany with ready tuples; psycopg: COPY with ready text) writes
the very rows that the backfill wrote, invoices, lines and states, as many invoices to a commit,
into an empty database of the same schema. It reads, translates, compares and numbers nothing, so
the ratio says what all of that costs. With BENCH_MEMORY=1 it says instead how much memory a
backfill of 100,000 takes at a fifth of the way and at its end.
"""

import contextlib
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import make_url

from bot.database import migrate
from bot.mirror.backfill import Progress, run_backfill
from bot.mirror.rows import table_of
from bot.models import Account, Base, Customer, Invoice, InvoiceLine, InvoiceState
from tests.bot.mirror.filling import make_runtime
from tests.postgres import serving_postgresql

COUNT = 20_000
MEMORY_COUNT = 100_000
LINES = 4
BUDGET_PER_SECOND = 2_500
COMMIT_INVOICES = 400
OWNERS: tuple[type[Base], ...] = (Account, Customer)
TABLES: tuple[type[Base], ...] = (Invoice, InvoiceLine, InvoiceState)

SERVER = """
import sys
from bot.sandbox.server import serving
from bot.sandbox.stripe import StandIn
standin = StandIn(requests_per_second=None)
standin.seed_invoices(int(sys.argv[1]), int(sys.argv[2]))
with serving(standin.app) as server:
    print(server.url, flush=True)
    sys.stdin.read()
"""

# Rows as a driver takes them, of one table and one commit.
Batch = list[Any]


@dataclass(frozen=True)
class Filled:
    """How a backfill went; `cpu_micros` is this process's own time for one invoice."""

    invoices_per_second: float
    seconds: float
    cpu_micros: float


@contextlib.contextmanager
def serving_stripe(count: int) -> Iterator[str]:
    command = [sys.executable, "-c", SERVER, str(count), str(LINES)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        yield child.stdout.readline().strip()
        child.stdin.close()


def fill(
    database_url: str, stripe_url: str, watch: Callable[[Progress], None] | None = None
) -> Filled:
    """Fill an empty mirror, from nothing to the last short number."""
    migrate(database_url)
    runtime = make_runtime(database_url, stripe_url)
    told: dict[str, Progress] = {}

    def tell(progress: Progress) -> None:
        told[progress.kind] = progress
        if watch is not None:
            watch(progress)

    began, began_cpu = time.perf_counter(), time.process_time()
    run_backfill(runtime, report=tell)
    seconds, cpu = time.perf_counter() - began, time.process_time() - began_cpu
    runtime.database.close()
    invoices = told["invoice"]
    return Filled(invoices.per_second, seconds, cpu / invoices.objects * 1e6)


def columns_of(model: type[Base]) -> str:
    """The columns that somebody writes, the one first by which rows belong to an invoice."""
    names = [column.name for column in table_of(model).columns if column.computed is None]
    names.sort(key=lambda name: name != ("invoice_id" if "invoice_id" in names else "id"))
    return ", ".join(f'"{name}"' for name in names)


def batches_of(rows: dict[type[Base], Iterable[Any]], key: Callable[[Any], Any]) -> list[Any]:
    """The rows of the three tables, by commit."""
    place: dict[Any, int] = {}
    batches: dict[int, dict[type[Base], Batch]] = defaultdict(lambda: defaultdict(list))
    for model in TABLES:
        for row in rows[model]:
            number = place.setdefault(key(row), len(place)) // COMMIT_INVOICES
            batches[number][model].append(row)
    return list(batches.values())


def write_bare_sqlite(filled: Path, empty: Path) -> float:
    """Write the same rows with sqlite3 alone; seconds."""
    with (
        contextlib.closing(sqlite3.connect(filled)) as source,
        contextlib.closing(sqlite3.connect(empty, isolation_level=None)) as target,
    ):
        for pragma in ("synchronous=FULL", "foreign_keys=ON"):
            target.execute(f"PRAGMA {pragma}")
        reading = {m: f"SELECT {columns_of(m)} FROM {m.__tablename__}" for m in OWNERS + TABLES}  # noqa: S608 - our own names
        writing = {
            m: f"INSERT INTO {m.__tablename__} ({columns_of(m)}) VALUES "  # noqa: S608 - as above
            f"({', '.join('?' * (columns_of(m).count(',') + 1))})"
            for m in OWNERS + TABLES
        }
        for model in OWNERS:
            target.executemany(writing[model], source.execute(reading[model]))
        rows: dict[type[Base], Iterable[Any]] = {
            model: source.execute(reading[model]).fetchall() for model in TABLES
        }
        batches = batches_of(rows, lambda row: row[0])
        began = time.perf_counter()
        for batch in batches:
            target.execute("BEGIN IMMEDIATE")
            for model in TABLES:
                target.executemany(writing[model], batch[model])
            target.execute("COMMIT")
        return time.perf_counter() - began


def write_bare_postgresql(filled: str, empty: str) -> float:
    """Write the same rows with psycopg alone; seconds."""
    with psycopg.connect(filled) as source, psycopg.connect(empty) as target:
        rows: dict[type[Base], Iterable[Any]] = {}
        for model in OWNERS + TABLES:
            asked = f"COPY (SELECT {columns_of(model)} FROM {model.__tablename__}) TO STDOUT"  # noqa: S608 - our own names
            with source.cursor().copy(asked.encode()) as lines:
                rows[model] = b"".join(bytes(line) for line in lines).splitlines(keepends=True)
        for model in OWNERS:
            _copy(target, model, rows[model])
        batches = batches_of(rows, lambda line: line.partition(b"\t")[0])
        target.commit()
        began = time.perf_counter()
        for batch in batches:
            for model in TABLES:
                _copy(target, model, batch[model])
            target.commit()
        return time.perf_counter() - began


def _copy(target: psycopg.Connection[Any], model: type[Base], lines: Iterable[bytes]) -> None:
    asked = f"COPY {model.__tablename__} ({columns_of(model)}) FROM STDIN"
    with target.cursor().copy(asked.encode()) as into:
        into.write(b"".join(lines))


def tell(title: str, filled: Filled, count: int, bare_seconds: float) -> None:
    rate, bare = filled.invoices_per_second, count / bare_seconds
    print(f"\n{title}")
    print(f"  backfill of invoices       {rate:7,.0f}/s (budget {BUDGET_PER_SECOND:,})")
    print(f"  the same rows, bare driver {bare:7,.0f}/s, ratio {rate / bare:.2f}")
    print(f"  our own CPU, all kinds     {filled.cpu_micros:7,.0f} µs for an invoice")
    print(f"  all kinds, numbers given   {filled.seconds:7,.1f} s for {count:,} invoices")


def measure_sqlite(count: int, stripe_url: str) -> None:
    with tempfile.TemporaryDirectory(prefix="tallyman-bench-") as folder:
        full, empty = (Path(folder) / f"{name}.sqlite3" for name in ("full", "empty"))
        filled = fill(f"sqlite:///{full}", stripe_url)
        migrate(f"sqlite:///{empty}")
        tell("SQLite", filled, count, write_bare_sqlite(full, empty))


def measure_postgresql(count: int, stripe_url: str) -> None:
    with serving_postgresql() as server:
        plain = make_url(server).set(drivername="postgresql")
        filled_at = plain.render_as_string(hide_password=False)
        empty_at = plain.set(database="empty").render_as_string(hide_password=False)
        filled = fill(server, stripe_url)
        with psycopg.connect(filled_at, autocommit=True) as connection:
            connection.execute("CREATE DATABASE empty")
        migrate(empty_at.replace("postgresql:", "postgresql+psycopg:"))
        tell("PostgreSQL", filled, count, write_bare_postgresql(filled_at, empty_at))


def measure_memory(stripe_url: str) -> None:
    """Print the resident memory of a large backfill early and late: it should not grow."""
    megabytes: dict[int, float] = {}

    def watch(progress: Progress) -> None:
        if progress.kind == "invoice":
            pages = int(Path("/proc/self/statm").read_text().split()[1])
            megabytes[progress.objects] = pages * os.sysconf("SC_PAGE_SIZE") / 2**20

    with tempfile.TemporaryDirectory(prefix="tallyman-bench-") as folder:
        filled = fill(f"sqlite:///{folder}/full.sqlite3", stripe_url, watch)
    for share in (MEMORY_COUNT // 5, MEMORY_COUNT):
        print(f"  resident after {share:7,} invoices   {megabytes[share]:6.1f} MB")
    print(f"  {filled.invoices_per_second:,.0f} invoices/s, SQLite")


def main(count: int = COUNT) -> None:
    if os.environ.get("BENCH_MEMORY"):
        with serving_stripe(MEMORY_COUNT) as stripe_url:
            measure_memory(stripe_url)
        return
    with serving_stripe(count) as stripe_url:
        measure_sqlite(count, stripe_url)
        measure_postgresql(count, stripe_url)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
