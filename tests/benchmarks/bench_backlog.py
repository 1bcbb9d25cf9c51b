"""The queue of promised calls with 10,000 that wait and 200,000 that are done; on both databases.

Budgets: a claim in 5 ms, and 200 ms from a new promise to its call, whatever waits before it
(THREATS 127). It is tried with two backlogs: one that is all in one crowded lane, as of messages to
a channel, which may be left one a second; and one that may leave at once and lets others go first.
At the end what is done is forgotten, as the purge does it by night.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert

from bot import effects, models
from bot.database import Database, migrate
from bot.effects import Means, queue, slack_lane
from jobs.effects import carrying_out
from tests.benchmarks.bench_effects import KIND, Nothing
from tests.benchmarks.bench_webhooks import durable_postgresql
from tests.bot.effects.toy import make_means
from tests.following import wait_until

WAITING = int(os.environ.get("BENCH_WAITING", "10000"))
DONE = int(os.environ.get("BENCH_DONE", "200000"))
CLAIMS, PROMISES = 100, 100
CLAIMED_AT_ONCE = 8
ROWS_AT_ONCE = 5_000
PAUSE_SECONDS = 0.05
CLAIM_MS_MAX, CALL_MS_MAX = 5.0, 200.0
FORGOTTEN_AT_ONCE = 500
LONG_AGO = timedelta(days=100)
# Where a backlog stands, and whether it lets others go before it.
BACKLOGS = {"one crowded lane": (slack_lane("C0CROWDED"), False), "no lane, patient": ("", True)}

Row = dict[str, Any]


class Unhurried(Nothing):
    """Takes as long with each call as one to the outside does, at the least."""

    def perform(self, effect: effects.Effect, means: Means) -> effects.Outcome:
        time.sleep(PAUSE_SECONDS)
        return super().perform(effect, means)


def main() -> None:
    """Measure both databases, and print the figures."""
    with tempfile.TemporaryDirectory(prefix="tallyman-bench-") as folder:
        _measure(f"sqlite:///{folder}/bench.sqlite3", "SQLite")
    with durable_postgresql() as url:
        _measure(url, "PostgreSQL")


def _measure(url: str, title: str) -> None:
    migrate(url)
    means = make_means(url)
    database = means.runtime.database
    _put(database, _rows("done", DONE, state="done", finished_at=datetime.now(UTC) - LONG_AGO))
    print(f"\n{title}: {WAITING:,} wait, {DONE:,} are done")
    for name, (lane, is_patient) in BACKLOGS.items():
        with database.writing() as session:
            session.execute(delete(models.Effect).where(models.READY))
        _put(database, _rows(name, WAITING, lane=lane, is_patient=is_patient))
        _settle_down(database)
        print(f"  {name}")
        _print("claim", [_claim_ms(database) for _ in range(CLAIMS)], CLAIM_MS_MAX)
        _print("look for the next", [_look_ms(database) for _ in range(CLAIMS)], CLAIM_MS_MAX)
        _print("promised to called", _call_ms(means), CALL_MS_MAX)
    began = time.perf_counter()
    count = _forget(database)
    seconds = time.perf_counter() - began
    print(f"  {count:,} forgotten in {seconds:.1f} s, {FORGOTTEN_AT_ONCE} in a transaction")
    means.slack.close()
    database.close()


def _rows(name: str, count: int, **changed: Any) -> Iterator[Row]:
    """So many promises, each about a subject of its own, the oldest first."""
    now = datetime.now(UTC)
    for number in range(count):
        yield {
            "key": f"{name}-{number}",
            "key_number": 1,
            "kind": KIND,
            "subject": f"{name}-{number}",
            "lane": "",
            "payload": {"invoice": f"in_{number}", "note": "x" * 200},
            "state": "ready",
            "is_patient": False,
            "due_at": now - timedelta(seconds=count - number),
            "fence": 0,
            "attempts": 0,
            "attempts_max": 12,
            "is_doubtful": False,
            "promised_at": now,
            **changed,
        }


def _put(database: Database, rows: Iterator[Row]) -> None:
    waiting = list(rows)
    for start in range(0, len(waiting), ROWS_AT_ONCE):
        with database.writing() as session:
            session.execute(insert(models.Effect), waiting[start : start + ROWS_AT_ONCE])


def _settle_down(database: Database) -> None:
    """What both databases do by themselves now and then: learn how much there is of what."""
    with database.writing() as session:
        session.connection().exec_driver_sql("ANALYZE")


def _claim_ms(database: Database) -> float:
    """How long a claim takes; what was claimed goes back at the end of its transaction."""
    with database.writing() as session:
        now = datetime.now(UTC)
        began = time.perf_counter()
        queue.claim(session, [KIND], limit=CLAIMED_AT_ONCE, now=now)
        taken_ms = (time.perf_counter() - began) * 1000
        session.rollback()
    return taken_ms


def _look_ms(database: Database) -> float:
    """How long it takes to see when something falls due, which follows each claim of nothing."""
    with database.reading() as session:
        began = time.perf_counter()
        queue.find_next_due(session, now=datetime.now(UTC))
        return (time.perf_counter() - began) * 1000


def _call_ms(means: Means) -> list[float]:
    """How long new promises wait for their calls, while the backlog is worked on."""
    nothing = Unhurried()
    waits = []
    with carrying_out(means, operations={KIND: nothing}):
        for number in range(PROMISES):
            key = f"new-{number}-{time.monotonic_ns()}"
            promised_at = time.perf_counter()
            with means.runtime.database.writing() as session:
                now = datetime.now(UTC)
                effects.promise(session, kind=KIND, subject=key, key=key, now=now)
            wait_until(lambda key=key: key in nothing.begun)  # type: ignore[misc] # of no name
            waits.append((nothing.begun[key] - promised_at) * 1000)
            time.sleep(PAUSE_SECONDS)
    return waits


def _forget(database: Database) -> int:
    """Forget what ended long ago, as the purge does; how many."""
    total, before = 0, datetime.now(UTC) - LONG_AGO / 2
    while True:
        with database.writing() as session:
            count = queue.purge(session, before=before, limit=FORGOTTEN_AT_ONCE)
        total += count
        if count < FORGOTTEN_AT_ONCE:
            return total


def _print(what: str, measured: list[float], most: float) -> None:
    measured.sort()
    p99 = measured[int(len(measured) * 0.99) - 1]
    median = statistics.median(measured)
    print(f"    {what:20} {median:6.1f} ms, 99th {p99:.1f} ms (budget {most:.0f})")


if __name__ == "__main__":
    main()
