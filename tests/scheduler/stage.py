"""A stage for delivery tests: time that moves only when nothing else can happen, and a messenger with a script."""

from __future__ import annotations

import asyncio
import heapq
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import TypeVar

from cases.messages import Address, Fate, Outgoing, Pace, SendResult
from cases.ports import Chat
from scheduler.delivery import Delivery
from storage.database import Database, Work
from storage.outbox import outbox
from storage.outbox_queue import Parcel
from storage.work import Office, StoredWork

T = TypeVar("T")
SENT = SendResult(Fate.SENT, vendor_id="1")
GONE = SendResult(Fate.GONE, "blocked")
REFUSED = SendResult(Fate.REFUSED, "too long")
UNKNOWN = SendResult(Fate.UNKNOWN, "answer lost")
CLOSED = SendResult(Fate.WINDOW_CLOSED, "7 days over")
START = datetime.fromisoformat("2026-03-02T02:00:00+00:00")


class StageTime:
    """Monotonic seconds, the wall clock and sleep, all of one virtual time."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = count()

    def monotonic(self) -> float:
        """Seconds since the curtain rose."""
        return self.seconds

    def clock(self) -> datetime:
        """The instant on the wall."""
        return START + timedelta(seconds=self.seconds)

    async def sleep(self, seconds: float) -> None:
        """Wait until the time has been moved so far."""
        waker = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.seconds + seconds, next(self._order), waker))
        await waker

    def advance(self) -> bool:
        """Move to the next instant somebody waits for; False when nobody does."""
        while self._sleepers:
            at, _, waker = heapq.heappop(self._sleepers)
            if not waker.done():
                self.seconds = max(self.seconds, at)
                waker.set_result(None)
                return True
        return False


class CountedDatabase:
    """The real database, telling when it has nothing to do."""

    def __init__(self, inner: Database) -> None:
        self._inner = inner
        self.dialect = inner.dialect
        self._running = 0
        self._quiet = asyncio.Event()
        self._quiet.set()
        self.writes = 0

    async def write(self, work: Work[T]) -> T:
        """As the real one."""
        self.writes += 1
        return await self.counted(self._inner.write(work))

    async def read(self, work: Work[T]) -> T:
        """As the real one."""
        return await self.counted(self._inner.read(work))

    async def close(self) -> None:
        """As the real one."""
        await self._inner.close()

    async def quiet(self) -> None:
        """Return once nothing is under way and whoever waited for it has come to rest."""
        calm = 0
        while calm < 10:
            if self._running:
                await self._quiet.wait()
                calm = 0
            await asyncio.sleep(0)
            calm += 1

    async def counted(self, work: Awaitable[T]) -> T:
        """Wait for this as for one's own work."""
        self._running += 1
        self._quiet.clear()
        try:
            return await work
        finally:
            self._running -= 1
            if not self._running:
                self._quiet.set()


@dataclass(frozen=True, slots=True)
class Heard:
    """One send as the messenger saw it; times in stage seconds."""

    at: float
    chat: str
    text: str
    result: SendResult | Exception


Script = Callable[[Address, Outgoing], SendResult | Exception]


class ScriptedSender:
    """A messenger at the network's edge: answers by script, after `latency` seconds of stage time."""

    def __init__(
        self, script: Script = lambda to, message: SENT, *, name: str = "fake", pace: Pace | None = None
    ) -> None:
        self.name = name
        self.pace = pace or Pace(0)
        self.script = script
        self.heard: list[Heard] = []
        self.latency: Callable[[], Awaitable[object]] = lambda: asyncio.sleep(0)
        self.now: Callable[[], float] = lambda: 0.0

    def is_group(self, to: Address) -> bool:
        """Groups have negative ids, as on Telegram."""
        return to.id.startswith("-")

    async def send(self, to: Address, message: Outgoing) -> SendResult:
        """Note it, wait, answer."""
        result = self.script(to, message)
        self.heard.append(Heard(self.now(), to.id, message.text, result))
        await self.latency()
        if isinstance(result, Exception):
            raise result
        return result

    @property
    def texts(self) -> list[str]:
        """What was said, in order."""
        return [heard.text for heard in self.heard]


class Stage:
    """An office on stage time."""

    def __init__(self, office: Office) -> None:
        self.time = StageTime()
        self.database = CountedDatabase(office.database)
        self.office = Office(self.database, office.keys, self.time.clock)
        self._numbers = count()

    async def blocking(self, call: Callable[..., T], *args: object) -> T:
        """Run in a thread; time stands still meanwhile."""
        return await self.database.counted(asyncio.to_thread(call, *args))

    async def play(self, act: Awaitable[T]) -> T:
        """Run this to its end, moving time on whenever nothing else can happen."""
        task = asyncio.ensure_future(act)
        while not task.done():
            await self.database.quiet()
            if not task.done() and not self.time.advance():
                await asyncio.wait({task}, timeout=30)
                assert task.done(), "nothing left to happen, and the act is not over"
        return task.result()

    async def play_for(self, task: asyncio.Task[None], seconds: float) -> None:
        """Let a running task go on for so long."""
        await self.play(self.time.sleep(seconds))
        assert not task.done(), task

    async def say(self, chat: str, *texts: str, channel: str = "fake", **about: str) -> None:
        """Queue these messages for one chat, in one transaction."""

        def step(unit: StoredWork) -> None:
            partner = chat_of(unit, chat, channel)
            for text in texts:
                unit.outbox.say(partner, Outgoing(text), f"e{next(self._numbers)}", **about)

        await self.office.write(step)

    async def states(self) -> dict[str, int]:
        """Messages by state, settled ones too."""
        return await self.office.read(states)

    async def stop(self, task: asyncio.Task[None]) -> None:
        """Cancel and wait for the end."""
        task.cancel()
        with suppress(asyncio.CancelledError):
            await self.play(task)


def chat_of(unit: StoredWork, name: str, channel: str = "fake") -> Chat:
    """The chat with this id, stored."""
    chat = unit.chats.load(Address(channel, name))
    if chat.fresh:
        unit.chats.save(chat)
    return chat


def states(unit: StoredWork) -> dict[str, int]:
    """Messages by state."""
    found: dict[str, int] = {}
    for (state,) in unit.connection.execute(outbox.select().with_only_columns(outbox.c.state)):
        found[state] = found.get(state, 0) + 1
    return found


class Notes:
    """What was reported as undeliverable."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, Fate]] = []

    def __call__(self, unit: StoredWork, parcel: Parcel, result: SendResult) -> None:
        self.seen.append((parcel.message.text, result.fate))


def delivery(stage: Stage, *senders: ScriptedSender, notes: Notes | None = None, grace: float = 5.0) -> Delivery:
    """Delivery on stage time; wakes like the real one."""
    for sender in senders:
        sender.now = stage.time.monotonic
    made = Delivery(
        stage.office,
        {sender.name: sender for sender in senders},
        on_undeliverable=notes,
        monotonic=stage.time.monotonic,
        sleep=stage.time.sleep,
        chance=random.Random(1),
        grace=grace,
    )
    stage.office.on_woken = made.wake
    return made


def by_text(**answers: SendResult) -> ScriptedSender:
    """A messenger that answers by the message's text; everything else is sent."""
    return ScriptedSender(lambda to, message: answers.get(message.text, SENT))
