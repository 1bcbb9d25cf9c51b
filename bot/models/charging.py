"""Charging a whole balance: one row for what somebody asked for, and one for each invoice of it."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
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

_BIG_ID = BigInteger().with_variant(Integer, "sqlite")


class BalanceCharge(Base):
    """All open invoices of an account in one currency, charged one after the other.

    `press` is the dialog that was sent, so that sending it twice is one charge; `basis` and
    `request_id` say by which right, as the audit trail has it.
    """

    __tablename__ = "balance_charges"

    id: Mapped[int] = mapped_column(_BIG_ID, primary_key=True)
    press: Mapped[str] = mapped_column(String(128), unique=True)
    account_id: Mapped[int] = mapped_column(Integer, ForeignKey("accounts.id"))
    currency: Mapped[str] = mapped_column(String(3))
    asked_by: Mapped[str] = mapped_column(String(32))
    basis: Mapped[str] = mapped_column(String(64))
    request_id: Mapped[str] = mapped_column(String(64))
    asked_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class ChargedInvoice(Base):
    """One invoice of such a charge: what is taken by which method, and what came of it.

    Shape: `position` counts from 0, oldest first. `result` is None until its turn is over; `detail`
        is a decline code of Stripe's, or a sentence, as the result has it.
    """

    __tablename__ = "charged_invoices"

    charge_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("balance_charges.id"), primary_key=True
    )
    position: Mapped[int] = mapped_column(Integer, primary_key=True)
    invoice_id: Mapped[str] = mapped_column(String(255))
    account_id: Mapped[int] = mapped_column(Integer)
    name: Mapped[str] = mapped_column(String(64))
    amount_minor: Mapped[int]
    method_id: Mapped[str] = mapped_column(String(255))
    method_name: Mapped[str] = mapped_column(String(120))
    result: Mapped[str | None] = mapped_column(String(32))
    detail: Mapped[str] = mapped_column(Text)
    settled_at: Mapped[datetime | None]


# No invoice is in two charges at a time, whoever asks for them.
UNCHARGED: ColumnElement[bool] = literal_column("result IS NULL")
Index(
    "ix_charged_invoices_uncharged",
    ChargedInvoice.invoice_id,
    unique=True,
    sqlite_where=UNCHARGED,
    postgresql_where=UNCHARGED,
)
