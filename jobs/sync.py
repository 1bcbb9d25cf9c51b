"""Keeping the mirror up: sweep, note, read again, and say how fresh it is.

Webhooks bring news at once and the sweep brings what they lost; either alone is enough. Any number
of workers may run this at the same time: rows are claimed, events are kept once.
"""

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass

from bot.alerts import clear_alert, raise_alert
from bot.clock import monotonic_seconds, real_now
from bot.database_clock import database_now
from bot.errors import BotError
from bot.mirror.marks import LISTED, advance_freshness, find_mark
from bot.mirror.noting import EVENTS_AT_ONCE, note_kept
from bot.mirror.refresh import OBJECTS_AT_ONCE, refresh
from bot.mirror.stale import hand_back_all
from bot.mirror.sweep import sweep
from bot.reactions import react_to_midnights
from bot.runtime import Runtime
from bot.telemetry import get_logger
from jobs.following import follow_again, follow_put_aside, follow_some

# News that another process kept is found this soon; this one's own at once.
LOOK_SECONDS = 1.0
STOPPING_SECONDS_MAX = 2.0
BACKOFF_SECONDS, BACKOFF_SECONDS_MAX = 1.0, 60.0
# After so many failures in a row the operators are told.
FAILURES_QUIET = 3
FAILING = "sync_failing"

# What one step does at most before the others have their turn again.
BATCHES_MAX = 20

log = get_logger("sync")


def run(runtime: Runtime) -> None:
    """One round: sweep if it is time, then note and read until nothing is left to do.

    Raises: Unavailable when Stripe or the database does not answer, Misconfigured when Stripe
        refuses the key.
    """
    sweep_if_due(runtime)
    while note(runtime):
        pass
    while read_again(runtime):
        pass
    follow_again(runtime)
    while follow(runtime):
        pass
    follow_midnights(runtime)
    tell_freshness(runtime)


def sweep_if_due(runtime: Runtime) -> bool:
    """Sweep, unless this process or another one has just done so; never more to do."""
    with runtime.database.reading() as session:
        listed = find_mark(session, LISTED)
        now = database_now(session, real_now())
        # A mark in the future, by a clock that has stepped back since, holds nothing up.
        age = None if listed is None else (now - listed.real_at).total_seconds()
    if age is None or not 0 <= age < runtime.settings.stripe_events_seconds:
        sweep(runtime)
    return False


def note(runtime: Runtime) -> bool:
    """Take up kept events; whether more wait."""
    return _in_batches(lambda: note_kept(runtime.database, limit=EVENTS_AT_ONCE) > 0)


def read_again(runtime: Runtime) -> bool:
    """Read stale objects again; whether more are due."""
    return _in_batches(lambda: refresh(runtime, limit=OBJECTS_AT_ONCE) > 0)


def follow(runtime: Runtime) -> bool:
    """Do what follows from news, in the transaction that takes them; whether more wait."""
    return _in_batches(lambda: follow_some(runtime))


def follow_midnights(runtime: Runtime) -> bool:
    """Do what follows from a new day somewhere; never more to do."""
    with runtime.database.writing() as session:
        now = database_now(session, real_now())
        react_to_midnights(session, business_at=runtime.clock.now(), now=now)
    return False


def tell_freshness(runtime: Runtime) -> bool:
    """Move the moment that cards show, where everything before it is done; never more to do."""
    with runtime.database.writing() as session:
        advance_freshness(session)
    return False


def _in_batches(batch: Callable[[], bool]) -> bool:
    return all(batch() for _ in range(BATCHES_MAX))


@dataclass(slots=True)
class _Step:
    """A part of the work that waits by itself where it fails, so that the others go on."""

    name: str
    work: Callable[[Runtime], bool]
    due_at: float = 0.0
    failures: int = 0


class SyncLoop:
    """The work of `run`, for ever, in a thread of its own."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._steps = [
            _Step("sweep", sweep_if_due),
            _Step("note", note),
            _Step("read", read_again),
            _Step("follow_again", follow_again),
            _Step("follow", follow),
            _Step("midnights", follow_midnights),
            _Step("freshness", tell_freshness),
        ]
        self._look_seconds = min(LOOK_SECONDS, runtime.settings.stripe_events_seconds)
        self._woken = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sync", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wake(self) -> None:
        """Look at once: there is news."""
        self._woken.set()

    def stop(self) -> None:
        """End soon; what is being read when that takes too long is read again by the next."""
        self._stopping.set()
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join(STOPPING_SECONDS_MAX)

    def _run(self) -> None:
        if self._runtime.database.is_sqlite:
            # Nobody else works on this file, so whoever held these claims is gone.
            self._try(_Step("start", _take_over))
        self._try(_Step("start", follow_put_aside))
        while not self._stopping.is_set():
            self._woken.clear()
            has_more = False
            for step in self._steps:
                if not self._stopping.is_set() and monotonic_seconds() >= step.due_at:
                    has_more |= self._try(step)
            if not has_more:
                self._woken.wait(self._look_seconds)

    def _try(self, step: _Step) -> bool:
        """Do one step; whether it has more to do at once."""
        try:
            has_more = step.work(self._runtime)
        except Exception as failed:  # noqa: BLE001 - whatever it is, the loop goes on
            self._failed(step, failed)
            return False
        if step.failures >= FAILURES_QUIET:
            self._tell(step, None)
        step.failures = 0
        step.due_at = 0.0
        return has_more

    def _failed(self, step: _Step, failed: Exception) -> None:
        why = failed.message if isinstance(failed, BotError) else type(failed).__name__
        step.failures += 1
        full = min(BACKOFF_SECONDS * 2 ** (step.failures - 1), BACKOFF_SECONDS_MAX)
        step.due_at = monotonic_seconds() + random.uniform(full / 2, full)
        if self._stopping.is_set():
            return
        log.warning("sync_failed", step=step.name, failures=step.failures, why=why)
        if step.failures >= FAILURES_QUIET:
            self._tell(step, why)

    def _tell(self, step: _Step, why: str | None) -> None:
        """Tell the operators that a step fails, or with None that it does no more."""
        try:
            with self._runtime.database.writing() as session:
                now = database_now(session, real_now())
                if why is None:
                    clear_alert(session, kind=FAILING, subject=step.name, now=now)
                else:
                    raise_alert(session, kind=FAILING, subject=step.name, detail=why, now=now)
        except Exception as failed:  # noqa: BLE001 - it may be the database itself that fails
            log.warning("alert_not_raised", error=type(failed).__name__)


def _take_over(runtime: Runtime) -> bool:
    with runtime.database.writing() as session:
        hand_back_all(session, now=real_now())
    return False
