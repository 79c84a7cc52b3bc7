"""Delivery in a process of its own that is killed without warning, again and again."""

from __future__ import annotations

import asyncio
import os
import sys
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from pathlib import Path

from bot.clock import system_clock
from cases.messages import Outgoing
from storage.database import open_database
from storage.keys import KeyRing
from storage.migrate import upgrade
from storage.work import Office, StoredWork
from tests.scheduler.stage import chat_of

ROOT = Path(__file__).parents[2]
KILLS = 40 if os.environ.get("HOIAM_SOAK") else 3
CHATS, IN_FLIGHT = 30, 16
MESSAGES = CHATS * 10 * KILLS


class Listener:
    """Hears lines, answers each, and tells when it has heard enough."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, int]] = []
        self._enough: Callable[[], bool] = bool
        self._reached = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, one message."""
        chat, number = (await reader.readline()).decode().split()
        self.heard.append((chat, int(number)))
        if self._enough():
            self._reached.set()
        writer.write(b"ok\n")
        writer.close()

    async def until(self, enough: Callable[[], bool]) -> None:
        """Wait until this is so."""
        self._enough = enough
        self._reached.clear()
        await asyncio.wait_for(self._reached.wait(), 60)

    async def until_more(self, several: int) -> None:
        """Wait until so many messages more were heard."""
        target = len(self.heard) + several
        await self.until(lambda: len(self.heard) >= target)

    async def until_all(self) -> None:
        """Wait until every message was heard at least once."""
        await self.until(lambda: len({number for _, number in self.heard}) == MESSAGES)


async def test_kills_lose_nothing_and_keep_order(tmp_path: Path) -> None:
    """After each kill the next process goes on: every message arrives, in order; only those under way are repeated."""
    key = os.urandom(32)
    url = f"sqlite:///{tmp_path / 'hoiam.db'}"
    await in_office(url, key, fill)
    listener = Listener()
    server = await asyncio.start_server(listener.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    for kill in range(KILLS):
        await deliver_until(url, key, port, listener.until_more(40 + 61 * kill % 97))
    await deliver_until(url, key, port, listener.until_all())
    server.close()
    await server.wait_closed()
    times = Counter(number for _, number in listener.heard)
    assert set(times) == set(range(MESSAGES))
    assert sum(times.values()) - MESSAGES <= KILLS * (IN_FLIGHT + 128)
    assert in_order(listener.heard)


async def deliver_until(url: str, key: bytes, port: int, moment: Awaitable[None]) -> None:
    """Start a process, wait for the moment, kill it."""
    arguments = ["-m", "tests.scheduler.sending_process", url, key.hex(), str(port)]
    process = await asyncio.create_subprocess_exec(sys.executable, *arguments, cwd=ROOT)
    try:
        await moment
    finally:
        process.kill()
        await process.wait()


def fill(unit: StoredWork) -> None:
    """Numbered messages, the chats taking turns."""
    for number in range(MESSAGES):
        unit.outbox.say(chat_of(unit, f"chat{number % CHATS}"), Outgoing(str(number)), f"e{number}")


async def in_office(url: str, key: bytes, step: Callable[[StoredWork], None]) -> None:
    """Open the database, do this, close it."""
    database = open_database(url)
    await database.write(upgrade)
    await Office(database, KeyRing([key]), system_clock).write(step)
    await database.close()


def in_order(heard: list[tuple[str, int]]) -> bool:
    """First arrivals of each chat in the order of writing; a repetition never skips back over an answered restart."""
    first: dict[str, list[int]] = defaultdict(list)
    for chat, number in heard:
        if number not in first[chat]:
            first[chat].append(number)
    return all(numbers == sorted(numbers) for numbers in first.values())
