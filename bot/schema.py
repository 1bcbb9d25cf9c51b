"""Whether a database has the newest schema, told without Alembic.

Most starts have nothing to migrate, and Alembic takes a tenth of a second to find that out.
"""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

MIGRATIONS = Path(__file__).parent / "migrations"


def is_newest(connection: Connection) -> bool:
    """Whether there is nothing to migrate; not in any doubt, which is Alembic's to judge."""
    if not inspect(connection).has_table("alembic_version"):
        return False
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalars()
    return list(found) == [newest_revision()]


def newest_revision() -> str:
    """The newest that we have: migrations follow one another in the order of their files' names."""
    names = (path.name for path in (MIGRATIONS / "versions").glob("[0-9]*_*.py"))
    return max(names).partition("_")[0]
