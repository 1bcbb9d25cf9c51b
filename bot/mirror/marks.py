"""What the mirror remembers about itself, and from which moment on it is known to be right.

The moment that cards show is the beginning of a sweep, once everything that was known at its end
has been read from Stripe: no event that arrived by then waits to be noted, and no object that was
hinted at by then waits to be read. Each of those reads began after its hint came, so by then the
mirror held all that Stripe's list of events held at that moment, whatever has come since. A webhook
alone proves nothing of the kind: the next one may be lost.

The list of events may itself lag behind what happens; no sweep sees past that.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.database import insert_into
from bot.models import KEPT, ReceivedEvent, StaleObject, SyncMark

# How far the events are read. business_at: created of the newest one, by Stripe's clock; real_at:
# when that sweep began.
EVENTS = "events"
# The same sweep. business_at: when it began, by the business clock; real_at: when it ended.
LISTED = "listed"
# How fresh the mirror is: when the last sweep began of which everything is done, by both clocks.
SWEPT = "swept"

# An object that can't be read after so many tries has raised an alert of its own; it does not make
# all that is right look old for ever.
ATTEMPTS_HELD_BACK = 5


def find_mark(session: Session, name: str) -> SyncMark | None:
    """A moment that was remembered, or None."""
    return session.get(SyncMark, name, populate_existing=True)


def set_mark(session: Session, name: str, *, business_at: datetime, real_at: datetime) -> None:
    """Remember a moment in place of the one before."""
    new = insert_into(session, SyncMark).values(name=name, business_at=business_at, real_at=real_at)
    session.execute(
        new.on_conflict_do_update(
            index_elements=[SyncMark.name],
            set_={"business_at": new.excluded.business_at, "real_at": new.excluded.real_at},
        )
    )


def advance_freshness(session: Session) -> bool:
    """Move the mark of freshness on when the last sweep is done; whether it has moved."""
    events, listed = find_mark(session, EVENTS), find_mark(session, LISTED)
    if events is None or listed is None:
        return False
    swept = find_mark(session, SWEPT)
    if swept is not None and swept.real_at == events.real_at:
        return False
    is_unnoted = select(ReceivedEvent.id).where(KEPT, ReceivedEvent.received_at <= listed.real_at)
    is_unread = select(StaleObject.id).where(
        StaleObject.hinted_at <= listed.real_at, StaleObject.attempts < ATTEMPTS_HELD_BACK
    )
    if session.scalar(is_unnoted.limit(1)) or session.scalar(is_unread.limit(1)):
        return False
    set_mark(session, SWEPT, business_at=listed.business_at, real_at=events.real_at)
    return True
