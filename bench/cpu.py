"""Processor time per report: ours by Telegram, Zalo and web chat, beside the two peers, alternating."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from statistics import median

from bench.load import Load
from bench.residents import MESSAGES, People, TelegramPeople, WebPeople, ZaloPeople
from bench.servers import Served, ours, peer, telegram_settings, zalo_settings
from bench.sink import Sink
from storage.keys import load_or_make

AT_ONCE = 4


@dataclass
class Contender:
    """One server with its residents."""

    name: str
    served: Served
    people: People
    sink: Sink
    load: Load
    next: int = 0

    async def round(self, reports: int) -> float:
        """Milliseconds of processor time per report, everything said and sent."""
        residents = range(self.next, self.next + reports)
        self.next += reports
        if isinstance(self.people, WebPeople):
            await self.load.listen(residents)
        sent, used = self.sink.count, self.served.cpu()
        await self.load.reports(residents, AT_ONCE)
        if not isinstance(self.people, WebPeople):
            await self.sink.until(lambda: self.sink.count >= sent + MESSAGES * reports)
        await asyncio.sleep(0.1)  # what follows the last message: outcomes written
        spent = (self.served.cpu() - used) / reports * 1000
        self.load.hush()
        return spent


@asynccontextmanager
async def contenders(names: tuple[str, ...], residents: int) -> AsyncIterator[dict[str, Contender]]:
    """These servers, each in a process of its own with a messenger of its own."""
    async with AsyncExitStack() as stack:
        found = {}
        for name in names:
            found[name] = await stack.enter_async_context(contender(name, residents))
        yield found


@asynccontextmanager
async def contender(name: str, residents: int) -> AsyncIterator[Contender]:
    """One server, served and ready."""
    sink = await Sink().open()
    server, _, variant = name.partition(".")
    people: People = TelegramPeople(sink.buttons if variant == "taps" else None)
    if variant == "taps":
        sink.buttons = {}
        people = TelegramPeople(sink.buttons)
    if server in ("aiogram", "ptb"):
        served = peer(server, sink.url)
    else:
        channel = {"telegram": "telegram", "zalo": "zalo-oa", "web": "web"}[server]
        settings = {"telegram": telegram_settings, "zalo": zalo_settings, "web": lambda sink: {}}[server](sink.url)
        if variant == "memory":
            settings["HOIAM_DATABASE_URL"] = "sqlite:///:memory:"
        served = ours(name, channel, settings, residents)
    with served:
        await served.ready()
        if server == "web":
            people = WebPeople(load_or_make(served.folder / "master.key"), 1_900_000_000)
        elif server == "zalo":
            people = ZaloPeople()
        if server != "web":
            await sink.until(lambda: bool(sink.greeted), 30)
        load = Load(people, served.port, sink)
        try:
            yield Contender(name, served, people, sink, load)
        finally:
            load.close()
            await sink.close()


async def measure(names: tuple[str, ...], rounds: int, reports: int) -> dict[str, float]:
    """Median milliseconds of processor time per report, by contender."""
    async with contenders(names, (rounds + 1) * reports) as found:
        for one in found.values():
            await one.round(max(4, reports // 4))
        spent: dict[str, list[float]] = {name: [] for name in names}
        for _ in range(rounds):
            for name, one in found.items():
                spent[name].append(await one.round(reports))
    return {name: median(values) for name, values in spent.items()}
