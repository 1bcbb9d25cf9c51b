"""Whom an account is written to: its contacts, its organisation's, or the addresses at Stripe."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, func, or_, select

from bot.among import is_among
from bot.database import Reading
from bot.models import Contact, Customer
from bot.queries.invoice_rows import ACCOUNTS

# Of addresses that stand at Stripe alone, so many are named for an account.
AT_STRIPE_MAX = 10
# In front of a contact's number, where the audit trail names one.
CONTACT = "contact:"

_CONTACTS, _CUSTOMERS = Contact.__table__, Customer.__table__


class KnownFrom(StrEnum):
    """How we come to know that somebody is the one to write to."""

    OWN = "own"
    ORGANISATION = "organisation"
    STRIPE = "stripe"


@dataclass(frozen=True, slots=True)
class ContactLine:
    """Somebody to write to; `id` is None for one who only stands at Stripe, and `customer_id` not.

    Shape: `about` names the person in the audit trail, so that they can be forgotten.
    """

    id: int | None
    name: str
    email: str
    known_from: KnownFrom
    customer_id: str | None = None

    @property
    def about(self) -> str:
        """By what the audit trail knows them."""
        return about_contact(self.id) if self.id is not None else self.customer_id or ""


def about_contact(contact_id: int) -> str:
    """By what the audit trail knows a contact."""
    return f"{CONTACT}{contact_id}"


def list_contact_ids(session: Reading, email: str) -> list[int]:
    """Every contact that an address is or was, of whatever account."""
    found = select(_CONTACTS.c.id).where(_CONTACTS.c.folded == email.casefold())
    return list(session.connection().execute(found.order_by(_CONTACTS.c.id)).scalars())


def list_contacts(
    session: Reading, account_ids: Collection[int]
) -> dict[int, tuple[ContactLine, ...]]:
    """Whom each of these accounts is written to, in the order in which they were added.

    Shape: its own contacts; without any its organisation's; without these the addresses of its
        customers at Stripe, an organisation's with those of its companies. () where there are none.
    """
    ids = list(account_ids)
    parents = _parents(session, ids)
    kept = _kept(session, {*parents, *filter(None, parents.values())})
    found: dict[int, tuple[ContactLine, ...]] = {}
    for account_id, parent_id in parents.items():
        own = [_line(row, KnownFrom.OWN) for row in kept.get(account_id, ())]
        wider = [_line(row, KnownFrom.ORGANISATION) for row in kept.get(parent_id or 0, ())]
        found[account_id] = tuple(own or wider)
    without = [account_id for account_id, lines in found.items() if not lines]
    return found | _at_stripe(session, without)


def _parents(session: Reading, ids: Collection[int]) -> dict[int, int | None]:
    statement = select(ACCOUNTS.c.id, ACCOUNTS.c.parent_id).where(is_among(ACCOUNTS.c.id, "ids"))
    rows = session.connection().execute(statement, {"ids": ids})
    return {row.id: row.parent_id for row in rows}


def _kept(session: Reading, ids: Collection[int]) -> dict[int, list[Any]]:
    statement = (
        select(_CONTACTS)
        .where(is_among(_CONTACTS.c.account_id, "ids"), _CONTACTS.c.removed_at.is_(None))
        .order_by(_CONTACTS.c.id)
    )
    found: dict[int, list[Any]] = {}
    for row in session.connection().execute(statement, {"ids": list(ids)}):
        found.setdefault(row.account_id, []).append(row)
    return found


def _line(row: Any, known_from: KnownFrom) -> ContactLine:
    return ContactLine(row.id, row.name, row.email, known_from)


def _at_stripe(session: Reading, ids: Collection[int]) -> dict[int, tuple[ContactLine, ...]]:
    if not ids:
        return {}
    rows = session.connection().execute(_addresses(), {"ids": list(ids)})
    found: dict[int, dict[str, ContactLine]] = {}
    for row in rows:
        line = ContactLine(None, row.name or "", row.email, KnownFrom.STRIPE, row.customer_id)
        found.setdefault(row.account_id, {}).setdefault(row.email.casefold(), line)
    return {account_id: tuple(lines.values()) for account_id, lines in found.items()}


def _addresses() -> Select[Any]:
    """The addresses at Stripe, the newest customer's of each account first."""
    place = func.row_number().over(
        partition_by=ACCOUNTS.c.id, order_by=(_CUSTOMERS.c.created_at.desc(), _CUSTOMERS.c.id)
    )
    members = ACCOUNTS.alias("member")
    placed = (
        select(
            ACCOUNTS.c.id.label("account_id"),
            _CUSTOMERS.c.id.label("customer_id"),
            _CUSTOMERS.c.name,
            _CUSTOMERS.c.email,
            place.label("place"),
        )
        .select_from(
            ACCOUNTS.join(
                members, or_(members.c.id == ACCOUNTS.c.id, members.c.parent_id == ACCOUNTS.c.id)
            ).join(_CUSTOMERS, _CUSTOMERS.c.account_id == members.c.id)
        )
        .where(
            is_among(ACCOUNTS.c.id, "ids"),
            _CUSTOMERS.c.email.is_not(None),
            _CUSTOMERS.c.email != "",
            _CUSTOMERS.c.deleted_at.is_(None),
        )
        .subquery()
    )
    return select(placed).where(placed.c.place <= AT_STRIPE_MAX).order_by(placed.c.place)
