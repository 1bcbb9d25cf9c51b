"""Builders: rows of the mirror as a test wants them, the rest filled with what is usual.

Each writes straight through the models, in a transaction of its own, and gives what a test needs
to go on. `make_invoice(database, due=usd(500), due_on=date(2026, 11, 1))` is an open invoice of a
customer of its own, with one usage line over the whole amount.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.clock import last_day_of, local_day, start_of_day, zone_of
from bot.database import Database
from bot.mirror.names import domain_of, fold, skeleton
from bot.models import (
    Account,
    AccountName,
    Customer,
    Invoice,
    InvoiceLine,
    Subscription,
    SyncMark,
)
from bot.money import Money
from bot.queries.sight import Sight

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
_numbers = itertools.count(1)


def usd(minor: int) -> Money:
    """US dollars, in cents."""
    return Money(minor, "usd")


def make_sight(**changes: Any) -> Sight:
    """Somebody who may see everything, at NOW by both clocks."""
    everything = Sight(
        scope=None, drafts=True, now=NOW, real_now=NOW, alarm=timedelta(minutes=15), zone="UTC"
    )
    return replace(everything, **changes)


@dataclass(frozen=True, slots=True)
class MadeCustomer:
    """A customer in the database, with its account's id and zone."""

    id: str
    account_id: int
    zone: str


def make_customer(
    database: Database,
    name: str | None = None,
    *,
    id: str | None = None,  # noqa: A002 - as Stripe calls it
    email: str | None = None,
    organisation: str | None = None,
    company: str | None = None,
    zone: str = "UTC",
    created_at: datetime = NOW - timedelta(days=700),
) -> MadeCustomer:
    """A customer with its account, and with its organisation's where it has one."""
    number = next(_numbers)
    id = id or f"cus_{number:08d}"  # noqa: A001 - the same
    name = f"Customer {number}" if name is None else name
    with database.writing() as session:
        above = _account(session, f"organisation:{organisation}", organisation, zone, None)
        own = _account(session, f"company:{organisation or ''}›{company}", company, zone, above)
        account = own or above or _account(session, f"customer:{id}", name, zone, None)
        assert account is not None
        session.add(_customer(id, account.id, name, email, created_at))
        if own and above:
            session.add(_account_name(above.id, "name", str(organisation), id))
        names = {("name", account.name), ("name", name), ("id", id)}
        if email:
            names |= {("email", email), ("domain", domain_of(email) or "")}
        session.add_all(_account_name(account.id, *found, id) for found in names if found[1])
        return MadeCustomer(id=id, account_id=account.id, zone=zone)


def _account(
    session: Session, key: str, name: str | None, zone: str, parent: Account | None
) -> Account | None:
    if name is None:
        return None
    account = session.scalar(select(Account).where(Account.key == key))
    if account is None:
        account = Account(
            key=key,
            kind=key.partition(":")[0],
            name=name,
            parent_id=parent.id if parent else None,
            time_zone=zone,
        )
        session.add(account)
        session.flush()
    return account


def _customer(
    id: str,  # noqa: A002 - as Stripe calls it
    account_id: int,
    name: str,
    email: str | None,
    created_at: datetime,
) -> Customer:
    return Customer(
        id=id,
        account_id=account_id,
        name=name,
        email=email,
        balance_minor=0,
        is_delinquent=False,
        meta={},
        created_at=created_at,
        ticket=1,
    )


def _account_name(account_id: int, kind: str, value: str, customer_id: str) -> AccountName:
    return AccountName(
        account_id=account_id,
        kind=kind,
        value=value,
        customer_id=customer_id,
        folded=fold(value),
        skeleton=skeleton(value),
    )


def make_line(amount: int, *, part: str = "usage", **fields: Any) -> dict[str, Any]:
    """A line's fields, for make_invoice(lines=…); one of October unless it is told otherwise."""
    return {
        "id": f"il_{next(_numbers):08d}",
        "part": part,
        "amount_minor": amount,
        "discount_minor": 0,
        "is_proration": False,
        "starts_at": datetime(2026, 10, 1, tzinfo=UTC),
        "ends_at": datetime(2026, 11, 1, tzinfo=UTC),
        "taxes": [],
        **fields,
    }


def make_invoice(
    database: Database,
    *,
    due: Money | None = None,
    customer: MadeCustomer | None = None,
    status: str = "open",
    due_on: date | None = None,
    lines: Sequence[dict[str, Any]] | None = None,
    **fields: Any,
) -> str:
    """An invoice with its lines; gives its id.

    Shape: `fields` are columns of Invoice and win over what is worked out here: the number, the
    days in the account's zone, and amounts as an invoice has them on which nothing else happened.
    """
    due = usd(10_000) if due is None else due
    customer = customer or make_customer(database)
    lines = [make_line(due.minor)] if lines is None else lines
    row = _invoice_row(due, customer, status, due_on) | {"lines_count": len(lines)} | fields
    row |= _worked_out(row, customer.zone, due_on)
    row |= fields
    with database.writing() as session:
        session.add(Invoice(**row))
        session.flush()
        session.add_all(
            InvoiceLine(invoice_id=row["id"], position=position, **line)
            for position, line in enumerate(lines)
        )
    return str(row["id"])


