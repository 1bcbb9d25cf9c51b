"""The queue under everything at once: crashes, lost answers, steps of the clock (THREATS 115, 128).

A machine of hypothesis goes through workers' days. Whatever happens, nothing is done twice; and
once the bad days are over, everything that was promised has been done and settled, once each.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import delete

from bot.database_clock import database_now
from bot.effects import Means, queue
from bot.effects.performing import carry_out
from bot.models import Counter, Effect, EffectLane
from tests.bot.effects.toy import (
    KIND,
    Killed,
    Toy,
    World,
    let_pass,
    make_means,
    promise,
    settled,
    states,
)

FATES = ("done", "lost", "failed", "unreached", "limited", "overtaken")
DEATHS = ("killed_before", "killed_after")
SUBJECTS = ("invoice:in_1", "invoice:in_2", "message:1")
LANES = ("", "stripe:/v1/invoices/:id/void")
LONG = timedelta(hours=1)
ROUNDS_MAX = 60
RULES = settings(
    max_examples=12,
    stateful_step_count=15,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
ENOUGH = settings(RULES, max_examples=10, derandomize=True, database=None)


class Days(RuleBasedStateMachine):
    """Promises, workers that take them up, and what goes wrong."""

    means: ClassVar[Means]
    looks: ClassVar[bool] = True
    # What was done twice, in any of the runs.
    found: ClassVar[set[str]]

    # No day is a good one from the beginning, so that few of them find much.
    @initialize(fates=st.lists(st.sampled_from(FATES + DEATHS), min_size=3, max_size=3))
    def begin(self, fates: list[str]) -> None:
        with self.means.runtime.database.writing() as session:
            for table in (Effect, EffectLane, Counter):
                session.execute(delete(table))
        self.world = World()
        self.world.between = self.overtake
        self.operations = {KIND: Toy(self.world, looks=self.looks)}
        self.promised = 0
        for subject in SUBJECTS:
            self.promise_deed(subject, "")
        self.meet(fates)

    @rule(subject=st.sampled_from(SUBJECTS), lane=st.sampled_from(LANES))
    def promise_one(self, subject: str, lane: str) -> None:
        self.promise_deed(subject, lane)

    def promise_deed(self, subject: str, lane: str) -> None:
        self.promised += 1
        promise(self.means.runtime.database, f"deed-{self.promised}", subject=subject, lane=lane)

    @rule(fates=st.lists(st.sampled_from(FATES + DEATHS), max_size=3))
    def work(self, fates: list[str]) -> None:
        self.meet(fates)

    def meet(self, fates: list[str]) -> None:
        """Work on what is due, and let this become of the calls."""
        self.world.fates = list(fates)
        self.take_up()
        self.world.fates = []

    @rule()
    def come_back(self) -> None:
        """A worker looks for what others have left behind, when their leases have run out."""
        self.reap()

    @rule(step=st.sampled_from([LONG, -LONG, timedelta(seconds=5), timedelta(seconds=40)]))
    def step_clock(self, step: timedelta) -> None:
        let_pass(self.means.runtime.database, step)

    @invariant()
    def nothing_happens_twice(self) -> None:
        done = getattr(self, "world", World()).done
        self.found.update(deed for deed, times in done.items() if times > 1)
        assert not (self.looks and self.found)

    def teardown(self) -> None:
        """Good days: everything comes to its end, by waiting alone."""
        if not getattr(self, "promised", 0):
            return
        for _ in range(ROUNDS_MAX):
            if set(states(self.means.runtime.database).values()) == {"done"}:
                break
            self.reap()
            self.take_up()
            let_pass(self.means.runtime.database, queue.LEASE / 2)
        self.nothing_happens_twice()
        if not self.looks:
            return
        deeds = [f"deed-{number + 1}" for number in range(self.promised)]
        assert states(self.means.runtime.database) == dict.fromkeys(deeds, "done")
        assert dict(self.world.done) == dict.fromkeys(deeds, 1)
        ends = settled(self.means.runtime.database)
        assert sorted(ends.values()) == [1] * self.promised

    def take_up(self) -> None:
        with self.means.runtime.database.writing() as session:
            now = database_now(session, datetime.now(UTC))
            claims = queue.claim(session, [KIND], limit=3, now=now)
        subjects = [one.effect.subject for one in claims]
        assert len(set(subjects)) == len(subjects)
        for one in claims:
            try:
                carry_out(self.means, self.operations, one)
            except Killed:
                # What was claimed together died together.
                return

    def reap(self) -> None:
        with self.means.runtime.database.writing() as session:
            queue.reap(session, now=database_now(session, datetime.now(UTC)))

    def overtake(self) -> None:
        """While one worker waits for its answer, its lease runs out and another does it all."""
        let_pass(self.means.runtime.database, LONG)
        self.reap()
        self.take_up()


@pytest.fixture(scope="module")
def means(shared_database_url: str) -> Iterator[Means]:
    made = make_means(shared_database_url)
    yield made
    made.slack.close()
    made.runtime.database.close()


def machine_of(means: Means, *, looks: bool) -> type[Days]:
    return type("Days", (Days,), {"means": means, "looks": looks, "found": set()})


def test_whatever_happens_everything_is_done_and_settled_once(means: Means) -> None:
    run_state_machine_as_test(machine_of(means, looks=True), settings=RULES)


def test_an_operation_that_does_not_look_first_is_found_out(means: Means) -> None:
    machine = machine_of(means, looks=False)

    run_state_machine_as_test(machine, settings=ENOUGH)

    assert machine.found
