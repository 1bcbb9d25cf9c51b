"""Alembic's entry: migrate on the connection that bot.database hands over."""

from alembic import context

from bot.models import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    compare_type=True,
    # SQLite can roll a CREATE TABLE back as PostgreSQL can; Alembic assumes that it can't.
    transactional_ddl=True,
)
context.run_migrations()
