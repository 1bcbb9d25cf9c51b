"""Keep promised calls, the lanes that pace them, what was posted, and news of changes."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from bot.models import Moment

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

PARTIAL_INDEXES = {
    "ix_effects_ready": ("effects", ["due_at", "id"], "state = 'ready'"),
    "ix_effects_leased": ("effects", ["lease_until"], "state = 'leased'"),
    "ix_effects_pending": ("effects", ["subject", "id"], "state IN ('ready', 'leased')"),
    "ix_effects_dead": ("effects", ["id"], "state = 'dead'"),
    "ix_posted_messages_live": (
        "posted_messages",
        ["subject"],
        "view IS NOT NULL AND left_at IS NULL",
    ),
}


def big_id() -> sa.Column[int]:
    # SQLite counts up by itself only where the column is a plain INTEGER.
    return sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False)


def upgrade() -> None:
    make_effects()
    op.create_table(
        "effect_lanes",
        sa.Column("lane", sa.String(length=120), nullable=False),
        sa.Column("free_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("lane", name=op.f("pk_effect_lanes")),
    )
    op.create_table(
        "posted_messages",
        big_id(),
        sa.Column("channel_id", sa.String(length=32), nullable=False),
        sa.Column("thread_ts", sa.String(length=32), nullable=True),
        sa.Column("ts", sa.String(length=32), nullable=True),
        sa.Column("view", sa.String(length=64), nullable=True),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("asked_by", sa.String(length=32), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("promised_at", Moment(), nullable=False),
        sa.Column("posted_at", Moment(), nullable=True),
        sa.Column("changed_at", Moment(), nullable=True),
        sa.Column("left_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posted_messages")),
        sa.UniqueConstraint("channel_id", "ts", name=op.f("uq_posted_messages_channel_id")),
    )
    op.create_table(
        "news",
        big_id(),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("object_id", sa.String(length=255), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_news")),
    )
    for name, (table, columns, condition) in PARTIAL_INDEXES.items():
        where = sa.text(condition)
        op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)


def make_effects() -> None:
    op.create_table(
        "effects",
        big_id(),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("key_number", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("lane", sa.String(length=120), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("press", sa.String(length=128), nullable=True),
        sa.Column("asked_by", sa.String(length=32), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("due_at", Moment(), nullable=False),
        sa.Column("lease_until", Moment(), nullable=True),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("attempts_max", sa.BigInteger(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("is_doubtful", sa.Boolean(), nullable=False),
        sa.Column("promised_at", Moment(), nullable=False),
        sa.Column("finished_at", Moment(), nullable=True),
        sa.Column("decided_by", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_effects")),
        sa.UniqueConstraint("key", name=op.f("uq_effects_key")),
    )
    for column in ("press", "finished_at"):
        op.create_index(op.f(f"ix_effects_{column}"), "effects", [column])


def downgrade() -> None:
    for table in ("news", "posted_messages", "effect_lanes", "effects"):
        op.drop_table(table)
