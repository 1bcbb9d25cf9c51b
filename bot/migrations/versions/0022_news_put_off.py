"""Keep how often news could not be followed, and until when it waits."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from bot.models import Moment

revision: str = "0022"
down_revision: str | None = "0021"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("news", sa.Column("attempts", sa.Integer(), server_default="0", nullable=False))
    op.add_column("news", sa.Column("due_at", Moment(), nullable=True))
    op.add_column("news", sa.Column("last_error", sa.Text(), nullable=True))
    where = sa.text("attempts > 0")
    op.create_index(
        "ix_news_put_off", "news", ["due_at"], sqlite_where=where, postgresql_where=where
    )


def downgrade() -> None:
    op.drop_index("ix_news_put_off", "news")
    for column in ("last_error", "due_at", "attempts"):
        op.drop_column("news", column)
