"""Rows in a form that either database takes back: JSON lines, one table after the other, from one moment.

The keys of cases are not among them: they lie in a file of their own that is replaced with each backup, so that a
case erased later cannot be read in an older one.
"""

from __future__ import annotations

import hashlib
import os
from base64 import b64decode, b64encode
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    TypeDecorator,
    delete,
    false,
    func,
    insert,
    select,
)
from sqlmodel.sql.sqltypes import UTCDateTime

from storage.case_keys import case_key
from storage.erasing import KEPT
from storage.erasures import erased
from storage.keys import NONCE_BYTES, OWN_KEY
from storage.layout import metadata
from storage.people import reporter

APART = frozenset({str(case_key.name), str(erased.name), str(reporter.name)})
"""Tables that lie in the file that is replaced: keys of cases, who sent them, and what was erased."""
LEFT_OUT = frozenset({"console_session", "console_limit"})  # whoever was signed in signs in again
AT_ONCE = 1_000
_KINDS: dict[type[Any], str] = {
    datetime: "instant",
    date: "date",
    bool: "bool",
    bytes: "bytes",
    int: "int",
    float: "float",
    str: "text",
}
_TYPES: dict[str, Any] = {
    "instant": UTCDateTime(),
    "date": Date(),
    "bool": Boolean(),
    "bytes": LargeBinary(),
    "int": BigInteger(),
    "float": Float(),
    "text": String(),
}
_OUT: dict[str, Callable[[Any], Any]] = {"bytes": lambda value: b64encode(value).decode()}
_IN: dict[str, Callable[[Any], Any]] = {
    "bytes": b64decode,
    "instant": datetime.fromisoformat,
    "date": date.fromisoformat,
}
Line = Callable[[bytes], object]
_OWN = bytes((OWN_KEY,))


@dataclass(slots=True)
class Sum:
    """How many rows a table has, and a sum of their hashes in which their order does not count."""

    rows: int = 0
    digest: int = 0

    def add(self, line: bytes) -> None:
        """Count one row in."""
        self.rows += 1
        self.digest = (self.digest + int.from_bytes(hashlib.sha256(line).digest(), "big")) % (1 << 256)

    def told(self) -> list[object]:
        """As a backup notes it."""
        return [self.rows, f"{self.digest:064x}"]


class Cover:
    """Puts what a case keeps under the master key under the case's key as well, for as long as it lies in a backup.

    A message that waits, a line of the web chat: with its case's key gone they must not open in an older backup either.
    Tables whose rows outlive their case (`erasing.KEPT`) are left as they are: the audit chain would break with it.
    """

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        self._keys = keys

    def on(self, case_id: str, place: str, content: bytes) -> object:
        """As it is written: covered, or plain where it lies under the case's key already."""
        key = self._keys.get(case_id)
        if key is None or content[:1] == _OWN:
            return _OUT["bytes"](content)
        nonce = os.urandom(NONCE_BYTES)
        return {"under": case_id, "sealed": _OUT["bytes"](nonce + AESGCM(key).encrypt(nonce, content, place.encode()))}

    def off(self, covered: Mapping[str, str], place: str) -> bytes | None:
        """What was covered; None when its case has no key any more."""
        key = self._keys.get(covered["under"])
        if key is None:
            return None
        content = b64decode(covered["sealed"])
        return AESGCM(key).decrypt(content[:NONCE_BYTES], content[NONCE_BYTES:], place.encode())


def backed_up() -> list[Table]:
    """The tables whose rows a backup holds."""
    return [table for table in metadata.sorted_tables if table.name not in APART | LEFT_OUT]


def read_rows(connection: Connection, write: Line, cover: Cover | None = None) -> dict[str, Sum]:
    """Write every row as a line; the caller holds the one moment they are of. Sums are of what is under the cover."""
    return {str(table.name): read_table(connection, table, write, cover) for table in backed_up()}


