"""Writing many rows at once, in the way that each database takes them fastest.

SQLite takes tuples by its own driver: SQLAlchemy's way of putting parameters together costs more
than the rows themselves. Many rows go into one statement, since between two of them the driver asks
for Python's lock, and who reads the next page meanwhile does not give it up soon. PostgreSQL wants
one statement for all rows: they go over as one JSON text that the server takes apart, with the
table itself saying the types; COPY is quicker there, but making its rows is slower here by more
than that.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any, cast

import orjson
from sqlalchemy import (
    JSON,
    ColumnElement,
    CursorResult,
    Date,
    Table,
    Text,
    func,
    or_,
    select,
    text,
)
from sqlalchemy import bindparam as bind
from sqlalchemy import cast as cast_to
from sqlalchemy.dialects import sqlite
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import ReturningInsert

from bot.among import is_among
from bot.database import Insert, insert_for
from bot.models import Base, Moment
from bot.models.base import microseconds_of

Row = dict[str, Any]

# Any number, the same in every process: whoever stores shares this lock.
STORING_LOCK = 7_246_002
_BEGINNING = text(
    "SELECT set_config('enable_seqscan', 'off', true), pg_advisory_xact_lock_shared(:lock)"
)
_WAITING = text("SELECT pg_advisory_xact_lock(:lock)")

# How many rows go into one statement of SQLite's; a page of Stripe's has a hundred objects. Of the
# widest table these are 5,300 parameters, and 32,766 are allowed.
ROWS_AT_ONCE = (100, 10)
_VALUES = re.compile(r"VALUES (\(\?(?:, \?)*\))")

# How SQLite keeps what its driver does not take as it is.
_KEPT_BY_SQLITE: dict[type, Callable[[Any], Any]] = {
    Moment: microseconds_of,
    Date: lambda day: day.isoformat(),
    JSON: lambda value: orjson.dumps(value).decode(),
}


def table_of(model: type[Base]) -> Table:
    """The table of a model, for statements that build no objects."""
    return cast("Table", model.__table__)


def begin_storing(session: Session) -> None:
    """Prepare PostgreSQL for storing, until the commit.

    It finds rows by their indexes from here on: it keeps the plans it made while the tables were
    empty, also those of its foreign keys, and they read tables whole, so that each page would be
    slower than the one before. And `wait_for_storing` waits for this transaction.
    """
    if _dialect(session) == "postgresql":
        session.execute(_BEGINNING, {"lock": STORING_LOCK})


def wait_for_storing(session: Session) -> None:
    """Have nobody else store until the commit, and see all that was stored; rarely needed.

    SQLite has one writer anyway.
    """
    if _dialect(session) == "postgresql":
        session.execute(_WAITING, {"lock": STORING_LOCK})


def insert_rows(session: Session, table: Table, rows: Sequence[Row]) -> None:
    """Add rows that are all new; they have the same columns."""
    if rows:
        _write(session, table, _inserting(_dialect(session), table, tuple(rows[0])), rows)


def insert_missing(session: Session, table: Table, rows: Sequence[Row], *, key: str) -> None:
    """Add rows, leaving those as they are that have this key already."""
    if rows:
        _write(session, table, _adding(_dialect(session), table, tuple(rows[0]), key), rows)


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
    statement = _replacing(_dialect(session), table, tuple(ordered[0]), final)
    if _dialect(session) != "sqlite":
        return set(_write_on_postgresql(session, statement, ordered).scalars())
    ids = [row["id"] for row in ordered]
    if _write_on_sqlite(session, table, statement, ordered) == len(ids):
        return set(ids)
    ours = select(table.c.id).where(
        is_among(table.c.id, "ids"), table.c.ticket == ordered[0]["ticket"]
    )
    return set(session.scalars(ours, {"ids": ids}))


def _dialect(session: Session) -> str:
    return session.get_bind().dialect.name


@lru_cache(maxsize=128)
def _inserting(dialect: str, table: Table, columns: tuple[str, ...]) -> Insert:
    if dialect == "sqlite":
        return insert_for(dialect, table).values({name: bind(name) for name in columns})
    rows = func.json_populate_recordset(
        text(f'NULL::"{table.name}"'), cast_to(bind("rows", type_=Text), JSON)
    ).table_valued(*(table.c[name] for name in columns))
    return insert_for(dialect, table).from_select(
        columns, select(*(rows.c[name] for name in columns)), include_defaults=False
    )


@lru_cache(maxsize=128)
def _adding(dialect: str, table: Table, columns: tuple[str, ...], key: str) -> Insert:
    return _inserting(dialect, table, columns).on_conflict_do_nothing(index_elements=[key])


@lru_cache(maxsize=128)
def _replacing(
    dialect: str, table: Table, columns: tuple[str, ...], final: tuple[str, ...]
) -> Insert | ReturningInsert[Any]:
    statement = _inserting(dialect, table, columns)
    new = statement.excluded
    is_newer: ColumnElement[bool] = table.c.ticket < new.ticket
    if final:
        is_final = or_(*(table.c.status == status for status in final))
        is_newer &= ~is_final | (table.c.status == new.status)
    replacing = statement.on_conflict_do_update(
        index_elements=[table.c.id],
        set_={name: new[name] for name in columns if name != "id"},
        where=is_newer,
    )
    # psycopg has no row count here. SQLite's driver has, and can return nothing for many rows.
    return replacing if dialect == "sqlite" else replacing.returning(table.c.id)


def _write(session: Session, table: Table, statement: Insert, rows: Sequence[Row]) -> None:
    if _dialect(session) == "sqlite":
        _write_on_sqlite(session, table, statement, rows)
    else:
        _write_on_postgresql(session, statement, rows)


def _write_on_postgresql(
    session: Session, statement: Insert | ReturningInsert[Any], rows: Sequence[Row]
) -> CursorResult[Any]:
    return session.connection().execute(statement, {"rows": orjson.dumps(rows).decode()})


def _write_on_sqlite(
    session: Session, table: Table, statement: Insert | ReturningInsert[Any], rows: Sequence[Row]
) -> int:
    """Run it for all rows; how many went in or were changed."""
    compiled = _compiled_for_sqlite(statement)
    values = list(zip(*_columns_for_sqlite(table, compiled, rows), strict=True))
    connection = session.connection()
    written = at = 0
    for size in ROWS_AT_ONCE:
        many, width = _compiled_for_many(statement, size)
        while at + size <= len(values):
            some = values[at : at + size]
            flat = chain.from_iterable(row[:width] for row in some)
            written += connection.exec_driver_sql(many, (*flat, *some[0][width:])).rowcount
            at += size
    if rest := values[at:]:
        written += connection.exec_driver_sql(str(compiled), rest).rowcount
    return written


@lru_cache(maxsize=128)
def _compiled_for_many(statement: Insert | ReturningInsert[Any], size: int) -> tuple[str, int]:
    """The statement with VALUES of so many rows, and how many values each of them takes.

    What comes behind those of the row is the same for all, and taken once.
    """
    text = str(_compiled_for_sqlite(statement))
    head, values, tail = _VALUES.split(text, maxsplit=1)
    return f"{head}VALUES {', '.join([values] * size)}{tail}", values.count("?")


@lru_cache(maxsize=128)
def _compiled_for_sqlite(statement: Insert | ReturningInsert[Any]) -> SQLCompiler:
    return statement.compile(dialect=sqlite.dialect())


def _columns_for_sqlite(
    table: Table, compiled: SQLCompiler, rows: Sequence[Row]
) -> Iterator[list[Any]]:
    # Column by column, so that how a column is kept is looked up once and not for each row.
    for name in compiled.positiontup or ():
        if name not in rows[0]:
            yield [compiled.params[name]] * len(rows)
            continue
        keep = _KEPT_BY_SQLITE.get(type(table.c[name].type))
        if keep is None:
            yield [row[name] for row in rows]
        else:
            yield [None if row[name] is None else keep(row[name]) for row in rows]
