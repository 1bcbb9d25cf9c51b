"""Keep each night's usage and the meters it was counted by."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from bot.models import Moment

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "account_zones",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_account_zones_account_id_accounts")
        ),
        sa.PrimaryKeyConstraint("account_id", "since_on", name=op.f("pk_account_zones")),
    )
    _create_periods()
    op.create_table(
        "usage_items",
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.String(length=255), nullable=False),
        sa.Column("price_id", sa.String(length=255), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("meter_id", sa.String(length=255), nullable=True),
        sa.Column("aggregation", sa.String(length=32), nullable=True),
        sa.Column("quantity", sa.String(length=40), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["period_id"],
            ["usage_periods.id"],
            name=op.f("fk_usage_items_period_id_usage_periods"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("period_id", "item_id", "price_id", name=op.f("pk_usage_items")),
    )
    op.create_table(
        "usage_days",
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("meter_id", sa.String(length=255), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("quantity", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["period_id"],
            ["usage_periods.id"],
            name=op.f("fk_usage_days_period_id_usage_periods"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("period_id", "meter_id", "day", name=op.f("pk_usage_days")),
        sqlite_with_rowid=False,
    )


def _create_periods() -> None:
    op.create_table(
        "usage_periods",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subscription_id", sa.String(length=255), nullable=False),
        sa.Column("customer_id", sa.String(length=255), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("starts_at", Moment(), nullable=False),
        sa.Column("ends_at", Moment(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("full_days_count", sa.BigInteger(), nullable=False),
        sa.Column("covers_until_at", Moment(), nullable=True),
        sa.Column("counted_at", Moment(), nullable=True),
        sa.Column("due_at", Moment(), nullable=True),
        sa.Column("leased_until_at", Moment(), nullable=True),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("failed_at", Moment(), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("compared_at", Moment(), nullable=True),
        sa.Column("own_minor", sa.BigInteger(), nullable=True),
        sa.Column("stripe_minor", sa.BigInteger(), nullable=True),
        sa.Column("next_total_minor", sa.BigInteger(), nullable=True),
        sa.Column("next_fixed_minor", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_usage_periods")),
        sa.UniqueConstraint(
            "subscription_id",
            "starts_at",
            "ends_at",
            name=op.f("uq_usage_periods_subscription_id_starts_at_ends_at"),
        ),
    )
    op.create_index(
        op.f("ix_usage_periods_customer_id"), "usage_periods", ["customer_id", "ends_on"]
    )
    op.create_index(
        op.f("ix_usage_periods_due_at"),
        "usage_periods",
        ["due_at"],
        sqlite_where=sa.text("due_at IS NOT NULL"),
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_table("usage_days")
    op.drop_table("usage_items")
    op.drop_table("usage_periods")
    op.drop_table("account_zones")
