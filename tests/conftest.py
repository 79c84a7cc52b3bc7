"""Fixtures shared by all rooms: a stepped clock, real databases, the real rules, and a small fixed cast."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from bot.clock import SteppedClock
from bot.data import load_rules
from cases.calendar import ZONE
from cases.rules import Rules
from storage.database import open_database
from storage.keys import KeyRing
from storage.migrate import upgrade
from storage.work import Office
from tests.databases import fresh_postgres, postgres_server

MONDAY_MORNING = datetime(2026, 3, 2, 9, 0, tzinfo=ZONE)


@pytest.fixture
def clock() -> SteppedClock:
    """Stands at Monday 2 March 2026, 09:00 local time."""
    return SteppedClock(MONDAY_MORNING)


@pytest.fixture(scope="session")
def rules() -> Rules:
    """The shipped data, read once."""
    return load_rules()


@pytest.fixture(scope="session")
def keys() -> KeyRing:
    """A key ring for tests."""
    return KeyRing([os.urandom(32)])


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Address of a PostgreSQL server without a database name; an embedded one unless told otherwise."""
    with postgres_server() as address:
        yield address


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'hoiam.db'}"
        return
    with fresh_postgres(request.getfixturevalue("postgres")) as url:
        yield url


@pytest.fixture
async def office(tmp_path: Path, keys: KeyRing, clock: SteppedClock) -> AsyncIterator[Office]:
    """An office on SQLite, for tests that are not about the database."""
    database = open_database(f"sqlite:///{tmp_path / 'hoiam.db'}")
    await database.write(upgrade)
    yield Office(database, keys, clock)
    await database.close()


@pytest.fixture
async def any_office(database_url: str, keys: KeyRing, clock: SteppedClock) -> AsyncIterator[Office]:
    """An office on each database in turn."""
    database = open_database(database_url)
    await database.write(upgrade)
    yield Office(database, keys, clock)
    await database.close()
