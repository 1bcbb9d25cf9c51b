"""Mirror what was paid, refunded, disputed and credited, and how customers pay."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from bot.models import Moment

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "charges",
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("customer_id", sa.String(length=255), nullable=True),
        sa.Column("payment_intent_id", sa.String(length=255), nullable=True),
        sa.Column("payment_method_id", sa.String(length=255), nullable=True),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("captured_minor", sa.BigInteger(), nullable=False),
        sa.Column("refunded_minor", sa.BigInteger(), nullable=False),
        sa.Column("is_disputed", sa.Boolean(), nullable=False),
        sa.Column("method_kind", sa.String(length=32), nullable=True),
        sa.Column("method_brand", sa.String(length=64), nullable=True),
        sa.Column("method_last4", sa.String(length=8), nullable=True),
        sa.Column("failure_code", sa.String(length=64), nullable=True),
        sa.Column("failure_message", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("deleted_at", Moment(), nullable=True),
        sa.Column("ticket", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_charges")),
    )
    op.create_index(op.f("ix_charges_customer_id"), "charges", ["customer_id"])
    op.create_index(op.f("ix_charges_payment_intent_id"), "charges", ["payment_intent_id"])
    op.create_table(
        "customer_balance_transactions",
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("customer_id", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("ending_balance_minor", sa.BigInteger(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("invoice_id", sa.String(length=255), nullable=True),
        sa.Column("credit_note_id", sa.String(length=255), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("deleted_at", Moment(), nullable=True),
        sa.Column("ticket", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_balance_transactions")),
    )
    op.create_index(
        op.f("ix_customer_balance_transactions_customer_id"),
        "customer_balance_transactions",
        ["customer_id"],
    )
    op.create_index(
        op.f("ix_customer_balance_transactions_invoice_id"),
        "customer_balance_transactions",
        ["invoice_id"],
    )
    op.create_table(
        "disputes",
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("charge_id", sa.String(length=255), nullable=False),
        sa.Column("payment_intent_id", sa.String(length=255), nullable=True),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("respond_by_at", Moment(), nullable=True),
        sa.Column("has_evidence", sa.Boolean(), nullable=False),
        sa.Column("submissions_count", sa.BigInteger(), nullable=False),
        sa.Column("is_charge_refundable", sa.Boolean(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("deleted_at", Moment(), nullable=True),
        sa.Column("ticket", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disputes")),
    )
    op.create_index(op.f("ix_disputes_charge_id"), "disputes", ["charge_id"])
    op.create_index(op.f("ix_disputes_payment_intent_id"), "disputes", ["payment_intent_id"])
    op.create_table(
        "meters",
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("event_name", sa.String(length=255), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("aggregation", sa.String(length=32), nullable=False),
        sa.Column("event_time_window", sa.String(length=16), nullable=True),
        sa.Column("customer_key", sa.String(length=255), nullable=False),
        sa.Column("value_key", sa.String(length=255), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("deactivated_at", Moment(), nullable=True),
        sa.Column("deleted_at", Moment(), nullable=True),
        sa.Column("ticket", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meters")),
    )
    op.create_index(op.f("ix_meters_event_name"), "meters", ["event_name"])
    op.create_table(
        "payment_methods",
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("customer_id", sa.String(length=255), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("brand", sa.String(length=64), nullable=True),
        sa.Column("last4", sa.String(length=8), nullable=True),
        sa.Column("exp_month", sa.Integer(), nullable=True),
        sa.Column("exp_year", sa.Integer(), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("deleted_at", Moment(), nullable=True),
        sa.Column("ticket", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_methods")),
    )
    op.create_index(op.f("ix_payment_methods_customer_id"), "payment_methods", ["customer_id"])
    op.create_table(
        "refunds",
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("charge_id", sa.String(length=255), nullable=True),
        sa.Column("payment_intent_id", sa.String(length=255), nullable=True),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=True),
        sa.Column("failure_reason", sa.String(length=64), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("deleted_at", Moment(), nullable=True),
        sa.Column("ticket", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refunds")),
    )
    op.create_index(op.f("ix_refunds_charge_id"), "refunds", ["charge_id"])
    op.create_index(op.f("ix_refunds_payment_intent_id"), "refunds", ["payment_intent_id"])
    op.add_column("customers", sa.Column("invoice_credit_balance", sa.JSON(), nullable=True))
    op.add_column("customers", sa.Column("default_source", sa.String(length=255), nullable=True))
    op.create_index(
        "ix_customers_balance",
        "customers",
        ["account_id", "currency", "balance_minor", "deleted_at"],
        sqlite_where=sa.text("balance_minor <> 0"),
        postgresql_where=sa.text("balance_minor <> 0"),
    )
    op.add_column(
        "subscriptions", sa.Column("default_payment_method", sa.String(length=255), nullable=True)
    )
    op.add_column(
        "subscriptions", sa.Column("default_source", sa.String(length=255), nullable=True)
    )


def downgrade() -> None:
    op.drop_column("subscriptions", "default_source")
    op.drop_column("subscriptions", "default_payment_method")
    op.drop_index("ix_customers_balance", table_name="customers")
    op.drop_column("customers", "default_source")
    op.drop_column("customers", "invoice_credit_balance")
    op.drop_index(op.f("ix_refunds_payment_intent_id"), table_name="refunds")
    op.drop_index(op.f("ix_refunds_charge_id"), table_name="refunds")
    op.drop_table("refunds")
    op.drop_index(op.f("ix_payment_methods_customer_id"), table_name="payment_methods")
    op.drop_table("payment_methods")
    op.drop_index(op.f("ix_meters_event_name"), table_name="meters")
    op.drop_table("meters")
    op.drop_index(op.f("ix_disputes_payment_intent_id"), table_name="disputes")
    op.drop_index(op.f("ix_disputes_charge_id"), table_name="disputes")
    op.drop_table("disputes")
    op.drop_index(
        op.f("ix_customer_balance_transactions_invoice_id"),
        table_name="customer_balance_transactions",
    )
    op.drop_index(
        op.f("ix_customer_balance_transactions_customer_id"),
        table_name="customer_balance_transactions",
    )
    op.drop_table("customer_balance_transactions")
    op.drop_index(op.f("ix_charges_payment_intent_id"), table_name="charges")
    op.drop_index(op.f("ix_charges_customer_id"), table_name="charges")
    op.drop_table("charges")
