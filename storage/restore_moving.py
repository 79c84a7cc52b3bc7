"""The last step of a restore: what was built goes into place, and the way back when it cannot."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from storage.backup import MASTER_KEY, OWN, SETTINGS
from storage.database import open_database
from storage.keys import OUTSIDE, sync_folder


def move(building: Path, data_dir: Path, key_file: Path, database: Path | None) -> None:
    """Into place, the database last: until it is there, nothing is installed."""
    key_file.parent.mkdir(parents=True, exist_ok=True)
    files = data_dir / "files"
    if files.is_dir():
        files.rmdir() if not any(files.iterdir()) else shutil.rmtree(files)  # only empty folders: see `refuse_living`
    _durable(building)
    (building / "files").rename(files)
    for path in (building / OWN).rglob("*"):
        if path.is_file():
            target = data_dir / path.relative_to(building / OWN)
            target.parent.mkdir(parents=True, exist_ok=True)
            path.replace(target)
    if (building / SETTINGS).exists():
        (building / SETTINGS).replace(data_dir / SETTINGS)
    if (building / OUTSIDE).exists():  # made while hushing, if somebody's address needed it
        shutil.move(building / OUTSIDE, key_file.with_name(OUTSIDE))
    shutil.move(building / MASTER_KEY, key_file)
    key_file.chmod(0o600)
    if database is not None:
        database.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(building / "hoiam.db", database)
        database.chmod(0o600)
    for folder in {data_dir, key_file.parent}:
        sync_folder(folder)


def _durable(folder: Path) -> None:
    for path in folder.rglob("*"):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


async def empty(url: str) -> None:
    """Take a PostgreSQL database that this restore has filled back to nothing."""
    database = open_database(url)

    def drop(connection: Connection) -> None:
        for name in inspect(connection).get_table_names():
            connection.execute(text(f'DROP TABLE "{name}" CASCADE'))

    try:
        await database.write(drop)
    finally:
        await database.close()
