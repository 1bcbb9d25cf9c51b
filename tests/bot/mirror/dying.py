"""Work on a mirror, each to be done in a process of its own, that kills itself in the middle."""

import os
import signal
from typing import Any

from sqlalchemy import Engine, event

from bot.database import Database
from bot.mirror import noting
from bot.mirror.backfill import Progress, run_backfill
from tests.bot.mirror.filling import ignore, make_runtime


def fill(database_url: str, stripe_url: str, steps: str = "0") -> None:
    """Fill the mirror; die in the transaction of this step, counted from 1, if one is given."""
    # A page's rows are written by then, and its transaction is still open.
    _die_after("INSERT INTO backfill_steps", int(steps))

    def tell(progress: Progress) -> None:
        print(progress.kind, progress.objects, flush=True)

    runtime = make_runtime(database_url, stripe_url)
    run_backfill(runtime, report=tell)
    runtime.database.close()


def fill_and_number(database_url: str, stripe_url: str, statements: str) -> None:
    """Fill the mirror; die right after this many statements that gave out numbers."""
    _die_after("UPDATE invoices SET short_number", int(statements))
    run_backfill(make_runtime(database_url, stripe_url), report=ignore)


def note(database_url: str, place: str) -> None:
    """Take up the events that are kept; die where this part of it would begin."""

    def die(*_arguments: Any, **_options: Any) -> None:
        _die()

    setattr(noting, place, die)
    noting.note_kept(Database(database_url))


def _die_after(words: str, times: int) -> None:
    left = times

    @event.listens_for(Engine, "after_cursor_execute")
    def count(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        nonlocal left
        if words in statement:
            left -= 1
            if not left:
                _die()


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
