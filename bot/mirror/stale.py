"""Objects to read again: one row per object, claimed by one reader at a time.

A claim is a lease and a ticket. The ticket is drawn before the read begins; it says how new what
was read is, and fences a reader off whose lease ran out while it read. Hints that come in between
make `wanted` grow, and then the row stays for one more read.
"""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, bindparam, case, collate, delete, select, update
from sqlalchemy.orm import Session

from bot.database import insert_into
from bot.mirror.hints import Wanted
from bot.mirror.rows import table_of
from bot.mirror.tickets import draw_ticket
from bot.models import StaleObject
from bot.telemetry import clean_text

# Longer than one read may take with all its time-outs (bot.stripe_api.GIVE_UP_SECONDS and one
# more answer), since a claimed object may wait half of it before its read begins.
LEASE_SECONDS = 200.0
BACKOFF_SECONDS, BACKOFF_SECONDS_MAX = 2.0, 300.0


@dataclass(frozen=True, slots=True)
class Claim:
    """One object that is ours to read until the lease ends."""

    id: int
    kind: str
    object_id: str
    wanted: int
    attempts: int
    ticket: int
    hinted_at: datetime
    claimed_at: datetime


def want_objects(session: Session, hinted: Mapping[Wanted, datetime], *, now: datetime) -> None:
    """Have these objects read again, soon; each with the moment from which on it may be stale.

    A row that somebody has claimed, or that waits after a failure, keeps its time.
    """
    if not hinted:
        return
    rows = [
        {
            "kind": one.kind,
            "object_id": one.object_id,
            "wanted": 1,
            "hinted_at": hinted_at,
            "due_at": now,
            "attempts": 0,
        }
        # Sorted, so that two processes that want the same objects never wait for each other.
        for one, hinted_at in sorted(hinted.items())
    ]
    new = insert_into(session, table_of(StaleObject))
    older = StaleObject.hinted_at <= new.excluded.hinted_at
    session.execute(
        new.on_conflict_do_update(
            index_elements=[StaleObject.kind, StaleObject.object_id],
            set_={
                "wanted": StaleObject.wanted + 1,
                "hinted_at": case((older, StaleObject.hinted_at), else_=new.excluded.hinted_at),
            },
        ),
        rows,
    )


def claim_due(session: Session, *, limit: int, now: datetime) -> list[Claim]:
    """Claim the objects that have waited longest; [] when none is due.

    Commit before reading them, so that the ticket is older than every read.
    """
    lease = timedelta(seconds=LEASE_SECONDS)
    # No row is ever put further ahead than this: the clock must have stepped back.
    furthest = max(lease, timedelta(seconds=BACKOFF_SECONDS_MAX))
    session.execute(
        update(StaleObject).where(StaleObject.due_at > now + furthest).values(due_at=now)
    )
    due = (
        select(StaleObject)
        .where(StaleObject.due_at <= now)
        .order_by(StaleObject.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = session.scalars(due).all()
    if not rows:
        return []
    ticket = draw_ticket(session)
    claimed = update(StaleObject).where(StaleObject.id.in_([row.id for row in rows]))
    session.execute(
        claimed.values(due_at=now + lease, ticket=ticket).execution_options(
            synchronize_session=False
        )
    )
    return [
        Claim(row.id, row.kind, row.object_id, row.wanted, row.attempts, ticket, row.hinted_at, now)
        for row in rows
    ]


def lock_own(session: Session, claims: Iterable[Claim]) -> list[Claim]:
    """Those of the claims that are still ours, held until the end of the transaction."""
    by_id = {claim.id: claim for claim in claims}
    rows = session.execute(
        select(StaleObject.id, StaleObject.ticket)
        .where(StaleObject.id.in_(by_id))
        .order_by(*_byte_order(session))
        .with_for_update()
    )
    return [by_id[row.id] for row in rows if row.ticket == by_id[row.id].ticket]


def settle_read(session: Session, claims: Sequence[Claim], *, now: datetime) -> None:
    """Let go of objects that were read and stored; those wanted again meanwhile are due at once.

    The claims are of one `claim_due`, and locked.
    """
    if not claims:
        return
    table = table_of(StaleObject)
    session.execute(
        delete(table)
        .where(table.c.id == bindparam("claim_id"), table.c.ticket == bindparam("claim_ticket"))
        .where(table.c.wanted == bindparam("claim_wanted")),
        [
            {"claim_id": one.id, "claim_ticket": one.ticket, "claim_wanted": one.wanted}
            for one in claims
        ],
    )
    # Those that are left were wanted again; whatever hint came since is younger than the claim.
    session.execute(
        update(table)
        .where(table.c.id.in_([one.id for one in claims]), table.c.ticket == claims[0].ticket)
        .values(due_at=now, hinted_at=claims[0].claimed_at, attempts=0, ticket=None)
    )


def settle_failed(session: Session, claim: Claim, *, why: str, now: datetime) -> None:
    """Put an object back that could not be read or stored, to try again later each time."""
    full = min(BACKOFF_SECONDS * 2**claim.attempts, BACKOFF_SECONDS_MAX)
    later = timedelta(seconds=random.uniform(full / 2, full))
    _put_back(
        session,
        claim,
        due_at=now + later,
        attempts=claim.attempts + 1,
        last_error=clean_text(why),
    )


def hand_back(session: Session, claim: Claim, *, due_at: datetime) -> None:
    """Put an object back that was never tried."""
    _put_back(session, claim, due_at=due_at)


def hand_back_all(session: Session, *, now: datetime) -> None:
    """Take every claim away, where nobody else can be at work: at the start on SQLite."""
    session.execute(
        update(StaleObject).where(StaleObject.ticket.is_not(None)).values(due_at=now, ticket=None)
    )


def retry_now(session: Session, stale_id: int, *, now: datetime) -> bool:
    """Have an object tried again at once that waits after a failure; whether it still waits.

    One that somebody is reading at this moment keeps its lease.
    """
    waiting = update(StaleObject).where(StaleObject.id == stale_id, StaleObject.ticket.is_(None))
    session.execute(waiting.values(due_at=now))
    return session.scalar(select(StaleObject.id).where(StaleObject.id == stale_id)) is not None


def _byte_order(session: Session) -> Sequence[ColumnElement[str]]:
    """The order that want_objects takes rows in, so that neither waits for the other for ever."""
    columns = (StaleObject.kind, StaleObject.object_id)
    if session.get_bind().dialect.name == "postgresql":
        return [collate(column, "C") for column in columns]
    return [column.expression for column in columns]


def _put_back(session: Session, claim: Claim, **values: object) -> None:
    session.execute(
        update(StaleObject)
        .where(StaleObject.id == claim.id, StaleObject.ticket == claim.ticket)
        .values(ticket=None, **values)
    )
