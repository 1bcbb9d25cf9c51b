"""What is kept of past months, so that the whole book is told without adding everything up."""

from datetime import date, datetime

from sqlalchemy import Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from bot.models.base import Base


class AccountMonth(Base):
    """What an account was invoiced in a month of its zone, and owed at the end of it.

    Made from the mirror each night (bot.queries.past_months). `month` is its first day.
    `sales_minor` is what was invoiced, less credit notes and what was voided; `receivables_minor`
    what was open when the month ended, `current_minor` the part of it that was not past due.
    """

    __tablename__ = "account_months"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 - SQLAlchemy's form

    # In the order in which a book is summed up.
    month: Mapped[date] = mapped_column(primary_key=True)
    currency: Mapped[str] = mapped_column(String(3), primary_key=True)
    account_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    sales_minor: Mapped[int]
    receivables_minor: Mapped[int]
    current_minor: Mapped[int]


class ClosedMonth(Base):
    """Up to which month the accounts of a zone have their sums; `month` is its first day.

    `closed_at` is the business moment of the night that worked them out last.
    """

    __tablename__ = "closed_months"

    zone: Mapped[str] = mapped_column(String(64), primary_key=True)
    month: Mapped[date]
    closed_at: Mapped[datetime]
