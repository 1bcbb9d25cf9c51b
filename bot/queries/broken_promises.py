"""Promises to pay that were not kept, of accounts that have given no other one since."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import bindparam, select

from bot.among import is_among, is_found_among
from bot.database import Reading
from bot.models import Invoice, PromisedInvoice, PromiseToPay
from bot.money import Money
from bot.prepared import Prepared
from bot.queries.promise_terms import NOT_KEPT

# So long a broken promise is spoken of.
RECENT = timedelta(days=30)

_PROMISES: Any = PromiseToPay.__table__
_PROMISED: Any = PromisedInvoice.__table__
_INVOICES: Any = Invoice.__table__


@dataclass(frozen=True, slots=True)
class BrokenPromise:
    """A promise that was not kept, or only in part: of how much, by when, and since when broken."""

    amount: Money
    promised_on: date
    broken_at: datetime


def find_broken_promises(
    session: Reading, account_ids: Collection[int], *, now: datetime
) -> dict[int, BrokenPromise]:
    """The newest promise of each of these accounts, where it was broken lately.

    Shape: a promise counts for the account that gave it and for those of its invoices; what an
        account has promised anew is not broken.
    """
    values = {"since": now - RECENT, "ids": list(account_ids)}
    found: dict[int, tuple[int, BrokenPromise]] = {}
    for row in _newest().rows(session, values):
        known = found.get(row.account_id)
        if known is None or known[0] < row.id:
            amount = Money(row.amount_minor, row.currency)
            broken = BrokenPromise(amount, row.promised_on, row.ended_at)
            found[row.account_id] = (row.id, broken)
    return {account_id: broken for account_id, (_, broken) in found.items()}


@cache
def _newest() -> Prepared:
    """Broken ones without a later one of the same account and currency, by all their accounts."""
    later = _PROMISES.alias("later")
    has_later = (
        select(later.c.id)
        .where(
            later.c.account_id == _PROMISES.c.account_id,
            later.c.currency == _PROMISES.c.currency,
            later.c.id > _PROMISES.c.id,
        )
        .exists()
    )
    columns = tuple(
        _PROMISES.c[name] for name in ("id", "amount_minor", "currency", "promised_on", "ended_at")
    )
    is_broken = (
        _PROMISES.c.state.in_([state.value for state in NOT_KEPT]),
        _PROMISES.c.ended_at >= bindparam("since"),
        ~has_later,
    )
    of_invoices = (
        select(_INVOICES.c.account_id, *columns)
        .select_from(
            _PROMISES.join(_PROMISED, _PROMISED.c.promise_id == _PROMISES.c.id).join(
                _INVOICES, _INVOICES.c.id == _PROMISED.c.invoice_id
            )
        )
        .where(*is_broken, is_found_among(_INVOICES.c.account_id, "ids"))
    )
    of_givers = select(_PROMISES.c.account_id, *columns).where(
        *is_broken, is_among(_PROMISES.c.account_id, "ids")
    )
    return Prepared(of_invoices.union(of_givers))
