"""Keep promises to pay and snoozes."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from bot.models import Moment

revision: str = "0015"
down_revision: str | None = "0014"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# SQLite counts up by itself only where the column is a plain INTEGER.
BIG_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
IS_PENDING = sa.text("state = 'pending'")
IS_STANDING = sa.text("ended_at IS NULL")


def upgrade() -> None:
    _add_promises()
    _add_promised_invoices()
    _add_snoozes()


def _add_promises() -> None:
    op.create_table(
        "promises_to_pay",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("promised_on", sa.Date(), nullable=False),
        sa.Column("grace_on", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("said_by", sa.Text(), nullable=False),
        sa.Column("said_where", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.String(length=32), nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("press", sa.String(length=128), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("due_minor", sa.BigInteger(), nullable=True),
        sa.Column("paid_minor", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("cancelled_by", sa.String(length=32), nullable=True),
        sa.Column("cancelled_press", sa.String(length=128), nullable=True),
        sa.Column("cancelled_why", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_promises_to_pay_account_id_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promises_to_pay")),
        sa.UniqueConstraint("press", name=op.f("uq_promises_to_pay_press")),
        sa.UniqueConstraint("cancelled_press", name=op.f("uq_promises_to_pay_cancelled_press")),
    )
    op.create_index(op.f("ix_promises_to_pay_account_id"), "promises_to_pay", ["account_id"])
    op.create_index(
        "ix_promises_to_pay_pending",
        "promises_to_pay",
        ["account_id", "currency"],
        unique=True,
        sqlite_where=IS_PENDING,
        postgresql_where=IS_PENDING,
    )
    op.create_index(
        "ix_promises_to_pay_grace",
        "promises_to_pay",
        ["grace_on"],
        sqlite_where=IS_PENDING,
        postgresql_where=IS_PENDING,
    )


def _add_promised_invoices() -> None:
    op.create_table(
        "promised_invoices",
        sa.Column("promise_id", sa.BigInteger(), nullable=False),
        sa.Column("invoice_id", sa.String(length=255), nullable=False),
        sa.Column("paid_before_minor", sa.BigInteger(), nullable=False),
        sa.Column("remaining_minor", sa.BigInteger(), nullable=False),
        sa.Column("paid_in_time_minor", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["promise_id"],
            ["promises_to_pay.id"],
            name=op.f("fk_promised_invoices_promise_id_promises_to_pay"),
        ),
        sa.ForeignKeyConstraint(
            ["invoice_id"], ["invoices.id"], name=op.f("fk_promised_invoices_invoice_id_invoices")
        ),
        sa.PrimaryKeyConstraint("promise_id", "invoice_id", name=op.f("pk_promised_invoices")),
    )
    op.create_index(op.f("ix_promised_invoices_invoice_id"), "promised_invoices", ["invoice_id"])


def _add_snoozes() -> None:
    op.create_table(
        "snoozes",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("snoozed_by", sa.String(length=32), nullable=False),
        sa.Column("snoozed_at", Moment(), nullable=False),
        sa.Column("press", sa.String(length=128), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("ended_by", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_snoozes_account_id_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snoozes")),
        sa.UniqueConstraint("press", name=op.f("uq_snoozes_press")),
    )
    op.create_index(op.f("ix_snoozes_account_id"), "snoozes", ["account_id"])
    op.create_index(
        "ix_snoozes_standing",
        "snoozes",
        ["account_id"],
        unique=True,
        sqlite_where=IS_STANDING,
        postgresql_where=IS_STANDING,
    )


def downgrade() -> None:
    op.drop_table("snoozes")
    op.drop_table("promised_invoices")
    op.drop_table("promises_to_pay")
