"""Disputes that customers raise about invoices, as people here keep them; Stripe knows none of it.

A bank that takes a card payment back is another thing, a chargeback: models.payments.Dispute.
"""

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


class DisputeCase(Base):
    """A customer contests an invoice: why, who looks after it, and where it was complained about.

    An invoice has one open case at a time. `disputed_minor` is what of it is contested, in its own
    currency, None for the whole invoice; DisputedLine has the lines, where it is about some.
    `round` counts how often this one was opened, so that what is held again has another key.
    `collection` is what became of holding Stripe's automatic collection, and `was_automatic` what
    it was before; None while nobody has read that.
    """

    __tablename__ = "dispute_cases"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    invoice_id: Mapped[str] = mapped_column(String(255), ForeignKey("invoices.id"), index=True)
    reason: Mapped[str] = mapped_column(String(32))
    owner_id: Mapped[str] = mapped_column(String(32))
    disputed_minor: Mapped[int | None] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(16))  # open, resolved, rejected, withdrawn
    round: Mapped[int] = mapped_column(Integer)
    opened_at: Mapped[datetime]
    # The message that it was opened from, if any, and the first one of its thread.
    channel_id: Mapped[str | None] = mapped_column(String(32))
    message_ts: Mapped[str | None] = mapped_column(String(32))
    thread_ts: Mapped[str | None] = mapped_column(String(32))
    permalink: Mapped[str | None] = mapped_column(Text)
    collection: Mapped[str] = mapped_column(String(16))  # asked, held, idle, failed, restored
    was_automatic: Mapped[bool | None]


class DisputedLine(Base):
    """A line that a case is about, as it was then: `amount_minor` with its discount and tax."""

    __tablename__ = "disputed_lines"

    case_id: Mapped[int] = mapped_column(Integer, ForeignKey("dispute_cases.id"), primary_key=True)
    line_id: Mapped[str] = mapped_column(String(255), primary_key=True)
    position: Mapped[int] = mapped_column(Integer)
    description: Mapped[str] = mapped_column(Text)
    amount_minor: Mapped[int] = mapped_column(BigInteger)


class DisputeStep(Base):
    """Something that was done with a case; rows are added and never changed."""

    __tablename__ = "dispute_steps"

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    case_id: Mapped[int] = mapped_column(Integer, ForeignKey("dispute_cases.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))  # one of StepKind
    note: Mapped[str] = mapped_column(Text)
    by_id: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime]
    # Whom it was handed to, for a step that hands it on.
    to_id: Mapped[str | None] = mapped_column(String(32))
    # The dialog that was sent, so that sending it twice is one step.
    press: Mapped[str | None] = mapped_column(String(128), unique=True)


# SQLite uses a partial index only where the query says the predicate with the same literal.
CASE_OPEN: ColumnElement[bool] = literal_column("dispute_cases.state = 'open'")
_IS_OPEN: ColumnElement[bool] = literal_column("state = 'open'")
Index(
    "ix_dispute_cases_open",
    DisputeCase.invoice_id,
    unique=True,
    sqlite_where=_IS_OPEN,
    postgresql_where=_IS_OPEN,
)
