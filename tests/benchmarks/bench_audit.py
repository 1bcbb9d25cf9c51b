"""Entries recorded and verified, on both databases, beside plain rows in the same transactions.

No budget of its own: a deed costs its outside call, and its entry should be small beside that.
"""

import contextlib
import tempfile
import time
from collections.abc import Callable

from sqlalchemy import text

from bot.audit.deeds import By, Deed, Stage, Subject
from bot.audit.keys import keys_of, random_key
from bot.audit.record import record
from bot.audit.verify import verify
from bot.clock import real_now
from bot.database import Database, migrate
from bot.settings import Settings
from tests.postgres import serving_postgresql

ENTRIES = 300
DEED = Deed(
    "void_invoice",
    Stage.SETTLED,
    By("U0AVERY", "admin", "4f1c0a9b"),
    Subject("invoice", "in_1QhT4KLkdIwHu7ix"),
    account_id=12,
    details={"before": {"status": "open", "remaining_minor": 12_345, "currency": "eur"}},
)


def main() -> None:
    """Measure both databases, and print figures and ratios."""
    with tempfile.TemporaryDirectory(prefix="tallyman-bench-") as folder:
        _measure(f"sqlite:///{folder}/bench.sqlite3", "SQLite")
    with serving_postgresql() as url:
        _measure(url.replace("postgresql://", "postgresql+psycopg://"), "PostgreSQL")


def _measure(url: str, title: str) -> None:
    migrate(url)
    settings = Settings(_env_file=None, audit_key=random_key())
    with contextlib.closing(Database(url)) as database:
        plain = _per_second(lambda number: _write_plain(database, number))
        recorded = _per_second(lambda _number: _record(database, settings))
        began = time.perf_counter()
        with database.looking() as reading:
            verdict = verify(reading, keys_of(settings))
        verified = verdict.checked / (time.perf_counter() - began)
    print(
        f"{title}: {recorded:,.0f} entries/s, {recorded / plain:.2f} of a plain row's "
        f"{plain:,.0f}/s; verified {verified:,.0f}/s"
    )


def _per_second(write: Callable[[int], None]) -> float:
    began = time.perf_counter()
    for number in range(ENTRIES):
        write(number)
    return ENTRIES / (time.perf_counter() - began)


def _write_plain(database: Database, number: int) -> None:
    values = {"name": f"bench {number}", "at": number}
    with database.writing() as session:
        session.execute(text("INSERT INTO counters (name, value) VALUES (:name, :at)"), values)


def _record(database: Database, settings: Settings) -> None:
    with database.writing() as session:
        record(session, settings, DEED, now=real_now())
