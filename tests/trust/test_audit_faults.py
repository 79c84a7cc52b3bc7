"""The audit chain under SIGKILL and under many writers: no gap, no fork, no change without its entry and none twice."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.clock import system_clock
from storage.audit import AuditStore, Head, entry_table
from storage.audit_check import Finding, check_chain
from storage.keys import KeyRing
from storage.migrate import upgrade
from storage.work import Office, StoredWork, ledger
from tests.databases import fresh_postgres, opened
from tests.trust.audit_victims import KEYS

ROOT = Path(__file__).parents[2]
SOAK = bool(os.environ.get("HOIAM_SOAK"))
KILLS = {"sqlite": 2_000 if SOAK else 200, "postgresql": 400 if SOAK else 40}
WRITERS, EACH = 8, 500 if SOAK else 50


async def victims(url: str, folder: Path, *words: object) -> set[str]:
    """Run them; the names of what was confirmed."""
    async with opened(url) as database:
        await database.write(upgrade)
    folder.mkdir()
    told = [sys.executable, "-m", "tests.trust.audit_victims", url, str(folder), *map(str, words)]
    process = await asyncio.create_subprocess_exec(*told, cwd=ROOT)
    assert await process.wait() == 0
    return set((folder / "confirmed").read_text().split())


async def check(url: str, confirmed: set[str]) -> int:
    """The chain is whole; changes and entries are the same ones, each once, and hold all that was confirmed."""
    async with opened(url) as database:
        office = Office(database, KeyRing(KEYS), system_clock)
        found = await office.read(check_chain)
        changes = await office.read(lambda unit: unit.connection.execute(select(ledger.c.key)).scalars().all())
        entered = await office.read(lambda unit: unit.connection.execute(select(entry_table.c.case_id)).scalars().all())
    assert found.flaw is None
    assert found.head.position == len(entered) == len(set(entered))
    assert {key.removeprefix("change:") for key in changes} == set(entered)
    assert confirmed <= set(entered)
    return len(entered)


async def test_kills_leave_no_gap_and_lose_no_entry(database_url: str, tmp_path: Path) -> None:
    """After each death the next writer goes on where the chain stands; what was confirmed is in it."""
    kills = KILLS[database_url.partition("+")[0].partition(":")[0]]
    confirmed = await victims(database_url, tmp_path / "v", kills, "7")
    entries = await check(database_url, confirmed)
    print(f"\n{kills} kills, {len(confirmed)} confirmed, {entries} entries")
    assert entries >= kills // 2


@pytest.fixture
def url(postgres: str) -> Iterator[str]:
    """An empty database on PostgreSQL."""
    with fresh_postgres(postgres) as address:
        yield address


@pytest.mark.postgres
async def test_eight_writers_never_fork_the_chain(url: str, tmp_path: Path) -> None:
    """Eight processes on PostgreSQL at once: one chain, every entry in it once."""
    confirmed = await victims(url, tmp_path / "v", 0, "7", WRITERS, EACH)
    entries = await check(url, confirmed)
    print(f"\n{entries} entries by {WRITERS} writers")
    assert entries >= WRITERS * EACH


class Overtaken(AuditStore):
    """A chain to which others go on adding, just when a check has read the last entry it saw."""

    def __init__(self, unit: StoredWork, office: Office, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(unit.connection, unit.keys, unit.now)
        self._office, self._loop, self._left = office, loop, 3

    def head(self) -> Head:
        """Where it stands, one entry later each time, until the others have had enough."""
        if self._left:
            self._left -= 1
            entering = self._office.write(lambda unit: unit.audit.enter("signed_in", actor="lan"))
            asyncio.run_coroutine_threadsafe(entering, self._loop).result()
        return super().head()


async def test_entries_made_during_a_check_are_no_tampering(office: Office) -> None:
    """The check runs beside the serving program, and must not call a living chain a cut one."""
    loop = asyncio.get_running_loop()
    await office.write(lambda unit: unit.audit.enter("signed_in", actor="lan"))

    def step(unit: StoredWork) -> Finding:
        unit.audit = Overtaken(unit, office, loop)
        return check_chain(unit)

    found = await office.read(step)
    assert (found.flaw, found.head.position) == (None, 4)
