"""What an invoice refers to and the mirror lacks: a stand-in row until the real one is read.

A stand-in has ticket 0, so whatever Stripe says replaces it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from bot.among import is_among
from bot.mirror.fields import text_at
from bot.mirror.rows import insert_missing, table_of
from bot.mirror.rules import MirrorRules
from bot.mirror.store_customers import store_customers
from bot.mirror.translate_catalog import translate_customer, translate_price
from bot.models import Account, Customer, Price
from bot.prepared import Prepared

Row = dict[str, Any]

PLACEHOLDER_TICKET = 0

_ACCOUNTS = table_of(Account)
_CUSTOMERS = table_of(Customer)
_PRICES = table_of(Price)
# On PostgreSQL no customer moves, and no zone changes, until the invoice is committed.
_HOMES = Prepared(
    select(_CUSTOMERS.c.id, _CUSTOMERS.c.account_id, _ACCOUNTS.c.time_zone)
    .join(_ACCOUNTS, _ACCOUNTS.c.id == _CUSTOMERS.c.account_id)
    .where(is_among(_CUSTOMERS.c.id, "ids"))
    .order_by(_CUSTOMERS.c.id)
    .with_for_update(read=True)
)
_KNOWN_PRICES = Prepared(
    select(_PRICES.c.id, _PRICES.c.usage_type, _PRICES.c.ticket, _PRICES.c.created_at)
    .where(is_among(_PRICES.c.id, "ids"))
    .order_by(_PRICES.c.id)
)


@dataclass(frozen=True, slots=True)
class Home:
    """The account of an invoice's customer, and its zone."""

    account_id: int
    time_zone: str


class NamedCustomer(NamedTuple):
    """What an invoice says of its customer."""

    name: str | None
    email: str | None
    created: Any


def customer_named_by(invoice: dict[str, Any]) -> NamedCustomer:
    """The customer of an invoice, as far as the invoice tells; pure."""
    name, email = text_at(invoice, "customer_name"), text_at(invoice, "customer_email")
    return NamedCustomer(name, email, invoice.get("created"))


def find_homes(
    session: Session,
    named: Mapping[str, NamedCustomer],
    *,
    rules: MirrorRules,
    now: datetime,
) -> tuple[dict[str, Home], tuple[str, ...]]:
    """The home of each of these customers, by their ids; one that is unknown gets a stand-in.

    Shape: homes by customer's id, and the ids of the customers to read from Stripe.
    """
    homes = homes_of(session, list(named))
    unknown = sorted(named.keys() - homes.keys())
    if unknown:
        rows = [
            {
                **translate_customer({"id": customer, **named[customer]._asdict()}),
                "ticket": PLACEHOLDER_TICKET,
            }
            for customer in unknown
        ]
        store_customers(session, rows, rules=rules, now=now, only_missing=True)
        homes |= homes_of(session, unknown)
    return homes, tuple(filter(None, unknown))


def homes_of(session: Session, customers: list[str]) -> dict[str, Home]:
    """The home of each of these customers that is here."""
    found = _HOMES.rows(session, {"ids": customers})
    return {row.id: Home(row.account_id, row.time_zone) for row in found}


def find_usage_types(
    session: Session, oldest: dict[str, datetime]
) -> tuple[dict[str, str | None], tuple[str, ...]]:
    """How the use of these prices is counted; one that is unknown gets a stand-in.

    `oldest` has, per price, when the oldest of the invoices that name it was made: lines that wait
    for the price are not on older ones.
    Shape: usage types by price's id, and the ids of the prices to read from Stripe.
    """
    found = _KNOWN_PRICES.rows(session, {"ids": oldest})
    unknown = sorted(oldest.keys() - {row.id for row in found})
    insert_missing(
        session,
        _PRICES,
        [
            {
                **translate_price({"id": price}),
                "created_at": oldest[price],
                "ticket": PLACEHOLDER_TICKET,
            }
            for price in unknown
        ],
        key="id",
    )
    older = [
        {"price": row.id, "oldest": oldest[row.id]}
        for row in found
        if row.ticket == PLACEHOLDER_TICKET and oldest[row.id] < row.created_at
    ]
    if older:
        session.execute(
            update(_PRICES)
            .where(_PRICES.c.id == bindparam("price"), _PRICES.c.ticket == PLACEHOLDER_TICKET)
            .values(created_at=bindparam("oldest")),
            older,
        )
    waited_for = {row.id for row in found if row.ticket == PLACEHOLDER_TICKET}
    return (
        {row.id: row.usage_type for row in found},
        tuple(sorted({*unknown, *waited_for})),
    )
