"""A worker is killed where it stands, and the next one keeps its promises: once each (THREATS 115).

Many kills of three workers are in tests/benchmarks/bench_kills.py; here there are two of one.
"""

import signal
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from bot.database import Database, migrate
from tests.billing import day
from tests.following import wait_until
from tests.processes import Outside, outside, started
from tests.promises import count_pending, count_posts, open_rooms, promise_post

KEEPING_SECONDS_MAX = 60.0

pytestmark = pytest.mark.slow


@pytest.fixture
def out() -> Iterator[Outside]:
    with outside(now=day("2026-11-02")) as both:
        yield both


def has_posts(out: Outside, rooms: list[str], wanted: int) -> bool:
    """Whether so many messages stand in the channels."""
    return count_posts(out.slack, rooms).total() >= wanted


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_what_a_killed_worker_was_doing_is_done_once(
    database_url: str, tmp_path: Path, out: Outside
) -> None:
    settings = out.settings(database_url, STRIPE_EVENTS_SECONDS="3600")
    rooms = open_rooms(out.slack, 4)
    migrate(database_url)
    database = Database(database_url)
    texts = [f"Said once, {number}" for number in range(8)]
    for number, text in enumerate(texts):
        promise_post(database, rooms[number % len(rooms)], text)
    # Slow enough to be killed between what it does and what it writes down.
    out.slack.faults.set({"slow_seconds": 0.2, "methods": ["chat.postMessage"]})

    for wanted in (1, 5):
        with started("worker", folder=tmp_path, settings=settings) as worker:
            wait_until(partial(has_posts, out, rooms, wanted))
            worker.end(signal.SIGKILL)
    with started("worker", folder=tmp_path, settings=settings) as worker:
        wait_until(lambda: count_pending(database) == 0, seconds=KEEPING_SECONDS_MAX)
        assert worker.end() == 0
    database.close()

    assert count_posts(out.slack, rooms) == dict.fromkeys(texts, 1)
