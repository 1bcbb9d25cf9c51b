"""How many invoices of four lines the backfill stores a second, beside the bare driver.

    python -m tests.benchmarks.bench_backfill [COUNT]

The stand-in runs in a process of its own and its limiter is off. The bare driver writes the very
rows that the backfill wrote, a hundred invoices to a commit, into an empty database of the same
schema: what is between the two is reading, translating and checking.
"""

import contextlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from typing import Any

from sqlalchemy import create_engine, insert, select

from bot.database import Database, migrate
from bot.mirror.backfill import Progress, run_backfill
from bot.mirror.rows import insert_rows, table_of
from bot.models import Account, Customer, Invoice, InvoiceLine, InvoiceState
from tests.bot.mirror.filling import make_runtime
from tests.postgres import serving_postgresql

COUNT = 20_000
LINES = 4
COMMIT_INVOICES = 100
TABLES = (Invoice, InvoiceLine, InvoiceState)

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


def fill(database_url: str, stripe_url: str) -> float:
    """Fill an empty mirror; invoices a second."""
    migrate(database_url)
    runtime = make_runtime(database_url, stripe_url)
    told: dict[str, Progress] = {}
    run_backfill(runtime, report=lambda progress: told.update({progress.kind: progress}))
    runtime.database.close()
    return told["invoice"].per_second


def write_bare(filled_url: str, empty_url: str) -> float:
    """Write the same rows as plain inserts in the order of the invoices; invoices a second."""
    migrate(empty_url)
    filled, empty = Database(filled_url), Database(empty_url)
    with filled.reading() as session:
        rows = {
            model: [dict(row) for row in session.execute(select(table_of(model))).mappings()]
            for model in (Account, Customer, *TABLES)
        }
    with empty.writing() as session:
        for owner in (Account, Customer):
            insert_rows(session, table_of(owner), rows[owner])
    invoices = rows[Invoice]
    batches = []
    for start in range(0, len(invoices), COMMIT_INVOICES):
        ids = {row["id"] for row in invoices[start : start + COMMIT_INVOICES]}
        batches.append(ids)
    by_invoice: dict[Any, dict[str, list[dict[str, Any]]]] = {model: {} for model in TABLES}
    for model in TABLES:
        for row in rows[model]:
            row.pop("dated_at", None)
            key = row["id"] if model is Invoice else row["invoice_id"]
            by_invoice[model].setdefault(key, []).append(row)
    began = time.perf_counter()
    for ids in batches:
        with empty.writing() as session:
            for model in TABLES:
                some = [row for key in ids for row in by_invoice[model].get(key, ())]
                session.connection().execute(insert(table_of(model)), some)
    seconds = time.perf_counter() - began
    filled.close()
    empty.close()
    return len(invoices) / seconds


def measure(name: str, filled_url: str, empty_url: str, stripe_url: str) -> None:
    filled = fill(filled_url, stripe_url)
    bare = write_bare(filled_url, empty_url)
    print(
        f"{name}: backfill {filled:,.0f} invoices/s, bare inserts {bare:,.0f}/s, "
        f"ratio {filled / bare:.2f}"
    )


def main(count: int = COUNT) -> None:
    with serving_stripe(count) as stripe_url, tempfile.TemporaryDirectory() as folder:
        filled, empty = (f"sqlite:///{folder}/{name}.sqlite3" for name in ("filled", "empty"))
        measure("SQLite", filled, empty, stripe_url)
        with serving_postgresql() as server:
            engine = create_engine(server, isolation_level="AUTOCOMMIT")
            with engine.connect() as connection:
                connection.exec_driver_sql("CREATE DATABASE empty")
            empty = engine.url.set(database="empty").render_as_string(hide_password=False)
            engine.dispose()
            measure("PostgreSQL", server, empty, stripe_url)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
