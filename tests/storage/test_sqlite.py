"""SQLite: what is answered is on disk, one failing update undoes only itself, and one process serves a file."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

import storage.sqlite
from storage.database import AlreadyRunning, DatabaseFault
from storage.sqlite import SqliteDatabase, journal_mode

driver: Any = vars(storage.sqlite)["driver"]  # pysqlite3 or the one of Python


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    """One table `t(x)` in a file."""
    opened = SqliteDatabase(tmp_path / "t.db")
    await opened.write(lambda connection: connection.exec_driver_sql("CREATE TABLE t (x INTEGER UNIQUE, filler BLOB)"))
    yield opened
    await opened.close()


def put(connection: Connection, x: int, filler: int = 0) -> int:
    """Insert one row, filled with so many bytes."""
    connection.exec_driver_sql("INSERT INTO t VALUES (?, zeroblob(?))", (x, filler))
    return x


def rows(connection: Connection) -> list[int]:
    """What is stored."""
    return list(connection.exec_driver_sql("SELECT x FROM t ORDER BY x").scalars())


def pragma(connection: Connection, name: str) -> object:
    """The value of a PRAGMA."""
    return connection.exec_driver_sql(f"PRAGMA {name}").scalar()


async def test_a_failing_job_undoes_only_itself(database: SqliteDatabase) -> None:
    """Sixty updates committed together, every third raising after its insert: the others are stored."""

    def job(connection: Connection, x: int) -> int:
        put(connection, x)
        if x % 3 == 0:
            raise KeyError(x)
        return x

    made = (database.write(partial(job, x=x)) for x in range(60))
    results = await asyncio.gather(*made, return_exceptions=True)
    assert [x for x, result in enumerate(results) if isinstance(result, KeyError)] == list(range(0, 60, 3))
    assert await database.read(rows) == [x for x in range(60) if x % 3]


async def test_waiting_jobs_share_a_commit(database: SqliteDatabase) -> None:
    """Sixty-four jobs queued at once need far fewer transactions than jobs."""
    begun: list[object] = []

    def job(connection: Connection, x: int) -> None:
        put(connection, x)
        if connection.get_transaction() not in begun:
            begun.append(connection.get_transaction())

    await asyncio.gather(*(database.write(partial(job, x=x)) for x in range(64)))
    assert len(begun) <= 4


async def test_a_constraint_broken_in_a_batch_is_told_to_its_caller(database: SqliteDatabase) -> None:
    """The second of two equal rows hears of it; it is no fault of the database."""
    results = await asyncio.gather(
        *(database.write(partial(put, x=x)) for x in (1, 1, 2)),
        return_exceptions=True,
    )
    assert results[0] == 1
    assert type(results[1]).__name__ == "IntegrityError"
    assert await database.read(rows) == [1, 2]


async def test_a_mistake_in_a_statement_is_no_fault_of_the_database(database: SqliteDatabase) -> None:
    """Trying again would not help, so the caller must not be told to."""
    with pytest.raises(Exception, match="bindings") as caught:
        await database.write(lambda c: c.exec_driver_sql("INSERT INTO t VALUES (?, ?)", (1,)))
    assert not isinstance(caught.value, DatabaseFault)


async def test_every_commit_reaches_the_disk(database: SqliteDatabase) -> None:
    """`synchronous=FULL` on the connection that writes, deleted content overwritten."""
    found = await database.write(lambda c: [pragma(c, "synchronous"), pragma(c, "secure_delete")])
    assert found == [2, 1]


async def test_a_transaction_takes_the_write_lock_at_its_beginning(database: SqliteDatabase) -> None:
    """`BEGIN IMMEDIATE`: nobody else can begin to write before the first statement of ours has run."""

    def work(connection: Connection) -> None:
        other = driver.connect(str(database.path), timeout=0, isolation_level=None)
        try:
            with pytest.raises(driver.OperationalError, match="locked"):
                other.execute("BEGIN IMMEDIATE")
        finally:
            other.close()

    await database.write(work)


@pytest.mark.parametrize(
    ("version", "mode"), [((3, 40, 1), "DELETE"), ((3, 51, 2), "DELETE"), ((3, 51, 3), "WAL"), ((3, 53, 4), "WAL")]
)
def test_wal_only_where_it_is_safe(version: tuple[int, int, int], mode: str) -> None:
    """SQLite 3.7.0 to 3.51.2 can corrupt a WAL database: the rollback journal serves there."""
    assert journal_mode(version) == mode


async def test_the_file_uses_the_mode_of_this_version(database: SqliteDatabase) -> None:
    """What was decided is what the file has."""
    mode = str(await database.write(lambda c: pragma(c, "journal_mode")))
    assert mode.upper() == journal_mode(driver.sqlite_version_info)


async def test_readers_cannot_write(database: SqliteDatabase) -> None:
    """A read step that writes is refused."""
    with pytest.raises(DatabaseFault):
        await database.read(lambda c: put(c, 1))


async def test_a_locked_file_is_a_fault_that_heals(tmp_path: Path) -> None:
    """While somebody else holds the lock nothing is stored and nobody waits twice; afterwards everything works."""
    database = SqliteDatabase(tmp_path / "t.db", busy_seconds=0.3)
    await database.write(lambda c: c.exec_driver_sql("CREATE TABLE t (x INTEGER UNIQUE, filler BLOB)"))
    other = driver.connect(str(database.path), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    made = (database.write(partial(put, x=x)) for x in range(60))
    results = await asyncio.wait_for(asyncio.gather(*made, return_exceptions=True), 12)
    assert {type(result) for result in results} == {DatabaseFault}
    other.execute("ROLLBACK")
    other.close()
    assert await database.write(lambda c: put(c, 7)) == 7
    assert await database.read(rows) == [7]
    await database.close()


@pytest.mark.skipif(journal_mode() != "WAL", reason="with a rollback journal readers hold writers up")
async def test_a_long_reader_and_a_backup_disturb_nobody(database: SqliteDatabase, tmp_path: Path) -> None:
    """Three hundred writes while somebody reads for long and a backup runs: no fault, and the copy is sound."""
    reader = driver.connect(str(database.path), isolation_level=None)
    reader.execute("BEGIN")
    assert reader.execute("SELECT count(*) FROM t").fetchone() == (0,)
    copy = driver.connect(str(tmp_path / "copy.db"), check_same_thread=False)
    source = driver.connect(str(database.path), check_same_thread=False)
    backup = asyncio.to_thread(source.backup, copy, pages=1)
    await asyncio.gather(backup, *(database.write(partial(put, x=x, filler=2000)) for x in range(300)))
    assert reader.execute("SELECT count(*) FROM t").fetchone() == (0,)
    assert len(await database.read(rows)) == 300
    assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    for connection in (reader, copy, source):
        connection.close()


async def test_a_read_only_file_is_a_fault(database: SqliteDatabase) -> None:
    """Nothing half-written when the file cannot be written."""
    await database.write(lambda c: c.exec_driver_sql("PRAGMA query_only=ON"))
    with pytest.raises(DatabaseFault):
        await database.write(lambda c: put(c, 1))
    assert await database.read(rows) == []


DISK_FULL = """
    import asyncio, resource, sys
    from pathlib import Path
    from storage.database import DatabaseFault
    from storage.sqlite import SqliteDatabase

    async def main(path):
        database = SqliteDatabase(Path(path))
        await database.write(lambda c: c.exec_driver_sql("CREATE TABLE t (x INTEGER UNIQUE, filler BLOB)"))
        stored, faults = [], 0
        put = lambda x: database.write(lambda c: c.exec_driver_sql("INSERT INTO t VALUES (?, zeroblob(3000))", (x,)))
        for number in range(120):
            resource.setrlimit(resource.RLIMIT_FSIZE, (60_000 + 2_000 * number, resource.RLIM_INFINITY))
            group = range(100 * number, 100 * number + (1, 3, 9, 60)[number % 4])
            for x, outcome in zip(group, await asyncio.gather(*map(put, group), return_exceptions=True)):
                if isinstance(outcome, DatabaseFault):
                    faults += 1
                else:
                    stored.append(x)
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        await put(1)
        found = await database.read(lambda c: list(c.exec_driver_sql("SELECT x FROM t").scalars()))
        sound = await database.read(lambda c: c.exec_driver_sql("PRAGMA integrity_check").scalar())
        await database.close()
        assert (set(found), sound) == ({*stored, 1}, "ok")
        assert faults > 0 and stored, (faults, len(stored))

    asyncio.run(main(sys.argv[1]))
