"""Digests of many channels at the same hour, posted within Slack's rates without one refusal.

    BENCH_CHANNELS=60 python -m tests.benchmarks digests_posted

Before each post Slack is asked who reads in the channel, which it answers 50 times a minute: that
is the pace. The stand-in refuses what is more, as Slack does. Budget: no refusal, one message each.
"""

import os
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from bot.database import migrate
from bot.operations.digest_pace import PACE
from bot.sandbox.slack.records import Call
from jobs.schedule import TIMETABLE
from jobs.timekeeping import look
from tests.billing import day
from tests.build import make_invoice
from tests.deployment import deployed
from tests.handlers.slack.digesting import add_digest
from tests.postgres import serving_postgresql

CHANNELS = int(os.environ.get("BENCH_CHANNELS", "500"))
KINDS = os.environ.get("BENCH_DATABASES", "sqlite,postgresql").split(",")
DIGEST = next(job for job in TIMETABLE if job.name == "digest")
MONDAY = day("2026-11-16")
HOUR = 13
TOO_MANY = 429
LATE_ACCOUNTS = 40


def main() -> None:
    """Measure on each kind of database in turn."""
    if "sqlite" in KINDS:
        with tempfile.TemporaryDirectory(prefix="tallyman-bench-") as folder:
            measure("sqlite", f"sqlite:///{Path(folder) / 'digests.sqlite3'}")
    if "postgresql" in KINDS:
        with serving_postgresql() as url:
            measure("postgresql", url)


def measure(kind: str, url: str) -> None:
    """Set digests up, let the hour come, and count what Slack says."""
    migrate(url)
    with deployed(url, now=MONDAY) as desk:
        # Tests need not wait for what Slack allows; here that is what is measured.
        desk.slack.state.is_rate_limited = True
        for _ in range(LATE_ACCOUNTS):
            make_invoice(desk.runtime.database, due_on=(MONDAY - timedelta(days=40)).date())
        channels = [f"digest-{number}" for number in range(CHANNELS)]
        for name in channels:
            add_digest(desk, name, hour=HOUR, since=MONDAY)
        desk.runtime.clock.follow(MONDAY.replace(hour=HOUR, minute=1))
        began = time.perf_counter()
        look(desk.runtime, DIGEST)
        promised = time.perf_counter() - began
        pace = CHANNELS * PACE.total_seconds()
        posted, refused = 0, dict[int, Call]()
        while posted < CHANNELS and time.perf_counter() - began < 2 * pace + 60:
            time.sleep(1)
            # The stand-in remembers the last calls alone.
            refused |= {id(one): one for one in desk.slack.state.calls if one.status == TOO_MANY}
            posted = sum(bool(desk.slack.list_messages(channel)) for channel in channels)
        taken = time.perf_counter() - began
        counts = [len(desk.slack.list_messages(channel)) for channel in channels]
    print(f"\n{kind}: {CHANNELS} channels, promised in {promised:.1f} s, posted in {taken:.1f} s")
    print(f"  Slack's pace {pace:8.1f} s, ratio {taken / pace:.2f}")
    print(f"  one message each: {counts == [1] * CHANNELS}; refused: {len(refused)}")
