"""When the next of many channels' digests is posted or changed: one after another, all together.

Many channels have theirs at the same hour, and one payment may change all of them. Before each post
and each change Slack is asked who reads in the channel, which it answers 50 times a minute; and as
often it lets a message be changed.
Source: docs.slack.dev/apis/web-api/rate-limits (tier 3), read 2026-11.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from bot.models import READY, Effect

PACE = timedelta(seconds=1.25)
KINDS = ("post_digest", "update_announcement")
# What is put off for longer was refused or has failed, and holds up nobody else.
AHEAD_MAX = timedelta(hours=1)

_EFFECTS: Any = Effect.__table__
# Whoever else promises a digest, or a change of one, takes the place behind this one.
_TURN = text("SELECT pg_advisory_xact_lock(hashtextextended('post_digest', 7247))")


def find_wait(session: Session, *, now: datetime) -> timedelta:
    """How long the next one has to wait; nobody else takes that place until the commit."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_TURN)
    last = select(func.max(_EFFECTS.c.due_at)).where(
        READY,
        _EFFECTS.c.kind.in_(KINDS),
        _EFFECTS.c.attempts == 0,
        _EFFECTS.c.due_at > now - PACE,
        _EFFECTS.c.due_at < now + AHEAD_MAX,
    )
    due_at = session.scalar(last)
    return timedelta() if due_at is None else max(timedelta(), due_at + PACE - now)
