"""Chargebacks that are not decided yet: money that a bank may take back, beside what is owed."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import func, or_, select

from bot.database import Reading
from bot.models import Charge, Customer, Dispute
from bot.money import Money
from bot.prepared import Prepared
from bot.queries.families import family_ids
from bot.queries.invoice_rows import sight_values
from bot.queries.sight import Sight

# Source: `status` of a dispute in Stripe's API reference, version 2026-10-28.endive.
OPEN_STATUSES = (
    *("needs_response", "under_review", "warning_needs_response", "warning_under_review"),
    *("appeal_needs_response", "appeal_under_review"),
)

_DISPUTES, _CHARGES, _CUSTOMERS = Dispute.__table__, Charge.__table__, Customer.__table__


@dataclass(frozen=True, slots=True)
class Chargebacks:
    """The open ones in one currency; `respond_by_at` is the first moment to answer one by."""

    amount: Money
    count: int
    respond_by_at: datetime | None


def list_open_chargebacks(
    session: Reading, account_id: int, *, sight: Sight
) -> tuple[Chargebacks, ...]:
    """The open ones of an account and its companies, one entry per currency, ordered by codes."""
    values = sight_values(sight) | {"account_id": account_id}
    rows = _statement(is_scoped=sight.scope is not None).rows(session, values)
    return tuple(
        Chargebacks(
            amount=Money(int(row.amount_minor), row.currency),
            count=row.disputes,
            respond_by_at=row.respond_by_at,
        )
        for row in rows
    )


@cache
def _statement(*, is_scoped: bool) -> Prepared:
    with_charge = _DISPUTES.join(_CHARGES, _CHARGES.c.id == _DISPUTES.c.charge_id)
    return Prepared(
        select(
            _DISPUTES.c.currency,
            func.sum(_DISPUTES.c.amount_minor).label("amount_minor"),
            func.count().label("disputes"),
            func.min(_DISPUTES.c.respond_by_at).label("respond_by_at"),
        )
        .select_from(with_charge.join(_CUSTOMERS, _CUSTOMERS.c.id == _CHARGES.c.customer_id))
        .where(
            _CUSTOMERS.c.account_id.in_(family_ids(is_scoped=is_scoped)),
            or_(*(_DISPUTES.c.status == status for status in OPEN_STATUSES)),
            _DISPUTES.c.deleted_at.is_(None),
        )
        .group_by(_DISPUTES.c.currency)
        .order_by(_DISPUTES.c.currency)
    )
