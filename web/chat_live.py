"""Live replies: whoever has a web chat open is woken when a line is added, and gets it as a server-sent event."""

from __future__ import annotations

import asyncio
import threading
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager

import orjson

from storage.outbox import FreshLine
from web.history import Line, as_json, just_written

PREFIX = "web:"
HEARTBEAT = 20.0  # seconds; proxies cut silent connections after 30 or 60
RECONNECT = 3_000  # milliseconds the browser waits before it comes back
BATCH = 200

Read = Callable[[int], Awaitable[Sequence[Line]]]
"""Lines after this number, oldest first, at most `BATCH`."""


class Crowded(Exception):
    """Too many open connections: the page asks every few seconds instead."""


class Bell:
    """Rings in the event loop of its listener, whichever thread pulls it."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._event = asyncio.Event()
        self._offered: deque[FreshLine] = deque(maxlen=BATCH)

    def pull(self) -> None:
        """Wake the listener."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._event.set)

    def offer(self, line: FreshLine) -> None:
        """Lay a new line ready: it need not be read again."""
        self._offered.append(line)

    def fresh(self, after: int) -> list[Line] | None:
        """The lines laid ready that follow on this number; None where they do not, or none was: read instead."""
        found: list[Line] = []
        known = False
        while self._offered:
            line, known = self._offered.popleft(), True
            if line.id <= after:
                continue
            if line.before > after:  # another process wrote one in between
                return None
            found.append(just_written(line))
            after = line.id
        return found if known else None

    def hush(self) -> None:
        """Forget earlier rings: call before reading, so that nothing written later is missed."""
        self._event.clear()

    async def wait(self, seconds: float) -> bool:
        """True when it rang, False when the time ran out."""
        try:
            async with asyncio.timeout(seconds):
                await self._event.wait()
        except TimeoutError:
            return False
        return True


class LiveLines:
    """Who is listening to which chat. `wake` may be called from any thread."""

    def __init__(self, *, per_chat: int = 4, total: int = 2_000) -> None:
        self._per_chat = per_chat
        self._total = total
        self._bells: dict[str, set[Bell]] = defaultdict(set)
        self._lock = threading.Lock()
        self._count = 0
        self.closed = False

    def __len__(self) -> int:
        return self._count

    def wake(self, woken: set[str]) -> None:
        """Ring for these chats (`web:<chat key>`; names of other channels are ignored)."""
        for name in woken:
            if name.startswith(PREFIX):
                self._ring(name[len(PREFIX) :])

    def tell(self, lines: Sequence[FreshLine]) -> None:
        """Lay new lines ready for whoever listens; `wake` rings for them."""
        for line in lines:
            with self._lock:
                bells = tuple(self._bells.get(line.chat_key, ()))
            for bell in bells:
                bell.offer(line)

    def close(self) -> None:
        """End every stream; call it when the process is told to stop, before the server waits for its connections."""
        self.closed = True
        with self._lock:
            chats = list(self._bells)
        for chat in chats:
            self._ring(chat)

    @contextmanager
    def listen(self, chat_key: str) -> Iterator[Bell]:
        """A bell for this chat; raises `Crowded`."""
        bell = Bell()
        with self._lock:
            if self.closed or self._count >= self._total or len(self._bells.get(chat_key, ())) >= self._per_chat:
                raise Crowded
            self._bells[chat_key].add(bell)
            self._count += 1
        try:
            yield bell
        finally:
            with self._lock:
                self._count -= 1
                self._bells[chat_key].discard(bell)
                if not self._bells[chat_key]:
                    del self._bells[chat_key]

    def _ring(self, chat_key: str) -> None:
        with self._lock:
            bells = tuple(self._bells.get(chat_key, ()))
        for bell in bells:
            bell.pull()


async def events(
    live: LiveLines, bell: Bell, read: Read, after: int, *, look_every: float, heartbeat: float
) -> AsyncIterator[bytes]:
    """The stream: every line after `after`, then each new one; a comment as heartbeat.

    `look_every` (seconds) bounds how late a line comes that another process wrote and that rings no bell here.
    """
    yield f"retry: {RECONNECT}\n\n".encode()
    pause = min(heartbeat, look_every)
    silent = 0.0
    rang = False
    while not live.closed:
        bell.hush()
        ready = bell.fresh(after) if rang else None
        lines = await read(after) if ready is None else ready
        for line in lines:
            after = line.id
            yield b"id: %d\nevent: line\ndata: %s\n\n" % (line.id, orjson.dumps(as_json(line)))
        if len(lines) == BATCH:
            continue
        rang = await bell.wait(pause)
        silent = 0.0 if rang or lines else silent + pause
        if silent >= heartbeat:
            silent = 0.0
            yield b": \n\n"
