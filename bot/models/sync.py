"""How the mirror keeps up: events received, objects to read again, how far the backfill is."""

from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    literal_column,
)
from sqlalchemy.orm import Mapped, mapped_column

from bot.models.base import Base


class ReceivedEvent(Base):
    """An event that Stripe told us of, kept as it came for 90 days: a hint, never the truth."""

    __tablename__ = "received_events"

    id: Mapped[str] = mapped_column(String(255), primary_key=True)
    type: Mapped[str] = mapped_column(String(128))
    object_kind: Mapped[str | None] = mapped_column(String(64))
    object_id: Mapped[str | None] = mapped_column(String(255))
    created_at: Mapped[datetime]
    received_at: Mapped[datetime]
    way: Mapped[str] = mapped_column(String(16))  # webhook, sweep
    state: Mapped[str] = mapped_column(String(16))  # kept, noted, unknown, rejected
    note: Mapped[str | None] = mapped_column(Text)
    body: Mapped[bytes]


KEPT: ColumnElement[bool] = literal_column("state = 'kept'")
Index(
    "ix_received_events_kept",
    ReceivedEvent.received_at,
    sqlite_where=KEPT,
    postgresql_where=KEPT,
)
# For dropping what is too old, without reading every body to find it.
Index("ix_received_events_received_at", ReceivedEvent.received_at)

# For when the first payment of an invoice failed, told before the invoice itself was read.
PAYMENT_FAILED: ColumnElement[bool] = literal_column("type = 'invoice.payment_failed'")
Index(
    "ix_received_events_payment_failed",
    ReceivedEvent.object_id,
    sqlite_where=PAYMENT_FAILED,
    postgresql_where=PAYMENT_FAILED,
)


class StaleObject(Base):
    """An object that has to be read again from Stripe, by one reader at a time.

    `wanted` grows with each hint; a reader that finds it grown since it began reads once more.
    A reader that claims the row puts `due_at` a lease ahead and notes its `ticket`, which fences
    it off once another reader has claimed the row after that.
    """

    __tablename__ = "stale_objects"
    __table_args__ = (UniqueConstraint("kind", "object_id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    kind: Mapped[str] = mapped_column(String(64))
    object_id: Mapped[str] = mapped_column(String(255))
    wanted: Mapped[int]
    hinted_at: Mapped[datetime]
    due_at: Mapped[datetime] = mapped_column(index=True)
    attempts: Mapped[int]
    ticket: Mapped[int | None]
    last_error: Mapped[str | None] = mapped_column(Text)


class GoneObject(Base):
    """An object that Stripe had no more when it was read, and that was never stored here.

    A page that was read before may still bring it; by its older ticket it is known and left out.
    """

    __tablename__ = "gone_objects"

    kind: Mapped[str] = mapped_column(String(64), primary_key=True)
    object_id: Mapped[str] = mapped_column(String(255), primary_key=True)
    ticket: Mapped[int]


class BackfillStep(Base):
    """How far the backfill of one kind has come; written with the rows of each page."""

    __tablename__ = "backfill_steps"

    kind: Mapped[str] = mapped_column(String(64), primary_key=True)
    cursor: Mapped[str | None] = mapped_column(String(255))
    objects_count: Mapped[int]
    finished_at: Mapped[datetime | None]


class SyncMark(Base):
    """A moment that the mirror remembers about itself.

    `business_at` is by the clock that the figures are shown with, `real_at` by the machine's.
    """

    __tablename__ = "sync_marks"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    business_at: Mapped[datetime]
    real_at: Mapped[datetime]


class VerifyRun(Base):
    """What one comparison of the mirror with Stripe found, by the machine's clock."""

    __tablename__ = "verify_runs"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    finished_at: Mapped[datetime] = mapped_column(index=True)
    checked_count: Mapped[int]
    missing_count: Mapped[int]
    extra_count: Mapped[int]
    different_count: Mapped[int]
    is_repaired: Mapped[bool]
    unrepaired_count: Mapped[int]


class Counter(Base):
    """A number that only grows: `ticket` for reads, `short_number` for invoices."""

    __tablename__ = "counters"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    value: Mapped[int]
