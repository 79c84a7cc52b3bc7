"""`hoiam keys`: adding, carrying on and retiring a key from the command line, and what is refused."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from bot.clock import system_clock
from bot.commands.keys import LEARNT
from cases.messages import Address
from storage.database import open_database
from storage.key_file import add_key, read_keys
from storage.keys import load_or_make
from storage.migrate import upgrade
from storage.work import Office, StoredWork
from tests.bot.test_commands import hoiam


async def _some_chats(folder: Path) -> None:
    database = open_database(f"sqlite:///{folder / 'hoiam.db'}")

    def step(unit: StoredWork) -> None:
        for number in range(20):
            unit.chats.save(unit.chats.load(Address("telegram", f"9990{number}")))

    try:
        await database.write(upgrade)
        await Office(database, load_or_make(folder / "master.key"), system_clock).write(step)
    finally:
        await database.close()


@pytest.fixture
def begun(tmp_path: Path) -> Path:
    """A data folder with twenty sealed addresses, to whose key file a new key was added a while ago."""
    asyncio.run(_some_chats(tmp_path))
    add_key(tmp_path / "master.key")
    _age(tmp_path)
    return tmp_path


def _age(folder: Path) -> None:
    then = system_clock().timestamp() - 2 * LEARNT
    os.utime(folder / "master.key", (then, then))


def test_a_rotation_is_carried_on_and_the_old_key_retired(begun: Path) -> None:
    """Its figures are told; in the end only the new key is left in the file."""
    done = hoiam(begun, "keys", "rotate")
    assert (done.returncode, "20 value(s) and 0 file(s) sealed again" in done.stdout) == (0, True), done.stderr
    assert hoiam(begun, "keys", "retire").returncode == 0
    assert set(read_keys(begun / "master.key").masters) == {1}
    assert hoiam(begun, "keys", "list").stdout == "key 1: seals everything new\n"


def test_a_key_others_may_still_use_is_not_retired(begun: Path) -> None:
    """Running processes look at the file every few seconds: until they must have, the old key stays."""
    (begun / "master.key").touch()
    done = hoiam(begun, "keys", "retire")
    assert (done.returncode, "may still be sealing" in done.stderr) == (1, True)
    assert set(read_keys(begun / "master.key").masters) == {0, 1}


def test_the_only_key_is_not_retired(tmp_path: Path) -> None:
    """The sentence says what to do instead."""
    asyncio.run(_some_chats(tmp_path))
    done = hoiam(tmp_path, "keys", "retire")
    assert (done.returncode, "hoiam keys rotate" in done.stderr) == (1, True)
