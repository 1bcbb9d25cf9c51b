"""What a start believes of the schema without asking Alembic."""

import contextlib

from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import text

from bot.database import Database
from bot.schema import MIGRATIONS, is_newest, newest_revision

DOUBTS = (
    "DELETE FROM alembic_version",
    "INSERT INTO alembic_version (version_num) VALUES ('0001')",
    "UPDATE alembic_version SET version_num = '0001'",
    "DROP TABLE alembic_version",
)


def test_the_newest_revision_is_the_one_that_alembic_ends_with() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))

    assert ScriptDirectory.from_config(config).get_heads() == [newest_revision()]


def test_alembic_is_spared_only_where_there_is_no_doubt(database_url: str) -> None:
    with contextlib.closing(Database(database_url)) as database, database.writing() as session:
        assert is_newest(session.connection())

        for doubt in DOUBTS:
            undone = session.begin_nested()
            session.execute(text(doubt))
            assert not is_newest(session.connection()), doubt
            undone.rollback()
