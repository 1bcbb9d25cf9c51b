"""The content of a digest over a million invoices, of which one in 20 is open in 2,000 accounts.

    BENCH_INVOICES=100000 python -m tests.benchmarks digest

Budget: under 300 ms on both databases, warm, against what the day before showed. The sums of the
whole book stand beside it, which read the same index.
"""

import os
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from bot.database import Database, migrate
from bot.queries.book import get_book
from bot.queries.digest import get_digest
from bot.queries.digest_cards import Shown, ShownLine
from bot.queries.digest_owing import DigestFilter, get_owing_book
from tests.benchmarks.bench_balance import INVOICES, KINDS, SIGHT, median_ms
from tests.benchmarks.generated_book import NOW, generate_book
from tests.postgres import serving_postgresql

BUDGET_MS = float(os.environ.get("BENCH_DIGEST_MS", "300"))
EVERYTHING = DigestFilter()
# An organisation of the book, and one of its currencies.
FILTERED = DigestFilter(account_id=6, currency="eur", minimum=100)


def main() -> None:
    """Measure on each kind of database in turn."""
    if "sqlite" in KINDS:
        with tempfile.TemporaryDirectory(prefix="tallyman-bench-") as folder:
            measure(f"sqlite:///{Path(folder) / 'book.sqlite3'}")
    if "postgresql" in KINDS:
        with serving_postgresql() as url:
            measure(url)


def measure(url: str) -> None:
    """Fill a database, ask it, and print the figures."""
    migrate(url)
    database = Database(url)
    kind = "sqlite" if database.is_sqlite else "postgresql"
    began = time.perf_counter()
    generate_book(database, INVOICES)
    print(f"\n{kind}: {INVOICES:,} invoices, filled in {time.perf_counter() - began:.0f} s")
    with database.looking() as session:
        book = get_owing_book(session, EVERYTHING, sight=SIGHT)
        # As if yesterday's digest had shown the same, each amount a little larger.
        lines = {
            (row.account_id, row.currency): ShownLine(
                row.days_late - 1, row.amount + row.amount, row.invoices_count
            )
            for row in book.rows
        }
        yesterday = Shown(NOW - timedelta(days=1), lines)
        report = get_digest(session, EVERYTHING, sight=SIGHT, zone="UTC", since=yesterday)
    print(f"  {report.lines_count:,} accounts in {len(book.rows):,} rows, {report.pages} pages")
    whole = median_ms(database, lambda session: get_book(session, sight=SIGHT))
    for name, wanted in (("all of it", EVERYTHING), ("filtered", FILTERED)):
        taken = median_ms(
            database,
            lambda session, of=wanted: get_digest(
                session, of, sight=SIGHT, zone="UTC", since=yesterday
            ),
        )
        print(f"  {name:17s} {taken:8.1f} ms (budget {BUDGET_MS:.0f})")
    print(f"  the whole book    {whole:8.1f} ms beside it")
    database.close()


if __name__ == "__main__":
    main()
