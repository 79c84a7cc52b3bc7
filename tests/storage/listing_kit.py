"""Random officers and cases on a real database, undone after each look."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection

from bot.data import load_rules
from cases.directory import DirectoryBook
from cases.model import Case
from cases.rules import Rules
from storage.keys import KeyRing
from storage.migrate import upgrade
from storage.work import StoredWork
from tests.cases.test_directory import two_communes
from tests.databases import opened

T = TypeVar("T")
NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)  # a Monday, 09:00 in Vietnam
KEYS = KeyRing([bytes(range(32))])


class Undo(Exception):
    """Ends a transaction without a trace."""


@cache
def two_places() -> Rules:
    """The shipped rules over a province with two communes."""
    return replace(load_rules(), book=DirectoryBook.from_mapping(two_communes()))


class Ground:
    """One database with the newest layout; `look` runs a step on it and undoes what it wrote."""

    def __init__(self, url: str) -> None:
        self._url = url
        asyncio.run(self._upgraded())

    async def _upgraded(self) -> None:
        async with opened(self._url) as database:
            await database.write(upgrade)

    def look(self, step: Callable[[StoredWork], T]) -> T:
        """The step's answer."""
        return asyncio.run(self._look(step))

    async def _look(self, step: Callable[[StoredWork], T]) -> T:
        found: list[T] = []

        def work(connection: Connection) -> None:
            found[:] = [step(StoredWork(connection, KEYS, NOW, locking=False))]
            raise Undo

        async with opened(self._url) as database:
            try:
                await database.write(work)
            except Undo:
                return found[0]
        raise AssertionError("the step was not run")


def numbered(cases: list[Case]) -> list[Case]:
    """The cases with ids and numbers of their own."""
    return [replace(one, id=f"c{number}", code=f"PA-2026-{number:06d}") for number, one in enumerate(cases, 1)]


def stored(unit: StoredWork, cases: list[Case]) -> list[Case]:
    """Write the cases."""
    for one in cases:
        unit.cases.add(one, f"receipt of {one.id}")
    return cases


@contextmanager
def sqlite_ground(folder: Path) -> Iterator[Ground]:
    """On SQLite, for tests that are not about the database."""
    yield Ground(f"sqlite:///{folder / 'hoiam.db'}")
