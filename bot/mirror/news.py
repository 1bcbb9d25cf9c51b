"""News: what has changed here, told in the same transaction to what follows from it."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from bot.bells import ring
from bot.mirror.rows import table_of
from bot.models import News

NEWS_AT_ONCE = 100
# What wakes those who keep the mirror, in whichever process they are.
BELL = "mirror"

_NEWS = table_of(News)


class NewsItem(NamedTuple):
    """A mirrored object that has changed, or was read again."""

    kind: str
    object_id: str


def tell_news(session: Session, kind: str, object_ids: Sequence[str], *, now: datetime) -> None:
    """Have somebody look at what follows from these objects' change, soon."""
    rows = [{"kind": kind, "object_id": one, "at": now} for one in sorted(object_ids)]
    if rows:
        session.execute(insert(_NEWS), rows)
        ring(session, BELL)


def take_news(session: Session, *, limit: int = NEWS_AT_ONCE) -> list[NewsItem]:
    """Take the oldest news, each thing once; what follows belongs into the same transaction.

    Shape: [] when there are none.
    """
    oldest = select(_NEWS.c.id).order_by(_NEWS.c.id).limit(limit).with_for_update(skip_locked=True)
    taken = session.execute(
        delete(_NEWS)
        .where(_NEWS.c.id.in_(oldest.scalar_subquery()))
        .returning(_NEWS.c.kind, _NEWS.c.object_id)
    )
    return sorted({NewsItem(*row) for row in taken})
