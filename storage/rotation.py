"""Changing the master key while everything runs: every sealed value is sealed again under the newest key.

Columns are found in the tables themselves: whatever is named `sealed_*` is re-sealed, so that a new table cannot be
forgotten. What remains to be done is what is not yet under the newest key: nothing is noted anywhere, and after a kill
the next run goes on with what it finds. Each step is a small transaction that changes a value only where it still is
what was read.

What a case keeps goes from the master to the key of its case at the same time; of what already lies there, only the
case's key itself is wrapped again. Files lie under keys of their own and are not written again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    LargeBinary,
    Select,
    Table,
    and_,
    func,
    literal,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy import case as when

from storage import layout
from storage.board import publication
from storage.case_keys import wrapped_key
from storage.files import PLACE_KEY as PLACE_FILE_KEY
from storage.files import case_file, new_file_key
from storage.keys import OWN_KEY, SealBroken
from storage.vault import FileVault
from storage.work import Office, StoredWork

AT_ONCE = 100  # rows a transaction: some ten milliseconds, so that writers hardly wait
PAUSE = 0.01  # seconds between two: on SQLite another process writes too

ROWS: Mapping[str, tuple[str, ...]] = {
    "case_event": ("row_key",),
    "export_log": ("row_key",),
    "outbox": ("effect_key",),
    "paper_number": ("locality", "body", "year", "kind", "number"),
    "report_recipient": ("report_id", "body"),
    "rule_edit": ("row_key",),
    "web_line": ("effect_key",),
}
"""What a table's values are bound to, where it is not the primary key; several are joined by a slash."""

OF_A_CASE: Mapping[str, str] = {
    "case": "id",
    "case_event": "case_id",
    "case_file": "case_id",
    "case_note": "case_id",
    "identity_request": "case_id",
    "info_request": "case_id",
    "legal_hold": "case_id",
    "meeting": "case_id",
    "paper": "case_id",
    "publication": "case_id",
    "reporter": "case_id",
    "sealed_box": "case_id",
}
"""Tables whose stores seal under the case's key, and the column that names the case. Empty there means the master."""

Write = Callable[[Callable[[StoredWork], Any]], Awaitable[Any]]


@dataclass(slots=True)
class Done:
    """What a rotation did: values sealed again, files written again, and what does not open with any key."""

    values: int = 0
    files: int = 0
    broken: set[str] = field(default_factory=set)  # places and rows, never content


@dataclass(frozen=True, slots=True)
class Sealed:
    """One sealed column."""

    column: Column[Any]

    @property
    def table(self) -> Table:
        """Where it stands."""
        return self.column.table

    @property
    def place(self) -> str:
        """What its values are bound to beside the row."""
        return f"{self.table.name}.{self.column.name}"

    def rows(self, newest: int, after: Sequence[Any] | None, limit: int) -> Select[Any]:
        """Rows that are not under the newest key, in the order of the primary key."""
        keys = list(self.table.primary_key.columns)
        statement = select(
            *(key.label(f"key_{place}") for place, key in enumerate(keys)),
            *(self.table.c[name].label(f"row_{place}") for place, name in enumerate(self._row_names())),
            self.column.label("value"),
            self._case().label("case_id"),
            wrapped_key(self._case()),
        ).where(self.column.is_not(None), self._old(newest))
        if after is not None:
            statement = statement.where(tuple_(*keys) > tuple_(*(literal(one) for one in after)))
        return statement.order_by(*keys).limit(limit)

    def left(self, newest: int) -> Select[bytes, int]:
        """How many values are under each other key, by number."""
        number = func.substr(self.column, 1, 1, type_=LargeBinary)
        return select(number, func.count()).where(self.column.is_not(None), self._old(newest)).group_by(number)

    def key_of(self, row: Any) -> tuple[Any, ...]:
        """The primary key of a row that `rows` gave."""
        return tuple(getattr(row, f"key_{place}") for place in range(len(self.table.primary_key.columns)))

    def bound_to(self, row: Any) -> str:
        """What the value of a row that `rows` gave is bound to."""
        return "/".join(str(getattr(row, f"row_{place}")) for place in range(len(self._row_names())))

    def change(self, row: Any, value: bytes) -> Any:
        """Put the value where the former one still is."""
        here = [key == one for key, one in zip(self.table.primary_key.columns, self.key_of(row), strict=True)]
        return update(self.table).where(*here, self.column == row.value).values({self.column.name: value})

    def _row_names(self) -> tuple[str, ...]:
        return ROWS.get(self.table.name) or tuple(key.name for key in self.table.primary_key.columns)

    def _case(self) -> ColumnElement[str]:
        if self.table is publication:  # what is on the board outlives its case
            return when((publication.c.state == "published", ""), else_=publication.c.case_id)
        name = OF_A_CASE.get(self.table.name)
        return self.table.c[name] if name else literal("")

    def _old(self, newest: int) -> ColumnElement[bool]:
        """Under an older master; of what belongs to a case, under any master."""
        number = func.substr(self.column, 1, 1, type_=LargeBinary)
        older = number.not_in([bytes((newest,)), bytes((OWN_KEY,))])
        return or_(older, and_(number == bytes((newest,)), self._case() != ""))


