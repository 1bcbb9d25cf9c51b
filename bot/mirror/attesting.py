"""What of the mirror the audit trail tells of: rates and entities, as Stripe says they are.

The states of invoices have a history of their own (mirror.history), which follows Stripe and may be
put right; these have none, and what was valid when is told by the trail.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from bot.among import is_among
from bot.audit.attest import State, attest
from bot.mirror.rows import table_of
from bot.models import Account, Customer, Price
from bot.settings import Settings

_ACCOUNTS = table_of(Account)
_CUSTOMERS = table_of(Customer)
_PRICES = table_of(Price)

# What of a row says what something costs, or who somebody is and where they are billed; figures
# that change with every payment are left out.
_RATE = (
    *("product_id", "currency", "nickname", "is_active", "kind", "usage_type", "meter_id"),
    *("billing_scheme", "unit_amount_decimal", "tiers_mode", "tiers", "transform_quantity"),
    *("interval", "interval_count", "meta", "deleted_at"),
)
_ENTITY = (
    *("name", "email", "description", "currency", "address", "tax_ids", "meta", "deleted_at"),
)


def attest_stored(
    session: Session, settings: Settings, kind: str, ids: Collection[str], *, now: datetime
) -> None:
    """Tell the trail how these objects are now, where that is something new.

    Kinds that it does not tell of are passed over. The last thing of the transaction that stored
    them.
    """
    if kind in _STATES and ids:
        attest(session, settings, kind, list(_STATES[kind](session, ids)), now=now)


def _rates(session: Session, ids: Collection[str]) -> Iterator[State]:
    rows = session.execute(select(_PRICES).where(is_among(_PRICES.c.id, "ids")), {"ids": list(ids)})
    return (State(row.id, _facts(row, _RATE)) for row in rows)


def _entities(session: Session, ids: Collection[str]) -> Iterator[State]:
    found = (
        select(_CUSTOMERS, _ACCOUNTS.c.key.label("account"))
        .join(_ACCOUNTS, _ACCOUNTS.c.id == _CUSTOMERS.c.account_id)
        .where(is_among(_CUSTOMERS.c.id, "ids"))
    )
    rows = session.execute(found, {"ids": list(ids)})
    return (State(row.id, _facts(row, _ENTITY) | {"account": row.account}) for row in rows)


def _facts(row: Row[Any], names: tuple[str, ...]) -> dict[str, Any]:
    """What there is of it: what is empty says nothing."""
    return {name: value for name in names if (value := getattr(row, name)) not in (None, "", {})}


_STATES: Mapping[str, Callable[[Session, Collection[str]], Iterator[State]]] = {
    "price": _rates,
    "customer": _entities,
}
