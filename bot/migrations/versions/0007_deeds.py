"""Keep deeds: audit, promised calls and what was posted."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from bot.models import Moment

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# What each database lets happen to the tables of the audit trail. Per trigger: table, what it
# watches, when it refuses, and what it says. A SQLite connection without recursive_triggers runs
# no delete trigger for INSERT OR REPLACE, but it runs the insert trigger before it looks for what
# is in the way, and so refuses that too.
ADDED_ONLY = "Entries of the audit trail are only ever added, one after the other."
FORGOTTEN_ONLY = "What the audit trail says of somebody can only be forgotten, by audit erase."
ONE_HEAD = "The audit trail has one head, which is never taken away."
GUARDS = (
    ("audit_entries", "INSERT", "NEW.number <> 1 + {last_number}", ADDED_ONLY),
    ("audit_entries", "UPDATE", "1 = 1", ADDED_ONLY),
    ("audit_entries", "DELETE", "1 = 1", ADDED_ONLY),
    ("audit_head", "INSERT", "EXISTS (SELECT 1 FROM audit_head)", ONE_HEAD),
    ("audit_head", "UPDATE", "NEW.id <> OLD.id", ONE_HEAD),
    ("audit_head", "DELETE", "1 = 1", ONE_HEAD),
    (
        "audit_private_texts",
        "INSERT",
        "EXISTS (SELECT 1 FROM audit_private_texts WHERE ref = NEW.ref)",
        FORGOTTEN_ONLY,
    ),
    (
        "audit_private_texts",
        "UPDATE",
        """
        OLD.erased_in IS NOT NULL OR NEW.erased_in IS NULL OR NEW.ref <> OLD.ref
        OR NEW.about <> '' OR NEW.salt <> '' OR NEW.value <> ''
        """,
        FORGOTTEN_ONLY,
    ),
    ("audit_private_texts", "DELETE", "1 = 1", FORGOTTEN_ONLY),
)
LAST_NUMBER = "(SELECT coalesce(max(number), 0) FROM audit_entries)"

SQLITE_GUARD = """
CREATE TRIGGER {table}_on_{what} BEFORE {what} ON {table} WHEN {refused}
BEGIN SELECT RAISE(ABORT, '{said}'); END
"""
POSTGRES_FUNCTION = """
CREATE FUNCTION {table}_on_{what}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF {refused} THEN RAISE EXCEPTION '{said}' USING ERRCODE = 'restrict_violation'; END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $$
"""
# ALWAYS: also for whoever sets session_replication_role to replica.
POSTGRES_GUARDS = (
    """
    CREATE TRIGGER {table}_on_{what} BEFORE {what} ON {table} {each}
    EXECUTE FUNCTION {table}_on_{what}()
    """,
    "ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_on_{what}",
)


def upgrade() -> None:
    _create_audit_tables()
    if op.get_bind().dialect.name == "sqlite":
        _guard_in_sqlite()
    else:
        _guard_in_postgres()


def downgrade() -> None:
    op.drop_table("refusal_counts")
    for table in ("audit_entries", "audit_head", "audit_private_texts"):
        op.drop_table(table)
    if op.get_bind().dialect.name != "sqlite":
        for table, what, *_ in (*GUARDS, *_truncations()):
            op.execute(f"DROP FUNCTION {table}_on_{what.lower()}()")


def _create_audit_tables() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("actor_ref", sa.String(length=64), nullable=True),
        sa.Column("basis", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("subject_kind", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.String(length=255), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("invoice_id", sa.String(length=255), nullable=True),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("is_after_break", sa.Boolean(), nullable=False),
        sa.Column("key_name", sa.String(length=16), nullable=False),
        sa.Column("mac", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_entries")),
    )
    op.create_index(
        "ix_audit_entries_subject", "audit_entries", ["subject_kind", "subject_id", "number"]
    )
    of_invoice = sa.text("invoice_id IS NOT NULL")
    op.create_index(
        "ix_audit_entries_invoice",
        "audit_entries",
        ["invoice_id", "number"],
        sqlite_where=of_invoice,
        postgresql_where=of_invoice,
    )
    head = op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("mac", sa.String(length=64), nullable=False),
        sa.Column("key_name", sa.String(length=16), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.bulk_insert(head, [{"id": 1, "number": 0, "mac": "", "key_name": "", "seal": ""}])
    op.create_table(
        "audit_private_texts",
        sa.Column("ref", sa.String(length=64), nullable=False),
        sa.Column("about", sa.String(length=255), nullable=False),
        sa.Column("is_name", sa.Boolean(), nullable=False),
        sa.Column("salt", sa.String(length=64), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("erased_in", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_audit_private_texts")),
    )
    op.create_index(
        "ix_audit_private_texts_about", "audit_private_texts", ["about", "is_name"], unique=False
    )
    op.create_index(
        op.f("ix_audit_private_texts_erased_in"), "audit_private_texts", ["erased_in"], unique=False
    )
    op.create_table(
        "refusal_counts",
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("minute_at", Moment(), nullable=False),
        sa.Column("times", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "minute_at", name=op.f("pk_refusal_counts")),
    )


def _guard_in_sqlite() -> None:
    for table, what, refused, said in GUARDS:
        condition = refused.format(last_number=LAST_NUMBER)
        op.execute(
            SQLITE_GUARD.format(table=table, what=what.lower(), refused=condition, said=said)
        )


def _guard_in_postgres() -> None:
    for table, what, refused, said in (*GUARDS, *_truncations()):
        named = {"table": table, "what": what.lower()}
        named["each"] = "FOR EACH STATEMENT" if what == "TRUNCATE" else "FOR EACH ROW"
        condition = refused.format(last_number=LAST_NUMBER)
        op.execute(POSTGRES_FUNCTION.format(**named, refused=condition, said=said))
        for guard in POSTGRES_GUARDS:
            op.execute(guard.format(**named))


def _truncations() -> list[tuple[str, str, str, str]]:
    """PostgreSQL empties a table at once too, without a look at its rows."""
    said = {table: sentence for table, _, _, sentence in GUARDS}
    return [(table, "TRUNCATE", "1 = 1", sentence) for table, sentence in said.items()]
