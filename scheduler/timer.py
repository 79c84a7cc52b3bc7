"""One alarm that rings no later than asked; waking too early is harmless, so it is moved forward only."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

Sleep = Callable[[float], Awaitable[object]]
Monotonic = Callable[[], float]


class Timer:
    """Calls `ring` at the earliest instant asked for (monotonic seconds)."""

    def __init__(self, ring: Callable[[], None], monotonic: Monotonic, sleep: Sleep) -> None:
        self._ring = ring
        self._monotonic = monotonic
        self._sleep = sleep
        self._task: asyncio.Task[None] | None = None
        self._at = 0.0

    def arm(self, at: float) -> None:
        """Ring at `at`, unless something earlier is set already."""
        if self._task is not None and not self._task.done():
            if self._at <= at:
                return
            self._task.cancel()
        self._at = at
        self._task = asyncio.create_task(self._wait(max(0.0, at - self._monotonic())))

    def stop(self) -> None:
        """Forget it."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _wait(self, seconds: float) -> None:
        await self._sleep(seconds)
        self._task = None
        self._ring()
