"""Files that nobody knows of: what a crash, a thrown-away draft or a refused file left in the vault."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator
from datetime import datetime
from pathlib import Path

from sqlalchemy import Column, select

from storage.backup_rows import kind_of
from storage.layout import metadata  # every table: a module that was not loaded must not cost files
from storage.vault import FileVault
from storage.work import Office, StoredWork

AT_ONCE = 500
ID_LENGTH = 32
UPLOADED = "up"  # these are a browser's for a while: `web.uploads.drop_stale` has a rule of its own for them


async def drop_orphans(office: Office, vault: FileVault, older_than: datetime) -> int:
    """Erase files last written before `older_than` that no row knows, and what was half written; returns how many."""
    for path in await asyncio.to_thread(lambda: list(half_written(vault.folder, older_than))):
        await asyncio.to_thread(path.unlink, missing_ok=True)
    old = await asyncio.to_thread(candidates, vault.folder, older_than)
    lost = await office.read(lambda unit: unknown(unit, old)) if old else set()
    for file_id in lost:
        await asyncio.to_thread(vault.drop, file_id)
    return len(lost)


def half_written(folder: Path, older_than: datetime) -> Iterator[Path]:
    """Temporary files of writers that are no more."""
    return (path for path in _old(folder, older_than) if path.suffix == ".tmp")


def candidates(folder: Path, older_than: datetime) -> set[str]:
    """Ids of whole files last written before `older_than`, which a row should know by now."""
    names = (path.name.split(".")[0] for path in _old(folder, older_than) if path.suffix != ".tmp")
    return {name for name in names if not name.startswith(UPLOADED)}


def unknown(unit: StoredWork, ids: Collection[str]) -> set[str]:
    """Those that no row of any table names, whatever the column is called.

    An id inside a longer or a sealed value is not seen: a file that is wanted has a row with a column for it.
    """
    left = set(ids)
    for column in _naming_columns():
        wanted = sorted(left)
        for start in range(0, len(wanted), AT_ONCE):
            several = wanted[start : start + AT_ONCE]
            left.difference_update(unit.connection.execute(select(column).where(column.in_(several))).scalars())
    return left


def _naming_columns() -> list[Column[str]]:
    """Every column of text that an id fits into; those that nearly every file is in come first."""
    usual = [metadata.tables["case_file"].c.id, metadata.tables["paper"].c.id]
    others = [
        column
        for table in metadata.sorted_tables
        for column in table.columns
        if kind_of(column) == "text" and (getattr(column.type, "length", None) or ID_LENGTH) >= ID_LENGTH
    ]
    return usual + [column for column in others if column not in set(usual)]


def _old(folder: Path, older_than: datetime) -> Iterator[Path]:
    for path in folder.glob("??/*"):
        try:
            if path.stat().st_mtime < older_than.timestamp():
                yield path
        except FileNotFoundError:  # renamed or erased meanwhile
            continue
