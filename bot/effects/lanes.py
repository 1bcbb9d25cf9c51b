"""Lanes: how often the outside may be called, counted for all processes together.

A call in a lane takes a turn in it, and in the lanes that it is part of: an endpoint's is part of
the account's. Turns are given out a moment ahead, so that nobody has to ask again for each.
What waits for a turn is passed over until it may come: else whoever waits in a crowded lane would
hold up all the others.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, select, update
from sqlalchemy.orm import Session

from bot.database import insert_into
from bot.database_clock import moved
from bot.models import EffectLane

# A message a second to a channel, with some room; and several hundred a minute to a workspace.
# Source: docs.slack.dev/apis/web-api/rate-limits, read 2026-11.
SLACK_CHANNEL_SECONDS = 1.05
SLACK_SECONDS = 0.1
# 100 requests a second to an account in live mode, 25 to one endpoint; half of it is for reads.
# Source: docs.stripe.com/rate-limits, read 2026-11.
STRIPE_SECONDS = 0.02
STRIPE_ENDPOINT_SECONDS = 0.08
# How far ahead a turn may lie that is waited for in hand.
AHEAD = timedelta(seconds=0.25)
# Nothing is held longer than this; a lane that seems to be is from before a step of the clock.
HELD_MAX = timedelta(minutes=10)

_LANES: Any = EffectLane.__table__


def slack_lane(channel_id: str) -> str:
    """The lane of messages to a channel."""
    return f"slack:{channel_id}"


def stripe_lane(endpoint: str) -> str:
    """The lane of calls to an endpoint, such as "/v1/invoices/:id/void"."""
    return f"stripe:{endpoint}"


def service_of(lane: str) -> str:
    """The lane of the whole service that a lane belongs to; "" for none."""
    return lane.partition(":")[0]


def list_closed(session: Session, *, now: datetime) -> Mapping[str, datetime]:
    """The lanes in which no turn can be taken yet, each with the moment from which on it can."""
    closed = select(_LANES).where(_LANES.c.free_at > now + AHEAD)
    return {row.lane: row.free_at - AHEAD for row in session.execute(closed)}


def where_open(lane: ColumnElement[str], closed: Collection[str]) -> list[ColumnElement[bool]]:
    """Conditions under which a call in a lane may take a turn, by what is closed."""
    services = [one for one in closed if one == service_of(one)]
    return [*([lane.not_in(closed)] if closed else ()), *(~_is_of(lane, one) for one in services)]


def take_turn(session: Session, lane: str, *, now: datetime) -> datetime | None:
    """Take the next turn in a lane; when it is, or None when it is too far ahead to be taken.

    Lanes are locked in the order of their names by whoever takes several turns in that order.
    """
    at = now
    taken: list[str] = []
    for each in dict.fromkeys((service_of(lane), lane)):
        if not each:
            continue
        turn_at = _take(session, each, now=now)
        if turn_at is None:
            # Others are to have the turns that are no use without this one.
            _give_back(session, taken)
            return None
        at = max(at, turn_at)
        taken.append(each)
    return at


def hold(session: Session, lane: str, *, until: datetime) -> None:
    """Let nobody into a lane for a while, because the service said so."""
    if not lane:
        return
    new = insert_into(session, _LANES).values(lane=lane, free_at=until)
    later = case((_LANES.c.free_at > until, _LANES.c.free_at), else_=new.excluded.free_at)
    session.execute(
        new.on_conflict_do_update(index_elements=[_LANES.c.lane], set_={"free_at": later})
    )


def mend(session: Session, *, now: datetime) -> None:
    """Free lanes that a clock ahead of this one has closed."""
    session.execute(update(_LANES).where(_LANES.c.free_at > now + HELD_MAX).values(free_at=now))


def gap_of(lane: str) -> timedelta:
    """The pause between two turns in a lane."""
    service, _, part = lane.partition(":")
    seconds = {
        "slack": SLACK_CHANNEL_SECONDS if part else SLACK_SECONDS,
        "stripe": STRIPE_ENDPOINT_SECONDS if part else STRIPE_SECONDS,
    }
    return timedelta(seconds=seconds.get(service, 0.0))


def _is_of(lane: ColumnElement[str], service: str) -> ColumnElement[bool]:
    return lane.startswith(f"{service}:", autoescape=True)


def _take(session: Session, lane: str, *, now: datetime) -> datetime | None:
    gap = gap_of(lane)
    new = insert_into(session, _LANES).values(lane=lane, free_at=now + gap)
    is_ahead = _LANES.c.free_at > now
    following = case((is_ahead, moved(session, _LANES.c.free_at, gap)), else_=new.excluded.free_at)
    taken = new.on_conflict_do_update(
        index_elements=[_LANES.c.lane],
        set_={"free_at": following},
        where=_LANES.c.free_at <= now + AHEAD,
    ).returning(_LANES.c.free_at)
    free_at = session.scalar(taken)
    return None if free_at is None else max(free_at - gap, now)


def _give_back(session: Session, lanes: Collection[str]) -> None:
    """Undo turns of this very transaction, in which nobody can have come after them."""
    for lane in lanes:
        free_at = moved(session, _LANES.c.free_at, -gap_of(lane))
        session.execute(update(_LANES).where(_LANES.c.lane == lane).values(free_at=free_at))
