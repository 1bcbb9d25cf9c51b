"""From which moment on events have to be read, decided before the first list is."""

from bot.clock import real_now
from bot.database_clock import database_now
from bot.errors import Misconfigured, NotFound
from bot.mirror.fields import moment_at
from bot.mirror.marks import EVENTS, SWEPT, find_mark, set_mark
from bot.mirror.sweep import REACH
from bot.runtime import Runtime
from bot.telemetry import get_logger

log = get_logger("watermark")


def take_watermark(runtime: Runtime) -> bool:
    """Remember the newest event, unless the sweep can still go on from where it was.

    Shape: False when Stripe does not list events for us: then a webhook alone brings news.
    """
    with runtime.database.reading() as session:
        mark = find_mark(session, EVENTS)
        began_at = database_now(session, real_now())
    if mark is not None and began_at - mark.real_at <= REACH:
        return True
    began_business_at = runtime.clock.now()
    is_listed = True
    newest_at = began_business_at
    try:
        newest = runtime.stripe.get("/v1/events", {"limit": 1}).get("data") or [{}]
        newest_at = moment_at(newest[0], "created") or began_business_at
    except (NotFound, Misconfigured) as refused:
        log.warning("events_not_listed", why=refused.message)
        is_listed = False
    with runtime.database.writing() as session:
        set_mark(session, EVENTS, business_at=min(newest_at, began_business_at), real_at=began_at)
    return is_listed


def count_as_swept(runtime: Runtime) -> None:
    """Call the mirror as fresh as it was when its filling began, where no sweep will ever do so."""
    with runtime.database.writing() as session:
        began = find_mark(session, EVENTS)
        if began is not None and find_mark(session, SWEPT) is None:
            set_mark(session, SWEPT, business_at=began.business_at, real_at=began.real_at)
