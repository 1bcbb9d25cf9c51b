"""Remember which account a person works with."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from bot.models import Moment

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "chosen_accounts",
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("switches", sa.Integer(), nullable=False),
        sa.Column("chosen_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_chosen_accounts_account_id_accounts")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_chosen_accounts")),
    )


def downgrade() -> None:
    op.drop_table("chosen_accounts")
