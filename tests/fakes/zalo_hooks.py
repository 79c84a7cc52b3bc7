"""Delivers the fake Zalo's webhooks: repeats on the vendor's ladder of fake time, duplicates, holds and reorders."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import aiohttp

from bot.clock import Clock

LADDER = tuple(timedelta(seconds=seconds) for seconds in (30, 300, 900, 1800, 3600))


@dataclass(slots=True)
class Delivery:
    """One webhook body and what became of it; status 0 stands for no connection or an answer too late."""

    body: bytes
    headers: dict[str, str]
    statuses: list[int] = field(default_factory=list)
    due: datetime | None = None

    @property
    def status(self) -> int:
        """The last answer."""
        return self.statuses[-1] if self.statuses else 0


class Hook:
    """Where a face calls the bot back. Switches say how strict it is; `log` keeps every delivery."""

    def __init__(self, clock: Clock) -> None:
        self.url = ""
        self.seconds_to_answer = 2.0
        self.retry_on_status = True
        self.disabled = False
        self.copies = 1
        self.holding = False
        self.log: list[Delivery] = []
        self._held: list[Delivery] = []
        self._session: aiohttp.ClientSession | None = None
        self._clock = clock

    async def close(self) -> None:
        """Close connections."""
        if self._session is not None:
            await self._session.close()

    async def deliver(self, body: bytes, headers: dict[str, str]) -> Delivery:
        """Post once (or `copies` times at once); a failed post is put on the ladder. Held while `holding`."""
        delivery = Delivery(body, {"Content-Type": "application/json", **headers})
        self.log.append(delivery)
        if self.holding:
            self._held.append(delivery)
        else:
            await asyncio.gather(*(self._post(delivery) for _ in range(self.copies)))
        return delivery

    async def release(self, order: Sequence[int] | None = None) -> None:
        """Post what was held, in the order of these positions."""
        held, self._held, self.holding = self._held, [], False
        for position in order if order is not None else range(len(held)):
            await self._post(held[position])

    async def again(self, delivery: Delivery, copies: int = 1) -> None:
        """Post a known delivery once more, `copies` at the same time."""
        await asyncio.gather(*(self._post(delivery) for _ in range(copies)))

    async def run_due(self) -> None:
        """Post what the ladder says is due now."""
        for delivery in [entry for entry in self.log if entry.due is not None and entry.due <= self._clock()]:
            if not self.disabled:
                await self._post(delivery)

    async def _post(self, delivery: Delivery) -> None:
        if not self.url or self.disabled:
            return
        tries = len(delivery.statuses)
        headers = delivery.headers | ({"num_retry": str(tries)} if tries else {})
        delivery.statuses.append(await self._status(delivery.body, headers))
        delivery.due = self._next(delivery, tries)

    async def _status(self, body: bytes, headers: dict[str, str]) -> int:
        if self._session is None:
            self._session = aiohttp.ClientSession()
        limit = aiohttp.ClientTimeout(total=self.seconds_to_answer)
        try:
            async with self._session.post(self.url, data=body, headers=headers, timeout=limit) as answer:
                await answer.read()
                return answer.status
        except (aiohttp.ClientError, TimeoutError, OSError):
            return 0

    def _next(self, delivery: Delivery, tries: int) -> datetime | None:
        status = delivery.status
        if status == 200 or (status and not self.retry_on_status):
            return None
        if tries >= len(LADDER):
            self.disabled = True
            return None
        return self._clock() + LADDER[tries]
