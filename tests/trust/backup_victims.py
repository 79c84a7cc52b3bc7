"""Processes that write, back up or erase until somebody kills them; each is forked from a parent with all loaded."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import random
import signal
from collections.abc import Callable
from datetime import datetime
from functools import partial
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Engine, event

from bot.data import load_rules
from bot.housekeeping import Housekeeping
from storage.backup import Target, make
from storage.vault import FileVault
from storage.work import Office, StoredWork
from tests.trust.backup_kit import RECIPIENT, House, _add, case_ids

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.trust.backup_victims"])
T = TypeVar("T")


def write_for_ever(folder: str, database: str, log: str, seed: str) -> None:
    """Take one report after the other in, and say so in `log` only after its commit."""

    async def live() -> None:
        with Path(log).open("a", encoding="ascii", buffering=1) as confirmed:
            async with House(Path(folder), database) as house:
                for case_id in case_ids(100_000, seed):
                    step = partial(_add, case_id=case_id, file_id="", key=b"", closed=None, files=False)
                    await house.office.write(step)
                    confirmed.write(f"{case_id}\n")

    asyncio.run(live())


def back_up(folder: str, database: str, at: datetime) -> None:
    """Make one backup."""
    house = House(Path(folder), database)
    make(house.source, Target(house.backups, (RECIPIENT,), reserve=0), at)


POINTS = ("before commit", "after commit", "before a file goes", "after a file went", "any moment")


def purge_for_ever(folder: str, point: str = "", after: int = 0) -> None:
    """Erase what is past its term, case by case; die at the point when it is reached for the `after`th time."""
    mortal = _Mortal(point, after)

    async def live() -> None:
        async with House(Path(folder)) as house:
            event.listen(Engine, "commit", lambda _connection: mortal.reached("before commit"))
            office = _MortalOffice(house.database, house.keys, house.clock)
            vault = _MortalVault(house.data / "files", house.keys)
            office.mortal = vault.mortal = mortal
            await Housekeeping(office, vault, load_rules).purge(at_once=1)

    asyncio.run(live())


class _Mortal:
    def __init__(self, point: str, after: int) -> None:
        self._point, self._left = point, after

    def reached(self, point: str) -> None:
        """Die here, if this is where and it is time."""
        if point == self._point:
            self._left -= 1
            if self._left < 0:
                os.kill(os.getpid(), signal.SIGKILL)


class _MortalOffice(Office):
    mortal: _Mortal

    async def write(self, step: Callable[[StoredWork], T], *, urgent: bool = False) -> T:
        result = await super().write(step, urgent=urgent)
        self.mortal.reached("after commit")
        return result


class _MortalVault(FileVault):
    mortal: _Mortal

    def drop(self, file_id: str, but: str = "") -> None:
        self.mortal.reached("before a file goes")
        super().drop(file_id, but)
        self.mortal.reached("after a file went")


def start(victim: Callable[..., None], *words: Any) -> BaseProcess:
    """Let it live."""
    process = _CONTEXT.Process(target=victim, args=words, daemon=True)
    process.start()
    return process


def kill(process: BaseProcess) -> bool:
    """End it as the power would; True when it was still at work."""
    alive = process.is_alive()
    if alive and process.pid is not None:
        os.kill(process.pid, signal.SIGKILL)
    process.join()
    return alive


def ended_badly(process: BaseProcess) -> bool:
    """Wait for its end; True when it died before its work was done."""
    process.join()
    return process.exitcode == -signal.SIGKILL


def live_a_while(process: BaseProcess, chance: random.Random, longest: float) -> bool:
    """Kill it at any moment within so many seconds; True when it was still at work."""
    process.join(chance.random() * longest)
    return kill(process)
