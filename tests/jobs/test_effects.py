"""The worker: how soon, in which order and at what pace promises are kept, and how it ends."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import effects
from bot.database import Database
from bot.database_clock import database_now
from bot.effects import Effect, Means, Outcome, Refused, queue, slack_lane, stripe_lane
from bot.effects.lanes import AHEAD, SLACK_CHANNEL_SECONDS, STRIPE_ENDPOINT_SECONDS
from bot.errors import Misconfigured, ToldToWait, Unavailable
from bot.models import Alert
from bot.models import Effect as EffectRow
from jobs.effects import Pace, carrying_out
from tests.alerts import list_alerts
from tests.bot.effects.toy import KIND, Toy, World, let_pass, make_means, promise, settled, states
from tests.following import wait_until

HASTY = Pace(threads=3, lease=timedelta(seconds=1), doubt_seconds=0.1, stopping_seconds=60.0)
LANE = stripe_lane("/v1/invoices/:id/void")


class Slow(Toy):
    """Takes as long as it is told to; remembers when each call began."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.begun: list[tuple[float, str]] = []
        self.may_end = threading.Event()
        self.may_end.set()

    def perform(self, effect: Effect, means: Means) -> Outcome:
        self.begun.append((time.monotonic(), effect.key))
        self.may_end.wait(100)
        return super().perform(effect, means)


@pytest.fixture
def means(database_url: str) -> Iterator[Means]:
    made = make_means(database_url)
    yield made
    made.slack.close()
    made.runtime.database.close()


@pytest.fixture
def database(means: Means) -> Database:
    return means.runtime.database


def test_a_promise_is_kept_at_once_when_nothing_else_is_to_be_done(
    means: Means, database: Database
) -> None:
    toy = Slow(World())
    # How soon is measured by the benchmark; here nobody would find it in time by looking.
    with carrying_out(means, operations={KIND: toy}, pace=Pace(threads=3, look_seconds=3600.0)):
        promise(database, "first")
        wait_until(lambda: states(database) == {"first": "done"})
        promise(database, "second")
        wait_until(lambda: len(toy.begun) == 2)


def test_what_is_about_one_thing_happens_in_order_and_never_together(
    means: Means, database: Database
) -> None:
    toy = Slow(World())
    keys = [f"deed-{number}" for number in range(6)]
    for key in keys:
        promise(database, key, subject="invoice:in_1")

    with carrying_out(means, operations={KIND: toy}, pace=HASTY):
        wait_until(lambda: set(states(database).values()) == {"done"})

    assert [key for _, key in toy.begun] == keys


def test_a_lane_paces_its_calls_and_no_others(means: Means, database: Database) -> None:
    toy = Slow(World())
    for number in range(6):
        promise(database, f"paced-{number}", lane=LANE)

    started_at = time.monotonic()
    with carrying_out(means, operations={KIND: toy}, pace=HASTY):
        promise(database, "free")
        wait_until(lambda: set(states(database).values()) == {"done"})

    # On a busy machine each may begin later than its turn, but never sooner.
    paced = sorted(at - started_at for at, key in toy.begun if key.startswith("paced"))
    turns = [place * STRIPE_ENDPOINT_SECONDS for place in range(6)]
    assert all(at > turn - 0.01 for at, turn in zip(paced, turns, strict=True))


def test_a_crowd_in_one_lane_holds_up_no_other(database: Database) -> None:
    for number in range(6):
        promise(database, f"crowd-{number}", lane=slack_lane("C1"))
    promise(database, "beside", lane=slack_lane("C2"))
    promise(database, "free")

    now = datetime.now(UTC)
    with database.writing() as session:
        first = queue.claim(session, [KIND], limit=7, now=now)
        second = queue.claim(session, [KIND], limit=2, now=now)
        due_in = queue.find_next_due(session, now=now)

    # Whoever finds no turn takes none of the whole service's, and none of the hands.
    assert [one.effect.key for one in first] == ["crowd-0", "beside"]
    assert [one.effect.key for one in second] == ["free"]
    assert due_in == timedelta(seconds=SLACK_CHANNEL_SECONDS) - AHEAD


def test_what_is_patient_waits_until_nothing_else_does(database: Database) -> None:
    promise(database, "midnight-1", subject="message:1", is_patient=True)
    promise(database, "midnight-2", subject="message:2", is_patient=True)
    promise(database, "midnight-3", subject="message:3", is_patient=True)
    promise(database, "payment")

    with database.writing() as session:
        assert effects.join(session, "message:2", kind=KIND, is_patient=True)
        assert effects.join(session, "message:3", kind=KIND)
        assert not effects.join(session, "message:4", kind=KIND)
    with database.writing() as session:
        order = [claim_one(session) for _ in range(4)]

    assert order == ["midnight-3", "payment", "midnight-1", "midnight-2"]


