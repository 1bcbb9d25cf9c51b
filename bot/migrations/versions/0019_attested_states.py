"""Keep which states of rates, entities and roles the audit trail has, and customers' tax ids."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0019"
down_revision: str | None = "0018"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "attested_states",
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("object_id", sa.String(length=255), nullable=False),
        sa.Column("ref", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("kind", "object_id", name=op.f("pk_attested_states")),
    )
    op.add_column("customers", sa.Column("tax_ids", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("customers", "tax_ids")
    op.drop_table("attested_states")
