"""What customers were reminded of by the clock: each step of a cadence once per invoice."""

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.models.base import Base

_BIG_ID = BigInteger().with_variant(Integer, "sqlite")


class ReminderSwitch(Base):
    """Whether customers are reminded at all: one row, and none until somebody turns it on.

    `on_since` is the business moment from which steps count, so that nobody is written to about
    what was due before; None while it is off.
    """

    __tablename__ = "reminder_switch"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    on_since: Mapped[datetime | None]
    changed_by: Mapped[str] = mapped_column(String(32))
    changed_at: Mapped[datetime]


class Reminder(Base):
    """One message to an account on a day of its own; `level` is its tone."""

    __tablename__ = "reminders"
    __table_args__ = (UniqueConstraint("account_id", "day", "is_thanks"),)

    id: Mapped[int] = mapped_column(_BIG_ID, primary_key=True)
    account_id: Mapped[int] = mapped_column(Integer, ForeignKey("accounts.id"))
    day: Mapped[date]
    is_thanks: Mapped[bool]
    level: Mapped[str] = mapped_column(String(16))  # courtesy, friendly, firm, final, thanks
    promised_at: Mapped[datetime]


class ReminderStep(Base):
    """One step of the cadence for one invoice, taken by whoever has inserted the row.

    `counted_from` is the day that steps count from: another one after the due date was moved.
    A step of which nothing went out, as the invoice was held at the last moment, is deleted again.
    """

    __tablename__ = "reminder_steps"
    __table_args__ = (UniqueConstraint("invoice_id", "counted_from", "step"),)

    id: Mapped[int] = mapped_column(_BIG_ID, primary_key=True)
    invoice_id: Mapped[str] = mapped_column(String(255))
    counted_from: Mapped[date]
    step: Mapped[int] = mapped_column(Integer)
    reminder_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("reminders.id"))
    state: Mapped[str] = mapped_column(String(16))  # promised, sent, failed
    settled_at: Mapped[datetime | None]


Index("ix_reminder_steps_reminder_id", ReminderStep.reminder_id)
