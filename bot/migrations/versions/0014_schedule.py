"""Keep which occurrences of the timetable were taken, and when invoices became Past Due."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from bot.models import Moment

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# SQLite counts up by itself only where the column is a plain INTEGER.
BIG_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "occurrences",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("job", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("due_at", Moment(), nullable=False),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("free_at", Moment(), nullable=True),
        sa.Column("begun_at", Moment(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_occurrences")),
        sa.UniqueConstraint("job", "subject", "day", name=op.f("uq_occurrences_job_subject_day")),
    )
    unended = sa.text("state IN ('running', 'waiting')")
    op.create_index(
        "ix_occurrences_unended",
        "occurrences",
        ["job", "subject"],
        sqlite_where=unended,
        postgresql_where=unended,
    )
    op.create_index("ix_occurrences_day", "occurrences", ["job", "day"])
    op.create_table(
        "job_looks",
        sa.Column("job", sa.String(length=32), nullable=False),
        sa.Column("subjects_count", sa.BigInteger(), nullable=False),
        sa.Column("looked_at", Moment(), nullable=False),
        sa.Column("next_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("job", name=op.f("pk_job_looks")),
    )
    op.create_table(
        "past_due_crossings",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("invoice_id", sa.String(length=255), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("crossed_at", Moment(), nullable=False),
        sa.Column("crossed_on", sa.Date(), nullable=False),
        sa.Column("judged_at", Moment(), nullable=False),
        sa.Column("notice", sa.String(length=8), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_past_due_crossings")),
    )
    still = sa.text("ended_at IS NULL")
    op.create_index(
        "ix_past_due_crossings_now",
        "past_due_crossings",
        ["invoice_id"],
        unique=True,
        sqlite_where=still,
        postgresql_where=still,
    )
    untold = sa.text("notice = 'due'")
    op.create_index(
        "ix_past_due_crossings_untold",
        "past_due_crossings",
        ["id"],
        sqlite_where=untold,
        postgresql_where=untold,
    )
    op.create_index("ix_past_due_crossings_invoice_id", "past_due_crossings", ["invoice_id", "id"])
    op.create_index("ix_past_due_crossings_judged_at", "past_due_crossings", ["judged_at"])


def downgrade() -> None:
    op.drop_table("past_due_crossings")
    op.drop_table("job_looks")
    op.drop_table("occurrences")
