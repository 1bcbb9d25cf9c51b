"""How each account is dealt with: who looks after it, whom it is written to, how, and when not.

Everything is a column that may be unset: a company then goes by its organisation, and an account
without one by what holds for all. What was set before stands in the audit trail.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.models.base import Base


class CustomerChannel(Base):
    """A Slack Connect channel that belongs to a customer, and so to no other.

    `owner_account_id` is the organisation, or the account without one: its companies may share it.
    `team_ids` are the organisations at Slack that read along there when it was chosen, by commas.
    """

    __tablename__ = "customer_channels"

    channel_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    owner_account_id: Mapped[int] = mapped_column(Integer, ForeignKey("accounts.id"))
    name: Mapped[str] = mapped_column(Text)
    team_ids: Mapped[str] = mapped_column(Text)
    seen_at: Mapped[datetime]


class AccountTerms(Base):
    """What was set for one account; None where nothing was.

    Units: `quiet_from_hour` and `quiet_until_hour` are full hours of the account's own day; nothing
        is sent from the one until the other. Both or neither are set.
    """

    __tablename__ = "account_terms"

    account_id: Mapped[int] = mapped_column(
        Integer, ForeignKey("accounts.id"), primary_key=True, autoincrement=False
    )
    owner_id: Mapped[str | None] = mapped_column(String(32))
    preference: Mapped[str | None] = mapped_column(String(16))  # none, email, slack, both
    channel_id: Mapped[str | None] = mapped_column(
        String(32), ForeignKey("customer_channels.channel_id"), index=True
    )
    language: Mapped[str | None] = mapped_column(String(8))  # en, de
    quiet_from_hour: Mapped[int | None] = mapped_column(Integer)
    quiet_until_hour: Mapped[int | None] = mapped_column(Integer)
    # ISO's numbers of the days on which something may be sent, such as "12345".
    weekdays: Mapped[str | None] = mapped_column(String(7))
    # Days after the due date, those before it negative, such as "-3,1,7,14,30".
    cadence: Mapped[str | None] = mapped_column(String(64))
    is_opted_out: Mapped[bool | None]
    is_thanked: Mapped[bool | None]
    changed_by: Mapped[str] = mapped_column(String(32))
    changed_at: Mapped[datetime]


class Contact(Base):
    """Somebody at a customer who is written to; removed ones stay, as who was told stays known."""

    __tablename__ = "contacts"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    account_id: Mapped[int] = mapped_column(Integer, ForeignKey("accounts.id"), index=True)
    name: Mapped[str] = mapped_column(Text)
    email: Mapped[str] = mapped_column(Text)
    # The address as it is compared: nobody is two contacts by capitals.
    folded: Mapped[str] = mapped_column(Text)
    added_by: Mapped[str] = mapped_column(String(32))
    added_at: Mapped[datetime]
    removed_by: Mapped[str | None] = mapped_column(String(32))
    removed_at: Mapped[datetime | None]


_IS_PRESENT = text("removed_at IS NULL")
Index(
    "ix_contacts_present",
    Contact.account_id,
    Contact.folded,
    unique=True,
    sqlite_where=_IS_PRESENT,
    postgresql_where=_IS_PRESENT,
)