def _invoice_row(
    due: Money, customer: MadeCustomer, status: str, due_on: date | None
) -> dict[str, Any]:
    number = next(_numbers)
    is_final, is_paid = status != "draft", status == "paid"
    finalized_at = datetime(2026, 11, 1, 10, tzinfo=UTC)
    amounts = dict.fromkeys(
        (
            *("overpaid_minor", "discount_minor", "tax_minor", "inclusive_tax_minor"),
            *("shipping_minor", "credit_grants_minor", "starting_balance_minor"),
            *("pre_payment_credit_minor", "post_payment_credit_minor"),
        ),
        0,
    )
    return amounts | {
        "id": f"in_{number:08d}",
        "short_number": 1000 + number if is_final else None,
        "number": f"TEST-{number:04d}" if is_final else None,
        "customer_id": customer.id,
        "account_id": customer.account_id,
        "status": status,
        "currency": due.currency,
        "collection_method": "send_invoice" if due_on else "charge_automatically",
        "subtotal_minor": due.minor,
        "total_minor": due.minor,
        "due_minor": due.minor,
        "paid_minor": due.minor if is_paid else 0,
        "remaining_minor": 0 if is_paid else due.minor,
        "ending_balance_minor": 0 if is_final else None,
        "taxes": [],
        "attempt_count": 0,
        "was_attempted": False,
        "created_at": finalized_at - timedelta(hours=1),
        "finalized_at": finalized_at if is_final else None,
        "covers_from_at": datetime(2026, 10, 1, tzinfo=UTC),
        "covers_until_at": datetime(2026, 11, 1, tzinfo=UTC),
        "lines_digest": "",
        "meta": {},
        "ticket": 1,
    }


def _worked_out(row: dict[str, Any], zone_name: str, due_on: date | None) -> dict[str, Any]:
    """What the mirror derives from the rest of the row."""
    zone = zone_of(zone_name)
    overdue_at = row.get("first_failed_at")
    late_since_on = None if overdue_at is None else local_day(overdue_at, zone)
    if due_on is not None:
        overdue_at, late_since_on = start_of_day(due_on + timedelta(days=1), zone), due_on
    finalized_at = row["finalized_at"]
    return {
        "number_folded": None if row["number"] is None else fold(row["number"]),
        "search_text": fold(f"{row['number'] or ''} {row.get('description') or ''}"),
        "issued_on": None if finalized_at is None else local_day(finalized_at, zone),
        "due_on": due_on,
        "due_at": None if due_on is None else start_of_day(due_on, zone) + timedelta(hours=12),
        "covers_until_on": last_day_of(row["covers_until_at"], zone),
        "overdue_at": overdue_at,
        "late_since_on": late_since_on,
    }


def mark_swept(database: Database, *, business_at: datetime = NOW, real_at: datetime = NOW) -> None:
    """Say that the mirror knew all that Stripe had to tell at this moment."""
    with database.writing() as session:
        session.merge(SyncMark(name="swept", business_at=business_at, real_at=real_at))


def make_subscription(
    database: Database,
    customer: MadeCustomer,
    *,
    period: tuple[date, date],
    status: str = "active",
    started_on: date | None = None,
    ended_on: date | None = None,
    anchor_day: int | None = None,
) -> str:
    """A subscription with one item whose current period has these days, the last one included.

    Shape: it began when the period did unless `started_on` says otherwise; `ended_on` is its last
    day. Days are in the customer's zone.
    """
    zone = zone_of(customer.zone)
    first_day, last_day = period
    begun = start_of_day(started_on or first_day, zone)
    anchor = (started_on or first_day).replace(day=anchor_day or first_day.day)
    item = {
        "id": f"si_{next(_numbers):08d}",
        "price_id": None,
        "quantity": None,
        "period_start": int(start_of_day(first_day, zone).timestamp()),
        "period_end": int(start_of_day(last_day + timedelta(days=1), zone).timestamp()),
    }
    made = Subscription(
        id=f"sub_{next(_numbers):08d}",
        customer_id=customer.id,
        status=status,
        currency="usd",
        collection_method="send_invoice",
        items=[item],
        meta={},
        anchor_at=start_of_day(anchor, zone),
        started_at=begun,
        ended_at=start_of_day(ended_on + timedelta(days=1), zone) if ended_on else None,
        created_at=begun,
        ticket=1,
    )
    with database.writing() as session:
        session.add(made)
        return made.id
