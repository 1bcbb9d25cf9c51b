"""What of the amounts past due is disputed, by account."""

from collections import defaultdict
from collections.abc import Collection
from functools import cache
from typing import Any

from sqlalchemy import func, select

from bot.among import is_found_among
from bot.database import Reading
from bot.models import CASE_OPEN, DisputeCase
from bot.money import Money
from bot.prepared import Prepared
from bot.queries.invoice_rows import INVOICES, sight_values
from bot.queries.sight import Sight
from bot.queries.status import IS_PAST_DUE

_CASES: Any = DisputeCase.__table__


def sum_disputed_late(
    session: Reading, account_ids: Collection[int], *, sight: Sight
) -> dict[int, tuple[Money, ...]]:
    """What is past due of disputed invoices, per currency in their order; without other accounts.

    An account's own invoices count, and not those of its companies.
    """
    values = sight_values(sight) | {"account_ids": list(account_ids)}
    found: dict[int, list[Money]] = defaultdict(list)
    for row in _statement().rows(session, values):
        found[row.account_id].append(Money(int(row.remaining), row.currency))
    return {account_id: tuple(amounts) for account_id, amounts in found.items()}


@cache
def _statement() -> Prepared:
    # From the cases, which are few, to their invoices.
    return Prepared(
        select(
            INVOICES.c.account_id,
            INVOICES.c.currency,
            func.sum(INVOICES.c.remaining_minor).label("remaining"),
        )
        .select_from(_CASES.join(INVOICES, INVOICES.c.id == _CASES.c.invoice_id))
        .where(CASE_OPEN, IS_PAST_DUE, is_found_among(INVOICES.c.account_id, "account_ids"))
        .group_by(INVOICES.c.account_id, INVOICES.c.currency)
        .order_by(INVOICES.c.currency)
    )
