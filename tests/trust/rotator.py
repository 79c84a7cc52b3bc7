"""A rotation in a process of its own, to be killed: `python -m tests.trust.rotator DATABASE KEYFILE VAULT`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from bot.clock import system_clock
from storage.database import open_database
from storage.keys import load_or_make
from storage.rotation import Rotation
from storage.vault import FileVault
from storage.work import Office


async def main(url: str, key_file: str, vault: str) -> None:
    """Rotate in steps of ten rows; says when it begins, so that a kill falls into the work."""
    database = open_database(url)
    try:
        keys = load_or_make(Path(key_file))
        rotation = Rotation(Office(database, keys, system_clock), FileVault(Path(vault), keys), at_once=10, pause=0.002)
        print("rotating", flush=True)
        await rotation.run()
    finally:
        await database.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:4]))
