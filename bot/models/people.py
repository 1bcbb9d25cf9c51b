"""Slack's people and groups as Slack told of them, and what was decided here by and about them.

Rows about people and groups follow Slack. Grants and shared channels are ours: a row is added and
later marked as over, never changed otherwise and never deleted, so that the table is its history.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.models.base import Base


class Person(Base):
    """Somebody with a Slack account; `seen_at` is the moment that the facts are from.

    `is_external` when their own workspace is another one than ours; `changed_at` when one of the
    facts last differed from the one before.
    """

    __tablename__ = "people"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    team_id: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(Text)
    real_name: Mapped[str] = mapped_column(Text)
    email: Mapped[str | None] = mapped_column(Text)
    is_guest: Mapped[bool]
    is_bot: Mapped[bool]
    is_deactivated: Mapped[bool]
    is_external: Mapped[bool]
    seen_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class UserGroup(Base):
    """A user group of Slack's; `is_disabled` groups have members and give no rights."""

    __tablename__ = "user_groups"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    handle: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    is_disabled: Mapped[bool]
    seen_at: Mapped[datetime]


class GroupMember(Base):
    """Somebody in a user group."""

    __tablename__ = "user_group_members"

    group_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    person_id: Mapped[str] = mapped_column(String(32), primary_key=True, index=True)


def _while_it_holds(name: str, *columns: str, where: str) -> Index:
    """An index that lets the same thing hold only once, whatever was before."""
    condition = text(where)
    return Index(name, *columns, unique=True, sqlite_where=condition, postgresql_where=condition)


class Grant(Base):
    """A role, given to a person (U…) or a user group (S…), for one account or, without one, all.

    A role for an organisation is one for its companies too.
    """

    __tablename__ = "grants"
    __table_args__ = (
        _while_it_holds(
            "ix_grants_everywhere",
            "subject_id",
            "role",
            where="revoked_at IS NULL AND account_id IS NULL",
        ),
        _while_it_holds(
            "ix_grants_of_account",
            "subject_id",
            "role",
            "account_id",
            where="revoked_at IS NULL AND account_id IS NOT NULL",
        ),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    subject_id: Mapped[str] = mapped_column(String(32))
    role: Mapped[str] = mapped_column(String(16))  # viewer, collector, reviewer, approver, admin
    account_id: Mapped[int | None] = mapped_column(Integer, ForeignKey("accounts.id"))
    granted_by: Mapped[str] = mapped_column(String(32))
    granted_at: Mapped[datetime]
    revoked_by: Mapped[str | None] = mapped_column(String(32))
    revoked_at: Mapped[datetime | None]


class SharedChannel(Base):
    """A channel where answers may be shared; `is_external` once Slack said that it is shared."""

    __tablename__ = "shared_channels"
    __table_args__ = (
        _while_it_holds("ix_shared_channels_allowed", "channel_id", where="removed_at IS NULL"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    channel_id: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(Text)
    is_external: Mapped[bool]
    allowed_by: Mapped[str] = mapped_column(String(32))
    allowed_at: Mapped[datetime]
    removed_by: Mapped[str | None] = mapped_column(String(32))
    removed_at: Mapped[datetime | None]


class ChosenAccount(Base):
    """The account that a person works with at present, None for all that they may see.

    `switches` counts their choices, so that what was opened before one can be told from what was
    opened after it.
    """

    __tablename__ = "chosen_accounts"

    person_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    account_id: Mapped[int | None] = mapped_column(Integer, ForeignKey("accounts.id"))
    switches: Mapped[int]
    chosen_at: Mapped[datetime]


class SlackEvent(Base):
    """An event that was taken in, so that a repeated delivery of it does nothing."""

    __tablename__ = "slack_events"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    received_at: Mapped[datetime] = mapped_column(index=True)
