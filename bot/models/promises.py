"""Promises to pay that customers gave, and snoozes: why nobody is asked for money for a while."""

from datetime import date, datetime

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


class PromiseToPay(Base):
    """A customer's word to pay so much by a day; decided by what arrives, and by nobody.

    `state` is pending, kept, partly_kept, broken or cancelled. `due_minor` and `paid_minor` are
    what it was for in the end, and what of that arrived in time; None while it is pending.
    Moments are the business clock's.
    """

    __tablename__ = "promises_to_pay"

    id: Mapped[int] = mapped_column(_BIG_ID, primary_key=True)
    account_id: Mapped[int] = mapped_column(Integer, ForeignKey("accounts.id"), index=True)
    currency: Mapped[str] = mapped_column(String(3))
    amount_minor: Mapped[int]
    # The day that was promised, and the last one on which a payment still keeps the promise.
    promised_on: Mapped[date]
    grace_on: Mapped[date]
    note: Mapped[str] = mapped_column(Text)
    # Who of the customer's people said it, and where: a link, a call, an e-mail.
    said_by: Mapped[str] = mapped_column(Text)
    said_where: Mapped[str] = mapped_column(Text)
    recorded_by: Mapped[str] = mapped_column(String(32))
    recorded_at: Mapped[datetime]
    # The dialog that it was recorded with, by Slack's name.
    press: Mapped[str] = mapped_column(String(128), unique=True)
    state: Mapped[str] = mapped_column(String(16))
    due_minor: Mapped[int | None]
    paid_minor: Mapped[int | None]
    ended_at: Mapped[datetime | None]
    # Of a cancelled one: who did so, with which dialog, and why; None for what nobody did.
    cancelled_by: Mapped[str | None] = mapped_column(String(32))
    cancelled_press: Mapped[str | None] = mapped_column(String(128), unique=True)
    cancelled_why: Mapped[str | None] = mapped_column(Text)


class PromisedInvoice(Base):
    """An invoice that a promise is about, as it was when the promise was recorded."""

    __tablename__ = "promised_invoices"

    promise_id: Mapped[int] = mapped_column(ForeignKey("promises_to_pay.id"), primary_key=True)
    invoice_id: Mapped[str] = mapped_column(
        String(255), ForeignKey("invoices.id"), primary_key=True, index=True
    )
    # What was paid of it before: that keeps no promise.
    paid_before_minor: Mapped[int]
    remaining_minor: Mapped[int]
    # The most that was seen to have been paid since, while payments were in time.
    paid_in_time_minor: Mapped[int]


# SQLite uses a partial index only where the query says the predicate with the same literal.
PROMISE_PENDING: ColumnElement[bool] = literal_column("promises_to_pay.state = 'pending'")
_IS_PENDING: ColumnElement[bool] = literal_column("state = 'pending'")
Index(
    "ix_promises_to_pay_pending",
    PromiseToPay.account_id,
    PromiseToPay.currency,
    unique=True,
    sqlite_where=_IS_PENDING,
    postgresql_where=_IS_PENDING,
)
# What is judged when its last day is over.
Index(
    "ix_promises_to_pay_grace",
    PromiseToPay.grace_on,
    sqlite_where=_IS_PENDING,
    postgresql_where=_IS_PENDING,
)


class Snooze(Base):
    """An account, with its companies, that nobody chases until a day, on which that begins again.

    `ended_at` when somebody ended it before. Moments are the business clock's.
    """

    __tablename__ = "snoozes"

    id: Mapped[int] = mapped_column(_BIG_ID, primary_key=True)
    account_id: Mapped[int] = mapped_column(Integer, ForeignKey("accounts.id"), index=True)
    until_on: Mapped[date]
    reason: Mapped[str] = mapped_column(Text)
    snoozed_by: Mapped[str] = mapped_column(String(32))
    snoozed_at: Mapped[datetime]
    press: Mapped[str] = mapped_column(String(128), unique=True)
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(32))


SNOOZE_STANDING: ColumnElement[bool] = literal_column("snoozes.ended_at IS NULL")
_IS_STANDING: ColumnElement[bool] = literal_column("ended_at IS NULL")
# An account is snoozed once at a time; what has run out is ended when it is snoozed again.
Index(
    "ix_snoozes_standing",
    Snooze.account_id,
    unique=True,
    sqlite_where=_IS_STANDING,
    postgresql_where=_IS_STANDING,
)
