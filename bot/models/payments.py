"""How customers pay and what became of it, as Stripe told us: methods, charges, credit, disputes.

Written by bot.mirror alone; tickets, deletions and amounts are as bot.models.catalog says.

Source: the fields of docs.stripe.com/api in version 2026-10-28.endive.
"""

from datetime import datetime

from sqlalchemy import Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from bot.models.base import Base


class PaymentMethod(Base):
    """A card or an account that a customer can be charged by.

    One that was detached has no customer any more, or is marked deleted: it is nobody's then. The
    one that applies is named by the subscription or by the customer, and may be none of these.
    """

    __tablename__ = "payment_methods"

    id: Mapped[str] = mapped_column(String(255), primary_key=True)
    customer_id: Mapped[str | None] = mapped_column(String(255), index=True)
    kind: Mapped[str] = mapped_column(String(32))  # card, us_bank_account, sepa_debit, link, …
    brand: Mapped[str | None] = mapped_column(String(64))  # visa; of an account its bank.
    last4: Mapped[str | None] = mapped_column(String(8))
    exp_month: Mapped[int | None] = mapped_column(Integer)
    exp_year: Mapped[int | None] = mapped_column(Integer)
    created_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
    ticket: Mapped[int]


class Charge(Base):
    """One try to take money, whether it succeeded or failed.

    Its invoice is found through InvoicePayment, by `payment_intent_id` or by its own id.
    """

    __tablename__ = "charges"

    id: Mapped[str] = mapped_column(String(255), primary_key=True)
    customer_id: Mapped[str | None] = mapped_column(String(255), index=True)
    payment_intent_id: Mapped[str | None] = mapped_column(String(255), index=True)
    payment_method_id: Mapped[str | None] = mapped_column(String(255))
    status: Mapped[str] = mapped_column(String(32))  # succeeded, pending, failed
    currency: Mapped[str] = mapped_column(String(3))
    amount_minor: Mapped[int]
    captured_minor: Mapped[int]
    refunded_minor: Mapped[int]
    is_disputed: Mapped[bool]
    # What was charged, as it was then: the method may have changed since.
    method_kind: Mapped[str | None] = mapped_column(String(32))
    method_brand: Mapped[str | None] = mapped_column(String(64))
    method_last4: Mapped[str | None] = mapped_column(String(8))
    failure_code: Mapped[str | None] = mapped_column(String(64))
    failure_message: Mapped[str | None] = mapped_column(Text)
    description: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
    ticket: Mapped[int]


class Refund(Base):
    """Money given back of one charge."""

    __tablename__ = "refunds"

    id: Mapped[str] = mapped_column(String(255), primary_key=True)
    charge_id: Mapped[str | None] = mapped_column(String(255), index=True)
    payment_intent_id: Mapped[str | None] = mapped_column(String(255), index=True)
    # pending, requires_action, succeeded, failed, canceled
    status: Mapped[str] = mapped_column(String(32))
    currency: Mapped[str] = mapped_column(String(3))
    amount_minor: Mapped[int]
    reason: Mapped[str | None] = mapped_column(String(64))
    failure_reason: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
    ticket: Mapped[int]


class Dispute(Base):
    """A chargeback: a bank takes a charge back. Not to be confused with a contested invoice.

    Its invoice is found as that of its charge is: see Charge.
    """

    __tablename__ = "disputes"

    id: Mapped[str] = mapped_column(String(255), primary_key=True)
    charge_id: Mapped[str] = mapped_column(String(255), index=True)
    payment_intent_id: Mapped[str | None] = mapped_column(String(255), index=True)
    # needs_response, under_review, won, lost, prevented, warning_*, appeal_*
    status: Mapped[str] = mapped_column(String(32))
    reason: Mapped[str] = mapped_column(String(64))
    currency: Mapped[str] = mapped_column(String(3))
    amount_minor: Mapped[int]
    respond_by_at: Mapped[datetime | None]  # None where no response is possible.
    has_evidence: Mapped[bool]
    submissions_count: Mapped[int]
    is_charge_refundable: Mapped[bool]
    created_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
    ticket: Mapped[int]


class CustomerBalanceTransaction(Base):
    """A change of what a customer owes beside its invoices; credit is negative, as at Stripe.

    Their sum in a currency is the customer's balance in it.
    """

    __tablename__ = "customer_balance_transactions"

    id: Mapped[str] = mapped_column(String(255), primary_key=True)
    customer_id: Mapped[str] = mapped_column(String(255), index=True)
    kind: Mapped[str] = mapped_column(String(64))  # adjustment, applied_to_invoice, credit_note, …
    currency: Mapped[str] = mapped_column(String(3))
    amount_minor: Mapped[int]
    ending_balance_minor: Mapped[int]
    description: Mapped[str | None] = mapped_column(Text)
    invoice_id: Mapped[str | None] = mapped_column(String(255), index=True)
    credit_note_id: Mapped[str | None] = mapped_column(String(255))
    created_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
    ticket: Mapped[int]
