"""A process that forks one writer of the audit chain after the other, and kills each at a named point or any moment.

`python -m tests.trust.audit_victims URL FOLDER KILLS SEED` for one writer at a time, `… URL FOLDER 0 SEED WRITERS EACH`
for several at once that are left alive. What was confirmed stands in FOLDER/confirmed.
"""

from __future__ import annotations

import asyncio
import os
import random
import select
import signal
import sys
import time
from functools import partial
from pathlib import Path

from sqlalchemy import Engine, event

from bot.clock import system_clock
from storage.database import open_database
from storage.keys import KeyRing
from storage.work import Office, StoredWork

KEYS = [b"\x07" * 32]
POINTS = ("entered", "chained", "committed", "", "")
"""In the step, before the commit, after the commit, and any moment."""
LONGEST = 0.06  # seconds a writer goes on after its first confirmed change, where it dies at any moment
AT_ONCE = 3


def die() -> None:
    """Without a word."""
    os.kill(os.getpid(), signal.SIGKILL)


async def live(url: str, confirmed: int, trial: int, point: str, last: int) -> None:
    """Change and enter, again and again; each confirmed only after its commit."""
    database = open_database(url)
    office = Office(database, KeyRing(KEYS), system_clock)
    count, commits = 0, 0

    def stored(unit: StoredWork, name: str) -> None:
        unit.ledger.once(f"change:{name}", unit.now)
        unit.audit.enter("case_viewed", actor="lan", case_id=name, detail={"name": name})
        if point == "entered" and count >= last:
            die()

    def before_commit(_: object) -> None:
        nonlocal commits
        commits += 1
        if commits >= last:
            die()

    if point == "chained":
        event.listen(Engine, "commit", before_commit)

    async def write(own: int) -> None:
        nonlocal count
        while True:
            count += 1
            name = f"{trial}.{own}.{count}"
            await office.write(partial(stored, name=name))
            if point == "committed" and count >= last:
                die()
            os.write(confirmed, f"{name}\n".encode())
            if not point and count >= last > 0:
                return

    await asyncio.gather(*(write(own) for own in range(AT_ONCE)))
    await database.close()


def fork(url: str, confirmed: int, trial: int, point: str, last: int) -> int:
    """One writer; its process id."""
    pid = os.fork()
    if pid == 0:
        asyncio.run(live(url, confirmed, trial, point, last))
        os._exit(0)
    return pid


def grown(file: Path) -> None:
    """Wait until something more is confirmed: most of a writer's life would else be its beginning."""
    before, until = file.stat().st_size, time.monotonic() + 30
    while file.stat().st_size == before and time.monotonic() < until:
        select.select([], [], [], 0.002)


def main(url: str, folder: str, kills: str, seed: str, writers: str = "0", each: str = "0") -> None:
    """Kill as often as told; or let several write at once."""
    chance = random.Random(seed)
    confirmed = os.open(Path(folder) / "confirmed", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for trial in range(int(kills)):
        point = chance.choice(POINTS)
        pid = fork(url, confirmed, trial, point, chance.randint(1, 6) if point else 0)
        if not point:
            grown(Path(folder) / "confirmed")
            select.select([], [], [], chance.uniform(0, LONGEST))
            os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        if os.waitstatus_to_exitcode(status) != -signal.SIGKILL:
            sys.exit(f"writer {trial} did not die at {point!r}")
    pids = [fork(url, confirmed, number, "", int(each)) for number in range(int(writers))]
    if any(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids):
        sys.exit("a writer failed")


if __name__ == "__main__":
    main(*sys.argv[1:])
