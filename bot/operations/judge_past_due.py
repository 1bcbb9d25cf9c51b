"""Record the moves of invoices to Past Due, once for each stretch of time that they stay so."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Update, select, update
from sqlalchemy.orm import Session

from bot.among import is_among
from bot.clock import local_day, zone_of
from bot.database import insert_into
from bot.models import PAST_DUE_NOW
from bot.operations import tell_promise
from bot.queries.crossings import CROSSINGS, IS_RECORDED
from bot.queries.invoice_rows import ACCOUNTS, INVOICES
from bot.queries.status import IS_PAST_DUE


def record_crossings(
    session: Session,
    invoice_ids: Sequence[str],
    *,
    zone: str,
    business_at: datetime,
    told_after: datetime | None,
    now: datetime,
) -> int:
    """Record of these invoices which are Past Due; how many were not before.

    Somebody is to be told of those that became so after a moment, or of all where there is none;
    and a digest shows them whose day it still is elsewhere.
    """
    found = select(INVOICES.c.id, INVOICES.c.account_id, INVOICES.c.overdue_at).where(
        IS_PAST_DUE, is_among(INVOICES.c.id, "ids"), ~IS_RECORDED
    )
    rows = session.execute(found, {"now": business_at, "ids": list(invoice_ids)})
    crossed = [
        {
            "invoice_id": row.id,
            "account_id": row.account_id,
            "crossed_at": row.overdue_at,
            "crossed_on": local_day(row.overdue_at, zone_of(zone)),
            "judged_at": business_at,
            "notice": "due" if told_after is None or row.overdue_at > told_after else "silent",
        }
        for row in rows
    ]
    if crossed:
        session.execute(insert_into(session, CROSSINGS).on_conflict_do_nothing(), crossed)
        news = {row["account_id"] for row in crossed if row["notice"] == "due"}
        tell_promise.tell_of_accounts(session, news, now=now)
    return len(crossed)


def end_stretches(session: Session, invoice_ids: Sequence[str], *, now: datetime) -> None:
    """End the stretches of those of these invoices that are not Past Due at a business moment."""
    among = is_among(CROSSINGS.c.invoice_id, "ids")
    session.execute(_ended(now).where(among), {"now": now, "ids": list(invoice_ids)})


def end_stretches_in(session: Session, zone: str, *, now: datetime) -> None:
    """The same of all invoices of accounts in a zone."""
    accounts = select(ACCOUNTS.c.id).where(ACCOUNTS.c.time_zone == zone)
    session.execute(_ended(now).where(CROSSINGS.c.account_id.in_(accounts)), {"now": now})


def _ended(now: datetime) -> Update:
    """The update that ends what is not Past Due any more."""
    is_late: ColumnElement[bool] = (
        select(INVOICES.c.id).where(INVOICES.c.id == CROSSINGS.c.invoice_id, IS_PAST_DUE).exists()
    )
    return update(CROSSINGS).where(PAST_DUE_NOW, ~is_late).values(ended_at=now)
