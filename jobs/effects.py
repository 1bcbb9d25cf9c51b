"""Carrying out what was promised: one thread claims, a few perform, as long as the process works.

Any number of processes may do this on one PostgreSQL; on SQLite the one that works does. Waits are
by the monotonic clock, so that nothing depends on what the time of day does meanwhile.
"""

import contextlib
import queue as queues
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from bot.bells import listening
from bot.clock import monotonic_seconds, real_now
from bot.database_clock import database_now
from bot.effects import queue
from bot.effects.performing import Means, Operation, carry_out
from bot.effects.promises import BELL
from bot.effects.queue import Claim
from bot.effects.unknown_kinds import tell_of_unknown_kinds
from bot.errors import BotError
from bot.operations.registry import OPERATIONS
from bot.telemetry import get_logger

log = get_logger("effects")


@dataclass(frozen=True, slots=True)
class Pace:
    """How the worker goes about it; tests have less time.

    `doubt_seconds` is how long what a lost process was doing rests before it is looked into: so
    long may Slack take to show a message that it has taken.
    """

    threads: int = 8
    look_seconds: float = 1.0
    lease: timedelta = queue.LEASE
    doubt_seconds: float = 6.0
    # A call that takes longer is left to its lease, and looked into by the next worker.
    stopping_seconds: float = 5.0
    failed_seconds: float = 1.0


class EffectsLoop:
    """The worker: start it, ring for it, stop it."""

    def __init__(
        self, means: Means, operations: Mapping[str, Operation], *, pace: Pace | None = None
    ) -> None:
        self._means = means
        self._operations = operations
        self._pace = pace or Pace()
        self._stopping = threading.Event()
        self._woken = threading.Event()
        self._claimed: queues.SimpleQueue[Claim | None] = queues.SimpleQueue()
        self._hands = threading.Lock()
        self._in_hand: dict[int, Claim] = {}
        self._reap_at = 0.0
        # Daemons, so that a service that never answers can't hold up the end of the process.
        self._threads = [
            threading.Thread(target=self._work, name=f"effect-{number}", daemon=True)
            for number in range(self._pace.threads)
        ]
        self._claiming = threading.Thread(target=self._run, name="effects", daemon=True)

    def start(self) -> None:
        """Begin."""
        for thread in (*self._threads, self._claiming):
            thread.start()

    def wake(self) -> None:
        """Look at once: something was promised."""
        self._woken.set()

    def stop(self) -> None:
        """Claim no more, finish what is under way, and hand back what has not begun."""
        give_up_at = monotonic_seconds() + self._pace.stopping_seconds
        self._stopping.set()
        self._woken.set()
        self._claiming.join(self._pace.stopping_seconds)
        for _ in self._threads:
            self._claimed.put(None)
        for thread in self._threads:
            thread.join(max(0.0, give_up_at - monotonic_seconds()))

    def _run(self) -> None:
        if self._means.runtime.database.is_sqlite:
            self._try(self._take_over)
        while not self._stopping.is_set():
            self._woken.clear()
            self._try(self._reap)
            wait_seconds = self._try(self._claim)
            if wait_seconds:
                self._woken.wait(wait_seconds)

    def _try(self, step: Callable[[], float]) -> float:
        """Do a part of the work; how long to wait after it."""
        try:
            return step()
        except Exception as failed:  # noqa: BLE001 - whatever it is, the loop goes on
            why = failed.message if isinstance(failed, BotError) else type(failed).__name__
            log.warning("effects_failed", why=why)
            self._stopping.wait(self._pace.failed_seconds)
            return self._pace.look_seconds

    def _take_over(self) -> float:
        # Nobody else works on this file, so whoever held these is gone.
        with self._means.runtime.database.writing() as session:
            due_at = real_now() + timedelta(seconds=self._pace.doubt_seconds)
            queue.take_over(session, due_at=due_at)
        return 0.0

    def _reap(self) -> float:
        """Now and then, hold on to what is in hand, and find what others have left behind."""
        if monotonic_seconds() < self._reap_at:
            return 0.0
        with self._hands:
            in_hand = list(self._in_hand.values())
        lease = self._pace.lease
        with self._means.runtime.database.writing() as session:
            now = database_now(session, real_now())
            queue.renew(session, in_hand, now=now, lease=lease)
            ids = [one.effect.id for one in in_hand]
            if left := queue.reap(session, now=now, in_hand=ids, lease=lease):
                log.warning("effects_left_behind", count=left)
            tell_of_unknown_kinds(session, self._operations, now=now)
        self._reap_at = monotonic_seconds() + lease.total_seconds() / 3
        return 0.0

    def _claim(self) -> float:
        """Claim as much as can begin at once; how long to wait until there may be more."""
        with self._hands:
            free = self._pace.threads - len(self._in_hand)
        if free <= 0:
            return self._pace.look_seconds
        database = self._means.runtime.database
        with database.writing() as session:
            now = database_now(session, real_now())
            claims = queue.claim(
                session, self._operations, limit=free, now=now, lease=self._pace.lease
            )
            due_in = None if claims else queue.find_next_due(session, now=now)
        with self._hands:
            self._in_hand.update((one.effect.id, one) for one in claims)
        for one in claims:
            self._claimed.put(one)
        if claims:
            return 0.0
        if due_in is None:
            return self._pace.look_seconds
        return min(max(due_in.total_seconds(), 0.01), self._pace.look_seconds)

    def _work(self) -> None:
        while (one := self._claimed.get()) is not None:
            try:
                self._carry_out(one)
            finally:
                with self._hands:
                    del self._in_hand[one.effect.id]
                # Somebody may be waiting for a free hand.
                self._woken.set()

    def _carry_out(self, one: Claim) -> None:
        if not self._stopping.wait(one.starts_in.total_seconds()):
            carry_out(self._means, self._operations, one)
            return
        try:
            with self._means.runtime.database.writing() as session:
                queue.hand_back(session, [one], due_at=database_now(session, real_now()))
        except BotError as failed:
            log.warning("effect_not_handed_back", effect=one.effect.id, why=failed.message)


@contextlib.contextmanager
def carrying_out(
    means: Means,
    *,
    operations: Mapping[str, Operation] = OPERATIONS,
    pace: Pace | None = None,
) -> Iterator[EffectsLoop]:
    """Do the work in threads of its own, for the length of a block."""
    loop = EffectsLoop(means, operations, pace=pace)
    with listening(means.runtime.database, BELL, loop.wake):
        loop.start()
        try:
            yield loop
        finally:
            loop.stop()
