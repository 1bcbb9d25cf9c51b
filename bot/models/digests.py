"""Which channel gets a digest of what is past due, each that was made, and what it showed."""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
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

_BIG_ID = BigInteger().with_variant(Integer, "sqlite")


class Digest(Base):
    """How a channel's digest was set up; a change ends the row and adds another.

    The digest is about all accounts, or those of an owner, of an account with its companies, in a
    currency; and of what is past due in a currency, only from `minimum` on, in whole units of it.
    """

    __tablename__ = "digests"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    channel_id: Mapped[str] = mapped_column(String(32))
    channel_name: Mapped[str] = mapped_column(Text)
    account_id: Mapped[int | None] = mapped_column(Integer, ForeignKey("accounts.id"))
    owner_id: Mapped[str | None] = mapped_column(String(32))
    currency: Mapped[str | None] = mapped_column(String(3))
    minimum: Mapped[int | None]
    hour: Mapped[int] = mapped_column(Integer)
    time_zone: Mapped[str] = mapped_column(String(64))
    # ISO's numbers of the days on which it is posted, such as "12345".
    weekdays: Mapped[str] = mapped_column(String(7))
    # Whether a day on which nothing is past due goes by without one.
    is_quiet: Mapped[bool]
    set_by: Mapped[str] = mapped_column(String(32))
    set_at: Mapped[datetime]
    # By the business clock: no day before this one is due.
    since_at: Mapped[datetime]
    ended_by: Mapped[str | None] = mapped_column(String(32))
    ended_at: Mapped[datetime | None]


IS_SET_UP: ColumnElement[bool] = literal_column("digests.ended_at IS NULL")
_HAS_NOT_ENDED: ColumnElement[bool] = literal_column("ended_at IS NULL")
Index(
    "ix_digests_set_up",
    Digest.channel_id,
    unique=True,
    sqlite_where=_HAS_NOT_ENDED,
    postgresql_where=_HAS_NOT_ENDED,
)


class DigestPost(Base):
    """A channel's digest of one local day; there is never another of that day.

    `made_at` is the business moment that its figures were of when it was promised, and `message_id`
    the message that shows it, which is promised in the same transaction.
    """

    __tablename__ = "digest_posts"
    __table_args__ = (UniqueConstraint("channel_id", "day"),)

    id: Mapped[int] = mapped_column(_BIG_ID, primary_key=True)
    digest_id: Mapped[int] = mapped_column(Integer, ForeignKey("digests.id"), index=True)
    channel_id: Mapped[str] = mapped_column(String(32))
    day: Mapped[date]
    made_at: Mapped[datetime]
    is_late: Mapped[bool]
    # The one that its readers saw before it.
    previous_id: Mapped[int | None] = mapped_column(ForeignKey("digest_posts.id"))
    message_id: Mapped[int | None] = mapped_column(ForeignKey("posted_messages.id"), index=True)


# Which of them are of these days, and so may still be true.
Index("ix_digest_posts_day", DigestPost.day)


class DigestLine(Base):
    """What an account was past due with in a currency when a digest was made.

    It is kept until its channel has seen the next but one.
    """

    __tablename__ = "digest_lines"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 - SQLAlchemy's form

    post_id: Mapped[int] = mapped_column(
        ForeignKey("digest_posts.id", ondelete="CASCADE"), primary_key=True
    )
    account_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    currency: Mapped[str] = mapped_column(String(3), primary_key=True)
    # The day from which the oldest of it is late.
    late_since_on: Mapped[date] = mapped_column(Date)
    days_late: Mapped[int] = mapped_column(Integer)
    past_due_minor: Mapped[int]
    invoices_count: Mapped[int] = mapped_column(Integer)


class DigestSighting(Base):
    """Somebody has seen a digest and said so; `at` is by the business clock."""

    __tablename__ = "digest_sightings"

    post_id: Mapped[int] = mapped_column(ForeignKey("digest_posts.id"), primary_key=True)
    person_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    at: Mapped[datetime]
