"""Keeping the mirror up: sweep, note, read again, and say how fresh it is.

Webhooks bring news at once and the sweep brings what they lost; either alone is enough. Any number
of workers may run this at the same time: rows are claimed, events are kept once.
"""

from collections.abc import Callable

from bot.clock import monotonic_seconds, real_now
from bot.database_clock import database_now
from bot.mirror.marks import LISTED, advance_freshness, find_mark
from bot.mirror.noting import EVENTS_AT_ONCE, note_kept
from bot.mirror.refresh import OBJECTS_AT_ONCE, refresh
from bot.mirror.stale import hand_back_all
from bot.mirror.sweep import sweep
from bot.reactions import react_to_midnights
from bot.runtime import Runtime
from jobs.following import follow_again, follow_put_aside, follow_some
from jobs.rounds import Rounds, Work

# News that another process kept is found this soon; this one's own at once.
LOOK_SECONDS = 1.0
STOPPING_SECONDS_MAX = 2.0

# What one step does at most before the others have their turn again.
BATCHES_MAX = 20


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


class SyncLoop:
    """The work of `run`, for ever, in two threads of their own.

    What follows from changes asks nobody outside, and does not wait for a Stripe that is silent.
    """

    def __init__(self, runtime: Runtime) -> None:
        look_seconds = min(LOOK_SECONDS, runtime.settings.stripe_events_seconds)
        asking: dict[str, Work] = {
            "sweep": sweep_if_due,
            "note": note,
            "read": read_again,
            "freshness": tell_freshness,
        }
        following: dict[str, Work] = {
            "follow_again": follow_again,
            "follow": follow,
            "midnights": follow_midnights,
        }
        self._rounds = (
            Rounds(runtime, "sync", asking, first=_take_over, look_seconds=look_seconds),
            Rounds(runtime, "follow", following, first=follow_put_aside, look_seconds=look_seconds),
        )

    def start(self) -> None:
        """Begin."""
        for rounds in self._rounds:
            rounds.start()

    def wake(self) -> None:
        """Look at once: there is news."""
        for rounds in self._rounds:
            rounds.wake()

    def stop(self) -> None:
        """End soon; what is being read when that takes too long is read again by the next."""
        give_up_at = monotonic_seconds() + STOPPING_SECONDS_MAX
        for rounds in self._rounds:
            rounds.ask_to_stop()
        for rounds in self._rounds:
            rounds.wait_for_end(max(0.0, give_up_at - monotonic_seconds()))


def _take_over(runtime: Runtime) -> bool:
    if runtime.database.is_sqlite:
        # Nobody else works on this file, so whoever held these claims is gone.
        with runtime.database.writing() as session:
            hand_back_all(session, now=real_now())
    return False
