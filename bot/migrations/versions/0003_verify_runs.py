"""Remember what each comparison with Stripe found, and who dismissed an alert."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from bot.models import Moment

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "verify_runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("finished_at", Moment(), nullable=False),
        sa.Column("checked_count", sa.BigInteger(), nullable=False),
        sa.Column("missing_count", sa.BigInteger(), nullable=False),
        sa.Column("extra_count", sa.BigInteger(), nullable=False),
        sa.Column("different_count", sa.BigInteger(), nullable=False),
        sa.Column("is_repaired", sa.Boolean(), nullable=False),
        sa.Column("unrepaired_count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verify_runs")),
    )
    op.create_index(op.f("ix_verify_runs_finished_at"), "verify_runs", ["finished_at"])
    op.add_column("alerts", sa.Column("cleared_by", sa.String(length=32), nullable=True))


def downgrade() -> None:
    op.drop_column("alerts", "cleared_by")
    op.drop_index(op.f("ix_verify_runs_finished_at"), table_name="verify_runs")
    op.drop_table("verify_runs")
