"""The whole book's balance, and one account's, over a million invoices of which one in 20 is open.

    BENCH_INVOICES=10000000 python -m tests.benchmarks balance

Budgets: the whole book under 150 ms warm with 1,000,000 invoices on both databases, and under 1 s
with 10,000,000 on PostgreSQL. The same in one statement without zones stands beside it: what the
database takes to read the index and add up. Past months are summed up before, as at night.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select, text

from bot.clock import month_of, zone_of
from bot.database import Database, migrate
from bot.models import Account
from bot.operations.close_months import note_closed, replace_sums
from bot.queries.accounts import find_account
from bot.queries.ageing import list_zones
from bot.queries.balances import get_balance
from bot.queries.book import get_book
from bot.queries.past_months import sum_past_months
from bot.queries.sight import Sight
from jobs.months import ACCOUNTS_AT_ONCE
from tests.benchmarks.generated_book import NOW, generate_book
from tests.postgres import serving_postgresql

INVOICES = int(os.environ.get("BENCH_INVOICES", "1000000"))
KINDS = os.environ.get("BENCH_DATABASES", "sqlite,postgresql").split(",")
ROUNDS = 9
# An organisation with its companies, and a company of its own.
ACCOUNTS = {"an organisation": 4, "one account": 7}
SIGHT = Sight(
    scope=None, drafts=True, now=NOW, real_now=NOW, alarm=timedelta(minutes=15), zone="UTC"
)
BARE = text(
    "SELECT currency, sum(remaining_minor), count(*) FROM invoices "
    "WHERE status = 'open' AND deleted_at IS NULL AND remaining_minor > 0 GROUP BY currency"
)
INDEX_BYTES = {
    "sqlite": "SELECT sum(pgsize) FROM dbstat WHERE name = 'ix_invoices_owed'",
    "postgresql": "SELECT pg_relation_size('ix_invoices_owed')",
}


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
    began = time.perf_counter()
    rows = close_months(database)
    print(f"  past months summed up in {time.perf_counter() - began:.1f} s, {rows:,} rows of them")
    with database.looking() as session:
        book = get_book(session, sight=SIGHT)
        count = sum(each.owed.count for each in book.currencies)
        size = session.connection().execute(text(INDEX_BYTES[kind])).scalar_one()
        accounts = {name: find_account(session, id_, sight=SIGHT) for name, id_ in ACCOUNTS.items()}
    print(f"  {count:,} open in {len(book.currencies)} currencies; index {size / 2**20:.1f} MB")
    bare = median_ms(database, lambda session: session.connection().execute(BARE).all())
    whole = median_ms(database, lambda session: get_book(session, sight=SIGHT))
    print(f"  the whole book    {whole:8.1f} ms (budget 150; 1,000 for 10,000,000)")
    print(f"  sums alone        {bare:8.1f} ms, ratio {whole / bare:.1f}")
    for name, account in accounts.items():
        if account is None:
            raise RuntimeError(f"the book has no account for {name}")
        own = median_ms(database, lambda session, of=account: get_balance(session, of, sight=SIGHT))
        print(f"  {name:17s} {own:8.2f} ms")
    database.close()


def close_months(database: Database) -> int:
    """Sum up the past months of all accounts, as the job does; how many rows they are."""
    running, rows = month_of(NOW.date()), 0
    with database.looking() as session:
        zones = list_zones(session)
    for zone in zones:
        with database.reading() as session:
            accounts = list(session.scalars(select(Account.id).where(Account.time_zone == zone)))
        for place in range(0, len(accounts), ACCOUNTS_AT_ONCE):
            some = accounts[place : place + ACCOUNTS_AT_ONCE]
            with database.looking() as session:
                sums = sum_past_months(session, some, before=running, zone=zone_of(zone))
            with database.writing() as session:
                replace_sums(session, some, sums, before=running)
            rows += len(sums)
        with database.writing() as session:
            note_closed(session, zone, running.preceding, now=NOW)
    return rows


def median_ms(database: Database, work: Callable[..., object]) -> float:
    """The median of some rounds, after one that does not count."""
    taken = []
    for _ in range(ROUNDS + 1):
        began = time.perf_counter()
        with database.looking() as session:
            work(session)
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken[1:])


if __name__ == "__main__":
    main()
