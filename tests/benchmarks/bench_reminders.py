"""What customers would be reminded of, over a million invoices of which 50,000 are open.

    BENCH_INVOICES=100000 python -m tests.benchmarks reminders

Budget: the card of `/billing reminders` in 1.5 s, as Slack waits for 3 s, and there is more to be
done in these: while reminders are off, and after a time in which most steps have been taken. On the
day after a long silence nearly all are due at once; that one stands beside it.
"""

import os
import tempfile
import time
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import delete, insert, literal, select

from bot.database import Database, migrate
from bot.models import Contact, Invoice, Reminder, ReminderStep, ReminderSwitch
from bot.queries.dry_run import plan_messages
from bot.views.reminders import reminders_card
from tests.benchmarks.bench_balance import INVOICES, KINDS, SIGHT, median_ms
from tests.benchmarks.generated_book import ACCOUNTS, NOW, generate_book
from tests.postgres import serving_postgresql

BUDGET_MS = float(os.environ.get("BENCH_REMINDERS_MS", "1500"))
LONG_AGO = NOW - timedelta(days=400)
LAST_STEP = 30
_INVOICES: Any = Invoice.__table__
_STEPS: Any = ReminderStep.__table__


def main() -> None:
    """Measure on each kind of database in turn."""
    if "sqlite" in KINDS:
        with tempfile.TemporaryDirectory(prefix="tallyman-bench-") as folder:
            measure(f"sqlite:///{Path(folder) / 'book.sqlite3'}")
    if "postgresql" in KINDS:
        with serving_postgresql() as url:
            measure(url)


def measure(url: str) -> None:
    """Fill a database, ask it in each state, and print the figures."""
    migrate(url)
    database = Database(url)
    kind = "sqlite" if database.is_sqlite else "postgresql"
    began = time.perf_counter()
    generate_book(database, INVOICES)
    write_contacts(database)
    print(f"\n{kind}: {INVOICES:,} invoices, filled in {time.perf_counter() - began:.0f} s")
    report(database, "off", f"(budget {BUDGET_MS:.0f})")
    turn_on(database)
    take_steps(database)
    report(database, "most steps taken", f"(budget {BUDGET_MS:.0f})")
    with database.writing() as session:
        session.execute(delete(_STEPS))
    report(database, "all at once", "beside it")
    database.close()


def report(database: Database, state: str, beside: str) -> None:
    """How long it takes in a state, and what there is."""
    with database.looking() as session:
        plan = plan_messages(session, sight=SIGHT, has_mail=True)
    taken = median_ms(
        database,
        lambda session: reminders_card(
            plan_messages(session, sight=SIGHT, has_mail=True), now=NOW, zone="UTC", may_switch=True
        ),
    )
    print(f"  {state:17s} {taken:8.1f} ms {beside}: {counts(plan.planned, plan.held)}")


def counts(planned: Sequence[Any], held: Sequence[Any]) -> str:
    """How much is shown."""
    return f"{len(planned):,} messages, {len(held):,} invoices held"


def write_contacts(database: Database) -> None:
    """Somebody to write to in each account."""
    with database.writing() as session:
        session.execute(
            insert(Contact),
            [
                {
                    "account_id": number + 1,
                    "name": "",
                    "email": f"pay{number}@bench.example",
                    "folded": f"pay{number}@bench.example",
                    "added_by": "U0AVERY",
                    "added_at": NOW,
                }
                for number in range(ACCOUNTS)
            ],
        )


def turn_on(database: Database) -> None:
    """As somebody did more than a year ago."""
    with database.writing() as session:
        session.add(ReminderSwitch(id=1, on_since=LONG_AGO, changed_by="U0AVERY", changed_at=NOW))


def take_steps(database: Database) -> None:
    """Take every step of each open invoice that has a due day."""
    reminder = Reminder(
        account_id=1, day=date(2026, 11, 1), is_thanks=False, level="final", promised_at=NOW
    )
    with database.writing() as session:
        session.add(reminder)
        session.flush()
        taken = select(
            _INVOICES.c.id,
            _INVOICES.c.due_on,
            literal(LAST_STEP),
            literal(reminder.id),
            literal("sent"),
        ).where(_INVOICES.c.status == "open", _INVOICES.c.due_on.is_not(None))
        names = ["invoice_id", "counted_from", "step", "reminder_id", "state"]
        session.execute(insert(_STEPS).from_select(names, taken))


if __name__ == "__main__":
    main()
