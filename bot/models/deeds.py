"""Promised calls to the outside, the lanes that pace them, what was posted, and news of changes."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    false,
    literal_column,
)
from sqlalchemy.orm import Mapped, mapped_column

from bot.models.base import Base

# SQLite counts up by itself only where the column is a plain INTEGER, which holds 64 bits there.
_BIG_ID = BigInteger().with_variant(Integer, "sqlite")


class Effect(Base):
    """A call that was promised in the transaction of its deed, and what came of it.

    `key` is what makes it one; it goes to Stripe as the idempotency key, with `:2` and so on behind
    it once `key_number` has grown because an answer was spent. `fence` grows with every claim, and
    only the claim that made it may write back. Effects of one subject happen in their order.
    """

    __tablename__ = "effects"

    id: Mapped[int] = mapped_column(_BIG_ID, primary_key=True)
    key: Mapped[str] = mapped_column(String(200), unique=True)
    key_number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(255))
    # What limits the pace of this call, such as slack:C0BILLING; "" for nothing.
    lane: Mapped[str] = mapped_column(String(120))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    # The press that asked for it, by Slack's name for it.
    press: Mapped[str | None] = mapped_column(String(128), index=True)
    asked_by: Mapped[str | None] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(String(16))  # ready, leased, done, refused, dead, dismissed
    # Whether everything that is due and is not so comes before it.
    is_patient: Mapped[bool] = mapped_column(server_default=false())
    due_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    fence: Mapped[int]
    attempts: Mapped[int]
    attempts_max: Mapped[int]
    last_error: Mapped[str | None] = mapped_column(Text)
    # Of a dead end: nobody knows whether it has happened.
    is_doubtful: Mapped[bool]
    promised_at: Mapped[datetime]
    finished_at: Mapped[datetime | None] = mapped_column(index=True)
    # The person who dismissed a dead end, or has seen that it had happened.
    decided_by: Mapped[str | None] = mapped_column(String(32))


READY: ColumnElement[bool] = literal_column("state = 'ready'")
LEASED: ColumnElement[bool] = literal_column("state = 'leased'")
PENDING: ColumnElement[bool] = literal_column("state IN ('ready', 'leased')")
DEAD: ColumnElement[bool] = literal_column("state = 'dead'")
# Each is as small as what it is about: nothing is read of all that was done long ago.
for _name, _columns, _rows in (
    ("ix_effects_ready", (Effect.is_patient, Effect.due_at, Effect.id, Effect.lane), READY),
    ("ix_effects_leased", (Effect.lease_until,), LEASED),
    ("ix_effects_pending", (Effect.subject, Effect.id), PENDING),
    ("ix_effects_dead", (Effect.id,), DEAD),
):
    Index(_name, *_columns, sqlite_where=_rows, postgresql_where=_rows)
# What was done last about something.
Index("ix_effects_subject", Effect.subject, Effect.kind, Effect.id)


class EffectLane(Base):
    """When the next call of a lane may be made, for all processes together."""

    __tablename__ = "effect_lanes"

    lane: Mapped[str] = mapped_column(String(120), primary_key=True)
    free_at: Mapped[datetime]


class PostedMessage(Base):
    """A message that the bot has promised to post, or has posted, and what keeps it up to date.

    `view` and `subject` say what it shows on the state of the day; without a view it stays as it
    was. `ts` is Slack's name for it in its channel, once it is there.
    """

    __tablename__ = "posted_messages"
    __table_args__ = (UniqueConstraint("channel_id", "ts"),)

    id: Mapped[int] = mapped_column(_BIG_ID, primary_key=True)
    channel_id: Mapped[str] = mapped_column(String(32))
    thread_ts: Mapped[str | None] = mapped_column(String(32))
    ts: Mapped[str | None] = mapped_column(String(32))
    view: Mapped[str | None] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(255))
    asked_by: Mapped[str | None] = mapped_column(String(32))
    # How often it was wanted otherwise.
    version: Mapped[int]
    # Of what it shows, but for the moment that stands below it.
    digest: Mapped[str | None] = mapped_column(String(64))
    promised_at: Mapped[datetime]
    posted_at: Mapped[datetime | None]
    changed_at: Mapped[datetime | None]
    # Since when it is left alone: it is gone, or the channel may no longer see it.
    left_at: Mapped[datetime | None]


LIVE: ColumnElement[bool] = literal_column("view IS NOT NULL AND left_at IS NULL")
Index(
    "ix_posted_messages_live",
    PostedMessage.subject,
    sqlite_where=LIVE,
    postgresql_where=LIVE,
)


class MailAttempt(Base):
    """A mail that a mail server may have: written before it is handed over, gone when it was not.

    `attempts_max` is that of its effect then: it is more once a person wants it sent again.
    """

    __tablename__ = "mail_attempts"

    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    attempts_max: Mapped[int]
    begun_at: Mapped[datetime]


class News(Base):
    """Something mirrored has changed; written with the change, taken by what follows from it.

    What could not be followed waits with its `attempts` until `due_at`.
    """

    __tablename__ = "news"

    id: Mapped[int] = mapped_column(_BIG_ID, primary_key=True)
    kind: Mapped[str] = mapped_column(String(64))
    object_id: Mapped[str] = mapped_column(String(255))
    at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(server_default="0")
    due_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Text)


PUT_OFF: ColumnElement[bool] = literal_column("attempts > 0")
Index("ix_news_put_off", News.due_at, sqlite_where=PUT_OFF, postgresql_where=PUT_OFF)
