"""Three workers, killed at random again and again: what was promised is done, once each.

No figure but a proof: it fails when anything is lost or happens twice.
"""

import os
import random
import signal
import tempfile
import time
from pathlib import Path

from bot.database import Database, migrate
from tests.benchmarks.bench_webhooks import durable_postgresql
from tests.billing import day
from tests.processes import Process, outside
from tests.promises import count_pending, count_posts, open_rooms, promise_post

KILLS = int(os.environ.get("BENCH_KILLS", "30"))
WORKERS, ROOMS = 3, 6
# Between two kills; a worker needs two or three seconds to start.
PAUSE_SECONDS = (0.5, 2.0)
PROMISES_EACH_TIME = 4
KEEPING_SECONDS_MAX = 180.0


def main() -> None:
    """Kill, promise, wait, and compare what stands in the channels with what was promised."""
    with (
        tempfile.TemporaryDirectory(prefix="tallyman-bench-") as folder,
        durable_postgresql() as url,
        outside(now=day("2026-11-02")) as out,
    ):
        migrate(url)
        database = Database(url)
        settings = out.settings(url, STRIPE_EVENTS_SECONDS="3600")
        rooms = open_rooms(out.slack, ROOMS)
        chance = random.Random(5)

        def start() -> Process:
            return Process("worker", folder=Path(folder), settings=settings)

        workers = [start() for _ in range(WORKERS)]
        texts = []
        for kill in range(KILLS):
            for place in range(PROMISES_EACH_TIME):
                texts.append(f"Said once, {kill}.{place}")
                promise_post(database, chance.choice(rooms), texts[-1])
            time.sleep(chance.uniform(*PAUSE_SECONDS))
            victim = chance.randrange(WORKERS)
            workers[victim].end(signal.SIGKILL)
            workers[victim] = start()
        give_up_at = time.monotonic() + KEEPING_SECONDS_MAX
        while count_pending(database) and time.monotonic() < give_up_at:
            time.sleep(0.5)
        for worker in workers:
            worker.end()
        database.close()
        posts = count_posts(out.slack, rooms)
    lost = [text for text in texts if not posts[text]]
    twice = [text for text in texts if posts[text] > 1]
    print(f"  {KILLS} kills, {len(texts)} promised, {len(lost)} lost, {len(twice)} twice")
    if lost or twice:
        raise SystemExit(f"Lost: {lost}; twice: {twice}")


if __name__ == "__main__":
    main()
