"""What the Telegram tests share: a channel on a fresh fake server, and ears that wait until all is taken."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from bot.channels.base import Accept
from bot.channels.telegram import Telegram
from cases.messages import Address, Incoming
from tests.fakes.telegram_server import FakeTelegram

MAI = 5001
HOME = Address("telegram", str(MAI))


@asynccontextmanager
async def connected(**settings: Any) -> AsyncIterator[tuple[FakeTelegram, Telegram]]:
    """A fake server and a channel that talks to it, not yet started."""
    async with FakeTelegram() as fake:
        channel = Telegram(**{"token": fake.token, "api": fake.url} | settings)
        channel.parse(b'{"update_id": 1}')  # the libraries take seconds to load, once a process: not inside a wait
        try:
            yield fake, channel
        finally:
            await channel.close()


@asynccontextmanager
async def polling(channel: Telegram, accept: Accept) -> AsyncIterator[asyncio.Task[None]]:
    """Poll while the block runs."""
    task = asyncio.create_task(channel.poll(accept))
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def hear(fake: FakeTelegram, channel: Telegram) -> list[Incoming]:
    """Poll until everything said so far is confirmed to the server."""
    heard: list[Incoming] = []

    async def accept(incoming: Incoming) -> None:
        heard.append(incoming)

    async with polling(channel, accept):
        await fake.until(lambda: not fake.updates)
    return heard


class Alarms(list[str]):
    """Collects what an operator would be told."""

    async def __call__(self, sentence: str) -> None:
        self.append(sentence)
