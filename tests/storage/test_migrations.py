"""One chain of migrations, equal to the tables in code on SQLite and PostgreSQL, safe to run again, and reversible."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, inspect

from storage.migrate import FOLDER, _config, differences, newest, upgrade
from storage.tables import metadata
from tests.databases import fresh_postgres, opened

UPGRADE = """
import asyncio, sys
from storage.migrate import upgrade
from storage.postgres import PostgresDatabase
asyncio.run(PostgresDatabase(sys.argv[1]).write(upgrade))
"""
TABLES = {table.name for table in metadata.sorted_tables}


@pytest.fixture
def empty_postgres(postgres: str) -> Iterator[str]:
    """An empty PostgreSQL database."""
    with fresh_postgres(postgres) as url:
        yield url


def tables(connection: Connection) -> set[str]:
    """Tables in the database, the migrations' own apart."""
    return set(inspect(connection).get_table_names()) - {"alembic_version"}


def downgrade(connection: Connection) -> None:
    """Undo every migration."""
    command.downgrade(_config(connection), "base")


async def test_the_chain_builds_what_the_code_says(database_url: str) -> None:
    """After all migrations no table, column or index differs from the code."""
    async with opened(database_url) as database:
        await database.write(upgrade)
        assert await database.write(tables) == TABLES
        assert await database.write(differences) == []


@pytest.mark.parametrize(
    "change",
    [
        "DROP INDEX ix_ledger_at",
        "ALTER TABLE ledger DROP COLUMN at",
        "ALTER TABLE ledger ADD COLUMN more TEXT",
        "DROP TABLE case_counter",
    ],
)
async def test_a_difference_is_seen(database_url: str, change: str) -> None:
    """The comparison is not blind: what somebody changed by hand is found."""
    async with opened(database_url) as database:
        await database.write(upgrade)
        if "COLUMN at" in change:
            await database.write(lambda c: c.exec_driver_sql("DROP INDEX ix_ledger_at"))
        await database.write(lambda c: c.exec_driver_sql(change))
        assert len(await database.write(differences)) >= 1


def test_files_are_numbered_in_the_order_of_the_chain(tmp_path: Path) -> None:
    """Whether anything is missing is told by the number of the last file."""
    database = create_engine(f"sqlite:///{tmp_path}/x.db")
    with database.connect() as connection:
        assert ScriptDirectory.from_config(_config(connection)).get_current_head() == newest()
    database.dispose()


async def test_upgrading_twice_changes_nothing(database_url: str) -> None:
    """Every start upgrades: on an up-to-date database nothing happens and nothing is lost."""
    async with opened(database_url) as database:
        await database.write(upgrade)
        await database.write(lambda c: c.exec_driver_sql("INSERT INTO ledger VALUES ('k', '2026-03-02 00:00:00')"))
        await database.write(upgrade)
        assert await database.read(lambda c: c.exec_driver_sql("SELECT key FROM ledger").scalars().all()) == ["k"]


async def test_the_chain_can_be_undone_and_done_again(database_url: str) -> None:
    """Down to nothing and up again gives the same database."""
    async with opened(database_url) as database:
        await database.write(upgrade)
        await database.write(downgrade)
        assert await database.write(tables) == set()
        await database.write(upgrade)
        assert await database.write(differences) == []


async def test_an_upgrade_that_fails_leaves_the_database_as_it_was(database_url: str) -> None:
    """All migrations run in one transaction: a fault halfway leaves no half layout."""

    def fail(connection: Connection) -> None:
        upgrade(connection)
        raise KeyError

    async with opened(database_url) as database:
        with pytest.raises(KeyError):
            await database.write(fail)
        assert await database.write(tables) == set()


@pytest.mark.postgres
async def test_processes_may_upgrade_at_once(empty_postgres: str) -> None:
    """Replicas started together on an empty PostgreSQL all come up."""
    workers = [await asyncio.create_subprocess_exec(sys.executable, "-c", UPGRADE, empty_postgres) for _ in range(3)]
    assert [await asyncio.wait_for(worker.wait(), 60) for worker in workers] == [0, 0, 0]
    async with opened(empty_postgres) as database:
        assert await database.write(differences) == []


def test_there_is_one_chain() -> None:
    """One root, one head, every script reachable."""
    script = ScriptDirectory(str(FOLDER))
    assert len(script.get_heads()) == 1
    assert len(script.get_bases()) == 1
    assert len(list(script.walk_revisions())) == len(list((FOLDER / "versions").glob("[0-9]*.py")))
