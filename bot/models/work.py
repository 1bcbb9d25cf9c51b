"""The bot's own tables: what it was set up for, and what its operators should know."""

from datetime import datetime

from sqlalchemy import Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.models.base import Base


class Deployment(Base):
    """The one Slack workspace and the one Stripe account in one mode that this database serves."""

    __tablename__ = "deployment"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)  # Always 1.
    slack_team_id: Mapped[str] = mapped_column(String(32))
    slack_enterprise_id: Mapped[str | None] = mapped_column(String(32))
    slack_bot_id: Mapped[str] = mapped_column(String(32))
    slack_bot_user_id: Mapped[str] = mapped_column(String(32))
    stripe_account_id: Mapped[str] = mapped_column(String(64))
    is_live: Mapped[bool]
    recorded_at: Mapped[datetime]


class Alert(Base):
    """Something that the operators should look at; one row per kind and subject."""

    __tablename__ = "alerts"
    __table_args__ = (UniqueConstraint("kind", "subject"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    kind: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(255))
    detail: Mapped[str] = mapped_column(Text)
    raised_at: Mapped[datetime]
    last_at: Mapped[datetime]
    times: Mapped[int]
    cleared_at: Mapped[datetime | None]
    # The person who dismissed it; None for one that was over by itself.
    cleared_by: Mapped[str | None] = mapped_column(String(32))
