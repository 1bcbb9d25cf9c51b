"""Keep charges of whole balances, and what came of each invoice."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from bot.models import Moment

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# SQLite counts up by itself only where the column is a plain INTEGER.
BIG_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "balance_charges",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("press", sa.String(length=128), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("asked_by", sa.String(length=32), nullable=False),
        sa.Column("basis", sa.String(length=64), nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("asked_at", Moment(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_balance_charges_account_id_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_balance_charges")),
        sa.UniqueConstraint("press", name=op.f("uq_balance_charges_press")),
    )
    op.create_table(
        "charged_invoices",
        sa.Column("charge_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("invoice_id", sa.String(length=255), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("method_id", sa.String(length=255), nullable=False),
        sa.Column("method_name", sa.String(length=120), nullable=False),
        sa.Column("result", sa.String(length=32), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("settled_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["charge_id"],
            ["balance_charges.id"],
            name=op.f("fk_charged_invoices_charge_id_balance_charges"),
        ),
        sa.PrimaryKeyConstraint("charge_id", "position", name=op.f("pk_charged_invoices")),
    )
    uncharged = sa.text("result IS NULL")
    op.create_index(
        "ix_charged_invoices_uncharged",
        "charged_invoices",
        ["invoice_id"],
        unique=True,
        sqlite_where=uncharged,
        postgresql_where=uncharged,
    )


def downgrade() -> None:
    op.drop_table("charged_invoices")
    op.drop_table("balance_charges")
