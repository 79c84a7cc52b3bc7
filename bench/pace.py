"""Whether messages leave within Telegram's limits and near them, on the real clock; beside PTB's limiter alone."""

from __future__ import annotations

import asyncio
import tempfile
from collections import defaultdict
from collections.abc import AsyncIterator
from itertools import chain, pairwise
from pathlib import Path

from telegram.ext import AIORateLimiter, ExtBot

from bench.figures import Figure, Sizes, rounded
from bench.residents import TELEGRAM_TOKEN
from bench.servers import telegram_settings
from bench.sink import Sink
from bot.app import App
from bot.channels.telegram import LIMITS
from bot.settings import read_settings
from cases.messages import Address, Outgoing
from storage.work import StoredWork

TELEGRAM_SECOND = 30  # messages a second that Telegram takes from one bot
NEAR = 0.95
CHATS, GROUP = 5, "-100200"
GROUP_MESSAGES = 23  # a little over a minute
Arrivals = dict[str, list[float]]


async def figures(sizes: Sizes) -> AsyncIterator[Figure]:
    """In all, per chat, per group; then the peer."""
    strangers = [(str(800_000_000 + n), n) for n in range(int(LIMITS.per_second * sizes.pace_seconds))]
    heard = await delivered(strangers)
    peer = worst_second(in_order(await limiter_alone()))
    times = in_order(heard)
    rate, worst = (len(times) - 1) / (times[-1] - times[0]), worst_second(times)
    yield Figure(
        "pace_in_all", rate, "messages/s", f"0 windows above {TELEGRAM_SECOND}, >= {NEAR:g} of {LIMITS.per_second:g}",
        worst <= TELEGRAM_SECOND and rate >= NEAR * LIMITS.per_second, "allowed rate", rate / LIMITS.per_second,
        {"worst second": worst, "worst second of PTB's limiter alone": peer},
    )  # fmt: skip
    heard = await delivered(_dealt(int(sizes.pace_seconds), group=sizes.group))
    yield _per_chat(heard)
    if sizes.group:
        yield _per_group(heard[GROUP])


def _dealt(each: int, *, group: bool) -> list[tuple[str, int]]:
    chats = [(str(810_000_000 + chat), number) for number in range(each) for chat in range(CHATS)]
    return chats + [(GROUP, number) for number in range(GROUP_MESSAGES if group else 0)]


def _per_chat(heard: Arrivals) -> Figure:
    chats = {chat: sorted(times) for chat, times in heard.items() if chat != GROUP}
    closest = min(late - early for times in chats.values() for early, late in pairwise(times))
    rate = min((len(times) - 1) / (times[-1] - times[0]) for times in chats.values())
    met = closest >= 0.999 and rate >= NEAR  # a millisecond for the messenger's own clock
    goal = f"none above 1 a second, >= {NEAR:g} of it"
    return Figure(
        "pace_per_chat", rate, "messages/s", goal, met, "allowed rate", rate, {"closest two (s)": rounded(closest)}
    )


def _per_group(times: list[float]) -> Figure:
    limit = int(LIMITS.per_group_minute)
    worst = most_within(sorted(times), 60.0)
    filled = min(worst, limit) / limit
    goal = f"none above {limit} a minute, >= {NEAR:g} of it"
    return Figure(
        "pace_per_group",
        float(worst),
        "messages/minute",
        goal,
        worst <= limit and filled >= NEAR,
        "allowed rate",
        filled,
    )


async def delivered(messages: list[tuple[str, int]]) -> Arrivals:
    """When each chat's messages arrived, sent by the delivery loop with the pace of the shipped settings."""
    sink = await Sink().open()
    heard: Arrivals = defaultdict(list)
    sink.heard = lambda chat, at: heard[chat].append(at)
    with tempfile.TemporaryDirectory(prefix="hoiam-bench-") as folder:
        names = telegram_settings(sink.url)
        given = {name.removeprefix("HOIAM_").lower(): value for name, value in names.items()}
        app = App(read_settings(data_dir=Path(folder), public_url="http://127.0.0.1:1", **given))
        await app.open()
        running = None
        try:
            await app.channels["telegram"].start()
            await app.office.write(lambda unit: _queue(unit, messages))
            running = asyncio.create_task(app.delivery.run())
            await sink.until(lambda: sink.count >= len(messages), 300)
            await asyncio.sleep(0.2)
        finally:
            if running is not None:
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)
            await app.close()
            await sink.close()
    return heard


def _queue(unit: StoredWork, messages: list[tuple[str, int]]) -> None:
    for chat_id, number in messages:
        chat = unit.chats.load(Address("telegram", chat_id))
        if chat.fresh:
            unit.chats.save(chat)
        unit.outbox.say(chat, Outgoing(f"Tin {number}"), f"pace:{chat_id}:{number}")


async def limiter_alone() -> Arrivals:
    """The peer: `AIORateLimiter` at Telegram's limits with 150 messages at once."""
    sink = await Sink().open()
    heard: Arrivals = defaultdict(list)
    sink.heard = lambda chat, at: heard[chat].append(at)
    bot: ExtBot[int] = ExtBot(
        TELEGRAM_TOKEN, base_url=f"{sink.url}/bot", rate_limiter=AIORateLimiter(TELEGRAM_SECOND, 1)
    )
    async with bot:
        await asyncio.gather(*(bot.send_message(900_000_000 + number, "Tin") for number in range(150)))
    await sink.close()
    return heard


def in_order(heard: Arrivals) -> list[float]:
    """All arrivals of all chats."""
    return sorted(chain.from_iterable(heard.values()))


def worst_second(times: list[float]) -> int:
    """The most arrivals in any window of one second."""
    return most_within(times, 1.0)


def most_within(times: list[float], seconds: float) -> int:
    """The most arrivals in any half-open window of so many seconds."""
    most, first = 0, 0
    for last, at in enumerate(times):
        while times[first] <= at - seconds:
            first += 1
        most = max(most, last - first + 1)
    return most
