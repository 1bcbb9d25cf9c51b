"""Writing the rows of a period: itself, and its items."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import Table
from sqlalchemy.orm import Session

from bot.database import insert_into
from bot.models import UsageItem, UsagePeriod

# No item of Stripe's, where a line names none.
NO_ITEM = ""

_ITEMS = cast("Table", UsageItem.__table__)
_PERIODS = cast("Table", UsagePeriod.__table__)


@dataclass(frozen=True, slots=True)
class Metered:
    """A metered item of a subscription; how its meter counts is known once it was read."""

    item_id: str
    price_id: str
    meter_id: str | None
    starts_at: datetime
    ends_at: datetime
    aggregation: str | None = None


def insert_period(session: Session, **fields: Any) -> int | None:
    """The id of a new period; None where it is known already."""
    new = insert_into(session, _PERIODS).values(attempts=0, full_days_count=0, **fields)
    made: int | None = session.scalar(new.on_conflict_do_nothing().returning(_PERIODS.c.id))
    return made


def write_items(
    session: Session, period: int, items: Sequence[tuple[Metered, Decimal, int]]
) -> None:
    """Write the items of a period, with quantity and amount, in place of those before."""
    session.execute(_ITEMS.delete().where(_ITEMS.c.period_id == period))
    rows = [
        {
            "period_id": period,
            "item_id": item.item_id,
            "price_id": item.price_id,
            "position": position,
            "meter_id": item.meter_id,
            "aggregation": item.aggregation,
            "quantity": f"{quantity.normalize():f}",
            "amount_minor": minor,
        }
        for position, (item, quantity, minor) in enumerate(items)
    ]
    if rows:
        session.execute(_ITEMS.insert(), rows)
