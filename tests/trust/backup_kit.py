"""An installation whose cases have words of their own each, to be backed up, wiped, purged and compared."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select

from bot.clock import SteppedClock
from cases.messages import Address, FileKind, FileRef, Outgoing
from cases.model import CaseEvent, Secrecy, State
from cases.ports import CaseFile, FileState, Reporter
from storage.backup import Source, Target
from storage.backup_archive import new_pair
from storage.backup_rows import kind_of, read_rows
from storage.case_keys import CaseKeyStore
from storage.database import open_database
from storage.files import new_file_key
from storage.keys import load_or_make
from storage.layout import metadata
from storage.migrate import upgrade
from storage.restore import Place
from storage.search import catch_up
from storage.vault import FileVault
from storage.work import Office, StoredWork
from tests.cases.cast import a_case

NOW = datetime(2026, 11, 22, 5, 30, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=365 * 6)
SECRET, RECIPIENT = new_pair()
OTHER_SECRET, OTHER_RECIPIENT = new_pair()


def canary(case_id: str) -> str:
    """Words that only this case has."""
    return f"chimyến{hashlib.sha256(case_id.encode()).hexdigest()[:20]}"


def case_ids(count: int, seed: str = "") -> list[str]:
    """Ids as cases have them, the same each time."""
    return [hashlib.sha256(f"case {seed}{number}".encode()).hexdigest()[:32] for number in range(count)]


class House:
    """One installation in a folder; `database` is SQLite there unless given."""

    def __init__(self, folder: Path, database: str = "") -> None:
        self.folder = folder
        self.data = folder / "var"
        self.data.mkdir(parents=True, exist_ok=True)
        self.url = database or f"sqlite:///{self.data / 'hoiam.db'}"
        self.clock = SteppedClock(NOW)
        self.backups = folder / "backups"

    async def __aenter__(self) -> House:
        self.database = open_database(self.url)
        await self.database.write(upgrade)
        self.keys = load_or_make(self.data / "master.key")
        self.office = Office(self.database, self.keys, self.clock)
        self.vault = FileVault(self.data / "files", self.keys)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.database.close()

    @property
    def source(self) -> Source:
        """What is backed up."""
        return Source(self.url, self.data / "files", self.data / "master.key", "HOIAM_PORT=8081\n")

    @property
    def target(self) -> Target:
        """Where to, without regard to the room on this machine's disk."""
        return Target(self.backups, (RECIPIENT,), reserve=0)

    def place(self, database: str = "") -> Place:
        """Where the same installation is restored."""
        return Place(self.data, self.data / "master.key", database or self.url)

    async def add(
        self, ids: Iterable[str], *, closed: datetime | None = None, files: bool = True, pad: int = 0
    ) -> None:
        """Cases with a history, a reporter, messages, and a file each; `closed` long ago or not at all."""
        for case_id in ids:
            key = new_file_key()
            file_id = hashlib.sha256(f"file {case_id}".encode()).hexdigest()[:32]
            if files:
                self.vault.put(file_id, f"nội dung {canary(case_id)}".encode() + bytes(pad), key=key)
            step = partial(_add, case_id=case_id, file_id=file_id, key=key, closed=closed, files=files)
            await self.office.write(step)
        await catch_up(self.office)

    def everything(self) -> bytes:
        """Every byte of the data folder: database, journal, files, whatever lies there."""
        return b"".join(path.read_bytes() for path in sorted(self.data.rglob("*")) if path.is_file())


def _add(unit: StoredWork, case_id: str, file_id: str, key: bytes, closed: datetime | None, files: bool) -> None:
    words = canary(case_id)
    begun = (closed or unit.now) - timedelta(days=40)
    number = int(case_id[:8], 16)
    entry = replace(
        a_case(),
        id=case_id,
        code=f"PA-{begun.year}-{number:010d}",
        text=f"Đường hỏng, {words}",
        state=State.CLOSED if closed else State.RECEIVED,
        submitted_at=begun,
        closed_at=closed,
        reporter=f"ref{case_id[:20]}",
    )
    unit.cases.add(entry, f"receipt-{case_id}")
    unit.cases.log(CaseEvent(case_id, begun, "added", "resident", {"text": words}))
    chat = unit.chats.load(Address("telegram", f"user {case_id}"))
    unit.chats.save(chat)
    who = Reporter(f"ref{case_id[:20]}", case_id, chat.key, Secrecy.CONFIDENTIAL, name=f"Bà {words}", created_at=begun)
    unit.people.save_reporter(who)
    unit.outbox.say(chat, Outgoing(f"Tin về {words}"), f"case:{case_id}:news", case_id=case_id)
    if files:
        source = FileRef(FileKind.PHOTO, f"handle {words}", f"{words}.jpg", 10, "image/jpeg")
        file = CaseFile(file_id, case_id, "", "evidence", source, "telegram", begun, FileState.STORED, key=key)
        unit.files.add(file)
    unit.ledger.once(f"remind:{case_id}:reply:0:someone", begun)


def sums(connection: Connection) -> dict[str, list[object]]:
    """How many rows each table has and a digest of them."""
    return {name: one.told() for name, one in read_rows(connection, lambda _line: None).items()}


def rows_of(connection: Connection, case_id: str) -> dict[str, list[tuple[Any, ...]]]:
    """All that the tables hold of a case."""
    return {
        table.name: [tuple(row) for row in connection.execute(select(table).where(table.c.case_id == case_id))]
        for table in metadata.sorted_tables
        if "case_id" in table.c
    }


def any_row(table: Any, case_id: str, chance: random.Random) -> dict[str, Any]:
    """A row of any table with made-up values, of this case where the table knows cases."""
    values: dict[str, Any] = {}
    for column in table.columns:
        made = f"{chance.getrandbits(32):08x}"[: getattr(column.type, "length", None) or 8]
        values[column.name] = {
            "text": made,
            "bytes": made.encode(),
            "int": chance.randrange(1, 1 << 30),
            "bool": False,
            "instant": NOW,
            "date": NOW.date(),
        }[kind_of(column)]
    if "case_id" in values:
        values["case_id"] = case_id
    return values


def fill_every_table(unit: StoredWork, case_id: str, chance: random.Random) -> None:
    """A row of this case in every table that has some."""
    for table in metadata.sorted_tables:
        if "case_id" in table.c and table.name not in ("case_key", "audit_entry"):
            unit.connection.execute(insert(table), any_row(table, case_id, chance))
    CaseKeyStore(unit.connection, unit.keys, unit.now).of(case_id).seal("any.place", "row", "words")
