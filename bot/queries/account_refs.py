"""Accounts as they are shown: by the path of their names, with their first customers."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, bindparam, func, select

from bot.database import Reading
from bot.models import AccountName
from bot.prepared import Prepared, Row
from bot.queries.cards import AccountRef
from bot.queries.invoice_rows import ACCOUNTS, PARENTS

CUSTOMERS_SHOWN = 3

_NAMES = AccountName.__table__
_REFS: Select[Any] = select(
    ACCOUNTS.c.id,
    ACCOUNTS.c.kind,
    ACCOUNTS.c.name,
    ACCOUNTS.c.time_zone,
    PARENTS.c.name.label("parent_name"),
).select_from(ACCOUNTS.outerjoin(PARENTS, PARENTS.c.id == ACCOUNTS.c.parent_id))
_ONE = Prepared(_REFS.where(ACCOUNTS.c.id == bindparam("account")))
_CUSTOMERS_OF_ONE = Prepared(
    select(_NAMES.c.customer_id)
    .where(_NAMES.c.account_id == bindparam("account"))
    .distinct()
    .order_by(_NAMES.c.customer_id)
    .limit(CUSTOMERS_SHOWN)
)


def list_refs(session: Reading, ids: Sequence[int]) -> tuple[AccountRef, ...]:
    """These accounts, in this order; the ids are few and within the person's scope."""
    if len(ids) == 1:
        return _only(session, ids[0])
    customers = _customers_of(session, ids)
    rows = session.connection().execute(_REFS.where(ACCOUNTS.c.id.in_(ids)))
    found = {row.id: _ref_of(row, customers.get(row.id, ())) for row in rows}
    return tuple(found[id_] for id_ in ids)


def _only(session: Reading, account_id: int) -> tuple[AccountRef, ...]:
    """The same for one, which is what most questions come down to."""
    wanted = {"account": account_id}
    rows = _ONE.rows(session, wanted)
    customers = tuple(row.customer_id for row in _CUSTOMERS_OF_ONE.rows(session, wanted))
    return tuple(_ref_of(row, customers) for row in rows)


def _ref_of(row: Row, customers: tuple[str, ...]) -> AccountRef:
    return AccountRef(
        id=row.id,
        kind=row.kind,
        path=tuple(name for name in (row.parent_name, row.name) if name is not None),
        time_zone=row.time_zone,
        customer_ids=customers,
    )


def _customers_of(session: Reading, ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """The first customers behind each account, an organisation's with those of its companies."""
    behind = (
        select(_NAMES.c.account_id, _NAMES.c.customer_id)
        .where(_NAMES.c.account_id.in_(ids))
        .distinct()
        .subquery()
    )
    place = func.row_number().over(partition_by=behind.c.account_id, order_by=behind.c.customer_id)
    placed = select(behind, place.label("place")).subquery()
    found: dict[int, tuple[str, ...]] = {}
    for row in session.connection().execute(
        select(placed).where(placed.c.place <= CUSTOMERS_SHOWN).order_by(placed.c.place)
    ):
        found[row.account_id] = (*found.get(row.account_id, ()), row.customer_id)
    return found
