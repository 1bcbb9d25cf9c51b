"""A year of local days with three worker processes, of which one is killed again and again.

    BENCH_DAYS=60 BENCH_DAY_SECONDS=0.5 python -m tests.benchmarks schedule

A day of the business clock takes a part of a second, and a lease is as much shorter. Each worker's
clock is wrong by up to 90 minutes, and now and then one is a day ahead. Every channel's day has to
be done once: that it was is written in the transaction that ends it, by whoever ends it.
"""

import multiprocessing
import os
import random
import signal
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import text

from bot import occurrences
from bot.clock import zone_of
from bot.database import Database, migrate
from bot.local_hours import Subject, find_moment
from bot.occurrences import TakenOver
from tests.postgres import serving_postgresql

DAYS = int(os.environ.get("BENCH_DAYS", "365"))
DAY_SECONDS = float(os.environ.get("BENCH_DAY_SECONDS", "1.5"))
KINDS = os.environ.get("BENCH_DATABASES", "postgresql").split(",")
WORKERS = 3
KILLED_EVERY_SECONDS = 0.6
# In business time; at full size a worker renews one of a minute, here a few milliseconds pass.
LEASE = timedelta(hours=4)
BEGINS = datetime(2026, 1, 1, tzinfo=UTC)
JOB = "digest"
CHANNELS = (
    Subject("C1", "Europe/Berlin", 2),
    Subject("C2", "America/New_York", 1),
    Subject("C3", "Africa/Cairo", 0),
    Subject("C4", "America/Sao_Paulo", 0),
    Subject("C5", "Australia/Lord_Howe", 2),
    Subject("C6", "Pacific/Kiritimati", 9),
    Subject("C7", "Pacific/Pago_Pago", 9, frozenset({0, 1, 2, 3, 4})),
)
MADE = "CREATE TABLE deeds (channel TEXT NOT NULL, day TEXT NOT NULL)"
DONE = text("INSERT INTO deeds (channel, day) VALUES (:channel, :day)")
COUNTED = text("SELECT channel, day, count(*) FROM deeds GROUP BY channel, day")


def main() -> None:
    """Live through the year on each kind of database that is asked for."""
    if "sqlite" in KINDS:
        with tempfile.TemporaryDirectory(prefix="tallyman-bench-") as folder:
            measure(f"sqlite:///{Path(folder) / 'year.sqlite3'}")
    if "postgresql" in KINDS:
        with serving_postgresql() as url:
            measure(url)


def measure(url: str) -> None:
    """Live through the year, and say what came of each day."""
    migrate(url)
    database = Database(url)
    with database.writing() as session:
        session.execute(text(MADE))
    database.close()
    began, kills = time.monotonic(), live(url)
    database = Database(url)
    with database.reading() as session:
        done = {(row[0], row[1]): row[2] for row in session.execute(COUNTED)}
        rows = session.execute(text("SELECT state, count(*) FROM occurrences GROUP BY state"))
        states = {row[0]: row[1] for row in rows}
    database.close()
    expected = [(one.key, day.isoformat()) for one in CHANNELS for day in days_of(one)]
    twice = [key for key, count in done.items() if count > 1]
    missing = [key for key in expected if key not in done]
    print(
        f"  {DAYS} days of {len(CHANNELS)} channels in {time.monotonic() - began:.0f} s,"
        f" {kills} kills: {len(expected):,} days, {len(done):,} done, {len(twice)} of them twice,"
        f" {len(missing)} not done; rows: {states}",
        flush=True,
    )


def live(url: str) -> int:
    """Let the workers work and kill them at random until the year is over; how often."""
    context = multiprocessing.get_context("fork")
    chance, kills = random.Random(7), 0
    began = time.monotonic()

    def start() -> multiprocessing.process.BaseProcess:
        worker = context.Process(target=work, args=(url, began, chance.random()), daemon=True)
        worker.start()
        return worker

    workers = [start() for _ in range(WORKERS)]
    while business_moment(began) < BEGINS + timedelta(days=DAYS):
        time.sleep(chance.uniform(0.5, 1.5) * KILLED_EVERY_SECONDS)
        place = chance.randrange(WORKERS)
        os.kill(workers[place].pid or 0, signal.SIGKILL)
        workers[place].join()
        workers[place] = start()
        kills += 1
    # Whoever is left makes up for what the last kill cut off.
    time.sleep(10 * DAY_SECONDS)
    for worker in workers:
        os.kill(worker.pid or 0, signal.SIGKILL)
        worker.join()
    return kills


def business_moment(began: float) -> datetime:
    """What time it truly is in this year."""
    return BEGINS + (time.monotonic() - began) / DAY_SECONDS * timedelta(days=1)


def work(url: str, began: float, seed: float) -> None:
    """One worker, until it is killed."""
    occurrences.LEASE = LEASE
    occurrences.BACKOFF = occurrences.FURTHEST = LEASE
    chance, database = random.Random(seed), Database(url)
    wrong = timedelta(days=1) if chance.random() < 0.05 else chance.uniform(-1, 1) * HOUR_AND_HALF
    end = BEGINS + timedelta(days=DAYS)
    while True:
        now = business_moment(began)
        at = min(now + wrong, end)
        with database.reading() as session:
            waiting = occurrences.list_waiting(session, JOB, CHANNELS, business_at=at, now=now)
        for channel in waiting:
            do(database, channel, at=at, began=began, chance=chance)
        time.sleep(DAY_SECONDS / 50)


HOUR_AND_HALF = timedelta(minutes=90)


def do(
    database: Database, channel: Subject, *, at: datetime, began: float, chance: random.Random
) -> None:
    """Take a channel's day, if it is there to be taken, and do it, in two transactions."""
    with database.writing() as session:
        now = business_moment(began)
        taken = occurrences.take(session, JOB, channel, business_at=at, now=now)
    if taken is None:
        return
    time.sleep(chance.uniform(0, 0.05) * DAY_SECONDS)
    try:
        with database.writing() as session:
            session.execute(DONE, {"channel": taken.subject, "day": taken.day.isoformat()})
            occurrences.end(session, taken, now=business_moment(began))
    except TakenOver:
        return


def days_of(channel: Subject) -> list[date]:
    """The channel's days whose hour came wholly within the year."""
    days = [BEGINS.date() + timedelta(days=number) for number in range(2, DAYS - 2)]
    zone = zone_of(channel.zone)
    return [
        day
        for day in days
        if day.weekday() in channel.weekdays and find_moment(day, channel.hour, zone)
    ]


if __name__ == "__main__":
    main()
