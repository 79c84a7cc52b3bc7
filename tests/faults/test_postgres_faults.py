"""PostgreSQL ends connections, finds deadlocks and refuses to serialize, again and again: residents notice nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from functools import partial

import pytest
from sqlalchemy import Connection, func, select, text

from bot.clock import SteppedClock
from bot.spine import Spine
from cases.messages import Address, Incoming
from cases.ports import CaseQuery
from cases.rules import Rules
from storage.database import CommitUnknown, Database
from storage.keys import KeyRing
from storage.migrate import upgrade
from storage.outbox import outbox
from storage.work import Office
from tests.conftest import MONDAY_MORNING
from tests.databases import fresh_postgres, opened
from tests.faults.scale import times
from tests.handlers.cast import open_spine

pytestmark = pytest.mark.postgres
FAULTS = times(12, 120)
SOME = 4  # updates stored between two deaths: one may die again and again, and yet not for ever
WORDS = ("Đường bê tông Thôn 2 mới làm đã nứt toác, lún cả đoạn", "1", "1", "1", "2", "1", "1", "1")
KILL_ONE = text("""
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle' ORDER BY random() LIMIT 1
""")


@pytest.fixture
def url(postgres: str) -> Iterator[str]:
    """An empty database on the session's server."""
    with fresh_postgres(postgres) as address:
        yield address


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    """With one table `t(x, n)` of one row (1, 0)."""
    async with opened(url) as one:
        await one.write(lambda c: c.exec_driver_sql("CREATE TABLE t (x INTEGER PRIMARY KEY, n INTEGER)"))
        await one.write(lambda c: c.exec_driver_sql("INSERT INTO t VALUES (1, 0)"))
        yield one


def kill_one(connection: Connection) -> bool:
    """End somebody's connection; False when nobody is at work."""
    return bool(connection.execute(KILL_ONE).scalar())


class Killer:
    """Ends the connection of somebody at work whenever some updates were `stored`, until there were enough."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.kills = self.stored = 0

    async def run(self, enough: int) -> None:
        """Kill."""
        async with opened(self._url) as database:
            while self.kills < enough:
                await asyncio.sleep(0.002)
                if self.stored >= SOME and await database.read(kill_one):
                    self.kills, self.stored = self.kills + 1, 0

    async def report(self, spine: Spine, clock: SteppedClock, who: str) -> None:
        """One resident tells everything; an update is never refused."""
        for number, words in enumerate(WORDS):
            clock.move(seconds=7)
            await spine.accept(Incoming(Address("telegram", who), f"{who}-{number}", clock(), text=words))
            self.stored += 1


async def test_connections_that_are_ended_are_not_noticed(url: str, keys: KeyRing, rules: Rules) -> None:
    """Backends are killed in the middle of intake: no resident is turned away, every report is there once, answered."""
    clock = SteppedClock(MONDAY_MORNING)
    async with opened(url) as database:
        await database.write(upgrade)
        office = Office(database, keys, clock)
        spine, killer, told = open_spine(office, rules), Killer(url), 0
        killing = asyncio.create_task(killer.run(FAULTS))
        while not killing.done():
            await asyncio.gather(*(killer.report(spine, clock, f"person{told + n}") for n in range(8)))
            told += 8
        await killing
        cases = await office.read(lambda unit: unit.cases.find(CaseQuery()))
        said = await office.read(lambda unit: unit.connection.execute(_BY_CHAT).all())
    print(f"\n{told} reports, {killer.kills} connections ended")
    assert killer.kills == FAULTS
    assert (len(cases), len({case.code for case in cases})) == (told, told)
    assert len(said) == told
    assert len({number for _, number in said}) == 1, "somebody got more or fewer answers than the others"


_BY_CHAT = select(outbox.c.chat_key, func.count()).group_by(outbox.c.chat_key)


async def test_a_commit_whose_answer_is_lost_is_told_apart(url: str) -> None:
    """Ended before the commit, work runs again by itself; ended during it, only the caller can know."""
    async with opened(url) as database:
        await database.write(lambda c: c.exec_driver_sql("CREATE TABLE t (x INTEGER PRIMARY KEY, n INTEGER)"))
        await database.write(
            lambda c: c.exec_driver_sql("""
            CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$""")
        )
        await database.write(
            lambda c: c.exec_driver_sql("""
            CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION die()""")
        )
        with pytest.raises(CommitUnknown):
            await database.write(lambda c: c.exec_driver_sql("INSERT INTO t VALUES (1, 0)"))
        assert await database.read(lambda c: c.exec_driver_sql("SELECT count(*) FROM t").scalar()) == 0


async def test_a_reader_whose_connection_is_ended_reads_again(url: str) -> None:
    """A page is shown all the same."""
    tries: list[int] = []

    def work(connection: Connection) -> int:
        tries.append(1)
        if len(tries) < 3:
            connection.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")
        return int(connection.exec_driver_sql("SELECT 7").scalar_one())

    async with opened(url) as database:
        assert (await database.read(work), len(tries)) == (7, 3)


def value(connection: Connection) -> int:
    """The number in the only row."""
    return int(connection.exec_driver_sql("SELECT n FROM t WHERE x = 1").scalar_one())


async def test_deadlocks_are_not_noticed(database: Database) -> None:
    """Many take the same two locks in opposite order: all finish, though the server undid some of them each time."""
    tries: list[int] = []

    def work(connection: Connection, first: int) -> None:
        tries.append(first)
        connection.exec_driver_sql("SET LOCAL deadlock_timeout = '5ms'")
        for lock in (first, 3 - first):
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({lock})")
        connection.exec_driver_sql("UPDATE t SET n = n + 1 WHERE x = 1")

    done = 0
    while len(tries) - done < FAULTS:
        await asyncio.gather(*(database.write(partial(work, first=1 + n % 2)) for n in range(4)))
        done += 4
    assert await database.read(value) == done
    print(f"\n{done} works, {len(tries) - done} deadlocks")


async def test_serialization_failures_are_not_noticed(database: Database) -> None:
    """Counters at the strictest level, several at once: each counts, although many had to run again."""
    tries: list[int] = []

    def work(connection: Connection) -> None:
        tries.append(1)
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")
        now = value(connection)
        connection.exec_driver_sql(f"UPDATE t SET n = {now + 1} WHERE x = 1")

    done = 0
    while len(tries) - done < FAULTS:
        await asyncio.gather(*(database.write(work) for _ in range(4)))
        done += 4
    assert await database.read(value) == done
    print(f"\n{done} works, {len(tries) - done} serialization failures")
