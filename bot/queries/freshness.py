"""How old the mirror is."""

from datetime import datetime

from sqlalchemy import select

from bot.database import Reading
from bot.mirror.marks import SWEPT
from bot.models import SyncMark
from bot.queries.cards import Freshness
from bot.queries.sight import Sight

MARKS = SyncMark.__table__
IS_SWEPT = MARKS.c.name == SWEPT

_SWEPT = select(MARKS.c.business_at, MARKS.c.real_at).where(IS_SWEPT)


def get_freshness(session: Reading, *, sight: Sight) -> Freshness:
    """How old the mirror is at this moment."""
    row = session.connection().execute(_SWEPT).one_or_none()
    business_at, real_at = row or (None, None)
    return freshness_of(business_at, real_at, sight=sight)


def freshness_of(
    business_at: datetime | None, real_at: datetime | None, *, sight: Sight
) -> Freshness:
    """The same from a mark that another statement has read along; two None where there is none."""
    if business_at is None or real_at is None:
        return Freshness(as_of=None, is_stale=True)
    # Age is a matter of the machine's clock: the sandbox moves the other one by months.
    return Freshness(as_of=business_at, is_stale=sight.real_now - real_at > sight.alarm)