def sealed_columns() -> list[Sealed]:
    """Every sealed column there is. Keys of cases come first: the others may need them."""
    found = [
        Sealed(column)
        for table in layout.metadata.sorted_tables
        for column in table.columns
        if column.name.startswith("sealed_") and isinstance(column.type, LargeBinary)
    ]
    return sorted(found, key=lambda one: one.table.name != "case_key")


class Rotation:
    """Seals everything again under the newest key of the office's key ring. Safe to kill and to begin again."""

    def __init__(self, office: Office, vault: FileVault, *, at_once: int = AT_ONCE, pause: float = PAUSE) -> None:
        self._office = office
        self._vault = vault
        self._at_once = at_once
        self._pause = pause
        self.done = Done()

    async def run(self) -> Done:
        """One pass after the other until one finds nothing more to do."""
        self._office.keys.look()
        while await self._pass():
            pass
        return self.done

    async def left(self) -> dict[int, int]:
        """How many values and files lie under each master but the newest."""

        def step(unit: StoredWork) -> dict[int, int]:
            newest = self._office.keys.newest
            found: dict[int, int] = {}
            for one in sealed_columns():
                for number, count in unit.connection.execute(one.left(newest)):
                    found[bytes(number)[0]] = found.get(bytes(number)[0], 0) + count
            found.pop(newest, None)  # of a case, and still under the master: that one stays
            return found

        found: dict[int, int] = await self._office.read(step)
        for _, _, number in await asyncio.to_thread(self._under_others):
            found[number] = found.get(number, 0) + 1
        return found

    async def _pass(self) -> int:
        before = self.done.values + self.done.files
        for one in sealed_columns():
            await self._column(one)
        await self._keyless()
        await self._files()
        return self.done.values + self.done.files - before

    async def _column(self, one: Sealed) -> None:
        after: tuple[Any, ...] | None = None
        while True:
            changed, broken, after = await self._office.write(lambda unit, at=after: self._slice(unit, one, at))  # type: ignore[misc]
            self.done.values += changed
            self.done.broken |= broken
            if after is None:
                return
            await asyncio.sleep(self._pause)

    def _slice(
        self, unit: StoredWork, one: Sealed, after: Sequence[Any] | None
    ) -> tuple[int, set[str], tuple[Any, ...] | None]:
        """One transaction: how many were changed, which do not open, and where to go on (None: no more)."""
        rows = self._taken(unit, one.rows(self._office.keys.newest, after, self._at_once))
        changed, broken = 0, set()
        for row in rows:
            try:
                sealer = unit.case_keys.know(row.case_id, row.case_key)
                content = unit.keys.open_bytes(one.place, one.bound_to(row), row.value)
            except SealBroken:
                broken.add(f"{one.place}:{one.bound_to(row)}")
                continue
            value = sealer.seal_bytes(one.place, one.bound_to(row), content)
            changed += unit.connection.execute(one.change(row, value)).rowcount
        return changed, broken, one.key_of(rows[-1]) if len(rows) == self._at_once else None

    def _taken(self, unit: StoredWork, statement: Select[Any]) -> Sequence[Any]:
        """Locked where the database can; rows that somebody is changing are left for the next pass."""
        return unit.connection.execute(statement.with_for_update(skip_locked=True)).all()

    async def _keyless(self) -> None:
        """Files from before files had keys: each gets one, sealed as its entry is; its bytes follow."""
        given = self._at_once
        while given:
            given = await self._office.write(self._give_keys)
            await asyncio.sleep(self._pause)

    def _give_keys(self, unit: StoredWork) -> int:
        lacking = select(case_file.c.id, case_file.c.case_id, wrapped_key(case_file.c.case_id))
        lacking = lacking.where(case_file.c.sealed_key.is_(None)).order_by(case_file.c.id).limit(self._at_once)
        given = 0
        for row in self._taken(unit, lacking):
            try:
                sealer = unit.case_keys.know(row.case_id, row.case_key)
            except SealBroken:
                self.done.broken.add(f"{PLACE_FILE_KEY}:{row.id}")
                continue
            key = sealer.seal_bytes(PLACE_FILE_KEY, row.id, new_file_key())
            unit.connection.execute(update(case_file).where(case_file.c.id == row.id).values(sealed_key=key))
            given += 1
        return given

    async def _files(self) -> None:
        for file_id, part, _ in await asyncio.to_thread(lambda: list(self._under_others(whole=True))):
            try:
                file = await self._office.read(lambda unit, one=file_id: unit.files.get(one))  # type: ignore[misc]
                key = file.key if file is not None else b""
                self.done.files += await asyncio.to_thread(self._vault.reseal, file_id, part, key)
            except SealBroken:
                self.done.broken.add(f"vault.file:{file_id}/{part}")
            await asyncio.sleep(0)

    def _under_others(self, *, whole: bool = False) -> Iterator[tuple[str, str, int]]:
        newest = self._office.keys.newest
        for file_id, part, number in self._vault.numbers():
            if number != OWN_KEY and (whole or number != newest):
                yield file_id, part, number