def test_the_only_turn_goes_to_what_is_not_patient(database: Database) -> None:
    promise(database, "midnight", lane=slack_lane("C1"), is_patient=True)
    promise(database, "payment", lane=slack_lane("C1"))

    with database.writing() as session:
        claims = queue.claim(session, [KIND], limit=2, now=datetime.now(UTC))

    assert [one.effect.key for one in claims] == ["payment"]


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_nobody_begins_what_a_change_has_joined_before_the_change_is_there(
    database: Database,
) -> None:
    promise(database, "update", subject="message:1")

    with database.writing() as change:
        assert effects.join(change, "message:1", kind=KIND)
        with database.writing() as worker:
            assert claim_one(worker) is None
    with database.writing() as worker:
        assert claim_one(worker) == "update"
    with database.writing() as change:
        assert not effects.join(change, "message:1", kind=KIND)


def claim_one(session: Session) -> str | None:
    claims = queue.claim(session, [KIND], limit=1, now=datetime.now(UTC))
    return claims[0].effect.key if claims else None


class Limited(Toy):
    """Its first call is told to wait; one without a lane is not."""

    def perform(self, effect: Effect, means: Means) -> Outcome:
        if effect.key == "first" and effect.key not in self.world.answers:
            self.world.answers[effect.key] = True
            raise ToldToWait("Stripe", 60.0)
        return super().perform(effect, means)


def test_a_service_that_wants_to_be_left_alone_holds_up_its_lane_only(
    means: Means, database: Database
) -> None:
    toy = Limited(World())
    promise(database, "first", lane=LANE)

    with carrying_out(means, operations={KIND: toy}, pace=HASTY):
        wait_until(lambda: "first" in toy.world.answers)
        promise(database, "behind", lane=LANE)
        promise(database, "beside", lane=stripe_lane("/v1/refunds"))
        wait_until(lambda: states(database)["beside"] == "done")
        assert states(database)["behind"] == "ready"
        let_pass(database, timedelta(minutes=1))
        wait_until(lambda: set(states(database).values()) == {"done"})

    with database.reading() as session:
        assert session.scalars(select(EffectRow.attempts)).all() == [1, 1, 1]


def test_at_the_end_work_under_way_is_finished_and_nothing_new_is_begun(
    means: Means, database: Database
) -> None:
    toy = Slow(World())
    toy.may_end.clear()
    with carrying_out(means, operations={KIND: toy}, pace=HASTY) as loop:
        for number in range(5):
            promise(database, f"deed-{number}")
        wait_until(lambda: len(toy.begun) == HASTY.threads)
        threading.Timer(0.2, toy.may_end.set).start()
        loop.stop()

    ends = list(states(database).values())
    assert sorted(ends) == ["done"] * 3 + ["ready"] * 2
    assert len(toy.begun) == HASTY.threads


