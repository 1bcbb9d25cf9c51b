"""A night's judgement over a million invoices of which one in 20 is open, on both databases.

    BENCH_INVOICES=10000000 python -m tests.benchmarks past_due

The first night finds everything that is late; those after it find what the night has brought, and
cost what looking through the open invoices of one zone costs, whatever lies behind them.
"""

import os
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import func, select

from bot.clock import BusinessClock
from bot.database import migrate
from bot.models import PastDueCrossing
from bot.runtime import Runtime, opened
from bot.settings import Settings
from bot.telemetry import start_logging
from jobs import past_due
from jobs.schedule import TIMETABLE
from jobs.timekeeping import look
from tests.benchmarks.generated_book import NOW, generate_book
from tests.postgres import serving_postgresql

INVOICES = int(os.environ.get("BENCH_INVOICES", "1000000"))
KINDS = os.environ.get("BENCH_DATABASES", "sqlite,postgresql").split(",")
NIGHTS = 3
JOB = next(job for job in TIMETABLE if job.name == past_due.NAME)


def main() -> None:
    """Measure on each kind of database in turn."""
    start_logging("ERROR")
    if "sqlite" in KINDS:
        with tempfile.TemporaryDirectory(prefix="tallyman-bench-") as folder:
            measure(f"sqlite:///{Path(folder) / 'book.sqlite3'}")
    if "postgresql" in KINDS:
        with serving_postgresql() as url:
            measure(url)


def measure(url: str) -> None:
    """Fill a database, judge its nights, and print the figures."""
    migrate(url)
    settings = Settings(_env_file=None, database_url=url, stripe_secret_key=SecretStr("sk_test_1"))
    clock = BusinessClock()
    with opened(settings, clock=clock) as runtime:
        generate_book(runtime.database, INVOICES)
        print(f"{'SQLite' if runtime.database.is_sqlite else 'PostgreSQL'}, {INVOICES:,} invoices")
        for night in range(NIGHTS):
            clock.follow(NOW + timedelta(days=night))
            before = count_crossings(runtime)
            began = time.perf_counter()
            zones = look(runtime, JOB)
            took = time.perf_counter() - began
            found = count_crossings(runtime) - before
            print(
                f"  night {night + 1}: {found:,} new in {zones} zones in {took * 1000:,.0f} ms,"
                f" {took * 1000 / zones:,.0f} ms a zone",
                flush=True,
            )


def count_crossings(runtime: Runtime) -> int:
    """How many moves to Past Due are recorded."""
    with runtime.database.reading() as session:
        return session.scalar(select(func.count()).select_from(PastDueCrossing)) or 0


if __name__ == "__main__":
    main()
