"""From a promise to its call, when idle and when many wait; on both databases.

The budget is 100 ms at the 99th percentile, idle. The call itself does nothing, so that the queue
alone is measured: commit, waking, claiming, and settling in a transaction of its own.
"""

import os
import statistics
import tempfile
import threading
import time
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from bot import effects
from bot.database import migrate
from bot.effects import Done, Effect, Means, Outcome
from jobs.effects import carrying_out
from tests.benchmarks.bench_webhooks import durable_postgresql
from tests.bot.effects.toy import make_means

IDLE = int(os.environ.get("BENCH_IDLE", "300"))
MANY = int(os.environ.get("BENCH_EFFECTS", "2000"))
PAUSE_SECONDS = 0.02
PROMISED_AT_ONCE = 100
KIND = "bench"


class Nothing:
    """An operation that does nothing and notes when it began."""

    def __init__(self) -> None:
        self.begun: dict[str, float] = {}
        self.all_done = threading.Semaphore(0)

    def perform(self, effect: Effect, means: Means) -> Outcome:
        del means
        self.begun[effect.key] = time.perf_counter()
        return Done()

    def settle(
        self, session: Session, effect: Effect, outcome: Outcome, *, means: Means, now: datetime
    ) -> None:
        del session, effect, outcome, means, now
        self.all_done.release()


def main() -> None:
    """Measure both databases, and print the figures."""
    with tempfile.TemporaryDirectory(prefix="tallyman-bench-") as folder:
        _measure(f"sqlite:///{folder}/bench.sqlite3", "SQLite")
    with durable_postgresql() as url:
        _measure(url, "PostgreSQL")


def _measure(url: str, title: str) -> None:
    migrate(url)
    means, nothing = make_means(url), Nothing()
    with carrying_out(means, operations={KIND: nothing}):
        promised_at = {}
        for number in range(IDLE):
            promised_at[f"idle-{number}"] = time.perf_counter()
            _promise(means, [f"idle-{number}"])
            nothing.all_done.acquire()
            time.sleep(PAUSE_SECONDS)
        waits = [(nothing.begun[key] - at) * 1000 for key, at in promised_at.items()]
        began = time.perf_counter()
        for start in range(0, MANY, PROMISED_AT_ONCE):
            _promise(means, [f"many-{start + place}" for place in range(PROMISED_AT_ONCE)])
        for _ in range(MANY):
            nothing.all_done.acquire()
        rate = MANY / (time.perf_counter() - began)
    means.slack.close()
    means.runtime.database.close()
    waits.sort()
    p99 = waits[int(len(waits) * 0.99)]
    print(f"\n{title}")
    print(f"  promised to begun, idle   {statistics.median(waits):6.1f} ms, 99th {p99:.1f} ms")
    print(f"  promised and settled      {rate:6.0f}/s, {PROMISED_AT_ONCE} promised at once")


def _promise(means: Means, keys: list[str]) -> None:
    now = datetime.now(UTC)
    with means.runtime.database.writing() as session:
        for key in keys:
            effects.promise(session, kind=KIND, subject=key, key=key, now=now)


if __name__ == "__main__":
    main()
