"""News by asking: Stripe's list of events, read from a while before where the last sweep ended.

It brings what a webhook lost, and everything where there is no webhook. Stripe shows an event in
the list somewhat later than it happens and not always in order, so each sweep reads the last
minutes again; what is known already is ignored.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson

from bot.alerts import clear_alert, raise_alert
from bot.clock import real_now
from bot.database_clock import database_now
from bot.errors import BadRequest, Unavailable
from bot.mirror.events import SWEEP, Arrival, find_identity, hint_of, keep
from bot.mirror.marks import EVENTS, LISTED, find_mark, set_mark
from bot.runtime import Runtime
from bot.telemetry import events_received_total, get_logger

OVERLAP = timedelta(minutes=10)
# The alert that events are lost.
GAP, GAP_SUBJECT = "events_gap", "stripe"
# Stripe keeps events for 30 days; a day is left for whoever has to act.
# Source: docs.stripe.com/api/events.
REACH = timedelta(days=29)
# Ten million events; a list that goes on after that has no end.
PAGES_MAX = 100_000

log = get_logger("sweep")


@dataclass(frozen=True, slots=True)
class Swept:
    """What one sweep brought; `has_gap` when events are lost that only a backfill replaces."""

    events_new: int
    has_gap: bool


def sweep(runtime: Runtime) -> Swept:
    """Keep every event that Stripe has and we have not.

    Raises: Unavailable before the backfill has said where to begin, and when Stripe does not
        answer; what was kept until then stays, and the next sweep begins where this one did.
    """
    with runtime.database.reading() as session:
        mark = find_mark(session, EVENTS)
        if mark is None:
            raise Unavailable("The mirror has not been filled yet.")
        since_at, swept_at = mark.business_at, mark.real_at
        identity = find_identity(session)
        began_at = database_now(session, real_now())
    began_business_at = runtime.clock.now()
    newest_at, new = since_at, 0
    for arrivals in _arrivals(runtime, since_at - OVERLAP):
        newest_at = max([newest_at, *(arrival.hint.created_at for arrival in arrivals)])
        with runtime.database.writing() as session:
            now = database_now(session, real_now())
            new += keep(session, arrivals, way=SWEEP, now=now, identity=identity)
    has_gap = began_at - swept_at > REACH
    # By Stripe's own clock, since ours may be wrong; but never ahead of ours, since one event from
    # the future (a test clock's) would hide all that come before it.
    until_at = max(since_at, min(newest_at, began_business_at))
    with runtime.database.writing() as session:
        now = database_now(session, real_now())
        if has_gap:
            # Freshness stays where it is, and this stays so until a backfill begins anew.
            set_mark(session, EVENTS, business_at=until_at, real_at=swept_at)
            raise_alert(session, kind=GAP, subject=GAP_SUBJECT, detail=_gap(swept_at), now=now)
        else:
            set_mark(session, EVENTS, business_at=until_at, real_at=began_at)
            set_mark(session, LISTED, business_at=began_business_at, real_at=now)
            clear_alert(session, kind=GAP, subject=GAP_SUBJECT, now=now)
    return Swept(new, has_gap)


def _arrivals(runtime: Runtime, from_at: datetime) -> Iterator[list[Arrival]]:
    """The events since a moment, newest first, page by page."""
    created = {"gte": max(0, int(from_at.timestamp()))}
    for number, page in enumerate(runtime.stripe.pages("/v1/events", {"created": created})):
        if number == PAGES_MAX:
            raise Unavailable("Stripe's list of events has no end.")
        arrivals = []
        for event in page:
            try:
                arrivals.append(Arrival(hint_of(event), orjson.dumps(event)))
            except BadRequest as unreadable:
                log.warning("event_unreadable", why=unreadable.message)
                events_received_total.labels(SWEEP, "unreadable").inc()
        yield arrivals


def _gap(swept_at: datetime) -> str:
    return (
        f"Stripe's events were last read on {swept_at:%Y-%m-%d}, and it keeps them for 30 days: "
        "some are lost. Fill the mirror anew with: python app.py backfill"
    )
