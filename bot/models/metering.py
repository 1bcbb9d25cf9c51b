"""Usage, period by period: what each night's snapshot counted, by which days, at which prices.

Written by bot.metering alone. A period is one of a subscription's, half-open. Decimals are texts,
as SQLite has no type that keeps them exact.
"""

from datetime import date, datetime

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    literal_column,
)
from sqlalchemy.orm import Mapped, mapped_column

from bot.models.base import Base


class AccountZone(Base):
    """The zone that an account's days are in from a day on; what was before stays."""

    __tablename__ = "account_zones"

    account_id: Mapped[int] = mapped_column(Integer, ForeignKey("accounts.id"), primary_key=True)
    since_on: Mapped[date] = mapped_column(primary_key=True)
    time_zone: Mapped[str] = mapped_column(String(64))


class UsagePeriod(Base):
    """A period of a subscription with metered prices, and how far its usage is counted.

    `starts_on` and `ends_on` are its first and last local day, in what was then the account's
    `time_zone`; `full_days_count` of its days are counted whole. `covers_until_at` is the end of
    the last full day counted, None before there was one. `due_at` is when it is to be counted next,
    None once it is done for good; `leased_until_at` (by the machine's clock) keeps two workers from
    counting it at once. A failure is of the last try. At `compared_at` its usage came to
    `own_minor` by our rating and to `stripe_minor` by Stripe's own, whose next invoice then had
    `next_total_minor` in all and `next_fixed_minor` of fixed fees.
    """

    __tablename__ = "usage_periods"
    __table_args__ = (UniqueConstraint("subscription_id", "starts_at", "ends_at"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    subscription_id: Mapped[str] = mapped_column(String(255))
    customer_id: Mapped[str] = mapped_column(String(255))
    currency: Mapped[str] = mapped_column(String(3))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    time_zone: Mapped[str] = mapped_column(String(64))
    full_days_count: Mapped[int]
    covers_until_at: Mapped[datetime | None]
    counted_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    leased_until_at: Mapped[datetime | None]
    attempts: Mapped[int]
    failed_at: Mapped[datetime | None]
    failure: Mapped[str | None] = mapped_column(Text)
    compared_at: Mapped[datetime | None]
    own_minor: Mapped[int | None]
    stripe_minor: Mapped[int | None]
    next_total_minor: Mapped[int | None]
    next_fixed_minor: Mapped[int | None]


Index("ix_usage_periods_customer_id", UsagePeriod.customer_id, UsagePeriod.ends_on)
DUE: ColumnElement[bool] = literal_column("due_at IS NOT NULL")
Index("ix_usage_periods_due_at", UsagePeriod.due_at, sqlite_where=DUE, postgresql_where=DUE)


class UsageItem(Base):
    """A metered item of a period: how much of its meter was used, and what that costs so far."""

    __tablename__ = "usage_items"

    period_id: Mapped[int] = mapped_column(
        Integer, ForeignKey("usage_periods.id", ondelete="CASCADE"), primary_key=True
    )
    item_id: Mapped[str] = mapped_column(String(255), primary_key=True)
    price_id: Mapped[str] = mapped_column(String(255), primary_key=True)
    position: Mapped[int] = mapped_column(Integer)
    meter_id: Mapped[str | None] = mapped_column(String(255))
    aggregation: Mapped[str | None] = mapped_column(String(32))  # sum, count, last
    quantity: Mapped[str] = mapped_column(String(40))
    amount_minor: Mapped[int]


class UsageDay(Base):
    """What a meter counted for a period's customer on one local day; days without use have none."""

    __tablename__ = "usage_days"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 - SQLAlchemy's form

    period_id: Mapped[int] = mapped_column(
        Integer, ForeignKey("usage_periods.id", ondelete="CASCADE"), primary_key=True
    )
    meter_id: Mapped[str] = mapped_column(String(255), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    quantity: Mapped[str] = mapped_column(String(40))
