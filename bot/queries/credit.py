"""Credit that no invoice has used yet, per currency."""

from collections import defaultdict
from functools import cache

from sqlalchemy import func, or_, select, union_all

from bot.database import Reading
from bot.models import HAS_BALANCE, Customer, CustomerBalanceTransaction
from bot.money import Money
from bot.prepared import Prepared
from bot.queries.families import family_ids
from bot.queries.invoice_rows import sight_values
from bot.queries.sight import Sight

_CUSTOMERS = Customer.__table__
_CHANGES = CustomerBalanceTransaction.__table__


def list_credit(session: Reading, account_id: int, *, sight: Sight) -> tuple[Money, ...]:
    """What an account and its companies have to their credit, by currency, ordered by codes.

    Shape: negative where customers owe something beside their invoices, which is added to their
        next one; nothing for a currency in which it comes to nothing.
    Source: a customer's `balance` is what it owes, so credit is negative there:
        docs.stripe.com/billing/customer/balance, read 2026-11.
    """
    values = sight_values(sight) | {"account_id": account_id}
    minors: dict[str, int] = defaultdict(int)
    for row in _statement(is_scoped=sight.scope is not None).rows(session, values):
        minors[row.currency] -= int(row.balance_minor)
    return tuple(Money(minors[each], each) for each in sorted(minors) if minors[each])


@cache
def _statement(*, is_scoped: bool) -> Prepared:
    """A customer's balance in its own currency; in others, which only the changes of it tell."""
    in_family = (
        _CUSTOMERS.c.account_id.in_(family_ids(is_scoped=is_scoped)),
        _CUSTOMERS.c.deleted_at.is_(None),
    )
    own = (
        select(_CUSTOMERS.c.currency, func.sum(_CUSTOMERS.c.balance_minor).label("balance_minor"))
        .where(*in_family, _CUSTOMERS.c.currency.is_not(None), HAS_BALANCE)
        .group_by(_CUSTOMERS.c.currency)
    )
    is_other = or_(_CUSTOMERS.c.currency.is_(None), _CHANGES.c.currency != _CUSTOMERS.c.currency)
    others = (
        select(_CHANGES.c.currency, func.sum(_CHANGES.c.amount_minor).label("balance_minor"))
        .select_from(_CHANGES.join(_CUSTOMERS, _CUSTOMERS.c.id == _CHANGES.c.customer_id))
        .where(*in_family, is_other, _CHANGES.c.deleted_at.is_(None))
        .group_by(_CHANGES.c.currency)
    )
    return Prepared(union_all(own, others))
