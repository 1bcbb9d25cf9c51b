"""Storing customers, and with each the account that it belongs to, its names and its zone."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from bot.among import is_among
from bot.mirror.accounts import AccountPlace, names_of, place_of
from bot.mirror.rows import insert_missing, insert_rows, replace_older, table_of
from bot.mirror.rules import MirrorRules
from bot.mirror.zones import settle_zones
from bot.models import Account, AccountName, Customer, Invoice
from bot.prepared import Prepared

Row = dict[str, Any]

_ACCOUNTS = table_of(Account)
_NAMES = table_of(AccountName)
_CUSTOMERS = table_of(Customer)
_INVOICES = table_of(Invoice)
_IDS = Prepared(select(_ACCOUNTS.c.key, _ACCOUNTS.c.id).where(is_among(_ACCOUNTS.c.key, "keys")))
_UNTIL_NOW = Prepared(
    select(_CUSTOMERS.c.id, _CUSTOMERS.c.account_id)
    .where(is_among(_CUSTOMERS.c.id, "ids"))
    .order_by(_CUSTOMERS.c.id)
    .with_for_update()
)


def store_customers(
    session: Session,
    rows: Sequence[Row],
    *,
    rules: MirrorRules,
    now: datetime,
    only_missing: bool = False,
) -> set[str]:
    """Write customers and link each to its account; their invoices move along with them.

    With `only_missing` those that are here stay as they are, even as stand-ins.
    Shape: the ids of the customers that are now as given.
    """
    places = {row["id"]: place_of(row, rules) for row in rows}
    accounts = ensure_accounts(session, list(places.values()), rules)
    before = _accounts_of(session, list(places))
    placed = [{**row, "account_id": accounts[places[row["id"]].key]} for row in rows]
    if only_missing:
        insert_missing(session, _CUSTOMERS, placed, key="id")
        written = set(places) - before.keys()
    else:
        written = replace_older(session, _CUSTOMERS, placed)
    stored = [row for row in placed if row["id"] in written]
    if not stored:
        return written
    _rename(session, stored, places, accounts)
    moved = {
        row["id"]: row["account_id"]
        for row in stored
        if before.get(row["id"], row["account_id"]) != row["account_id"]
    }
    _move_invoices(session, moved)
    touched = {row["account_id"] for row in stored} | {before[customer] for customer in moved}
    settle_zones(session, touched, moved=set(moved), rules=rules, now=now)
    return written


def ensure_accounts(
    session: Session, places: Sequence[AccountPlace], rules: MirrorRules
) -> dict[str, int]:
    """See that these accounts are there, with the organisations above them.

    Shape: the id of each by its key.
    """
    above = {place.organisation for place in places if place.organisation}
    parents = _ensure(session, list(above), {}, rules)
    return _ensure(session, list(set(places)), parents, rules) | parents


def _ensure(
    session: Session, places: list[AccountPlace], parents: dict[str, int], rules: MirrorRules
) -> dict[str, int]:
    if not places:
        return {}
    rows = [
        {
            "key": place.key,
            "kind": place.kind,
            "name": place.name,
            "parent_id": parents[place.organisation.key] if place.organisation else None,
            "time_zone": rules.default_zone,
        }
        # One order for all who write, so that none of them wait in a circle.
        for place in sorted({place.key: place for place in places}.values(), key=lambda p: p.key)
    ]
    keys = [place.key for place in places]
    known = _ids_of(session, keys)
    if len(known) == len(rows):
        return known
    insert_missing(session, _ACCOUNTS, [row for row in rows if row["key"] not in known], key="key")
    return _ids_of(session, keys)


def _ids_of(session: Session, keys: list[str]) -> dict[str, int]:
    return {row.key: row.id for row in _IDS.rows(session, {"keys": keys})}


def _accounts_of(session: Session, customers: list[str]) -> dict[str, int]:
    """The account of each customer until now; on PostgreSQL nobody else moves them meanwhile."""
    return {row.id: row.account_id for row in _UNTIL_NOW.rows(session, {"ids": customers})}


def _rename(
    session: Session,
    customers: list[Row],
    places: dict[str, AccountPlace],
    accounts: dict[str, int],
) -> None:
    """Write anew what the customers' accounts are found by, and called."""
    session.execute(
        delete(_NAMES).where(is_among(_NAMES.c.customer_id, "customers")),
        {"customers": [row["id"] for row in customers]},
    )
    insert_rows(
        session,
        _NAMES,
        [name for row in customers for name in names_of(row, places[row["id"]], accounts)],
    )
    # Only an account that is a customer of its own changes its name without changing its key.
    session.execute(
        update(_ACCOUNTS)
        .where(_ACCOUNTS.c.id == bindparam("account"), _ACCOUNTS.c.name != bindparam("called"))
        .values(name=bindparam("called")),
        [
            {"account": row["account_id"], "called": places[row["id"]].name}
            for row in sorted(customers, key=lambda row: int(row["account_id"]))
        ],
    )


def _move_invoices(session: Session, moved: dict[str, int]) -> None:
    if moved:
        session.execute(
            update(_INVOICES)
            .where(_INVOICES.c.customer_id == bindparam("customer"))
            .values(account_id=bindparam("account")),
            [{"customer": customer, "account": moved[customer]} for customer in sorted(moved)],
        )
