"""SELECTs that SQLAlchemy writes once and the driver runs each time.

A statement of the hot path takes the database 0.02 ms; SQLAlchemy's way around it (looking the
compiled form up, a context, a result with its metadata) takes ten times as long. So the form, the
order of its parameters, and what turns a driver's value into ours are kept per dialect, and the row
is a plain named tuple.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import CompoundSelect, Connection, Dialect, Select
from sqlalchemy.exc import DBAPIError

from bot.database import Reading

# A named tuple whose fields are the statement's columns, by their labels.
Row: TypeAlias = Any
_Process: TypeAlias = Callable[[Any], Any]


class Prepared:
    """One SELECT, to be run many times; its parameters are bindparam()s.

    One with an expanding parameter (`IN` of any number) has no form that stays, and is run by
    SQLAlchemy itself each time.
    """

    def __init__(self, statement: Select[Any] | CompoundSelect[Any]) -> None:
        self.statement = statement
        self._forms: dict[str, _Form | None] = {}

    def rows(self, reading: Reading, values: Mapping[str, Any]) -> list[Row]:
        """All its rows; values that it has no parameter for are passed over.

        Raises: DBAPIError, as SQLAlchemy does.
        """
        connection = reading.connection()
        dialect = connection.dialect
        if dialect.name not in self._forms:
            self._forms[dialect.name] = _form_of(self.statement, dialect)
        form = self._forms[dialect.name]
        if form is None:
            return list(connection.execute(self.statement, dict(values)))
        return form.rows(connection, values)


@dataclass(frozen=True, slots=True)
class _Bind:
    """One parameter, what it is where nobody gives it, and how the driver wants it."""

    name: str
    is_required: bool
    otherwise: Any
    process: _Process | None

    def value_of(self, values: Mapping[str, Any]) -> Any:
        """What the driver gets.

        Raises: KeyError when nobody gave it and it has to be.
        """
        value = values[self.name] if self.is_required else values.get(self.name, self.otherwise)
        return value if self.process is None else self.process(value)


@dataclass(frozen=True, slots=True)
class _Form:
    """The statement as one driver takes it.

    Shape: `processes` has the places of those columns whose values the driver gives otherwise.
    """

    text: str
    binds: tuple[_Bind, ...]
    is_positional: bool
    processes: tuple[tuple[int, _Process], ...]
    make: Callable[[Iterable[Any]], Row]

    def rows(self, connection: Connection, values: Mapping[str, Any]) -> list[Row]:
        """Run it in the connection's transaction."""
        if not connection.in_transaction():
            connection.begin()
        driver: Any = connection.connection.driver_connection
        try:
            found = driver.execute(self.text, self._parameters(values)).fetchall()
        except _errors_of(connection.dialect) as failed:
            raise _translated(failed, connection, self.text) from failed
        return [self.make(self._read(row)) for row in found]

    def _parameters(self, values: Mapping[str, Any]) -> Any:
        if self.is_positional:
            return [bind.value_of(values) for bind in self.binds]
        return {bind.name: bind.value_of(values) for bind in self.binds}

    def _read(self, row: Sequence[Any]) -> Sequence[Any]:
        values = list(row)
        for place, process in self.processes:
            values[place] = process(values[place])
        return values


def _form_of(statement: Select[Any] | CompoundSelect[Any], dialect: Dialect) -> _Form | None:
    compiled: Any = statement.compile(dialect=dialect)
    if compiled.post_compile_params:
        return None
    columns = list(statement.selected_columns)
    processes = [
        column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns
    ]
    # A named tuple by its old name: the other form wants its fields written out.
    names = [str(column.key) for column in columns]
    row_type: Any = namedtuple("Row", names)  # type: ignore[misc] # noqa: PYI024
    return _Form(
        text=compiled.string,
        binds=tuple(
            _bind_of(compiled.binds[name], name, dialect)
            for name in (compiled.positiontup if dialect.positional else compiled.binds)
        ),
        is_positional=dialect.positional,
        processes=tuple(
            (place, process) for place, process in enumerate(processes) if process is not None
        ),
        make=row_type._make,
    )


def _bind_of(bind: Any, name: str, dialect: Dialect) -> _Bind:
    return _Bind(
        name=name,
        is_required=bind.required,
        otherwise=None if bind.required else bind.effective_value,
        process=bind.type.dialect_impl(dialect).bind_processor(dialect),
    )


def _errors_of(dialect: Dialect) -> type[Exception]:
    errors: type[Exception] = dialect.loaded_dbapi.Error
    return errors


def _translated(failed: Any, connection: Connection, text: str) -> Exception:
    """The error as SQLAlchemy would raise it; a connection that is gone is not used again."""
    dialect = connection.dialect
    is_gone = dialect.is_disconnect(failed, connection.connection, None)
    if is_gone:
        connection.invalidate(failed)
    translated: Exception = DBAPIError.instance(
        text,
        None,
        failed,
        _errors_of(dialect),
        hide_parameters=True,
        connection_invalidated=is_gone,
        dialect=dialect,
    )
    return translated
