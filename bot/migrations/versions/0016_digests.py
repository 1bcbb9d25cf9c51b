"""Keep which channels get a digest, and each that was made."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from bot.models import Moment

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# SQLite counts up by itself only where the column is a plain INTEGER.
BIG_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
HAS_NOT_ENDED = sa.text("ended_at IS NULL")
PAID_LATE = sa.text("status = 'paid' AND (paid_at > overdue_at OR first_failed_at IS NOT NULL)")


def upgrade() -> None:
    _add_digests()
    _add_digest_posts()
    _add_digest_lines()
    _add_digest_sightings()
    op.create_index(
        "ix_invoices_paid_late",
        "invoices",
        ["paid_at"],
        sqlite_where=PAID_LATE,
        postgresql_where=PAID_LATE,
    )


def _add_digests() -> None:
    op.create_table(
        "digests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.String(length=32), nullable=False),
        sa.Column("channel_name", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("owner_id", sa.String(length=32), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("minimum", sa.BigInteger(), nullable=True),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("weekdays", sa.String(length=7), nullable=False),
        sa.Column("is_quiet", sa.Boolean(), nullable=False),
        sa.Column("set_by", sa.String(length=32), nullable=False),
        sa.Column("set_at", Moment(), nullable=False),
        sa.Column("since_at", Moment(), nullable=False),
        sa.Column("ended_by", sa.String(length=32), nullable=True),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_digests_account_id_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digests")),
    )
    op.create_index(
        "ix_digests_set_up",
        "digests",
        ["channel_id"],
        unique=True,
        sqlite_where=HAS_NOT_ENDED,
        postgresql_where=HAS_NOT_ENDED,
    )


def _add_digest_posts() -> None:
    op.create_table(
        "digest_posts",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("digest_id", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        sa.Column("previous_id", sa.BigInteger(), nullable=True),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["digest_id"], ["digests.id"], name=op.f("fk_digest_posts_digest_id_digests")
        ),
        sa.ForeignKeyConstraint(
            ["previous_id"],
            ["digest_posts.id"],
            name=op.f("fk_digest_posts_previous_id_digest_posts"),
        ),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["posted_messages.id"],
            name=op.f("fk_digest_posts_message_id_posted_messages"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest_posts")),
        sa.UniqueConstraint("channel_id", "day", name=op.f("uq_digest_posts_channel_id_day")),
    )
    op.create_index("ix_digest_posts_day", "digest_posts", ["day"])
    op.create_index(op.f("ix_digest_posts_digest_id"), "digest_posts", ["digest_id"])
    op.create_index(op.f("ix_digest_posts_message_id"), "digest_posts", ["message_id"])


def _add_digest_lines() -> None:
    op.create_table(
        "digest_lines",
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("late_since_on", sa.Date(), nullable=False),
        sa.Column("days_late", sa.Integer(), nullable=False),
        sa.Column("past_due_minor", sa.BigInteger(), nullable=False),
        sa.Column("invoices_count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"],
            ["digest_posts.id"],
            name=op.f("fk_digest_lines_post_id_digest_posts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("post_id", "account_id", "currency", name=op.f("pk_digest_lines")),
        sqlite_with_rowid=False,
    )


def _add_digest_sightings() -> None:
    op.create_table(
        "digest_sightings",
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"], ["digest_posts.id"], name=op.f("fk_digest_sightings_post_id_digest_posts")
        ),
        sa.PrimaryKeyConstraint("post_id", "person_id", name=op.f("pk_digest_sightings")),
    )


def downgrade() -> None:
    op.drop_index("ix_invoices_paid_late", "invoices")
    for table in ("digest_sightings", "digest_lines", "digest_posts", "digests"):
        op.drop_table(table)
