"""Doing what follows from news: many at once, and each by itself where one of them can't be done.

A row that nothing can be done with (THREATS 126) is passed over, so that it stops no other.
"""

from collections.abc import Collection, Mapping

from bot.clock import real_now
from bot.database_clock import database_now
from bot.errors import BotError
from bot.mirror.news import NewsItem, list_due, list_fresh, put_off, retry_put_aside, take_news
from bot.reactions import react
from bot.runtime import Runtime
from bot.telemetry import get_logger

log = get_logger("following")


def follow_some(runtime: Runtime) -> bool:
    """Do what follows from the oldest news, in the transaction that takes them; whether any were.

    Raises: Unavailable when the database does not answer.
    """
    try:
        return _follow(runtime)
    except Exception:
        with runtime.database.reading() as session:
            waiting = list_fresh(session)
        if not waiting:
            raise
    _follow_each(runtime, waiting)
    return True


def follow_again(runtime: Runtime) -> bool:
    """Try what was put off and is due; never more to do at once.

    Raises: as above.
    """
    with runtime.database.reading() as session:
        due = list_due(session, now=database_now(session, real_now()))
    _follow_each(runtime, due)
    return False


def follow_put_aside(runtime: Runtime) -> bool:
    """Give what was put aside another chance, at a start; never more to do at once."""
    with runtime.database.writing() as session:
        retry_put_aside(session, now=database_now(session, real_now()))
    return False


def _follow_each(runtime: Runtime, waiting: Mapping[NewsItem, Collection[int]]) -> None:
    for item, ids in waiting.items():
        try:
            _follow(runtime, ids)
        except Exception as failed:  # noqa: BLE001 - whatever it is, the others go on
            _put_off(runtime, item, ids, failed)


def _follow(runtime: Runtime, ids: Collection[int] | None = None) -> bool:
    with runtime.database.writing() as session:
        now = database_now(session, real_now())
        news = take_news(session, ids=ids, now=now)
        react(session, runtime, news, now=now)
        return bool(news)


def _put_off(runtime: Runtime, item: NewsItem, ids: Collection[int], failed: Exception) -> None:
    why = failed.message if isinstance(failed, BotError) else type(failed).__name__
    with runtime.database.writing() as session:
        attempts = put_off(session, ids, why=why, now=database_now(session, real_now()))
    told = {"kind": item.kind, "object": item.object_id, "attempts": attempts, "why": why}
    log.warning("news_not_followed", **told)