def read_table(connection: Connection, table: Table, write: Line, cover: Cover | None = None) -> Sum:
    """Write the rows of one table."""
    columns = {str(column.name): kind_of(column) for column in table.columns}
    write(orjson.dumps({"table": str(table.name), "columns": list(columns.items())}))
    out = [(place, _OUT[kind]) for place, kind in enumerate(columns.values()) if kind in _OUT]
    sealed = [(place, name) for place, name in enumerate(columns) if name.startswith("sealed_")]
    goes = "case_id" in columns and table.name not in KEPT
    whose = list(columns).index("case_id") if goes and sealed and cover else None
    found = Sum()
    with connection.execution_options(stream_results=True, yield_per=AT_ONCE).execute(select(table)) as rows:
        for row in rows:
            values = list(row)
            for place, convert in out:
                if values[place] is not None:
                    values[place] = convert(values[place])
            line = orjson.dumps(values)
            found.add(line)
            if whose is not None and cover is not None:
                for place, name in sealed:
                    if row[place] is not None:
                        values[place] = cover.on(row[whose], f"{table.name}.{name}", row[place])
                line = orjson.dumps(values)
            write(line)
    return found


def kind_of(column: Column[Any]) -> str:
    """What a backup calls the type of a column."""
    plain = column.type.impl if isinstance(column.type, TypeDecorator) else column.type  # type: ignore[unreachable,unused-ignore]
    python: Any = plain.python_type
    return _KINDS[python]


class Filler:
    """Puts lines of a backup back into tables that are there, as they were when it was made."""

    def __init__(self, connection: Connection, cover: Cover) -> None:
        self._connection = connection
        self._cover = cover
        self._table: Table | None = None
        self._convert: list[tuple[int, Callable[[Any], Any]]] = []
        self._waiting: list[dict[str, Any]] = []
        self.sums: dict[str, Sum] = {}
        self.shut: set[str] = set()
        """Tables with values whose case was erased: their rows can be counted, not compared."""

    def begin(self, name: str, columns: Sequence[Sequence[str]]) -> None:
        """The lines that follow are rows of this table."""
        self.flush()
        parts = [Column(column, _TYPES[kind]) for column, kind in columns]
        self._table = Table(name, MetaData(), *parts)
        self._connection.execute(delete(self._table))  # a migration may have put in a first row
        self._convert = [(place, _IN[kind]) for place, (_, kind) in enumerate(columns) if kind in _IN]
        self.sums[name] = Sum()

    def row(self, line: bytes, values: list[Any]) -> None:
        """One row."""
        assert self._table is not None, "rows come after their table"
        if any(isinstance(value, dict) for value in values):
            values = [self._uncovered(place, value) for place, value in enumerate(values)]
            line = orjson.dumps(values)
        self.sums[str(self._table.name)].add(line)
        for place, convert in self._convert:
            if values[place] is not None:
                values[place] = convert(values[place])
        self._waiting.append(dict(zip(self._table.columns.keys(), values, strict=True)))
        if len(self._waiting) >= AT_ONCE:
            self.flush()

    def _uncovered(self, place: int, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        assert self._table is not None
        name = list(self._table.columns.keys())[place]
        content = self._cover.off(value, f"{self._table.name}.{name}")
        if content is None:  # erased: its row goes as soon as all are in
            self.shut.add(str(self._table.name))
            content = b""
        return _OUT["bytes"](content)

    def flush(self) -> None:
        """Write what waits."""
        if self._table is not None and self._waiting:
            self._connection.execute(insert(self._table), self._waiting)
            self._waiting = []


def count_on(connection: Connection) -> None:
    """Let PostgreSQL number new rows after those that were put in with their numbers."""
    if connection.dialect.name != "postgresql":
        return
    for table in metadata.sorted_tables:
        column = table.autoincrement_column
        if column is not None and isinstance(column.type, Integer) and column.autoincrement is not False:
            sequence = func.pg_get_serial_sequence(f'"{table.name}"', column.name)
            connection.execute(select(func.setval(sequence, func.coalesce(func.max(column), 0) + 1, false())))


def differing(
    noted: Mapping[str, Sequence[object]], found: Mapping[str, Sum], shut: Collection[str] = ()
) -> Iterator[str]:
    """Tables whose rows are not those that were noted; of `shut` ones only their number is compared."""
    for name, told in noted.items():
        here = found.get(name, Sum()).told()
        if list(told)[:1] != here[:1] or (name not in shut and list(told) != here):
            yield name
