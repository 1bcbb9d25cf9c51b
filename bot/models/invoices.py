"""Invoices with their lines, states, payments and credit notes, as Stripe told us.

Written by bot.mirror alone; tickets, deletions and amounts are as bot.models.catalog says.

Source: the fields of docs.stripe.com/api in version 2026-10-28.endive.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    Computed,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    literal_column,
)
from sqlalchemy.orm import Mapped, mapped_column

from bot.models.base import Base


class Invoice(Base):
    """An invoice, with what we derive from it in its account's zone.

    `due_on`, `issued_on` and `covers_until_on` are local days. `overdue_at` is the moment from
    which an open invoice counts as Past Due: the end of its due day, or its first failed automatic
    attempt; None while there is neither. Past Due is judged with it, never stored as a status.
    `late_since_on` is the local day from which the days late of such an invoice count: its due day,
    or that of the failed attempt.
    """

    __tablename__ = "invoices"

    id: Mapped[str] = mapped_column(String(255), primary_key=True)
    short_number: Mapped[int | None] = mapped_column(Integer, unique=True)
    number: Mapped[str | None] = mapped_column(String(64))
    # The number as people may type it: folded by bot.mirror.names.fold.
    number_folded: Mapped[str | None] = mapped_column(String(64), index=True)
    # The stable part of the hosted page's address, to find an invoice by its link; no link itself.
    hosted_key: Mapped[str | None] = mapped_column(String(255), index=True)
    customer_id: Mapped[str] = mapped_column(String(255), index=True)
    account_id: Mapped[int] = mapped_column(Integer, ForeignKey("accounts.id"))
    status: Mapped[str] = mapped_column(String(32))
    currency: Mapped[str] = mapped_column(String(3))
    collection_method: Mapped[str] = mapped_column(String(32))
    billing_reason: Mapped[str | None] = mapped_column(String(64))
    description: Mapped[str | None] = mapped_column(Text)
    # Number, customer's name and description, folded: what `text:` looks through.
    search_text: Mapped[str] = mapped_column(Text)
    subtotal_minor: Mapped[int]
    total_minor: Mapped[int]
    due_minor: Mapped[int]  # Stripe's amount_due: the total less credit balance and credit notes.
    paid_minor: Mapped[int]
    remaining_minor: Mapped[int]
    overpaid_minor: Mapped[int]
    discount_minor: Mapped[int]
    tax_minor: Mapped[int]  # Tax on top of the lines; what is inside their prices is not in here.
    inclusive_tax_minor: Mapped[int]
    shipping_minor: Mapped[int]
    credit_grants_minor: Mapped[int]  # Billing credits taken off before tax.
    starting_balance_minor: Mapped[int]
    ending_balance_minor: Mapped[int | None]
    pre_payment_credit_minor: Mapped[int]
    post_payment_credit_minor: Mapped[int]
    # One entry per tax on top: amount, rate_id, taxable_amount, reason.
    taxes: Mapped[list[Any]] = mapped_column(JSON)
    subscription_id: Mapped[str | None] = mapped_column(String(255))
    from_invoice_id: Mapped[str | None] = mapped_column(String(255))
    attempt_count: Mapped[int]
    was_attempted: Mapped[bool]
    next_attempt_at: Mapped[datetime | None]
    first_failed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    effective_at: Mapped[datetime | None]
    finalized_at: Mapped[datetime | None]
    # What lists are ordered by; the database works it out, so nobody writes it.
    dated_at: Mapped[datetime] = mapped_column(
        Computed("coalesce(finalized_at, created_at)", persisted=True)
    )
    paid_at: Mapped[datetime | None]
    voided_at: Mapped[datetime | None]
    uncollectible_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    auto_finalizes_at: Mapped[datetime | None]
    # Half-open: what the usage lines cover, else what all lines cover, else Stripe's own period.
    covers_from_at: Mapped[datetime]
    covers_until_at: Mapped[datetime]
    issued_on: Mapped[date | None]
    due_on: Mapped[date | None]
    covers_until_on: Mapped[date]
    overdue_at: Mapped[datetime | None]
    late_since_on: Mapped[date | None]
    lines_count: Mapped[int]
    lines_digest: Mapped[str] = mapped_column(String(64))
    meta: Mapped[dict[str, Any]] = mapped_column(JSON)
    deleted_at: Mapped[datetime | None]
    ticket: Mapped[int]


# SQLite uses a partial index only where the query says the predicate with the same literal.
OPEN: ColumnElement[bool] = literal_column("status = 'open'")
PRESENT: ColumnElement[bool] = literal_column("deleted_at IS NULL")
# What was paid after it was due, or after an attempt to collect it had failed.
PAID_LATE: ColumnElement[bool] = literal_column(
    "status = 'paid' AND (paid_at > overdue_at OR first_failed_at IS NOT NULL)"
)
# Newest first, for lists of one account and of the whole book. What a list filters by stands in
# the index, so that counting a million invoices reads none of them; SQLite wants the columns of a
# predicate there too, or it reads the row to see what the index has already said.
Index(
    "ix_invoices_account_dated",
    Invoice.account_id,
    Invoice.dated_at,
    Invoice.id,
    Invoice.status,
    Invoice.deleted_at,
)
Index(
    "ix_invoices_dated",
    Invoice.dated_at,
    Invoice.id,
    Invoice.status,
    Invoice.deleted_at,
    Invoice.issued_on,
    Invoice.currency,
    Invoice.total_minor,
)
# For lists of what is open or Past Due.
Index(
    "ix_invoices_open",
    Invoice.overdue_at,
    Invoice.account_id,
    Invoice.currency,
    Invoice.remaining_minor,
    Invoice.status,
    Invoice.deleted_at,
    sqlite_where=OPEN,
    postgresql_where=OPEN,
)
# For sums over what is owed, by account and by how late it is: they read nothing but this.
Index(
    "ix_invoices_owed",
    Invoice.account_id,
    Invoice.currency,
    Invoice.late_since_on,
    Invoice.overdue_at,
    Invoice.remaining_minor,
    Invoice.status,
    Invoice.deleted_at,
    sqlite_where=OPEN,
    postgresql_where=OPEN,
)
Index(
    "ix_invoices_open_dated",
    Invoice.dated_at,
    Invoice.id,
    Invoice.overdue_at,
    Invoice.remaining_minor,
    Invoice.status,
    Invoice.deleted_at,
    sqlite_where=OPEN,
    postgresql_where=OPEN,
)
# For what came in since a moment of what was past due.
Index(
    "ix_invoices_paid_late",
    Invoice.paid_at,
    sqlite_where=PAID_LATE,
    postgresql_where=PAID_LATE,
)


class InvoiceLine(Base):
    """One line of an invoice, in Stripe's order.

    `part` is where the card shows it: usage, fixed or adjustment.
    """

    __tablename__ = "invoice_lines"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 - SQLAlchemy's form

    invoice_id: Mapped[str] = mapped_column(
        String(255), ForeignKey("invoices.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(Integer, primary_key=True)
    id: Mapped[str] = mapped_column(String(255))
    part: Mapped[str] = mapped_column(String(16))
    description: Mapped[str | None] = mapped_column(Text)
    amount_minor: Mapped[int]
    discount_minor: Mapped[int]
    quantity: Mapped[str | None] = mapped_column(String(40))  # A decimal, as Stripe writes it.
    unit_amount_decimal: Mapped[str | None] = mapped_column(String(40))  # In minor units.
    price_id: Mapped[str | None] = mapped_column(String(255))
    product_id: Mapped[str | None] = mapped_column(String(255))
    subscription_id: Mapped[str | None] = mapped_column(String(255))
    subscription_item_id: Mapped[str | None] = mapped_column(String(255))
    is_proration: Mapped[bool]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    taxes: Mapped[list[Any]] = mapped_column(JSON)


class InvoiceState(Base):
    """A distinct state that an invoice was in; the current one is the newest by `effective_at`."""

    __tablename__ = "invoice_states"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    invoice_id: Mapped[str] = mapped_column(String(255))
    status: Mapped[str] = mapped_column(String(32))
    currency: Mapped[str] = mapped_column(String(3))
    total_minor: Mapped[int]
    due_minor: Mapped[int]
    paid_minor: Mapped[int]
    remaining_minor: Mapped[int]
    due_at: Mapped[datetime | None]
    lines_digest: Mapped[str | None] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))
    effective_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    source: Mapped[str] = mapped_column(String(300))  # event:evt_…, read, backfill, command:…


Index("ix_invoice_states_invoice_id", InvoiceState.invoice_id, InvoiceState.effective_at)


class InvoicePayment(Base):
    """A payment, or the intention of one, towards one invoice."""

    __tablename__ = "invoice_payments"

    id: Mapped[str] = mapped_column(String(255), primary_key=True)
    invoice_id: Mapped[str] = mapped_column(String(255), index=True)
    currency: Mapped[str] = mapped_column(String(3))
    requested_minor: Mapped[int]
    paid_minor: Mapped[int | None]
    status: Mapped[str] = mapped_column(String(32))
    is_default: Mapped[bool]
    payment_kind: Mapped[str | None] = mapped_column(String(32))
    payment_id: Mapped[str | None] = mapped_column(String(255), index=True)
    created_at: Mapped[datetime]
    paid_at: Mapped[datetime | None]
    canceled_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    ticket: Mapped[int]


class CreditNote(Base):
    """A document that lowers an issued invoice."""

    __tablename__ = "credit_notes"

    id: Mapped[str] = mapped_column(String(255), primary_key=True)
    invoice_id: Mapped[str] = mapped_column(String(255), index=True)
    customer_id: Mapped[str] = mapped_column(String(255), index=True)
    number: Mapped[str] = mapped_column(String(64))
    status: Mapped[str] = mapped_column(String(32))
    kind: Mapped[str] = mapped_column(String(32))
    currency: Mapped[str] = mapped_column(String(3))
    amount_minor: Mapped[int]
    pre_payment_minor: Mapped[int]
    post_payment_minor: Mapped[int]
    reason: Mapped[str | None] = mapped_column(String(64))
    memo: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    effective_at: Mapped[datetime | None]
    voided_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    ticket: Mapped[int]
