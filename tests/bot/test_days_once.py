"""Every local day once, for workers that die, lag and disagree about the time.

Simulated workers share a real database over the days on which the clocks and zones of the world do
the worst that they are known to have done. What a worker has done for a day counts only when the
transaction that says so is committed, as with everything that jobs do.
"""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from bot import occurrences
from bot.clock import zone_of
from bot.database import Database
from bot.local_hours import Subject, find_moment
from bot.models import Occurrence
from bot.occurrences import LEASE, Taken, TakenOver

JOB = "digest"
# Where and when something happens, for each the first of some days.
TROUBLES = (
    ("Europe/Berlin", 2, "2026-03-27"),
    ("Europe/Berlin", 2, "2026-10-23"),
    ("America/New_York", 1, "2026-10-30"),
    ("Africa/Cairo", 0, "2026-04-22"),
    ("America/Sao_Paulo", 0, "2018-11-02"),
    ("Pacific/Apia", 9, "2011-12-28"),
    ("Australia/Lord_Howe", 2, "2026-10-02"),
    ("America/Nuuk", 23, "2024-03-28"),
)
DAYS = 4
# How often a worker dies over a day, and how often it lives and is late.
DIES, LATE = 0.25, 0.1
HOUR = timedelta(hours=1)


@dataclass
class World:
    """The true time, and what has been done for whom."""

    database: Database
    chance: random.Random
    moment: datetime
    done: Counter[tuple[str, date]] = field(default_factory=Counter)
    late: list[Taken] = field(default_factory=list)

    def look(self, subject: Subject) -> None:
        """A worker looks, by a clock that may be wrong, and does what it takes now, late or never.

        Who takes a day while another is late over it makes that one late for good.
        """
        skew = self.chance.choice([0, 0, 0, -5, 5, 120, -3600, 3600])
        at = self.moment + timedelta(seconds=skew)
        with self.database.writing() as session:
            taken = occurrences.take(session, JOB, subject, business_at=at, now=self.moment)
        if taken is None:
            self.moment += self.chance.uniform(0.5, 4) * HOUR
            return
        fate = self.chance.random()
        if fate < LATE:
            self.late.append(taken)
        if fate < LATE + DIES:
            self.moment += LEASE + timedelta(seconds=self.chance.uniform(1, 60))
        else:
            self.end(taken)
            while self.late:
                self.end(self.late.pop())

    def end(self, taken: Taken) -> None:
        """Come to the end of a day."""
        try:
            with self.database.writing() as session:
                occurrences.end(session, taken, now=self.moment)
        except TakenOver:
            return
        self.done[taken.subject, taken.day] += 1


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.close()


def test_each_local_day_is_done_once_by_whoever_lives(database: Database) -> None:
    for number, (zone, hour, first) in enumerate(TROUBLES):
        chance = random.Random(number)
        subject = Subject(f"C{number}", zone, hour)
        start = datetime.fromisoformat(first).replace(tzinfo=UTC)
        world = World(database, chance, start)
        while world.moment < start + timedelta(days=DAYS):
            world.look(subject)

        existing = [day for day in _days(first) if find_moment(day, hour, zone_of(zone))]
        counted = {day: world.done[subject.key, day] for day in existing}
        assert counted == dict.fromkeys(existing, 1), f"{zone}: {counted}"
        assert max(world.done.values()) == 1


def test_a_channel_that_travels_hears_each_date_once(database: Database) -> None:
    zones = ("Pacific/Tongatapu", "Pacific/Pago_Pago", "Europe/Berlin", "Pacific/Kiritimati")
    chance = random.Random(1)
    world = World(database, chance, datetime(2026, 11, 1, tzinfo=UTC))
    for _ in range(40):
        subject = Subject("C1", chance.choice(zones), chance.randrange(24))
        world.look(subject)
        world.moment += chance.uniform(1, 8) * HOUR

    assert set(world.done.values()) == {1}
    with database.reading() as session:
        days = session.scalars(select(Occurrence.day).order_by(Occurrence.id)).all()
    assert len(days) == len(set(days))


def _days(first: str) -> list[date]:
    """The days that lie wholly in the time looked at, whatever the zone."""
    begin = date.fromisoformat(first)
    return [begin + timedelta(days=number) for number in range(1, DAYS - 1)]
