"""Storing prices; what they say of usage decides where the lines that name them stand."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, case, func, select, update
from sqlalchemy.orm import Session

from bot.among import is_among
from bot.clock import zone_of
from bot.mirror.days import DATED_AT_ONCE, date_anew
from bot.mirror.rows import replace_older, table_of
from bot.mirror.translate_lines import ADJUSTMENT, FIXED, METERED, USAGE
from bot.models import Account, Invoice, InvoiceLine, Price

Row = dict[str, Any]

_ACCOUNTS = table_of(Account)
_INVOICES = table_of(Invoice)
_LINES = table_of(InvoiceLine)
_PRICES = table_of(Price)


def store_prices(session: Session, rows: Sequence[Row]) -> set[str]:
    """Write prices; lines of invoices that came before their price move to where they belong.

    Shape: the ids of the prices that are now as given.
    """
    before = {
        row.id: row
        for row in session.execute(
            select(_PRICES.c.id, _PRICES.c.usage_type, _PRICES.c.created_at)
            .where(is_among(_PRICES.c.id, "ids"))
            .order_by(_PRICES.c.id)
            .with_for_update(),
            {"ids": [row["id"] for row in rows]},
        )
    }
    written = replace_older(session, _PRICES, rows)
    for row in rows:
        earlier = before.get(row["id"])
        if row["id"] not in written or earlier is None:
            # Of a price that nobody lacked until now there are no lines.
            continue
        is_metered = row["usage_type"] == METERED
        if is_metered != (earlier.usage_type == METERED):
            since = min(earlier.created_at, row["created_at"])
            _move_lines(session, row["id"], since, part=USAGE if is_metered else FIXED)
    return written


def _move_lines(session: Session, price: str, since: datetime, *, part: str) -> None:
    # There is no index on a line's price; invoices made since then are few, or it happens once.
    recent = select(_INVOICES.c.id).where(_INVOICES.c.dated_at >= since)
    named = (_LINES.c.price_id == price) & _LINES.c.invoice_id.in_(recent)
    is_adjustment = _LINES.c.is_proration | (_LINES.c.amount_minor < 0)
    session.execute(
        update(_LINES).where(named).values(part=case((is_adjustment, ADJUSTMENT), else_=part))
    )
    after = ""
    invoices = (
        select(_LINES.c.invoice_id)
        .where(named, _LINES.c.invoice_id > bindparam("after"))
        .distinct()
        .order_by(_LINES.c.invoice_id)
        .limit(DATED_AT_ONCE)
    )
    while ids := list(session.scalars(invoices, {"after": after})):
        _cover_anew(session, ids)
        after = ids[-1]


def _cover_anew(session: Session, ids: list[str]) -> None:
    """Work out again what these invoices cover: their usage lines, else all their lines."""
    of_usage = _LINES.c.part == USAGE
    bounds = (
        select(
            _LINES.c.invoice_id,
            func.coalesce(
                func.min(case((of_usage, _LINES.c.starts_at))), func.min(_LINES.c.starts_at)
            ).label("starts_at"),
            func.coalesce(
                func.max(case((of_usage, _LINES.c.ends_at))), func.max(_LINES.c.ends_at)
            ).label("ends_at"),
        )
        .where(_LINES.c.invoice_id.in_(ids))
        .group_by(_LINES.c.invoice_id)
    )
    session.execute(
        update(_INVOICES)
        .where(_INVOICES.c.id == bindparam("invoice"))
        .values(covers_from_at=bindparam("starts"), covers_until_at=bindparam("ends")),
        [
            {"invoice": row.invoice_id, "starts": row.starts_at, "ends": row.ends_at}
            for row in session.execute(bounds).all()
        ],
    )
    zones = (
        select(_ACCOUNTS.c.time_zone)
        .join(_INVOICES, _INVOICES.c.account_id == _ACCOUNTS.c.id)
        .where(_INVOICES.c.id.in_(ids))
        .distinct()
    )
    for zone in list(session.scalars(zones)):
        accounts = select(_ACCOUNTS.c.id).where(_ACCOUNTS.c.time_zone == zone)
        which = _INVOICES.c.id.in_(ids) & _INVOICES.c.account_id.in_(accounts)
        date_anew(session, which, zone_of(zone))
