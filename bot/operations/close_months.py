"""Keep what accounts were invoiced in past months and owed at their ends, as it is known by now."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from bot.among import is_among
from bot.clock import Month
from bot.database import insert_into
from bot.models import AccountMonth, ClosedMonth
from bot.queries.past_months import MonthSums, past_months

_SUMS: Any = AccountMonth.__table__
_CLOSED: Any = ClosedMonth.__table__


def replace_sums(
    session: Session, account_ids: Sequence[int], sums: Sequence[MonthSums], *, before: Month
) -> None:
    """Put these sums in the place of all that is kept of the accounts' months before this one."""
    first_day = past_months(before)[0].first_day
    session.execute(
        delete(_SUMS).where(_SUMS.c.month >= first_day, is_among(_SUMS.c.account_id, "accounts")),
        {"accounts": list(account_ids)},
    )
    if sums:
        session.execute(insert_into(session, _SUMS), [_row(one) for one in sums])


def note_closed(session: Session, zone: str, month: Month, *, now: datetime) -> None:
    """Note that the accounts of a zone have their sums up to this month."""
    new = insert_into(session, _CLOSED).values(zone=zone, month=month.first_day, closed_at=now)
    session.execute(
        new.on_conflict_do_update(
            index_elements=[_CLOSED.c.zone],
            set_={"month": new.excluded.month, "closed_at": new.excluded.closed_at},
        )
    )


def _row(sums: MonthSums) -> dict[str, Any]:
    return {
        "month": sums.month.first_day,
        "currency": sums.currency,
        "account_id": sums.account_id,
        "sales_minor": sums.sales_minor,
        "receivables_minor": sums.receivables_minor,
        "current_minor": sums.current_minor,
    }
