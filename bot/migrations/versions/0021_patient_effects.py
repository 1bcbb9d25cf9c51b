"""Keep which promised calls let all others go before them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0021"
down_revision: str | None = "0020"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def index_ready(*columns: str) -> None:
    where = sa.text("state = 'ready'")
    op.drop_index("ix_effects_ready", "effects")
    op.create_index(
        "ix_effects_ready", "effects", list(columns), sqlite_where=where, postgresql_where=where
    )


def upgrade() -> None:
    op.add_column(
        "effects",
        sa.Column("is_patient", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    index_ready("is_patient", "due_at", "id", "lane")


def downgrade() -> None:
    index_ready("due_at", "id")
    op.drop_column("effects", "is_patient")
