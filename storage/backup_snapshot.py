"""What a backup reads: every row of one moment, while the program goes on writing."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, create_engine, select, text
from sqlalchemy.exc import DBAPIError

from storage.backup_archive import BackupFault
from storage.backup_rows import Cover, Line, Sum, read_rows, read_table
from storage.case_keys import PLACE_KEY, case_key
from storage.chores import RESTORED, chore
from storage.erasures import erased
from storage.keys import KeyRing, SealBroken
from storage.people import reporter
from storage.sqlite import journal_mode

try:
    import pysqlite3 as driver  # type: ignore[import-untyped,unused-ignore]  # as in storage/sqlite.py
except ImportError:  # pragma: no cover - platforms without the wheel
    import sqlite3 as driver  # type: ignore[no-redef,unused-ignore]


@dataclass(slots=True)
class Snapshot:
    """What was read beside the rows of the backup, for the file that is replaced each time. Keys of cases are bare."""

    sums: dict[str, Sum] = field(default_factory=dict)
    case_keys: dict[str, tuple[bytes, datetime]] = field(default_factory=dict)
    unreadable: list[str] = field(default_factory=list)
    erased: list[tuple[str, str, datetime]] = field(default_factory=list)
    identities: list[bytes] = field(default_factory=list)
    revision: str = ""
    restored_at: datetime | None = None


def read_snapshot(connection: Connection, write: Line, ring: KeyRing) -> Snapshot:
    """Everything, from the moment this transaction sees."""
    found = Snapshot(
        revision=str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or ""),
        restored_at=connection.execute(select(chore.c.good_at).where(chore.c.name == RESTORED)).scalar(),
    )
    for row in connection.execute(select(case_key.c.case_id, case_key.c.sealed_key, case_key.c.made_at)):
        try:
            key = ring.open_bytes(PLACE_KEY, row.case_id, bytes(row.sealed_key))
            found.case_keys[row.case_id] = (key, row.made_at)
        except SealBroken:  # one damaged row must not end all backups: it is counted, and told
            found.unreadable.append(row.case_id)
    marks = connection.execute(select(erased.c.hash, erased.c.what, erased.c.at))
    found.erased = [(row.hash, row.what, row.at) for row in marks]
    read_table(connection, reporter, found.identities.append)
    found.sums = read_rows(connection, write, Cover({one: key for one, (key, _) in found.case_keys.items()}))
    return found


def snapshot_of(url: str, write: Line, ring: KeyRing) -> Snapshot:
    """Read an installation's database at one moment, while it is being written to. Blocking; raises BackupFault."""
    read = partial(read_snapshot, write=write, ring=ring)
    try:
        if url.startswith("sqlite:///"):
            return _of_sqlite(Path(url.removeprefix("sqlite:///")), read)
        return asyncio.run(_of_postgres(url, read))
    except DBAPIError as error:
        raise BackupFault(f"the database cannot be read: {error.orig}") from error


def _of_sqlite(path: Path, read: Callable[[Connection], Snapshot]) -> Snapshot:
    """With WAL a reader stops nobody. Without it one would, so that a copy is made first, at the speed of the disk."""
    if journal_mode() == "WAL":
        return _read_file(path, read)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".backup-") as folder:
        copy = Path(folder) / "copy.db"
        with contextlib.closing(driver.connect(path)) as source, contextlib.closing(driver.connect(copy)) as target:
            source.backup(target)
        return _read_file(copy, read)


def _read_file(path: Path, read: Callable[[Connection], Snapshot]) -> Snapshot:
    options = {"isolation_level": None, "timeout": 30.0}
    engine = create_engine(f"sqlite:///{path}", module=driver, hide_parameters=True, connect_args=options)
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA query_only=ON")
            connection.exec_driver_sql("BEGIN")
            try:
                return read(connection)
            finally:
                connection.exec_driver_sql("ROLLBACK")
    finally:
        engine.dispose()


async def _of_postgres(url: str, read: Callable[[Connection], Snapshot]) -> Snapshot:
    from sqlalchemy.ext.asyncio import create_async_engine

    engine = create_async_engine(url, isolation_level="REPEATABLE READ", hide_parameters=True)
    try:
        async with engine.connect() as connection:
            await connection.exec_driver_sql("SET TRANSACTION READ ONLY")
            return await connection.run_sync(read)
    finally:
        await engine.dispose()
