"""The whole book: what is owed in each currency, how late it is, and who owes most of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    Subquery,
    and_,
    bindparam,
    case,
    func,
    select,
    true,
)

from bot.database import Reading
from bot.queries.ageing import (
    OWED_NAMES,
    Owed,
    late_values,
    list_zones,
    owed_columns,
    owed_of,
)
from bot.queries.cards import AccountRef, Freshness
from bot.queries.collection import Collection, list_collections
from bot.queries.freshness import get_freshness
from bot.queries.invoice_rows import ACCOUNTS, INVOICES, PARENTS, sight_values
from bot.queries.sight import Sight
from bot.queries.status import IS_OWED

DEBTORS_MAX = 10


@dataclass(frozen=True, slots=True)
class Debtor:
    """Who owes, an organisation with its companies counting as one, and how much of it is late."""

    account: AccountRef
    owed: Owed


@dataclass(frozen=True, slots=True)
class CurrencyBook:
    """One currency's part: the sums, and who owes most in it, the most first.

    Shape: at most DEBTORS_MAX of `debtors_count`, which owe `owed` together.
    """

    owed: Owed
    debtors: tuple[Debtor, ...]
    debtors_count: int


@dataclass(frozen=True, slots=True)
class Book:
    """What is owed over all accounts that somebody may see.

    Shape: `currencies` in the order of their codes, without those in which nothing is owed.
        `is_partial` when the person's rights cover some accounts only; `zone` is for `now` and the
        moment of `freshness`, while days are counted, and months end, in each account's own.
        `collections` has no currency in which nothing was invoiced, and none at all until past
        months are summed up.
    """

    currencies: tuple[CurrencyBook, ...]
    collections: tuple[Collection, ...]
    is_partial: bool
    freshness: Freshness
    now: datetime
    zone: str


def get_book(session: Reading, *, sight: Sight) -> Book:
    """The whole book within the person's scope."""
    zones = list_zones(session)
    is_scoped = sight.scope is not None
    values = sight_values(sight) | late_values(zones, sight.now) | {"debtors_max": DEBTORS_MAX}
    rows = session.connection().execute(_book_statement(is_scoped=is_scoped), values).all()
    by_currency: dict[str, list[Row[Any]]] = {}
    for row in rows:
        by_currency.setdefault(row.currency, []).append(row)
    return Book(
        currencies=tuple(
            _currency_book(currency, by_currency[currency]) for currency in sorted(by_currency)
        ),
        collections=tuple(list_collections(session, zones, sight=sight)),
        is_partial=is_scoped,
        freshness=get_freshness(session, sight=sight),
        now=sight.now,
        zone=sight.zone,
    )


def _currency_book(currency: str, rows: Sequence[Row[Any]]) -> CurrencyBook:
    return CurrencyBook(
        owed=owed_of(rows[0], currency, prefix="all_"),
        debtors=tuple(
            Debtor(account=_account_of(row), owed=owed_of(row, currency))
            for row in sorted(rows, key=lambda row: row.place)
        ),
        debtors_count=rows[0].debtors_count,
    )


def _account_of(row: Row[Any]) -> AccountRef:
    names = (row.parent_name, row.account_name)
    return AccountRef(
        id=row.debtor_id,
        kind=row.kind,
        path=tuple(name for name in names if name is not None),
        time_zone=row.time_zone,
        customer_ids=(),
    )


# Built once for each form, as building it takes as long as summing a small book up.
@cache
def _book_statement(*, is_scoped: bool) -> Select[Any]:
    """The first debtors of each currency, each row with the sums of its whole currency beside it.

    Invoices are summed up by account, in the order of one index; what follows is done as often as
    there are accounts that owe, which is less by far.
    """
    owing = _by_debtor(_by_account(is_scoped=is_scoped), is_scoped=is_scoped)
    currency = owing.c.currency
    most_first = (owing.c.outstanding.desc(), owing.c.debtor_id)
    ranked = select(
        owing,
        func.row_number().over(partition_by=currency, order_by=most_first).label("place"),
        func.count().over(partition_by=currency).label("debtors_count"),
        *(
            func.sum(owing.c[name]).over(partition_by=currency).label(f"all_{name}")
            for name in OWED_NAMES
        ),
    ).subquery("ranked")
    with_account = ranked.join(ACCOUNTS, ACCOUNTS.c.id == ranked.c.debtor_id)
    return (
        select(
            ranked,
            ACCOUNTS.c.kind,
            ACCOUNTS.c.name.label("account_name"),
            ACCOUNTS.c.time_zone,
            PARENTS.c.name.label("parent_name"),
        )
        .select_from(with_account.outerjoin(PARENTS, PARENTS.c.id == ACCOUNTS.c.parent_id))
        .where(ranked.c.place <= bindparam("debtors_max"))
    )


def _by_account(*, is_scoped: bool) -> Subquery:
    scope = INVOICES.c.account_id.in_(bindparam("scope", expanding=True))
    return (
        select(
            INVOICES.c.account_id,
            INVOICES.c.currency,
            *(column.label(name) for name, column in owed_columns().items()),
        )
        .where(*IS_OWED, *((scope,) if is_scoped else ()))
        .group_by(INVOICES.c.account_id, INVOICES.c.currency)
        .subquery("by_account")
    )


def _by_debtor(by_account: Subquery, *, is_scoped: bool) -> Subquery:
    debtor = _debtor(is_scoped=is_scoped)
    return (
        select(
            debtor.label("debtor_id"),
            by_account.c.currency,
            *(func.sum(by_account.c[name]).label(name) for name in OWED_NAMES),
        )
        .select_from(by_account.join(ACCOUNTS, ACCOUNTS.c.id == by_account.c.account_id))
        .group_by(debtor, by_account.c.currency)
        .subquery("by_debtor")
    )


def _debtor(*, is_scoped: bool) -> ColumnElement[int]:
    """Who owes: the organisation, where the person may see it, else the company itself."""
    parent = ACCOUNTS.c.parent_id
    in_scope = parent.in_(bindparam("scope", expanding=True)) if is_scoped else true()
    return case((and_(parent.is_not(None), in_scope), parent), else_=ACCOUNTS.c.id)
