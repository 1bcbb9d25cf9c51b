"""News: what has changed here, told in the same transaction to what follows from it.

News that can't be followed is put off, each time for longer, and lets all other news go by. After
ATTEMPTS_MAX it is put aside: told to the operators, and tried again when its object changes again,
or when a process starts, which may be a version that knows how.
"""

import random
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Select, delete, insert, or_, select, update
from sqlalchemy.orm import Session

from bot.alerts import clear_alert, raise_alert
from bot.bells import ring
from bot.mirror.rows import table_of
from bot.models import PUT_OFF, News
from bot.telemetry import clean_text

NEWS_AT_ONCE = 100
ATTEMPTS_MAX = 10
BACKOFF_SECONDS, BACKOFF_SECONDS_MAX = 1.0, 300.0
# What wakes those who keep the mirror, in whichever process they are.
BELL = "mirror"
# The alert about news that was put aside.
FAILING = "news_failing"

_NEWS = table_of(News)
_IS_FRESH = _NEWS.c.attempts == 0


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


def take_news(
    session: Session, *, now: datetime, ids: Collection[int] | None = None
) -> list[NewsItem]:
    """Take the oldest fresh news, or these; what follows belongs into the same transaction.

    Shape: each thing once, with all that was put off of it; [] when there are none.
    """
    wanted = _oldest_fresh() if ids is None else select(_NEWS.c.id).where(_NEWS.c.id.in_(ids))
    taken = session.execute(
        delete(_NEWS)
        .where(_NEWS.c.id.in_(wanted.with_for_update(skip_locked=True).scalar_subquery()))
        .returning(_NEWS.c.kind, _NEWS.c.object_id, _NEWS.c.attempts)
    ).all()
    items = sorted({NewsItem(row.kind, row.object_id) for row in taken})
    retried = {NewsItem(row.kind, row.object_id) for row in taken if row.attempts}
    _forget_put_off(session, items, retried, now=now)
    return items


def list_fresh(session: Session) -> dict[NewsItem, list[int]]:
    """What take_news would take, with the numbers of its rows, for taking each by itself."""
    return _by_item(session, _oldest_fresh())


def list_due(session: Session, *, now: datetime) -> dict[NewsItem, list[int]]:
    """The same of what was put off, where it is time to try again."""
    # No row is ever put further ahead than this: the clock must have stepped back.
    furthest = now + timedelta(seconds=BACKOFF_SECONDS_MAX)
    is_due = or_(_NEWS.c.due_at <= now, _NEWS.c.due_at > furthest)
    due = select(_NEWS.c.id).where(PUT_OFF, _NEWS.c.attempts < ATTEMPTS_MAX, is_due)
    return _by_item(session, due.order_by(_NEWS.c.due_at).limit(NEWS_AT_ONCE))


def put_off(session: Session, ids: Collection[int], *, why: str, now: datetime) -> int:
    """Let news of one thing wait that could not be followed; how often it was tried by now.

    Shape: 0 when somebody else has taken it. At the last attempt the operators are told.
    """
    found = select(_NEWS).where(_NEWS.c.id.in_(ids)).order_by(_NEWS.c.id).with_for_update()
    rows = session.execute(found).all()
    if not rows:
        return 0
    last = rows[-1]
    attempts: int = min(row.attempts for row in rows) + 1
    full = min(BACKOFF_SECONDS * 2 ** (attempts - 1), BACKOFF_SECONDS_MAX)
    waiting = {
        "attempts": attempts,
        "due_at": now + timedelta(seconds=random.uniform(full / 2, full)),
        "last_error": clean_text(why),
    }
    session.execute(update(_NEWS).where(_NEWS.c.id == last.id).values(**waiting))
    # One row stands for the thing; fresh news of it has given it all its attempts again.
    same = (_NEWS.c.kind == last.kind) & (_NEWS.c.object_id == last.object_id) & PUT_OFF
    others = _NEWS.c.id.in_([row.id for row in rows]) | same
    session.execute(delete(_NEWS).where(others, _NEWS.c.id != last.id))
    if attempts >= ATTEMPTS_MAX:
        subject = _subject_of(NewsItem(last.kind, last.object_id))
        raise_alert(session, kind=FAILING, subject=subject, detail=why, now=now)
    return attempts


def retry_put_aside(session: Session, *, now: datetime) -> None:
    """Have everything tried again that was put aside."""
    aside = update(_NEWS).where(PUT_OFF, _NEWS.c.attempts >= ATTEMPTS_MAX)
    session.execute(aside.values(attempts=1, due_at=now))


def _oldest_fresh() -> Select[Any]:
    return select(_NEWS.c.id).where(_IS_FRESH).order_by(_NEWS.c.id).limit(NEWS_AT_ONCE)


def _by_item(session: Session, wanted: Select[Any]) -> dict[NewsItem, list[int]]:
    found = wanted.add_columns(_NEWS.c.kind, _NEWS.c.object_id)
    ids: Mapping[NewsItem, list[int]] = defaultdict(list)
    for number, *item in session.execute(found):
        ids[NewsItem(*item)].append(number)
    return dict(ids)


def _forget_put_off(
    session: Session, items: Collection[NewsItem], retried: Collection[NewsItem], *, now: datetime
) -> None:
    """Take what was put off of these things too, and call its alerts off."""
    if not items:
        return
    waiting = select(_NEWS.c.kind, _NEWS.c.object_id).where(PUT_OFF)
    again = {NewsItem(*row) for row in session.execute(waiting)} & set(items)
    for item in sorted(again):
        same = (_NEWS.c.kind == item.kind) & (_NEWS.c.object_id == item.object_id)
        session.execute(delete(_NEWS).where(PUT_OFF, same))
    for item in sorted({*again, *retried}):
        clear_alert(session, kind=FAILING, subject=_subject_of(item), now=now)


def _subject_of(item: NewsItem) -> str:
    return f"{item.kind} {item.object_id}"
