"""The messages in hand: one queue per chat, and which chat's turn it is within the allowed pace."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Iterable

from cases.messages import Address
from scheduler.pacing import Pacer, Turn
from storage.outbox_queue import Parcel


class Line:
    """Claimed messages not yet sent. A chat is in one place only: ready, resting (its own pace), or being served."""

    def __init__(self, pacer: Pacer | None, is_group: Callable[[Address], bool]) -> None:
        self._pacer = pacer
        self._is_group = is_group
        self._queues: dict[str, deque[Parcel]] = {}
        self._ready: deque[str] = deque()
        self._resting: list[tuple[float, int, str]] = []
        self._counter = 0
        self.unsent = 0

    def add(self, parcels: Iterable[Parcel]) -> None:
        """Take these in behind what is there."""
        for parcel in parcels:
            queue = self._queues.get(parcel.chat_key)
            if queue is None:
                queue = self._queues[parcel.chat_key] = deque()
                self._ready.append(parcel.chat_key)
            queue.append(parcel)
            self.unsent += 1

    def next(self, now: float) -> tuple[Parcel, Turn | None] | None:
        """The message to send now, or None when nothing may go; its chat is being served until told otherwise."""
        if self._pacer is None:
            return (self._serve(self._ready.popleft()), None) if self._ready else None
        if self._pacer.free_at() > now:
            return None
        while self._resting and self._resting[0][0] <= now:
            self._ready.append(heapq.heappop(self._resting)[2])
        while self._ready:
            chat = self._ready.popleft()
            free_at = self._pacer.chat_free_at(chat)
            if free_at <= now:
                parcel = self._serve(chat)
                return parcel, self._pacer.take(chat, group=self._is_group(parcel.to))
            self._counter += 1
            heapq.heappush(self._resting, (free_at, self._counter, chat))
        return None

    @property
    def has_ready(self) -> bool:
        """Whether there is a chat that neither rests nor is being served."""
        return bool(self._ready)

    def next_at(self) -> float | None:
        """When something may go (monotonic seconds); None when nothing waits for its pace."""
        if self._pacer is None or not (self._ready or self._resting):
            return None
        free_at = self._pacer.free_at()
        return free_at if self._ready else max(free_at, self._resting[0][0])

    def served(self, chat: str) -> None:
        """The message given out for this chat is done with: the next one may follow."""
        if self._queues[chat]:
            self._ready.append(chat)
        else:
            del self._queues[chat]

    def withdraw(self, chat: str) -> list[Parcel]:
        """Take out all that is left of the chat being served."""
        left = list(self._queues.pop(chat, ()))
        self.unsent -= len(left)
        return left

    def clear(self) -> list[Parcel]:
        """Take out everything not given out, in order; chats being served stay known."""
        waiting = [*self._ready, *(chat for _, _, chat in sorted(self._resting))]
        left = [parcel for chat in waiting for parcel in self._queues.pop(chat)]
        for queue in self._queues.values():
            left += queue
            queue.clear()
        self._ready.clear()
        self._resting.clear()
        self.unsent = 0
        return left

    def _serve(self, chat: str) -> Parcel:
        self.unsent -= 1
        return self._queues[chat].popleft()
