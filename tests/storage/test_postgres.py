"""PostgreSQL: what the server asks to be tried again is, an outage is a fault that heals, a mistake is no outage."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from functools import partial

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from storage.database import Database, DatabaseFault, open_database
from tests.databases import EmbeddedServer, fresh_postgres, opened

pytestmark = pytest.mark.postgres


@pytest.fixture
def url(postgres: str) -> Iterator[str]:
    """An empty database on the session's server."""
    with fresh_postgres(postgres) as address:
        yield address


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    """One table `t(x, n)` with the row (1, 0)."""
    async with opened(url) as one:
        await one.write(
            lambda c: c.exec_driver_sql("CREATE TABLE t (x INTEGER PRIMARY KEY, n INTEGER, word VARCHAR(5))")
        )
        await one.write(lambda c: c.exec_driver_sql("INSERT INTO t VALUES (1, 0, '')"))
        yield one


KILL_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


def value(connection: Connection) -> int:
    """The number in the first row."""
    return int(connection.exec_driver_sql("SELECT n FROM t WHERE x = 1").scalar_one())


def count_up(connection: Connection, tries: list[int]) -> None:
    """Read and write back at the strictest level: two at once cannot both be right."""
    tries.append(1)
    connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")
    now = value(connection)
    connection.exec_driver_sql(f"UPDATE t SET n = {now + 1} WHERE x = 1")


async def test_serialization_failures_are_tried_again(database: Database) -> None:
    """Five serializable counters at once: each counts, although some had to run twice."""
    tries: list[int] = []
    await asyncio.gather(*(database.write(partial(count_up, tries=tries)) for _ in range(5)))
    assert await database.read(value) == 5
    assert len(tries) > 5


async def test_deadlocks_are_tried_again(database: Database) -> None:
    """Two that take the same two locks in opposite order both finish."""
    tries: list[int] = []

    def work(connection: Connection, first: int, second: int) -> None:
        tries.append(first)
        connection.exec_driver_sql("SET LOCAL deadlock_timeout = '10ms'")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({first})")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({second})")
        connection.exec_driver_sql("UPDATE t SET n = n + 1 WHERE x = 1")

    await asyncio.gather(*(database.read(value) for _ in range(6)))  # connections are open: all begin together
    await asyncio.gather(*(database.write(partial(work, first=1 + n % 2, second=2 - n % 2)) for n in range(6)))
    assert await database.read(value) == 6
    assert len(tries) > 6


async def test_a_row_made_by_two_at_once_is_made_once(database: Database) -> None:
    """ "Insert where there is none": the loser of the race runs again and finds the row."""

    def work(connection: Connection) -> None:
        if connection.exec_driver_sql("SELECT 1 FROM t WHERE x = 2").first() is None:
            connection.exec_driver_sql("INSERT INTO t VALUES (2, 0, '')")
        connection.exec_driver_sql("UPDATE t SET n = n + 1 WHERE x = 2")

    await asyncio.gather(*(database.write(work) for _ in range(10)))
    assert await database.read(lambda c: c.exec_driver_sql("SELECT n FROM t WHERE x = 2").scalar()) == 10


async def test_a_work_that_fails_is_undone(database: Database) -> None:
    """An exception of the work rolls everything of it back and comes out as it is."""

    def work(connection: Connection) -> None:
        connection.exec_driver_sql("UPDATE t SET n = 9 WHERE x = 1")
        raise KeyError

    with pytest.raises(KeyError):
        await database.write(work)
    assert await database.read(value) == 0


async def test_reading_changes_nothing(database: Database) -> None:
    """A read step is rolled back."""
    await database.read(lambda c: c.exec_driver_sql("UPDATE t SET n = 9 WHERE x = 1"))
    assert await database.read(value) == 0


@pytest.mark.parametrize(
    ("statement", "values"),
    [
        ("INSERT INTO t VALUES (1, 0, '')", ()),
        ("INSERT INTO t VALUES (2, 0, 'too long')", ()),
        ("INSERT INTO t VALUES (2, 0, $1)", ("a\0b",)),
        ("INSERT INTO t VALUES (2, $1, '')", (4_000_000_000,)),
        ("INSERT INTO nowhere VALUES (1)", ()),
    ],
)
async def test_a_mistake_of_the_work_is_no_outage(
    database: Database, statement: str, values: tuple[object, ...]
) -> None:
    """Told as `DatabaseFault`, the messenger would send the same update again for ever."""
    with pytest.raises(DBAPIError):
        await database.write(lambda c: c.exec_driver_sql(statement, values))


async def test_a_connection_that_dies_is_a_fault(database: Database) -> None:
    """Nothing of the work is stored, and the next one has a new connection."""

    def work(connection: Connection) -> None:
        connection.exec_driver_sql("UPDATE t SET n = 9 WHERE x = 1")
        connection.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(DatabaseFault):
        await database.write(work)
    await database.write(lambda c: c.exec_driver_sql("UPDATE t SET n = n + 1 WHERE x = 1"))
    assert await database.read(value) == 1


async def test_idle_connections_that_died_are_noticed_before_use(database: Database) -> None:
    """After a restart of the server every pooled connection is dead; nobody meets one."""
    await asyncio.gather(*(database.read(value) for _ in range(5)))
    await database.read(lambda c: c.exec_driver_sql(KILL_OTHERS).all())
    assert await asyncio.gather(*(database.read(value) for _ in range(5))) == [0] * 5


async def test_a_server_that_lets_nobody_in_is_a_fault(url: str, postgres: str) -> None:
    """Starting up, full, or closed for maintenance."""
    async with opened(postgres) as keeper, opened(url) as shut:
        name = url.rpartition("/")[2].partition("?")[0]
        await keeper.write(lambda c: c.exec_driver_sql(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false'))
        for attempt in (shut.write, shut.read):
            with pytest.raises(DatabaseFault):
                await attempt(lambda c: c.exec_driver_sql("SELECT 1"))
        await keeper.write(lambda c: c.exec_driver_sql(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true'))
        await shut.write(lambda c: c.exec_driver_sql("SELECT 1"))


@pytest.fixture(scope="module")
def own_server() -> Iterator[EmbeddedServer]:
    """A server that may be stopped without disturbing others."""
    with EmbeddedServer() as server:
        yield server


async def test_an_outage_is_a_fault_that_heals(own_server: EmbeddedServer) -> None:
    """While the server is down nothing is stored; after its restart work goes on by itself."""
    database = open_database(own_server.address)
    await database.write(lambda c: c.exec_driver_sql("CREATE TABLE t (x INTEGER PRIMARY KEY, n INTEGER)"))
    await database.write(lambda c: c.exec_driver_sql("INSERT INTO t VALUES (1, 0)"))
    await asyncio.to_thread(own_server.stop)
    results = await asyncio.gather(*(database.write(value) for _ in range(4)), return_exceptions=True)
    assert {type(result) for result in results} == {DatabaseFault}
    await asyncio.to_thread(own_server.start)
    assert await database.write(value) == 0
    await database.close()
