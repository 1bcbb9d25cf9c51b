"""Corrections that somebody asked for, who decided about them, and what was said meanwhile."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
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


class Approval(Base):
    """A correction of an invoice, as it was asked for, and how far it has come.

    `state` is waiting, promised (to be done), done, failed, rejected, withdrawn, expired or stale.
    `decided_by` is None for what needed no approval, and for what nobody decided. Moments are the
    business clock's, like all that people read here.
    """

    __tablename__ = "approvals"

    id: Mapped[int] = mapped_column(_BIG_ID, primary_key=True)
    # The operation that does it, such as void_invoice.
    kind: Mapped[str] = mapped_column(String(64))
    invoice_id: Mapped[str] = mapped_column(String(255), index=True)
    account_id: Mapped[int] = mapped_column(Integer, ForeignKey("accounts.id"))
    # By how much it lowers what is owed.
    amount_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    note: Mapped[str] = mapped_column(Text)
    # What people are shown of it: facts, and what was before beside what will be after.
    shown: Mapped[dict[str, Any]] = mapped_column(JSON)
    # What the operation needs to know beside the invoice.
    params: Mapped[dict[str, Any]] = mapped_column(JSON)
    # The invoice as it was then; it is done only while the invoice still is so.
    seen: Mapped[dict[str, Any]] = mapped_column(JSON)
    is_needed: Mapped[bool]
    # The dialog that asked for it, by Slack's name.
    press: Mapped[str] = mapped_column(String(128), unique=True)
    asked_by: Mapped[str] = mapped_column(String(32))
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(16))
    decided_by: Mapped[str | None] = mapped_column(String(32))
    decided_at: Mapped[datetime | None]
    # Why it was rejected, has failed, or does not fit any more.
    why: Mapped[str | None] = mapped_column(Text)
    ended_at: Mapped[datetime | None]


WAITING: ColumnElement[bool] = literal_column("state = 'waiting'")
UNDER_WAY: ColumnElement[bool] = literal_column("state IN ('waiting', 'promised')")
# The same is asked for once at a time.
Index(
    "ix_approvals_under_way",
    Approval.invoice_id,
    Approval.kind,
    unique=True,
    sqlite_where=UNDER_WAY,
    postgresql_where=UNDER_WAY,
)
Index(
    "ix_approvals_waiting",
    Approval.expires_at,
    sqlite_where=WAITING,
    postgresql_where=WAITING,
)
# For the sums of what went through without anybody else's approval.
Index("ix_approvals_account", Approval.account_id, Approval.asked_at)
Index("ix_approvals_asker", Approval.asked_by, Approval.asked_at)


class ApprovalRemark(Base):
    """A question of somebody who may approve, or the answer of who asked for it."""

    __tablename__ = "approval_remarks"

    id: Mapped[int] = mapped_column(_BIG_ID, primary_key=True)
    approval_id: Mapped[int] = mapped_column(ForeignKey("approvals.id"), index=True)
    is_question: Mapped[bool]
    said_by: Mapped[str] = mapped_column(String(32))
    said_at: Mapped[datetime]
    text: Mapped[str] = mapped_column(Text)
    press: Mapped[str] = mapped_column(String(128), unique=True)
