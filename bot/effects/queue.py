"""The queue's own rows: claimed with a lease and a fence, written back by nobody else.

What is ready is claimed by one small index and what was left behind is found by another, apart:
together they would read everything that waits (5 times slower with 10,000 rows).
Every write back names the fence of its claim, so that a worker whose lease has run out, and whose
work somebody else has taken up, changes nothing any more.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    Update,
    bindparam,
    delete,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from bot import models
from bot.effects import lanes
from bot.effects.promises import Effect, effect_of
from bot.telemetry import clean_text

# A worker that lives renews its leases; so this is how long a dead one's work waits.
LEASE = timedelta(seconds=30)
BACKOFF_SECONDS, BACKOFF_SECONDS_MAX = 1.0, 900.0
# No row is ever put further ahead: one that is was written by a clock ahead of this one.
FURTHEST = max(timedelta(seconds=BACKOFF_SECONDS_MAX), lanes.HELD_MAX)

_EFFECTS: Any = models.Effect.__table__
_MINE = _EFFECTS.alias("mine")
_BOTH = (False, True)


@dataclass(frozen=True, slots=True)
class Claim:
    """An effect that is ours while the lease lasts.

    Shape: `starts_in` is the rest of the wait for its turn. `is_last` when no attempt is left
    after this one, and `is_beyond` when none was left before it.
    """

    effect: Effect
    lane: str
    fence: int
    starts_in: timedelta
    is_last: bool
    is_beyond: bool


def claim(
    session: Session,
    kinds: Collection[str],
    *,
    limit: int,
    now: datetime,
    lease: timedelta = LEASE,
) -> list[Claim]:
    """Claim what has been due longest of these kinds, at most so many, each with its turn.

    What has no turn yet stays where it is, and its attempt does not count. Of one subject only the
    first promised is taken, and only when nobody works on another.
    """
    due = _due(frozenset(kinds)).where(
        *lanes.where_open(_MINE.c.lane, lanes.list_closed(session, now=now))
    )
    taking = (
        update(_EFFECTS)
        .where(_EFFECTS.c.id.in_(due.scalar_subquery()))
        .values(
            state="leased",
            lease_until=now + lease,
            fence=_EFFECTS.c.fence + 1,
            attempts=_EFFECTS.c.attempts + 1,
        )
        .returning(_EFFECTS)
    )
    claims = []
    turned_away: list[Row[Any]] = []
    full: set[str] = set()
    # By lanes first, so that two workers never wait for each other's in a circle.
    taken = session.execute(taking, {"now": now, "at_most": limit}).all()
    for row in sorted(taken, key=lambda row: (row.lane, *_place(row))):
        turn_at = None if row.lane in full else lanes.take_turn(session, row.lane, now=now)
        if turn_at is None:
            full.add(row.lane)
            turned_away.append(row)
        else:
            claims.append(_claim_of(row, starts_in=turn_at - now))
    if turned_away:
        _let_go(session, turned_away)
    claims.sort(key=lambda one: one.effect.id)
    return claims


def _place(row: Row[Any]) -> tuple[bool, datetime, int]:
    """Where an effect stands among those that are due."""
    return row.is_patient, row.due_at, row.id


def _claim_of(row: Row[Any], *, starts_in: timedelta) -> Claim:
    return Claim(
        effect=effect_of(row),
        lane=row.lane,
        fence=row.fence,
        starts_in=starts_in,
        is_last=row.attempts == row.attempts_max,
        is_beyond=row.attempts > row.attempts_max,
    )


def _let_go(session: Session, rows: Sequence[Row[Any]]) -> None:
    """Take back claims of this very transaction, as if nobody had made them."""
    back = {"state": "ready", "lease_until": None, "attempts": _EFFECTS.c.attempts - 1}
    mine = _EFFECTS.c.id.in_([row.id for row in rows])
    session.execute(update(_EFFECTS).where(mine).values(**back))


@cache
def _due(kinds: frozenset[str]) -> Any:
    # Put together once, since that takes longer than to run it, and a worker runs it for every
    # promise and for every end of one.
    # Literals, since SQLite uses a partial index only for what it can see in the statement.
    ready: ColumnElement[str] = literal_column("'ready'")
    leased: ColumnElement[str] = literal_column("'leased'")
    other = _EFFECTS.alias("other")
    in_the_way = (
        select(other.c.id)
        .where(other.c.state.in_([ready, leased]), other.c.subject == _MINE.c.subject)
        .where(other.c.id != _MINE.c.id)
        .where(or_(other.c.id < _MINE.c.id, other.c.state == leased))
    )
    return (
        select(_MINE.c.id)
        .where(_MINE.c.state == ready, _MINE.c.due_at <= bindparam("now"), ~in_the_way.exists())
        # What nobody here can do waits for a process that can, and holds up its subject alone.
        .where(_MINE.c.kind.in_(sorted(kinds)))
        .order_by(_MINE.c.is_patient, _MINE.c.due_at, _MINE.c.id)
        .limit(bindparam("at_most", type_=Integer))
        .with_for_update(skip_locked=True, of=_MINE)
    )


def find_next_due(session: Session, *, now: datetime) -> timedelta | None:
    """In how long the next thing falls due or a lane opens; None when nothing waits for either.

    What is due and in no closed lane waits for another of its subject, whose end is heard of.
    """
    ready = select(_EFFECTS.c.due_at).where(models.READY).limit(1)
    later = ready.where(_EFFECTS.c.due_at > now).order_by(_EFFECTS.c.due_at)
    # The index has the patient ones behind the others: asked for both at once, it is read whole.
    soonest = [session.scalar(later.where(_EFFECTS.c.is_patient.is_(each))) for each in _BOTH]
    moments = [due_at for due_at in soonest if due_at is not None]
    if session.scalar(ready.where(_EFFECTS.c.due_at <= now)) is not None:
        moments += lanes.list_closed(session, now=now).values()
    return min(moments) - now if moments else None


def hand_back(session: Session, claims: Sequence[Claim], *, due_at: datetime) -> None:
    """Put back what was not tried."""
    for one in claims:
        untried = {"state": "ready", "due_at": due_at, "lease_until": None}
        session.execute(_own(one).values(**untried, attempts=_EFFECTS.c.attempts - 1))


def renew(
    session: Session, claims: Sequence[Claim], *, now: datetime, lease: timedelta = LEASE
) -> None:
    """Hold on to what is still being worked on."""
    for one in claims:
        session.execute(_own(one).values(lease_until=now + lease))


def try_again(
    session: Session, one: Claim, *, due_at: datetime, why: str, spends_key: bool = False
) -> None:
    """Put an effect back for another attempt, with the next key where this one is spent."""
    session.execute(
        _own(one).values(
            state="ready",
            due_at=due_at,
            lease_until=None,
            key_number=_EFFECTS.c.key_number + int(spends_key),
            last_error=clean_text(why),
        )
    )


def lock_own(session: Session, one: Claim) -> bool:
    """Whether a claim is still ours; then the row is held until the end of the transaction."""
    own = select(_EFFECTS.c.id).where(
        _EFFECTS.c.id == one.effect.id, _EFFECTS.c.fence == one.fence, models.LEASED
    )
    return session.scalar(own.with_for_update()) is not None


def finish(
    session: Session,
    one: Claim,
    *,
    state: str,
    now: datetime,
    why: str | None,
    spends_key: bool = False,
    is_doubtful: bool = False,
) -> None:
    """Write how an effect has ended: done, refused or dead."""
    session.execute(
        _own(one).values(
            state=state,
            lease_until=None,
            finished_at=now,
            is_doubtful=is_doubtful,
            key_number=_EFFECTS.c.key_number + int(spends_key),
            last_error=None if why is None else clean_text(why),
        )
    )


def reap(
    session: Session, *, now: datetime, in_hand: Collection[int] = (), lease: timedelta = LEASE
) -> int:
    """Put back what a worker left behind that is gone; how many.

    What this process has in hand stays, whatever its clock says, and times that only a clock ahead
    of this one can have written are mended.
    """
    mended = update(_EFFECTS).where(models.READY, _EFFECTS.c.due_at > now + FURTHEST)
    session.execute(mended.values(due_at=now))
    leased = update(_EFFECTS).where(models.LEASED)
    session.execute(
        leased.where(_EFFECTS.c.lease_until > now + 2 * lease).values(lease_until=now + lease)
    )
    lanes.mend(session, now=now)
    left = leased.where(_EFFECTS.c.lease_until < now, _EFFECTS.c.id.not_in(list(in_hand)))
    return _put_back(session, left, due_at=now)


def take_over(session: Session, *, due_at: datetime) -> int:
    """Put back everything that is leased, where nobody else can be at work; how many."""
    return _put_back(session, update(_EFFECTS).where(models.LEASED), due_at=due_at)


def purge(session: Session, *, before: datetime, limit: int) -> int:
    """Forget effects that ended before a moment, at most so many; how many.

    What waits and what came to a dead end stays until it is done or somebody has decided.
    """
    old = select(_EFFECTS.c.id).where(_EFFECTS.c.finished_at < before, ~models.DEAD).limit(limit)
    gone = delete(_EFFECTS).where(_EFFECTS.c.id.in_(old.scalar_subquery()))
    return len(session.execute(gone.returning(_EFFECTS.c.id)).all())


def _put_back(session: Session, left: Update, *, due_at: datetime) -> int:
    said = {"state": "ready", "due_at": due_at, "lease_until": None, "last_error": "worker lost"}
    return len(session.execute(left.values(**said).returning(_EFFECTS.c.id)).all())


def _own(one: Claim) -> Update:
    return update(_EFFECTS).where(
        _EFFECTS.c.id == one.effect.id, _EFFECTS.c.fence == one.fence, models.LEASED
    )
