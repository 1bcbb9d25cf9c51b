"""What the timetable has had done: one row per job, subject and local day; and what it judged."""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
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

# SQLite counts up by itself only where the column is a plain INTEGER, which holds 64 bits there.
_BIG_ID = BigInteger().with_variant(Integer, "sqlite")


class Occurrence(Base):
    """One local day of a job and its subject: whoever has inserted the row does the work.

    `due_at` is by the business clock, every other moment by the database's. `attempts` grows with
    every taking and fences: only the taking that made it may write back. Until `free_at` nobody
    else takes a row that is not ended: it is a lease, or the wait after a failure.
    """

    __tablename__ = "occurrences"
    __table_args__ = (UniqueConstraint("job", "subject", "day"),)

    id: Mapped[int] = mapped_column(_BIG_ID, primary_key=True)
    job: Mapped[str] = mapped_column(String(32))
    # What the job is done for, such as a channel or a zone; "" where there is but one.
    subject: Mapped[str] = mapped_column(String(64))
    day: Mapped[date]
    state: Mapped[str] = mapped_column(String(16))  # running, waiting, done, failed, skipped
    due_at: Mapped[datetime]
    is_late: Mapped[bool]
    attempts: Mapped[int]
    free_at: Mapped[datetime | None]
    begun_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    # What came of it, or what was wrong with it last, for the operators.
    note: Mapped[str | None] = mapped_column(Text)


UNENDED: ColumnElement[bool] = literal_column("state IN ('running', 'waiting')")
# What is being done at present, and for dropping what is old.
Index(
    "ix_occurrences_unended",
    Occurrence.job,
    Occurrence.subject,
    sqlite_where=UNENDED,
    postgresql_where=UNENDED,
)
Index("ix_occurrences_day", Occurrence.job, Occurrence.day)


class JobLook(Base):
    """When a worker last looked whether a job is due, and when it is due next.

    `looked_at` is by the database's clock, `next_at` by the business clock; None for never.
    """

    __tablename__ = "job_looks"

    job: Mapped[str] = mapped_column(String(32), primary_key=True)
    subjects_count: Mapped[int]
    looked_at: Mapped[datetime]
    next_at: Mapped[datetime | None]


class PastDueCrossing(Base):
    """An invoice's move to Past Due, once for each stretch of time that it stays so.

    `crossed_at` is the moment from which it counted (the invoice's `overdue_at`), `crossed_on` that
    moment's day in the account's zone, `judged_at` the business moment at which it was found.
    `ended_at` is the business moment at which it was first seen not to be Past Due any more.
    """

    __tablename__ = "past_due_crossings"

    id: Mapped[int] = mapped_column(_BIG_ID, primary_key=True)
    invoice_id: Mapped[str] = mapped_column(String(255))
    account_id: Mapped[int] = mapped_column(Integer)
    crossed_at: Mapped[datetime]
    crossed_on: Mapped[date]
    judged_at: Mapped[datetime]
    # due until somebody was told; silent for what was Past Due before anybody judged at all.
    notice: Mapped[str] = mapped_column(String(8))  # due, told, silent
    ended_at: Mapped[datetime | None]


PAST_DUE_NOW: ColumnElement[bool] = literal_column("ended_at IS NULL")
NOTICE_DUE: ColumnElement[bool] = literal_column("notice = 'due'")
Index(
    "ix_past_due_crossings_now",
    PastDueCrossing.invoice_id,
    unique=True,
    sqlite_where=PAST_DUE_NOW,
    postgresql_where=PAST_DUE_NOW,
)
Index(
    "ix_past_due_crossings_untold",
    PastDueCrossing.id,
    sqlite_where=NOTICE_DUE,
    postgresql_where=NOTICE_DUE,
)
# For the history of an invoice, and for what is new since a moment.
Index("ix_past_due_crossings_invoice_id", PastDueCrossing.invoice_id, PastDueCrossing.id)
Index("ix_past_due_crossings_judged_at", PastDueCrossing.judged_at)
