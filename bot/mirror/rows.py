"""Writing many rows at once, in the way that each database takes them fastest.

SQLite wants one statement run for each row. PostgreSQL wants one statement for all rows: they go
over as one JSON text that the server takes apart, with the table itself saying the types.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, cast

import orjson
from sqlalchemy import JSON, ColumnElement, Table, Text, bindparam, func, or_, select, text
from sqlalchemy import cast as cast_to
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from bot.database import Insert
from bot.models import Base

Row = dict[str, Any]


def table_of(model: type[Base]) -> Table:
    """The table of a model, for statements that build no objects."""
    return cast("Table", model.__table__)


def go_by_indexes(session: Session) -> None:
    """Have PostgreSQL find rows by their indexes until the commit.

    It keeps the plans it made while the tables were empty, also those of its foreign keys, and
    they read tables whole: each page would be slower than the one before.
    """
    if _dialect(session) == "postgresql":
        session.execute(text("SET LOCAL enable_seqscan = off"))


def insert_rows(session: Session, table: Table, rows: Sequence[Row]) -> None:
    """Add rows that are all new; they have the same columns."""
    if rows:
        _run(session, _inserting(_dialect(session), table, tuple(rows[0])), rows)


def insert_missing(session: Session, table: Table, rows: Sequence[Row], *, key: str) -> None:
    """Add rows, leaving those as they are that have this key already."""
    if rows:
        statement = _inserting(_dialect(session), table, tuple(rows[0]))
        _run(session, statement.on_conflict_do_nothing(index_elements=[key]), rows)


def replace_older(
    session: Session,
    table: Table,
    rows: Sequence[Row],
    *,
    final: tuple[str, ...] = (),
) -> set[str]:
    """Add rows and replace those that an older read wrote; all come from one read's ticket.

    A status that is `final` is never replaced by another.
    Shape: the ids of the rows that are now as given.
    """
    if not rows:
        return set()
    # Everybody takes the locks of PostgreSQL's rows in one order, so that nobody waits in a circle.
    ordered = sorted(rows, key=lambda row: str(row["id"]))
    _run(session, _replacing(_dialect(session), table, tuple(ordered[0]), final), ordered)
    ours = select(table.c.id).where(
        table.c.id.in_([row["id"] for row in ordered]), table.c.ticket == ordered[0]["ticket"]
    )
    return set(session.scalars(ours))


def _dialect(session: Session) -> str:
    return session.get_bind().dialect.name


@lru_cache(maxsize=128)
def _inserting(dialect: str, table: Table, columns: tuple[str, ...]) -> Insert:
    if dialect == "sqlite":
        return sqlite.insert(table)
    rows = func.json_populate_recordset(
        text(f'NULL::"{table.name}"'), cast_to(bindparam("rows", type_=Text), JSON)
    ).table_valued(*(table.c[name] for name in columns))
    return postgresql.insert(table).from_select(
        columns, select(*(rows.c[name] for name in columns)), include_defaults=False
    )


@lru_cache(maxsize=128)
def _replacing(
    dialect: str, table: Table, columns: tuple[str, ...], final: tuple[str, ...]
) -> Insert:
    statement = _inserting(dialect, table, columns)
    new = statement.excluded
    is_newer: ColumnElement[bool] = table.c.ticket < new.ticket
    if final:
        is_final = or_(*(table.c.status == status for status in final))
        is_newer &= ~is_final | (table.c.status == new.status)
    return statement.on_conflict_do_update(
        index_elements=[table.c.id],
        set_={name: new[name] for name in columns if name != "id"},
        where=is_newer,
    )


def _run(session: Session, statement: Insert, rows: Sequence[Row]) -> None:
    if _dialect(session) == "sqlite":
        session.execute(statement, list(rows))
    else:
        session.execute(statement, {"rows": orjson.dumps(rows).decode()})
