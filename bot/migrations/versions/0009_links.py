"""Keep which mails a mail server may have."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from bot.models import Moment

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "mail_attempts",
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("attempts_max", sa.BigInteger(), nullable=False),
        sa.Column("begun_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_mail_attempts")),
    )
    op.create_index("ix_effects_subject", "effects", ["subject", "kind", "id"])


def downgrade() -> None:
    op.drop_index("ix_effects_subject", "effects")
    op.drop_table("mail_attempts")
