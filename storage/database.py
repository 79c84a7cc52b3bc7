"""One door to the database, the same for SQLite and PostgreSQL: `write(work)` and `read(work)`.

The work is a plain function over a SQLAlchemy connection. On SQLite one thread writes, committing the updates that
wait together in one go (two writers gave `database is locked`); on PostgreSQL each work has a connection of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeVar

from sqlalchemy import Connection
from sqlalchemy.engine import make_url

T = TypeVar("T")
Work = Callable[[Connection], T]
UNSTORABLE = re.compile("[\0\ud800-\udfff]")
"""PostgreSQL takes no NUL in a text, and no encoding half of a surrogate pair."""


def storable(text: str) -> str:
    """The text with U+FFFD for what cannot be stored."""
    return UNSTORABLE.sub("\ufffd", text)


class DatabaseFault(Exception):
    """The database could not take the work: nothing of it was stored. The caller may try again."""


class CommitUnknown(DatabaseFault):
    """The connection was lost during the commit: all of the work is stored, or nothing.

    Whoever can tell a repetition from something new, as intake can by the update's id, tries again at once.
    """


class AlreadyRunning(Exception):
    """Another process serves this SQLite file."""


class Database(Protocol):
    """Runs work in transactions."""

    dialect: str

    async def write(self, work: Work[T]) -> T:
        """Run in one transaction and return after its commit. An exception of the work rolls its part back."""

    async def read(self, work: Work[T]) -> T:
        """Run without changing anything."""

    async def close(self) -> None:
        """Finish what was accepted and close."""


def open_database(url: str, *, exclusive: bool = False) -> Database:
    """Open by URL: `sqlite:///file` or `postgresql+asyncpg://…`; raises ValueError for anything else.

    `exclusive` takes the SQLite file for this process: a second one is refused with `AlreadyRunning`.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        from storage.sqlite import SqliteDatabase

        return SqliteDatabase(Path(parsed.database or ":memory:"), exclusive=exclusive)
    if parsed.drivername == "postgresql+asyncpg":
        from storage.postgres import PostgresDatabase

        return PostgresDatabase(url)
    raise ValueError("the database address must begin with sqlite:/// or postgresql+asyncpg://")