def test_poison_stops_nobody_else_and_is_given_up(
    means: Means, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Poison(Toy):
        def perform(self, effect: Effect, means: Means) -> Outcome:
            if effect.key == "poison":
                raise ZeroDivisionError
            return super().perform(effect, means)

    monkeypatch.setattr("bot.effects.promises.ATTEMPTS_MAX", 2)
    promise(database, "poison")
    with carrying_out(means, operations={KIND: Poison(World())}, pace=HASTY):
        promise(database, "good")
        wait_until(lambda: states(database)["good"] == "done")
        wait_until(lambda: states(database)["poison"] == "dead")


def test_what_only_a_newer_version_can_do_waits_for_it_and_the_operators_hear_of_it(
    means: Means, database: Database
) -> None:
    promise(database, "new", kind="of_a_newer_version")
    promise(database, "behind it", subject="new")
    let_pass(database, timedelta(minutes=6))
    world = World()
    with carrying_out(means, operations={KIND: Toy(world)}, pace=HASTY):
        promise(database, "beside it")
        wait_until(lambda: states(database)["beside it"] == "done")
        wait_until(lambda: bool(alerts(database)))

    assert states(database) == {"new": "ready", "behind it": "ready", "beside it": "done"}
    (alert,) = alerts(database)
    assert (alert.kind, alert.subject) == ("effects_unknown", "of_a_newer_version")

    newer = {KIND: Toy(world), "of_a_newer_version": Toy(world)}
    with carrying_out(means, operations=newer, pace=HASTY):
        wait_until(lambda: set(states(database).values()) == {"done"})
        wait_until(lambda: not open_alerts(database))
    assert dict(world.done) == {"new": 1, "behind it": 1, "beside it": 1}


class Silent(Toy):
    """Nobody answers it, until somebody does."""

    is_heard = False

    def perform(self, effect: Effect, means: Means) -> Outcome:
        if not self.is_heard:
            raise Unavailable("The mail server can’t be reached: nobody knows its name.")
        return super().perform(effect, means)


def test_who_is_not_reached_for_long_is_told_to_the_operators_until_he_is(
    means: Means, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.effects.queue.BACKOFF_SECONDS", 0.01)
    silent = Silent(World())
    promise(database, "mail", lane="mail")
    with carrying_out(means, operations={KIND: silent}, pace=HASTY):
        wait_until(lambda: bool(open_alerts(database)))
        (alert,) = open_alerts(database)
        assert (alert.kind, alert.subject) == ("effects_failing", "mail")
        assert "nobody knows its name" in alert.detail

        silent.is_heard = True
        wait_until(lambda: not open_alerts(database))
    assert states(database) == {"mail": "done"}


@pytest.mark.parametrize("database_kind", ["postgresql"])
@pytest.mark.parametrize("minutes", [-4, 4])
def test_a_process_whose_clock_is_wrong_goes_by_the_database_s(
    means: Means, database: Database, monkeypatch: pytest.MonkeyPatch, minutes: int
) -> None:
    wrong = datetime.now(UTC) + timedelta(minutes=minutes)
    for module in ("jobs.effects", "bot.effects.performing"):
        monkeypatch.setattr(f"{module}.real_now", lambda: wrong)
    promise(database, "of another")
    with database.writing() as session:
        queue.claim(session, [KIND], limit=1, now=database_now(session, wrong))

    with carrying_out(means, operations={KIND: Toy(World())}, pace=HASTY):
        promise(database, "own")
        wait_until(lambda: states(database)["own"] == "done")

    assert states(database)["of another"] == "leased"


class Forbidden(Toy):
    """The key is not allowed to do it."""

    def perform(self, effect: Effect, means: Means) -> Outcome:
        del effect, means
        raise Misconfigured("STRIPE_SECRET_KEY may not do that.")


def test_where_a_right_is_missing_the_lane_rests_and_the_operators_hear_of_it_once(
    means: Means, database: Database
) -> None:
    promise(database, "first", lane=LANE)
    promise(database, "second", lane=stripe_lane("/v1/refunds"))
    with carrying_out(means, operations={KIND: Forbidden(World())}, pace=HASTY):
        wait_until(lambda: bool(alerts(database)))
        time.sleep(0.2)

    assert [(one.kind, one.subject) for one in alerts(database)] == [("effects_failing", "stripe")]
    assert set(states(database).values()) == {"ready"}


def open_alerts(database: Database) -> list[Alert]:
    with database.reading() as session:
        return list_alerts(session)


def alerts(database: Database) -> list[Alert]:
    with database.reading() as session:
        return list(session.scalars(select(Alert)))


class Unwritable(Toy):
    """Fails to write down what has happened, the first time."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.failures = 1

    def settle(
        self, session: Session, effect: Effect, outcome: Outcome, *, means: Means, now: datetime
    ) -> None:
        super().settle(session, effect, outcome, means=means, now=now)
        if self.failures:
            self.failures -= 1
            raise KeyError(effect.key)


def test_what_could_not_be_written_is_looked_up_and_written_later(
    means: Means, database: Database
) -> None:
    toy = Unwritable(World())
    promise(database, "deed")

    with carrying_out(means, operations={KIND: toy}, pace=HASTY):
        wait_until(lambda: states(database) == {"deed": "done"})

    assert dict(toy.world.done) == {"deed": 1}
    assert list(settled(database).values()) == [1]


def test_a_refusal_that_people_are_told_of_is_no_dead_end(means: Means, database: Database) -> None:
    class Paid(Toy):
        def perform(self, effect: Effect, means: Means) -> Outcome:
            del means
            return Refused("It was paid meanwhile.", needs_look=effect.key == "untold")

    promise(database, "told")
    promise(database, "untold")
    with carrying_out(means, operations={KIND: Paid(World())}, pace=HASTY):
        wait_until(lambda: states(database) == {"told": "refused", "untold": "dead"})

    assert dict(settled(database)) == {"Refused:1": 1, "Refused:2": 1}
    assert promise(database, "told").state == "refused"
