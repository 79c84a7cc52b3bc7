"""The getUpdates loop: chats side by side, order within a chat, and the offset only behind what is stored.

Both libraries' own loops move the offset before the work is safe, so this one is ours. Telegram keeps an unconfirmed
update for at most 24 hours (https://core.telegram.org/bots/api#getting-updates).
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import Any, Final, Literal

from bot.channels.base import Accept, Alarm, Malformed, Unavailable
from cases.messages import Incoming

LOG: Final = logging.getLogger(__name__)
HOLD_SECONDS: Final = 25
LANES: Final = 32
CONFLICT_SECONDS: Final = 30.0
LONGEST_WAIT: Final = 30.0
SLOW_SECONDS: Final = 0.5
_DICE: Final = random.SystemRandom()

CONFLICT: Final = (
    "Telegram báo có chương trình khác đang nhận tin của bot này, hoặc bot còn gắn webhook (lỗi 409). "
    "Cách xử lý: chỉ chạy một nơi nhận tin, hoặc đặt HOIAM_TELEGRAM_MODE=webhook."
)
REFUSED: Final = (
    "Telegram không chấp nhận mã bot (lỗi 401): bot không nhận và không gửi được tin. "
    "Cách xử lý: xem lại HOIAM_TELEGRAM_TOKEN (lấy ở @BotFather) rồi khởi động lại."
)
TOKEN_REFUSED: Final = "the token is refused"  # noqa: S105 a reason, not a token


class Trouble(Exception):
    """Telegram could not be asked, or said no. `after` is the wait in seconds it asked for, 0 if none."""

    def __init__(self, kind: Literal["network", "busy", "conflict", "token", "refused"], detail: str = "") -> None:
        super().__init__(f"{kind}: {detail}")
        self.kind = kind
        self.after = 0.0


class Backoff:
    """Waits that double up to half a minute, each shortened by chance so that replicas do not march in step."""

    def __init__(self, first: float = 0.2) -> None:
        self._first = first
        self._tries = 0

    def reset(self) -> None:
        """All is well again."""
        self._tries = 0

    async def wait(self) -> None:
        """Wait this time's turn."""
        longest = min(LONGEST_WAIT, self._first * 2 ** min(self._tries, 10))
        self._tries += 1
        await asyncio.sleep(_DICE.uniform(longest / 2, longest))


class Window:
    """The updates fetched and not yet confirmed, in the order they came; accepted ones wait for those before them."""

    def __init__(self) -> None:
        self.offset = 0
        self._stored: dict[int, bool] = {}

    def numbers(self) -> frozenset[int]:
        """What is in the window now."""
        return frozenset(self._stored)

    def open(self, update_id: int) -> None:
        """Take in a new update."""
        self._stored[update_id] = False

    def stored(self, update_id: int) -> None:
        """Mark as stored and move the offset over everything stored from the front."""
        self._stored[update_id] = True
        while self._stored and self._stored[first := next(iter(self._stored))]:
            del self._stored[first]
            self.offset = first + 1


class Poller:
    """One run of the loop. `fetch(offset, hold seconds)` returns raw updates; `read` makes an `Incoming` of one."""

    def __init__(
        self,
        fetch: Callable[[int, int], Awaitable[list[dict[str, Any]]]],
        read: Callable[[dict[str, Any]], Incoming | None],
        accept: Accept,
        accepted: Callable[[Incoming], Coroutine[Any, Any, None]],
        alarm: Alarm,
    ) -> None:
        self._fetch = fetch
        self._read = read
        self._accept = accept
        self._accepted = accepted
        self._alarm = alarm
        self._window = Window()
        self._room = asyncio.Semaphore(LANES)
        self._last: dict[str, asyncio.Task[None]] = {}
        self._signs: set[asyncio.Task[None]] = set()
        self._network = Backoff()
        self._conflict_told = False

    async def run(self) -> None:
        """Fetch for ever; returns only when cancelled, or after the alarm that the token is refused."""
        async with asyncio.TaskGroup() as lanes:
            while True:
                known = self._window.numbers()  # they come again, even those stored while the answer is on its way
                try:
                    batch = await self._fetch(self._window.offset, 0 if known else HOLD_SECONDS)
                except Trouble as trouble:
                    if trouble.kind == "token":
                        await self._alarm(REFUSED)
                        return
                    await self._rest(trouble)
                    continue
                self._network.reset()
                self._conflict_told = False
                self._spread([raw for raw in batch if raw["update_id"] not in known], lanes)
                if self._last:  # until all is stored, but not for long: new updates may come behind a slow one
                    await asyncio.wait(list(self._last.values()), timeout=SLOW_SECONDS)

    def _spread(self, batch: list[dict[str, Any]], lanes: asyncio.TaskGroup) -> None:
        """Put each new update behind the last one of its chat; what does not concern us counts as stored."""
        for raw in batch:
            update_id = raw["update_id"]
            self._window.open(update_id)
            try:
                heard = self._read(raw)
            except Malformed:  # counted where it is read; a poison update must not hold up the others
                heard = None
            if heard is None:
                self._window.stored(update_id)
                continue
            chat = heard.address.id
            lane = lanes.create_task(self._take(self._last.get(chat), update_id, heard))
            self._last[chat] = lane
            lane.add_done_callback(partial(self._forget, chat))

    def _forget(self, chat: str, lane: asyncio.Task[None]) -> None:
        if self._last.get(chat) is lane:
            del self._last[chat]

    async def _take(self, before: asyncio.Task[None] | None, update_id: int, heard: Incoming) -> None:
        if before is not None:
            await asyncio.wait([before])
        await self._until_stored(heard)
        self._window.stored(update_id)
        sign = asyncio.create_task(self._accepted(heard))  # nothing waits for it, not even the end
        self._signs.add(sign)
        sign.add_done_callback(self._signs.discard)

    async def _until_stored(self, heard: Incoming) -> None:
        backoff = Backoff()
        while True:
            try:
                async with self._room:
                    return await self._accept(heard)
            except Unavailable:
                LOG.warning("an update could not be stored; it is tried again")
            except Exception as fault:  # noqa: BLE001 a fault in the taker must not lose the update or stop the others
                LOG.error("an update could not be taken (%s); it is tried again", type(fault).__name__)
            await backoff.wait()

    async def _rest(self, trouble: Trouble) -> None:
        LOG.warning("Telegram's updates cannot be fetched now (%s)", trouble)
        if trouble.kind == "conflict":
            if not self._conflict_told:
                self._conflict_told = True
                await self._alarm(CONFLICT)
            await asyncio.sleep(CONFLICT_SECONDS)
        elif trouble.after:
            await asyncio.sleep(trouble.after)
        else:
            await self._network.wait()
