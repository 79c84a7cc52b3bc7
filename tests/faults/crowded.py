"""Processes that write to one SQLite file, read it at length, or copy it, all at the same time."""

from __future__ import annotations

import asyncio
import sys
import time
from contextlib import closing
from functools import partial
from pathlib import Path

from sqlalchemy import Connection

from storage.database import open_database
from tests.faults.scale import driver


def put(connection: Connection, who: str, number: int) -> None:
    """One transaction: read, decide, write twice."""
    before = connection.exec_driver_sql("SELECT n FROM total").scalar_one()
    connection.exec_driver_sql(f"INSERT INTO entry VALUES ('{who}', {number})")
    connection.exec_driver_sql(f"UPDATE total SET n = {before + 1}")


async def write(path: str, name: str, writers: int, each: int) -> None:
    """So many writers in one process; any error ends it."""
    database = open_database(f"sqlite:///{path}")

    async def one(who: str) -> None:
        for number in range(each):
            await database.write(partial(put, who=who, number=number))

    together(path, name)
    await asyncio.gather(*(one(f"{name}{n}") for n in range(writers)))
    await database.close()


def together(path: str, name: str) -> None:
    """Begin when the others do."""
    Path(f"{path}.{name}").touch()
    while not all(Path(f"{path}.{one}").exists() for one in ("a", "b")):
        time.sleep(0.001)


def read(path: str, seconds: float) -> None:
    """One reading transaction that stays open, and sees nothing of what is written meanwhile."""
    with closing(driver.connect(path)) as connection:
        connection.execute("BEGIN")
        first = connection.execute("SELECT count(*) FROM entry").fetchone()
        time.sleep(seconds)
        assert connection.execute("SELECT count(*) FROM entry").fetchone() == first


def copy(path: str, folder: str, seconds: float) -> None:
    """Backup after backup, as the online copy does it."""
    until, number = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        number += 1
        with closing(driver.connect(path)) as source, closing(driver.connect(Path(folder) / f"{number}.db")) as target:
            source.backup(target, pages=20, sleep=0.001)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["write", path, name, writers, each]:
            asyncio.run(write(path, name, int(writers), int(each)))
        case ["read", path, seconds]:
            read(path, float(seconds))
        case ["copy", path, folder, seconds]:
            copy(path, folder, float(seconds))
