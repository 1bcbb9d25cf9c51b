"""Who buys what: accounts, customers, products, meters, prices, subscriptions, as Stripe told us.

Written by bot.mirror alone. Every row of Stripe's carries a `ticket`: the number of the read that
it came from, drawn before that read began. A lower one never overwrites a higher one, so no clock
is needed to tell older from newer. Rows that Stripe deleted stay, with `deleted_at`. Columns that
end in `_minor` are in the row's own currency.

Source: the fields of docs.stripe.com/api in version 2026-10-28.endive.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    literal_column,
)
from sqlalchemy.orm import Mapped, mapped_column

from bot.models.base import Base


class Account(Base):
    """Who owes: an organisation, a company (perhaps of one), or a customer on its own.

    `key` is the identity and is never folded: organisation:Acme, company:Acme›East, customer:cus_1.
    """

    __tablename__ = "accounts"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    key: Mapped[str] = mapped_column(Text, unique=True)
    kind: Mapped[str] = mapped_column(String(16))  # organisation, company, customer
    name: Mapped[str] = mapped_column(Text)
    parent_id: Mapped[int | None] = mapped_column(Integer, ForeignKey("accounts.id"), index=True)
    time_zone: Mapped[str] = mapped_column(String(64))


class AccountName(Base):
    """Something that an account is found by; several may stand for one account.

    `folded` and `skeleton` are the value as bot.mirror.names makes them, for search only: two
    values with one skeleton look alike to a person.
    """

    __tablename__ = "account_names"

    account_id: Mapped[int] = mapped_column(Integer, ForeignKey("accounts.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)  # name, email, domain, id
    value: Mapped[str] = mapped_column(Text, primary_key=True)
    customer_id: Mapped[str] = mapped_column(String(255), primary_key=True)
    folded: Mapped[str] = mapped_column(Text, index=True)
    skeleton: Mapped[str] = mapped_column(Text, index=True)


class Customer(Base):
    """A customer at Stripe."""

    __tablename__ = "customers"

    id: Mapped[str] = mapped_column(String(255), primary_key=True)
    account_id: Mapped[int] = mapped_column(Integer, ForeignKey("accounts.id"), index=True)
    name: Mapped[str | None] = mapped_column(Text)
    email: Mapped[str | None] = mapped_column(Text)
    description: Mapped[str | None] = mapped_column(Text)
    currency: Mapped[str | None] = mapped_column(String(3))
    # What it owes beside its invoices, in `currency`; credit is negative. In other currencies it
    # may have a balance too: the sum of its CustomerBalanceTransactions.
    balance_minor: Mapped[int]
    # By currency, and None where Stripe leaves it out. Its manual gives these the other sign than
    # `balance`, so they only tell in which currencies there is one.
    invoice_credit_balance: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    is_delinquent: Mapped[bool]
    invoice_prefix: Mapped[str | None] = mapped_column(String(32))
    # What its invoices are charged to where their subscription names none: this, else the source.
    default_payment_method: Mapped[str | None] = mapped_column(String(255))
    default_source: Mapped[str | None] = mapped_column(String(255))
    address: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    # The type and the value of each, in one order; None for none.
    tax_ids: Mapped[list[Any] | None] = mapped_column(JSON)
    meta: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
    ticket: Mapped[int]


# SQLite uses a partial index only where the query says the predicate with the same literal.
HAS_BALANCE: ColumnElement[bool] = literal_column("balance_minor <> 0")
# For credit that is not applied yet, over the whole book: few customers have any.
Index(
    "ix_customers_balance",
    Customer.account_id,
    Customer.currency,
    Customer.balance_minor,
    Customer.deleted_at,
    sqlite_where=HAS_BALANCE,
    postgresql_where=HAS_BALANCE,
)


class Product(Base):
    """What is sold."""

    __tablename__ = "products"

    id: Mapped[str] = mapped_column(String(255), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    description: Mapped[str | None] = mapped_column(Text)
    unit_label: Mapped[str | None] = mapped_column(String(64))
    is_active: Mapped[bool]
    meta: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
    ticket: Mapped[int]


class Meter(Base):
    """What usage is counted by; its figures are kept apart."""

    __tablename__ = "meters"

    id: Mapped[str] = mapped_column(String(255), primary_key=True)
    event_name: Mapped[str] = mapped_column(String(255), index=True)
    display_name: Mapped[str] = mapped_column(Text)
    aggregation: Mapped[str] = mapped_column(String(32))  # sum, count, last
    event_time_window: Mapped[str | None] = mapped_column(String(16))  # hour, day
    # What an event's payload calls the customer and the value.
    customer_key: Mapped[str] = mapped_column(String(255))
    value_key: Mapped[str] = mapped_column(String(255))
    status: Mapped[str] = mapped_column(String(32))  # active, inactive
    created_at: Mapped[datetime]
    deactivated_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    ticket: Mapped[int]


class Price(Base):
    """What a unit of a product costs, and whether it is metered."""

    __tablename__ = "prices"

    id: Mapped[str] = mapped_column(String(255), primary_key=True)
    product_id: Mapped[str | None] = mapped_column(String(255))
    currency: Mapped[str] = mapped_column(String(3))
    nickname: Mapped[str | None] = mapped_column(Text)
    is_active: Mapped[bool]
    kind: Mapped[str] = mapped_column(String(16))  # one_time, recurring
    usage_type: Mapped[str | None] = mapped_column(String(32))  # metered, licensed
    meter_id: Mapped[str | None] = mapped_column(String(255))
    billing_scheme: Mapped[str] = mapped_column(String(32))
    unit_amount_decimal: Mapped[str | None] = mapped_column(String(40))
    tiers_mode: Mapped[str | None] = mapped_column(String(32))
    tiers: Mapped[list[Any] | None] = mapped_column(JSON)
    transform_quantity: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    interval: Mapped[str | None] = mapped_column(String(16))
    interval_count: Mapped[int | None]
    meta: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
    ticket: Mapped[int]


class Subscription(Base):
    """What a customer has agreed to pay for, item by item."""

    __tablename__ = "subscriptions"

    id: Mapped[str] = mapped_column(String(255), primary_key=True)
    customer_id: Mapped[str] = mapped_column(String(255), index=True)
    status: Mapped[str] = mapped_column(String(32))
    currency: Mapped[str] = mapped_column(String(3))
    collection_method: Mapped[str] = mapped_column(String(32))
    days_until_due: Mapped[int | None]
    # What its invoices are charged to; the customer's where both are None.
    default_payment_method: Mapped[str | None] = mapped_column(String(255))
    default_source: Mapped[str | None] = mapped_column(String(255))
    description: Mapped[str | None] = mapped_column(Text)
    # One entry per item: id, price_id, quantity, period_start and period_end as Unix seconds.
    items: Mapped[list[Any]] = mapped_column(JSON)
    meta: Mapped[dict[str, Any]] = mapped_column(JSON)
    anchor_at: Mapped[datetime]
    started_at: Mapped[datetime]
    cancel_at: Mapped[datetime | None]
    canceled_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
    ticket: Mapped[int]
