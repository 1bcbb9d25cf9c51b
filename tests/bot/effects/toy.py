"""An outside world that counts what is done to it, and operations that do it."""

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from bot import effects, models
from bot.database import Database, insert_into
from bot.database_clock import moved
from bot.effects import Done, Effect, Means, Outcome
from bot.errors import ToldToWait, Unavailable
from bot.runtime import Runtime
from bot.slack_api import SlackAPI
from bot.stripe_failures import StripeFailed
from tests.following import make_runtime

KIND = "toy"
NOWHERE = "http://127.0.0.1:9"


class Killed(BaseException):
    """The process dies here: nothing after this line happens."""


@dataclass
class World:
    """A service that keeps its first answer under each key, as Stripe does.

    Shape: `done` counts per deed what has happened; `fates` says what becomes of the next calls.
    """

    done: Counter[str] = field(default_factory=Counter)
    answers: dict[str, bool] = field(default_factory=dict)
    fates: list[str] = field(default_factory=list)
    between: Callable[[], None] = lambda: None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def call(self, deed: str, key: str) -> None:
        """Do it once per key; how it ends is up to the next fate."""
        fate = self.fates.pop(0) if self.fates else "done"
        if fate == "limited":
            raise ToldToWait("The world", 0.01)
        if fate == "unreached":
            raise Unavailable("No connection.")
        if fate == "killed_before":
            raise Killed
        with self._lock:
            if key not in self.answers:
                self.done[deed] += 1
                self.answers[key] = fate != "failed"
        if fate == "killed_after":
            raise Killed
        if fate == "lost":
            raise Unavailable("No answer.")
        if fate == "overtaken":
            self.between()
        if not self.answers[key]:
            raise StripeFailed("500")


@dataclass
class Toy:
    """An operation on the world; it looks first, as all have to."""

    world: World
    looks: bool = True

    def perform(self, effect: Effect, means: Means) -> Outcome:
        del means
        if self.looks and effect.may_have_happened and self.world.done[effect.key]:
            return Done()
        self.world.call(effect.key, effect.call_key)
        return Done()

    def settle(
        self, session: Session, effect: Effect, outcome: Outcome, *, means: Means, now: datetime
    ) -> None:
        del means, now
        name = f"{type(outcome).__name__}:{effect.id}"
        new = insert_into(session, models.Counter).values(name=name, value=1)
        session.execute(
            new.on_conflict_do_update(
                index_elements=[models.Counter.name], set_={"value": models.Counter.value + 1}
            )
        )


def make_means(database_url: str) -> Means:
    """Means that reach nobody; the toy needs no door."""
    runtime: Runtime = make_runtime(database_url, NOWHERE)
    deployment = models.Deployment(
        id=1,
        slack_team_id="T1",
        slack_bot_id="B1",
        slack_bot_user_id="U1",
        stripe_account_id="acct_1",
        is_live=False,
        recorded_at=datetime.now(UTC),
    )
    slack = SlackAPI("xoxb-fake", base_url=f"{NOWHERE}/api/")
    return Means(runtime=runtime, slack=slack, deployment=deployment)


def promise(database: Database, key: str, **more: Any) -> Effect:
    """Promise a toy's deed; each about a subject of its own unless one is named."""
    with database.writing() as session:
        given: dict[str, Any] = {"subject": key, "kind": KIND, "now": datetime.now(UTC), **more}
        return effects.promise(session, key=key, **given)


def states(database: Database) -> Mapping[str, str]:
    """How each promise stands, by its key."""
    with database.reading() as session:
        rows = session.execute(models.Effect.__table__.select())
        return {row.key: row.state for row in rows}


def settled(database: Database) -> Counter[str]:
    """How often each outcome of each promise was settled."""
    with database.reading() as session:
        rows = session.execute(models.Counter.__table__.select())
        return Counter({row.name: row.value for row in rows})


def let_pass(database: Database, time: timedelta) -> None:
    """Step the clock: as all that is written was written so much earlier, or later."""
    effect, lane = models.Effect, models.EffectLane
    with database.writing() as session:
        due, lease = (moved(session, one, -time) for one in (effect.due_at, effect.lease_until))
        session.execute(update(effect).values(due_at=due, lease_until=lease))
        session.execute(update(lane).values(free_at=moved(session, lane.free_at, -time)))
