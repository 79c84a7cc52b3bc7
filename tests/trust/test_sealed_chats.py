"""Chat addresses of sealed reports' senders: kept apart, so that an answer can be pushed and a backup tells nothing."""

from __future__ import annotations

import shutil
from fnmatch import fnmatch
from pathlib import Path

from bot.clock import system_clock
from cases.messages import Address
from storage.backup import OWN_FILES
from storage.database import open_database
from storage.keys import OUTSIDE, KeyRing, load_or_make
from storage.migrate import upgrade
from storage.work import Office, StoredWork


async def test_chat_addresses_lie_under_a_key_that_no_backup_holds(tmp_path: Path) -> None:
    """Database and master key do not give the sender's chat; the third key does, and writing again mends it."""
    here, elsewhere = load_or_make(tmp_path / "master.key"), restored_key(tmp_path)
    database = open_database(f"sqlite:///{tmp_path}/one.db")
    address = Address("telegram", "7700112233")
    try:
        await database.write(upgrade)
        office, later = Office(database, here, system_clock), Office(database, elsewhere, system_clock)

        def write(unit: StoredWork) -> str:
            chat = unit.chats.load(address)
            unit.sealed.apart(chat)
            unit.chats.save(chat)
            return chat.key

        key = await office.write(write)
        assert [await address_of(one, key) for one in (office, later)] == ["7700112233", ""]
        await later.write(write)
        assert await address_of(later, key) == "7700112233"
    finally:
        await database.close()


def restored_key(folder: Path) -> KeyRing:
    """The master key as a backup brings it to another machine."""
    other = folder / "restored"
    other.mkdir()
    shutil.copy2(folder / "master.key", other / "master.key")
    return load_or_make(other / "master.key")


async def address_of(office: Office, key: str) -> str:
    """What this installation can read of the chat's address."""
    chat = await office.read(lambda unit: unit.chats.get(key))
    assert chat is not None
    return chat.address.id


def test_backups_leave_the_outside_key_out() -> None:
    """No pattern of what is backed up beside the database takes it in."""
    assert not [pattern for pattern in OWN_FILES if fnmatch(OUTSIDE, pattern)]
