"""Keep the reminders that customers got, and whether any go out."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from bot.models import Moment

revision: str = "0017"
down_revision: str | None = "0016"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_BIG_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "reminder_switch",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("on_since", Moment(), nullable=True),
        sa.Column("changed_by", sa.String(length=32), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder_switch")),
    )
    op.create_table(
        "reminders",
        sa.Column("id", _BIG_ID, nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("is_thanks", sa.Boolean(), nullable=False),
        sa.Column("level", sa.String(length=16), nullable=False),
        sa.Column("promised_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_reminders_account_id_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminders")),
        sa.UniqueConstraint(
            "account_id", "day", "is_thanks", name=op.f("uq_reminders_account_id_day_is_thanks")
        ),
    )
    op.create_table(
        "reminder_steps",
        sa.Column("id", _BIG_ID, nullable=False),
        sa.Column("invoice_id", sa.String(length=255), nullable=False),
        sa.Column("counted_from", sa.Date(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("reminder_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("settled_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["reminder_id"], ["reminders.id"], name=op.f("fk_reminder_steps_reminder_id_reminders")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder_steps")),
        sa.UniqueConstraint(
            "invoice_id",
            "counted_from",
            "step",
            name=op.f("uq_reminder_steps_invoice_id_counted_from_step"),
        ),
    )
    op.create_index("ix_reminder_steps_reminder_id", "reminder_steps", ["reminder_id"])


def downgrade() -> None:
    op.drop_table("reminder_steps")
    op.drop_table("reminders")
    op.drop_table("reminder_switch")
