"""Processor time per report: ours by Telegram, Zalo and web chat, beside the two peers, alternating."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from statistics import median

from bench.figures import Figure, Sizes, beside
from bench.load import Load
from bench.residents import MESSAGES, People, TelegramPeople, WebPeople, ZaloPeople
from bench.servers import Served, ours, peer, telegram_settings, zalo_settings
from bench.sink import Sink
from storage.keys import load_or_make

AT_ONCE = 8  # residents who report at the same time
TELEGRAM, WITHOUT_BOT_API = 0.6, 0.35  # goals, of the aiogram peer's time


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
async def contender(name: str, residents: int, latency: float = 0.0) -> AsyncIterator[Contender]:
    """One server, served and ready. `latency`: seconds of the messenger's round trip."""
    sink = await Sink(latency).open()
    server, _, variant = name.partition(".")
    sink.buttons = {} if variant == "taps" else None
    people: People = TelegramPeople(sink.buttons)
    if server in ("aiogram", "ptb"):
        served = peer(server, sink.url)
    else:
        channel = {"telegram": "telegram", "zalo": "zalo-oa", "web": "web"}[server]
        settings = {"telegram": telegram_settings(sink.url), "zalo": zalo_settings(sink.url), "web": {}}[server]
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


async def figures(sizes: Sizes) -> AsyncIterator[Figure]:
    """Processor time per report, and what restarting safely costs."""
    names = ("aiogram", "telegram", "ptb", "zalo", "web", "telegram.memory")
    spent = await measure(names, sizes.rounds, sizes.reports)
    theirs = spent["aiogram"]
    yield beside("cpu_telegram", spent["telegram"], "ms/report", "aiogram", theirs, most=TELEGRAM)
    yield beside("cpu_telegram", spent["telegram"], "ms/report", "ptb", spent["ptb"], most=0.4)
    yield beside("cpu_zalo_oa", spent["zalo"], "ms/report", "aiogram", theirs, most=WITHOUT_BOT_API)
    yield beside("cpu_web_chat", spent["web"], "ms/report", "aiogram", theirs, most=WITHOUT_BOT_API)
    yield beside("restart_safe", spent["telegram"], "ms/report", "same in memory", spent["telegram.memory"], most=1.3)
    tapped = await measure(("aiogram.taps", "telegram.taps"), sizes.rounds, sizes.reports)
    yield beside(
        "cpu_telegram_taps", tapped["telegram.taps"], "ms/report", "aiogram", tapped["aiogram.taps"], most=TELEGRAM,
        note="answers by button, each acknowledged with one call more",
    )  # fmt: skip
