"""The registers' entries over one transaction, each sealed as one value."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import delete, insert, select, update

from cases.ports import Stale
from cases.registers import FIELDS, Book, Entry, Type, Value
from storage.schema import metadata
from storage.tables_reports import RegisterEntryRow
from storage.work import StoredWork

entry = metadata.tables[str(RegisterEntryRow.__tablename__)]
PLACE = "register_entry.sealed_data"


class Registers:
    """Adds, changes and reads entries."""

    def __init__(self, unit: StoredWork) -> None:
        self._unit = unit
        self._connection = unit.connection

    def all(self, localities: Collection[str], books: Collection[Book] = (), year: int = 0) -> list[Entry]:
        """Entries of these localities, newest year first; `year` leaves out the others."""
        statement = select(entry).where(entry.c.locality.in_(sorted(localities)))
        if books:
            statement = statement.where(entry.c.book.in_(sorted(books)))
        if year:
            statement = statement.where(entry.c.year == year)
        ordered = statement.order_by(entry.c.year.desc(), entry.c.made_at, entry.c.id)
        return [self._entry(row) for row in self._connection.execute(ordered)]

    def get(self, entry_id: str) -> Entry | None:
        """One entry."""
        row = self._connection.execute(select(entry).where(entry.c.id == entry_id)).first()
        return self._entry(row) if row is not None else None

    def add(self, new: Entry, by: str) -> None:
        """Store a new entry."""
        self._connection.execute(insert(entry), {**self._row(new, by), "made_at": self._unit.now})

    def save(self, changed: Entry, by: str) -> None:
        """Store a changed entry; raises Stale when somebody changed it meanwhile."""
        version = changed.version
        changed.version += 1
        done = self._connection.execute(
            update(entry).where(entry.c.id == changed.id, entry.c.version == version).values(self._row(changed, by))
        )
        if done.rowcount != 1:
            changed.version = version
            raise Stale(changed.id)

    def remove(self, gone: Entry) -> None:
        """Delete an entry made by mistake; raises Stale when somebody changed it meanwhile."""
        matching = (entry.c.id == gone.id, entry.c.version == gone.version)
        if self._connection.execute(delete(entry).where(*matching)).rowcount != 1:
            raise Stale(gone.id)

    def _row(self, one: Entry, by: str) -> dict[str, Any]:
        return {
            "id": one.id,
            "locality": one.locality,
            "book": one.book.value,
            "year": one.year,
            "body": one.body,
            "sealed_data": self._unit.keys.seal_json(PLACE, one.id, one.values),
            "changed_at": self._unit.now,
            "changed_by": by,
            "version": one.version,
        }

    def _entry(self, row: Any) -> Entry:
        book = Book(row.book)
        data: dict[str, Any] = self._unit.keys.open_json(PLACE, row.id, row.sealed_data)
        values: dict[str, Value] = {one.name: _typed(one.type, data.get(one.name)) for one in FIELDS[book]}
        return Entry(row.id, row.locality, book, row.year, row.body, values, row.version)


def _typed(kind: Type, value: Any) -> Value:
    if kind is Type.DATE and value:
        return date.fromisoformat(value)
    found: Value = value
    return found
