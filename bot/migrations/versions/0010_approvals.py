"""Keep corrections that were asked for, who decided about them, and what was said meanwhile."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from bot.models import Moment

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

INDEXES = {
    "ix_approvals_invoice_id": (["invoice_id"], None),
    "ix_approvals_under_way": (["invoice_id", "kind"], "state IN ('waiting', 'promised')"),
    "ix_approvals_waiting": (["expires_at"], "state = 'waiting'"),
    "ix_approvals_account": (["account_id", "asked_at"], None),
    "ix_approvals_asker": (["asked_by", "asked_at"], None),
}


def big_id() -> sa.Column[int]:
    # SQLite counts up by itself only where the column is a plain INTEGER.
    return sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False)


def upgrade() -> None:
    make_approvals()
    for name, (columns, condition) in INDEXES.items():
        where = None if condition is None else sa.text(condition)
        op.create_index(
            name,
            "approvals",
            columns,
            unique=name == "ix_approvals_under_way",
            sqlite_where=where,
            postgresql_where=where,
        )
    op.create_table(
        "approval_remarks",
        big_id(),
        sa.Column("approval_id", sa.BigInteger(), nullable=False),
        sa.Column("is_question", sa.Boolean(), nullable=False),
        sa.Column("said_by", sa.String(length=32), nullable=False),
        sa.Column("said_at", Moment(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("press", sa.String(length=128), nullable=False),
        sa.ForeignKeyConstraint(
            ["approval_id"],
            ["approvals.id"],
            name=op.f("fk_approval_remarks_approval_id_approvals"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_remarks")),
        sa.UniqueConstraint("press", name=op.f("uq_approval_remarks_press")),
    )
    op.create_index(op.f("ix_approval_remarks_approval_id"), "approval_remarks", ["approval_id"])


def make_approvals() -> None:
    op.create_table(
        "approvals",
        big_id(),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("invoice_id", sa.String(length=255), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("shown", sa.JSON(), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("seen", sa.JSON(), nullable=False),
        sa.Column("is_needed", sa.Boolean(), nullable=False),
        sa.Column("press", sa.String(length=128), nullable=False),
        sa.Column("asked_by", sa.String(length=32), nullable=False),
        sa.Column("asked_at", Moment(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("decided_by", sa.String(length=32), nullable=True),
        sa.Column("decided_at", Moment(), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_approvals_account_id_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approvals")),
        sa.UniqueConstraint("press", name=op.f("uq_approvals_press")),
    )


def downgrade() -> None:
    for table in ("approval_remarks", "approvals"):
        op.drop_table(table)
