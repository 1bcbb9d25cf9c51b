"""Keep how each account is told, by whom, and its contacts."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from bot.models import Moment

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "customer_channels",
        sa.Column("channel_id", sa.String(length=32), nullable=False),
        sa.Column("owner_account_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("team_ids", sa.Text(), nullable=False),
        sa.Column("seen_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_account_id"],
            ["accounts.id"],
            name=op.f("fk_customer_channels_owner_account_id_accounts"),
        ),
        sa.PrimaryKeyConstraint("channel_id", name=op.f("pk_customer_channels")),
    )
    _create_terms()
    _create_contacts()


def downgrade() -> None:
    op.drop_table("contacts")
    op.drop_table("account_terms")
    op.drop_table("customer_channels")


def _create_terms() -> None:
    op.create_table(
        "account_terms",
        sa.Column("account_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("owner_id", sa.String(length=32), nullable=True),
        sa.Column("preference", sa.String(length=16), nullable=True),
        sa.Column("channel_id", sa.String(length=32), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=True),
        sa.Column("quiet_from_hour", sa.Integer(), nullable=True),
        sa.Column("quiet_until_hour", sa.Integer(), nullable=True),
        sa.Column("weekdays", sa.String(length=7), nullable=True),
        sa.Column("cadence", sa.String(length=64), nullable=True),
        sa.Column("is_opted_out", sa.Boolean(), nullable=True),
        sa.Column("is_thanked", sa.Boolean(), nullable=True),
        sa.Column("changed_by", sa.String(length=32), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_account_terms_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["channel_id"],
            ["customer_channels.channel_id"],
            name=op.f("fk_account_terms_channel_id_customer_channels"),
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_account_terms")),
    )
    op.create_index(op.f("ix_account_terms_channel_id"), "account_terms", ["channel_id"])


def _create_contacts() -> None:
    op.create_table(
        "contacts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("added_by", sa.String(length=32), nullable=False),
        sa.Column("added_at", Moment(), nullable=False),
        sa.Column("removed_by", sa.String(length=32), nullable=True),
        sa.Column("removed_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_contacts_account_id_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contacts")),
    )
    op.create_index(op.f("ix_contacts_account_id"), "contacts", ["account_id"])
    is_present = sa.text("removed_at IS NULL")
    op.create_index(
        "ix_contacts_present",
        "contacts",
        ["account_id", "folded"],
        unique=True,
        sqlite_where=is_present,
        postgresql_where=is_present,
    )
