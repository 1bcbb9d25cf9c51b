"""Two programs for tests of short numbers, each to be run in a process of its own.

python -m tests.bot.mirror.numbering store DATABASE_URL PLACE
    Stores INVOICES invoices, one page after the other, in an order of its own; begins when a line
    comes in.
python -m tests.bot.mirror.numbering die DATABASE_URL STRIPE_URL STATEMENTS
    Fills the mirror, and kills itself right after this many statements that gave out numbers.
"""

import os
import random
import signal
import sys
from typing import Any

from sqlalchemy import Engine, event

from bot.database import Database
from bot.errors import Unavailable
from bot.mirror.backfill import run_backfill
from tests.bot.mirror.filling import ignore, make_runtime
from tests.bot.mirror.objects import invoice_object, store_now

INVOICES = 200
PAGE = 10
TRIES_MAX = 20


def store_pages(database_url: str, place: str) -> None:
    database = Database(database_url)
    invoices = [f"in_{number:04d}" for number in range(INVOICES)]
    random.Random(place).shuffle(invoices)
    print("ready", flush=True)
    sys.stdin.readline()
    for start in range(0, INVOICES, PAGE):
        page = [invoice_object(one) for one in invoices[start : start + PAGE]]
        for tries_left in reversed(range(TRIES_MAX)):
            try:
                store_now(database, "invoice", *page)
            except Unavailable:
                # A deadlock, or SQLite's one writer: whoever stores tries again.
                if not tries_left:
                    raise
            else:
                break
    database.close()


def fill_and_die(database_url: str, stripe_url: str, statements: str) -> None:
    left = int(statements)

    @event.listens_for(Engine, "after_cursor_execute")
    def count(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        nonlocal left
        if statement.startswith("UPDATE invoices SET short_number"):
            left -= 1
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)

    run_backfill(make_runtime(database_url, stripe_url), report=ignore)


if __name__ == "__main__":
    if sys.argv[1] == "store":
        store_pages(*sys.argv[2:])
    else:
        fill_and_die(*sys.argv[2:])
