"""The states that an invoice went through, put in order from whatever was seen of them; pure.

Sights come late, twice and in any order, and several of one second. What was seen says how sure
its time is, and the history ends the same whichever came first:

- An exact sight is an event's: this state, from this second on.
- A told one is read off `status_transitions`: the status was this, the amounts are assumed.
- A read one was found at Stripe; since when is known only if its status has just begun.

Stripe's times are whole seconds, so the microseconds of `effective_at` are free to keep the order
within a second, and with it how sure a time is: no column more, and sorting by it is all that a
reader has to do.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import IntEnum
from typing import NamedTuple

# An invoice goes through these in this order, if in one second; what is new comes last.
_RANKS = {"draft": 0, "open": 1, "uncollectible": 2, "paid": 3, "void": 4}
_RANK_UNKNOWN = 5
_RANK_MICROSECONDS = 100_000


class Sureness(IntEnum):
    """How the time of a state is known: where in the microseconds of its rank it stands."""

    EXACT = 0
    # Exact, and a read has shown that of the exact ones in this second it is the last.
    CONFIRMED = 20_000
    TOLD = 40_000
    READ = 60_000


class Seen(NamedTuple):
    """A state of an invoice as it was seen; `effective_at` is a whole second until it is merged.

    A backfill makes three for each invoice, so it is the kind of record that is made fastest.
    """

    status: str
    currency: str
    total_minor: int
    due_minor: int
    paid_minor: int
    remaining_minor: int
    due_at: datetime | None
    lines_digest: str | None
    digest: str
    effective_at: datetime
    seen_at: datetime
    source: str
    sureness: Sureness
    # The row that holds it; None before it is stored.
    id: int | None = None


def digest_of(
    status: str, amounts: tuple[int, int, int, int], due_at: datetime | None, lines: str | None
) -> str:
    """What makes two sights one state: status, amounts, due date, and lines as far as seen."""
    said = f"{status}|{amounts}|{due_at.isoformat() if due_at else None}|{lines}"
    return hashlib.sha256(said.encode()).hexdigest()


def sureness_of(effective_at: datetime) -> Sureness:
    """How sure a stored time is."""
    within = effective_at.microsecond % _RANK_MICROSECONDS
    return max(level for level in Sureness if level <= within)


def merge(known: Iterable[Seen], seen: Iterable[Seen], *, current: Seen | None) -> list[Seen]:
    """The history with new sights in it, oldest first.

    `current` is what a read found just now, with the second of the read or of its status's
    beginning; None for sights of events.
    Shape: no two neighbours of one digest; rows that stay keep their `id`.
    """
    states = _without_doubt([*known, *seen])
    if current is not None:
        states = _ending_in(states, current)
    return _collapsed(states)


def _without_doubt(states: list[Seen]) -> list[Seen]:
    """In order, without assumptions that exact sights have replaced."""
    if len(states) <= 1:
        return states
    ordered = _in_order(_told_once(states))
    exact = [state for state in ordered if state.sureness <= Sureness.CONFIRMED]
    if not exact:
        return ordered
    seen_exactly = {state.digest for state in exact}
    begun = {(state.status, _second(state)) for state in exact}
    kept = []
    for position, state in enumerate(ordered):
        is_last = position == len(ordered) - 1
        if state.sureness is Sureness.TOLD and (state.status, _second(state)) in begun:
            # The exact sight at the status's beginning says what was only assumed.
            continue
        if state.sureness is Sureness.READ and state.digest in seen_exactly and not is_last:
            # It was read late; an event says when it really began.
            continue
        kept.append(state)
    return kept


def _told_once(states: list[Seen]) -> list[Seen]:
    """Of several assumptions about one beginning the first: in later ones is what changed since."""
    first: dict[tuple[str, datetime], Seen] = {}
    for state in states:
        if state.sureness is Sureness.TOLD:
            key = (state.status, _second(state))
            first[key] = min(first.get(key, state), state, key=_sight)
    return [
        state
        for state in states
        if state.sureness is not Sureness.TOLD or first[state.status, _second(state)] is state
    ]


def _ending_in(states: list[Seen], current: Seen) -> list[Seen]:
    """With what a read found as the newest."""
    if states and states[-1].digest == current.digest:
        return states
    confirmed = _confirmed(states, current)
    if confirmed is not None:
        return confirmed
    if current.status in {state.status for state in states}:
        # The status is not what has begun, so all that is known is that it is so by now.
        current = current._replace(effective_at=current.seen_at.replace(microsecond=0))
    earlier = _in_order(_before(states, current))
    return [*earlier, _after(earlier[-1], current) if earlier else current]


def _confirmed(states: list[Seen], current: Seen) -> list[Seen] | None:
    """Of two events of one second and one status, the read tells which was the later one."""
    if not any(state.digest == current.digest for state in states):
        return None
    together = [
        state
        for state in states
        if state.sureness <= Sureness.CONFIRMED and _moment(state) == _moment(states[-1])
    ]
    if current.digest not in {state.digest for state in together}:
        return None
    return _in_order([
        state._replace(
            sureness=Sureness.CONFIRMED if state.digest == current.digest else Sureness.EXACT,
        )
        if state in together
        else state
        for state in states
    ])  # fmt: skip


def _before(states: list[Seen], current: Seen) -> list[Seen]:
    """States that were read earlier began earlier, however late they were read."""
    return [
        state._replace(effective_at=current.effective_at - timedelta(seconds=1))
        if state.sureness is Sureness.READ and _second(state) > current.effective_at
        else state
        for state in states
    ]


def _after(newest: Seen, current: Seen) -> Seen:
    """The read's own state, behind the newest one known: Stripe's clock may be ahead of ours."""
    if _key(newest) < _key(current):
        return current
    for second in (_second(newest), _second(newest) + timedelta(seconds=1)):
        placed = current._replace(effective_at=second)
        if _key(newest) < _key(placed):
            return placed
    return placed


def _collapsed(ordered: list[Seen]) -> list[Seen]:
    """One row per run of one digest, each with a time of its own."""
    history: list[Seen] = []
    for state in ordered:
        if history and history[-1].digest == state.digest:
            history[-1] = _joined(history[-1], state)
        else:
            history.append(state)
    return _timed(history)


def _joined(earlier: Seen, later: Seen) -> Seen:
    """One state from two sights: the earlier time, and who saw it first."""
    first = min(earlier, later, key=lambda state: (state.seen_at, state.source))
    sureness = earlier.sureness
    if Sureness.CONFIRMED in (earlier.sureness, later.sureness) and sureness is Sureness.EXACT:
        sureness = Sureness.CONFIRMED
    return earlier._replace(
        seen_at=first.seen_at,
        source=first.source,
        sureness=sureness,
        lines_digest=earlier.lines_digest or later.lines_digest,
        id=later.id if earlier.id is None else earlier.id,
    )


def _timed(history: list[Seen]) -> list[Seen]:
    """Write order and sureness into the microseconds."""
    timed: list[Seen] = []
    for state in history:
        within = _rank(state) * _RANK_MICROSECONDS + state.sureness
        moment = state.effective_at.replace(microsecond=within)
        if timed and moment <= timed[-1].effective_at:
            moment = timed[-1].effective_at + timedelta(microseconds=1)
        timed.append(state._replace(effective_at=moment))
    return timed


def _in_order(states: list[Seen]) -> list[Seen]:
    return sorted(states, key=_key) if len(states) > 1 else states


def _key(state: Seen) -> tuple[datetime, int, int, int, str]:
    # Payments only grow, so of two exact sights in one second the one with more paid is later.
    return (_second(state), _rank(state), state.sureness, state.paid_minor, state.digest)


def _sight(state: Seen) -> tuple[datetime, str]:
    return (state.seen_at, state.digest)


def _second(state: Seen) -> datetime:
    moment = state.effective_at
    return moment.replace(microsecond=0) if moment.microsecond else moment


def _moment(state: Seen) -> tuple[datetime, int]:
    return (_second(state), _rank(state))


def _rank(state: Seen) -> int:
    return _RANKS.get(state.status, _RANK_UNKNOWN)
