"""The condition that a column has one of any number of values, in a statement that stays the same.

SQLAlchemy's own IN has a parameter for each value, so its statement is another one each time: it
is put together, compiled and planned anew. Here all values go over as one parameter.
"""

from collections.abc import Collection
from typing import Any

import orjson
from sqlalchemy import BigInteger, ColumnElement, Dialect, Text, bindparam, literal_column
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction
from sqlalchemy.types import Boolean, TypeDecorator, TypeEngine


class ManyTexts(TypeDecorator[Collection[str]]):
    """Any number of texts as one parameter: an array on PostgreSQL, a JSON list on SQLite."""

    impl = Text
    cache_ok = True
    item: TypeEngine[Any] = Text()

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """How this database takes them."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(postgresql.ARRAY(self.item))
        return dialect.type_descriptor(Text())

    def process_bind_param(self, value: Collection[Any] | None, dialect: Dialect) -> Any:
        """On the way in."""
        values = list(value or ())
        return values if dialect.name == "postgresql" else orjson.dumps(values).decode()


class ManyNumbers(ManyTexts):
    """Any number of whole numbers as one parameter."""

    cache_ok = True
    item = BigInteger()


class _IsAmong(GenericFunction[bool]):
    """A column and the parameter with the values that it may have."""

    type = Boolean()
    inherit_cache = True
    name = "is_among"

    def self_group(self, against: Any = None) -> Any:
        """As it is: written "… = 1", as SQLAlchemy does for SQLite, it would use no index."""
        del against
        return self


def is_among(column: ColumnElement[Any], parameter: str) -> ColumnElement[bool]:
    """Whether a column has one of the values that this parameter is given when it is run."""
    is_text = isinstance(column.type, Text) or column.type.python_type is str
    many = bindparam(parameter, type_=ManyTexts() if is_text else ManyNumbers())
    return _IsAmong(column, many)


def is_found_among(column: ColumnElement[int], parameter: str) -> ColumnElement[bool]:
    """The same of a few rows that are found otherwise: by the column's index they would be many.

    Without statistics SQLite takes any index of a value for the best way in.
    """
    return is_among(column + literal_column("0"), parameter)


@compiles(_IsAmong, "sqlite")
def _on_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    column, many = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({many}))"  # noqa: S608 - a column and a "?"


@compiles(_IsAmong, "postgresql")
def _on_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    column, many = (compiler.process(clause, **options) for clause in element.clauses)
    kind = "bigint" if isinstance(element.clauses.clauses[1].type, ManyNumbers) else "text"
    return f"{column} = ANY (CAST({many} AS {kind}[]))"
