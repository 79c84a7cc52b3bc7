"""Statements that run with every update, compiled once and run on the driver's own cursor.

SQLAlchemy's `execute` spends five times what SQLite itself does on a small statement; a report is some forty of them.
A `Hot` is written in Core like any other statement, keeps Core's types and both dialects, and skips only the machinery
in between. It cannot hold lists that expand (`IN`), and every column without a server's default must be given.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Dialect, Executable
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine
from sqlmodel.sql.sqltypes import UTCDateTime

_Convert = Callable[[Any], Any]


class Hot:
    """One statement for all dialects, or one per dialect by name. `columns` are those an insert is given."""

    def __init__(self, statement: Executable | Mapping[str, Executable], columns: Sequence[str] | None = None) -> None:
        self._statement = statement
        self._columns = None if columns is None else list(columns)
        self._forms: dict[str, _Form] = {}

    def rows(self, connection: Connection, values: Mapping[str, Any]) -> list[Any]:
        """Every row, with its columns as attributes."""
        form = self._form(connection.dialect)
        cursor = form.run(connection, values)
        try:
            return [form.row(row) for row in cursor.fetchall()]
        finally:
            cursor.close()

    def first(self, connection: Connection, values: Mapping[str, Any]) -> Any:
        """The first row, None without any."""
        found = self.rows(connection, values)
        return found[0] if found else None

    def change(self, connection: Connection, values: Mapping[str, Any]) -> int:
        """How many rows were written."""
        cursor = self._form(connection.dialect).run(connection, values)
        try:
            return int(cursor.rowcount)
        finally:
            cursor.close()

    def change_each(self, connection: Connection, many: Sequence[Mapping[str, Any]]) -> None:
        """Write once for each of these, in order; one round trip where the driver can."""
        if many:
            self._form(connection.dialect).run_each(connection, many).close()

    def _form(self, dialect: Dialect) -> _Form:
        form = self._forms.get(dialect.name)
        if form is None:
            given = self._statement
            statement = given[dialect.name] if isinstance(given, Mapping) else given
            form = self._forms[dialect.name] = _Form(statement, dialect, self._columns)
        return form


class _Form:
    """A statement as one driver takes it."""

    def __init__(self, statement: Executable, dialect: Dialect, columns: list[str] | None) -> None:
        compiled = statement.compile(dialect=dialect, column_keys=columns)  # type: ignore[attr-defined]
        assert isinstance(compiled, SQLCompiler)
        self._sql = str(compiled)
        self._binds: list[tuple[str, _Convert | None, Any]] = []
        for name in compiled.positiontup or ():
            bind = compiled.binds[name]
            into = _bind(bind.type, dialect)
            constant = None if bind.required else bind.effective_value
            self._binds.append((name, into, into(constant) if into and constant is not None else constant))
        self._dialect = dialect
        result = [(str(column[0]), column[3]) for column in compiled._result_columns]
        self._readers = [
            (place, out) for place, (_, kind) in enumerate(result) if (out := _result(kind, dialect)) is not None
        ]
        # A statement written as text does not name its columns: its rows are plain tuples.
        shape: Any = namedtuple("Row", [name for name, _ in result], rename=True) if result else None
        self._make: Callable[[Any], Any] = shape._make if shape else tuple

    def run(self, connection: Connection, values: Mapping[str, Any]) -> Any:
        """Execute; raises what SQLAlchemy would raise."""
        sent = self._sent(values)
        return self._on_cursor(connection, lambda cursor: cursor.execute(self._sql, sent))

    def run_each(self, connection: Connection, many: Sequence[Mapping[str, Any]]) -> Any:
        """Execute for each; raises what SQLAlchemy would raise."""
        sent = [self._sent(values) for values in many]
        return self._on_cursor(connection, lambda cursor: cursor.executemany(self._sql, sent))

    def _sent(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        return tuple(
            [
                (into(values[name]) if into else values[name]) if name in values else constant
                for name, into, constant in self._binds
            ]
        )

    def _on_cursor(self, connection: Connection, execute: Callable[[Any], Any]) -> Any:
        door = connection.connection
        cursor = door.cursor()
        try:
            execute(cursor)
        except self._dialect.loaded_dbapi.Error as error:
            if self._dialect.is_disconnect(error, door.dbapi_connection, cursor):
                connection.invalidate(error)
            raise DBAPIError.instance(
                self._sql, None, error, self._dialect.loaded_dbapi.Error, hide_parameters=True, dialect=self._dialect
            ) from error
        return cursor

    def row(self, raw: Sequence[Any]) -> Any:
        """One row with its values converted."""
        if not self._readers:
            return self._make(raw)
        values = list(raw)
        for place, out in self._readers:
            if values[place] is not None:
                values[place] = out(values[place])
        return self._make(values)


def _bind(kind: TypeEngine[Any], dialect: Dialect) -> _Convert | None:
    if isinstance(kind, UTCDateTime) and dialect.name == "sqlite":
        return _instant_text
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _result(kind: TypeEngine[Any], dialect: Dialect) -> _Convert | None:
    if isinstance(kind, UTCDateTime) and dialect.name == "sqlite":
        return _instant
    return kind.dialect_impl(dialect).result_processor(dialect, None)


def _instant_text(value: datetime | None) -> str | None:
    """What `UTCDateTime` stores on SQLite, at a fifth of its cost; every row of the hot path holds several."""
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError("an instant without a zone")
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def _instant(stored: str) -> datetime:
    return datetime.fromisoformat(stored).replace(tzinfo=UTC)
