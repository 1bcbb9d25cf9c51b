"""Which invoices have become Past Due, and when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from bot.among import is_among
from bot.database import Reading
from bot.models import PAST_DUE_NOW, PastDueCrossing
from bot.queries.cards import InvoiceRow
from bot.queries.invoice_rows import ACCOUNTS, INVOICES, ROW_COLUMNS, WITH_ACCOUNT, row_of
from bot.queries.sight import Sight
from bot.queries.status import IS_PAST_DUE

CROSSINGS: Any = PastDueCrossing.__table__
# A stretch of being Past Due that goes on: there is one at most.
IS_RECORDED = (
    select(CROSSINGS.c.id).where(PAST_DUE_NOW, CROSSINGS.c.invoice_id == INVOICES.c.id).exists()
)


@dataclass(frozen=True, slots=True)
class Crossing:
    """An invoice's move to Past Due: the day of it, and when that stretch ended, None for not."""

    invoice_id: str
    crossed_at: datetime
    crossed_on: date
    judged_at: datetime
    ended_at: datetime | None


def list_crossings(reading: Reading, invoice_ids: Sequence[str]) -> list[Crossing]:
    """Every recorded move of these invoices to Past Due, oldest first."""
    found = select(CROSSINGS).where(is_among(CROSSINGS.c.invoice_id, "ids"))
    rows = reading.connection().execute(found.order_by(CROSSINGS.c.id), {"ids": list(invoice_ids)})
    return [
        Crossing(row.invoice_id, row.crossed_at, row.crossed_on, row.judged_at, row.ended_at)
        for row in rows
    ]


def list_unrecorded(reading: Reading, *, zone: str, now: datetime) -> list[str]:
    """The invoices of accounts in a zone that are Past Due and of which nobody has noted it."""
    found = (
        select(INVOICES.c.id)
        .select_from(INVOICES.join(ACCOUNTS, ACCOUNTS.c.id == INVOICES.c.account_id))
        .where(IS_PAST_DUE, ACCOUNTS.c.time_zone == zone, ~IS_RECORDED)
    )
    return list(reading.connection().execute(found, {"now": now}).scalars())


def list_past_due(
    reading: Reading, invoice_ids: Sequence[str], *, sight: Sight
) -> list[InvoiceRow]:
    """Those of these invoices that are Past Due.

    Shape: the ones that are late longest come first, the larger ones before the smaller.
    """
    found = (
        select(*ROW_COLUMNS)
        .select_from(WITH_ACCOUNT)
        .where(IS_PAST_DUE, is_among(INVOICES.c.id, "ids"))
    )
    rows = reading.connection().execute(found, {"now": sight.now, "ids": list(invoice_ids)})
    crossed = [row_of(row, sight=sight) for row in rows]
    return sorted(crossed, key=lambda row: (-row.days_late, -row.remaining.minor, row.id))
