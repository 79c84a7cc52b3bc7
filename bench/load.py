"""Residents who report: each says the next thing when the last was answered, or all together at a given rate."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic

from bench.residents import TALK, People, WebPeople
from bench.sink import Sink
from bench.wire import Listener, Wires


@dataclass
class Times:
    """Seconds from sending an update to its 200 and to the message that answers it; `lost` got no 200."""

    accepted: list[float] = field(default_factory=list)
    answered: list[float] = field(default_factory=list)
    lost: int = 0


class Load:
    """The residents of one server."""

    def __init__(self, people: People, port: int, sink: Sink) -> None:
        self._people = people
        self._sink = sink
        self.wires = Wires(port)
        self._port = port
        self._replies: dict[str, asyncio.Future[float]] = {}
        self._listeners: list[Listener] = []

    async def listen(self, residents: range) -> None:
        """Open the live streams of web chats, as their pages do."""
        assert isinstance(self._people, WebPeople)
        loop = asyncio.get_running_loop()
        for number in residents:
            chat = self._people.chat(number)
            _, listener = await loop.create_connection(
                lambda chat=chat: Listener(lambda: self._heard(chat, monotonic())),  # type: ignore[misc]
                "127.0.0.1",
                self._port,
            )
            assert listener.transport is not None
            listener.transport.write(self._people.listens(number))
            if (status := await listener.opened) != 200:
                raise RuntimeError(f"the live stream was refused: {status}")
            self._listeners.append(listener)

    def hush(self) -> None:
        """Close the live streams."""
        for listener in self._listeners:
            listener.close()
        self._listeners.clear()

    def close(self) -> None:
        """Hang up."""
        self.hush()
        self.wires.close()

    def _heard(self, chat: str, at: float) -> None:
        reply = self._replies.pop(chat, None)
        if reply is not None and not reply.done():
            reply.set_result(at)

    @contextmanager
    def _hearing(self) -> Iterator[None]:
        before, self._sink.heard = self._sink.heard, self._heard
        try:
            yield
        finally:
            self._sink.heard = before

    async def say(self, resident: int, words: str, times: Times) -> None:
        """Say one thing and wait for the answer."""
        chat = self._people.chat(resident)
        reply = self._replies[chat] = asyncio.get_running_loop().create_future()
        request = self._people.says(resident, words)
        began = monotonic()
        status, _ = await self.wires.ask(request)
        times.accepted.append(monotonic() - began)
        if status != 200:
            times.lost += 1
            return
        times.answered.append(await reply - began)

    async def reports(self, residents: range, at_once: int) -> Times:
        """Each of these residents makes one report, so many at a time; returns when the last was answered."""
        waiting, times = deque(residents), Times()

        async def work() -> None:
            while waiting:
                resident = waiting.popleft()
                for words in TALK:
                    await self.say(resident, words, times)

        with self._hearing():
            async with asyncio.timeout(180):
                await asyncio.gather(*(work() for _ in range(at_once)))
        return times

    async def steadily(self, residents: range, rate: float, seconds: float) -> Times:
        """Updates at this rate, evenly; who has waited longest speaks next, at the place where the dialogue stands."""
        idle, times = deque(residents), Times()
        turns: dict[int, int] = defaultdict(int)
        under_way: set[asyncio.Task[None]] = set()

        async def speak(resident: int) -> None:
            await self.say(resident, TALK[turns[resident] % len(TALK)], times)
            turns[resident] += 1
            idle.append(resident)

        with self._hearing():
            began = monotonic()
            for number in range(int(rate * seconds)):
                await asyncio.sleep(max(0.0, began + number / rate - monotonic()))
                if not idle:
                    raise RuntimeError("every resident is still waiting: the server does not keep up")
                task = asyncio.create_task(speak(idle.popleft()))
                under_way.add(task)
                task.add_done_callback(under_way.discard)
            async with asyncio.timeout(60):
                await asyncio.gather(*under_way)
        return times
