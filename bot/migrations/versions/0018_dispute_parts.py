"""Keep which lines or amount of an invoice a dispute is about, and who it was handed to."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0018"
down_revision: str | None = "0017"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("dispute_cases", sa.Column("disputed_minor", sa.BigInteger(), nullable=True))
    op.add_column("dispute_steps", sa.Column("to_id", sa.String(length=32), nullable=True))
    op.create_table(
        "disputed_lines",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.String(length=255), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["dispute_cases.id"], name=op.f("fk_disputed_lines_case_id_dispute_cases")
        ),
        sa.PrimaryKeyConstraint("case_id", "line_id", name=op.f("pk_disputed_lines")),
    )


def downgrade() -> None:
    op.drop_table("disputed_lines")
    op.drop_column("dispute_steps", "to_id")
    op.drop_column("dispute_cases", "disputed_minor")
