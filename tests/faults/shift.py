"""One of several processes on one database, to be killed, stopped and woken: a scheduler or a sender.

Its time runs `SPEED` times as fast as the machine's and is the same in every process, so that a lease of five minutes
is over in seconds.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import time
from datetime import datetime, timedelta

from cases.messages import Address, Fate, Outgoing, Pace, SendResult
from scheduler.delivery import Delivery
from scheduler.reminders import Reminders
from storage.database import Database, DatabaseFault, open_database
from storage.keys import KeyRing
from storage.work import Office
from tests.scheduler.nudge_world import RULES

SPEED = 90.0  # a lease lasts three real seconds: a machine that stalls for less adds no fault of its own
SHORTEST = 0.03  # real seconds: a look at the queue every few milliseconds would be all that the machine does
KEYS = KeyRing([bytes(range(32))])
PER_SECOND = 40  # real ones, of each sender
TICK = 30.0
SLICE = 20


class Fast:
    """The time of the test, begun at `began` (monotonic seconds of the machine) with `start` on the wall."""

    def __init__(self, began: float, start: str) -> None:
        self._began, self._start = began, datetime.fromisoformat(start)

    def monotonic(self) -> float:
        """Seconds since the beginning."""
        return (time.monotonic() - self._began) * SPEED

    def clock(self) -> datetime:
        """The instant on the wall."""
        return self._start + timedelta(seconds=self.monotonic())

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(max(SHORTEST, seconds / SPEED))


class Scribe:
    """A messenger that writes down what it was given, a moment before it answers."""

    name = "telegram"
    pace = Pace(PER_SECOND / SPEED)

    def __init__(self, path: str) -> None:
        self._log = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        self._count = 0

    async def send(self, to: Address, message: Outgoing) -> SendResult:
        """Deliver."""
        self._count += 1
        receipt = f"{os.getpid()}.{self._count}"
        os.write(self._log, json.dumps([receipt, to.id, message.text]).encode() + b"\n")
        await asyncio.sleep(0.002)
        return SendResult(Fate.SENT, vendor_id=receipt)


def work(role: str, url: str, log: str, began: float, start: str) -> None:
    """Be a scheduler or a sender until killed."""
    asyncio.run(_work(role, open_database(url), log, Fast(began, start)))


async def _work(role: str, database: Database, log: str, fast: Fast) -> None:
    office = Office(database, KEYS, fast.clock)
    if role == "sender":
        senders = {Scribe.name: Scribe(log)}
        await Delivery(office, senders, monotonic=fast.monotonic, sleep=fast.sleep, alone=False).run()
    reminders = Reminders(office, RULES, most=SLICE)
    while True:
        with contextlib.suppress(DatabaseFault):  # the next tick tries again
            await reminders.tick(fast.clock())
        await fast.sleep(TICK)