"""


def test_a_full_disk_never_confirms_what_it_lost(tmp_path: Path) -> None:
    """Files may not grow (limit of the process): what was confirmed is there, the rest is not, and it heals.

    SQLite rolls back by itself when it is full, so those who shared the transaction must be told as well.
    """
    command = [sys.executable, "-c", textwrap.dedent(DISK_FULL), str(tmp_path / "full.db")]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


async def test_a_second_process_is_refused(tmp_path: Path) -> None:
    """One file, one serving process: the second gets a plain sentence."""
    first = SqliteDatabase(tmp_path / "t.db", exclusive=True)
    with pytest.raises(AlreadyRunning, match="another process already serves"):
        SqliteDatabase(tmp_path / "t.db", exclusive=True)
    await first.close()
    await SqliteDatabase(tmp_path / "t.db", exclusive=True).close()


HOLD = """
    import sys
    from pathlib import Path
    from storage.sqlite import SqliteDatabase
    SqliteDatabase(Path(sys.argv[1]), exclusive=True)
    print("held", flush=True)
    input()
"""


async def test_a_killed_process_frees_the_file(tmp_path: Path) -> None:
    """The lock belongs to the process: no stale lock file keeps the service down after SIGKILL."""
    path = tmp_path / "t.db"
    code = (
        f"from pathlib import Path; from storage.sqlite import SqliteDatabase as S; S(Path(r'{path}'), exclusive=True)"
    )
    command = [sys.executable, "-c", f"{code}; print('held', flush=True); input()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(AlreadyRunning):
            SqliteDatabase(path, exclusive=True)
        holder.kill()
    await SqliteDatabase(path, exclusive=True).close()


async def test_closing_finishes_what_was_accepted(tmp_path: Path) -> None:
    """Jobs queued before `close` are stored and answered."""
    database = SqliteDatabase(tmp_path / "t.db")
    await database.write(lambda c: c.exec_driver_sql("CREATE TABLE t (x, filler)"))
    made = [asyncio.create_task(database.write(partial(put, x=x))) for x in range(200)]
    await asyncio.sleep(0)
    await database.close()
    assert [await job for job in made] == list(range(200))
    again = SqliteDatabase(tmp_path / "t.db")
    assert await again.read(rows) == list(range(200))
    await again.close()


async def test_a_closed_database_answers_at_once(tmp_path: Path) -> None:
    """An update that comes during shutdown is told to come again instead of waiting for ever."""
    database = SqliteDatabase(tmp_path / "t.db")
    await database.close()
    with pytest.raises(DatabaseFault):
        await asyncio.wait_for(database.write(rows), 30)
