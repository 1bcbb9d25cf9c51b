"""Close what nobody has decided in time, and what does not fit its invoice any more."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from bot import approvals
from bot.operations.close_correction import close_if_over
from bot.queries.sight import Sight
from bot.settings import Settings

AT_ONCE = 20


def expire(session: Session, settings: Settings, *, sight: Sight) -> int:
    """Close what has waited longer than it may, some at a time; how many were looked at."""
    overdue = approvals.lock_overdue(session, now=sight.now, limit=AT_ONCE)
    for asked in overdue:
        close_if_over(session, settings, asked, sight=sight)
    return len(overdue)


def outdate(
    session: Session, settings: Settings, invoice_ids: Sequence[str], *, sight: Sight
) -> None:
    """Close what waits for approval of these invoices and was asked of another state of them."""
    for asked in approvals.lock_waiting(session, invoice_ids):
        close_if_over(session, settings, asked, sight=sight)
