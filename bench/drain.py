"""Emptying a full outbox beside a raw aiohttp client, and whether a long queue makes a message dearer."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import AsyncIterator
from statistics import median

import orjson

from bench.figures import Figure, Sizes, beside, rounded
from bench.servers import telegram_settings, zalo_settings
from bench.sink import Sink

FLAT = 1.25
"""How much dearer a message of the longest queue may be than one of the shortest and still be called flat."""


async def figures(sizes: Sizes) -> AsyncIterator[Figure]:
    """Zalo and Telegram beside the raw client, then the cost at several lengths."""
    for channel, least in (("zalo-oa", 0.8), ("telegram", 0.5)):
        ours, theirs = await against_raw(channel, sizes)
        name = f"outbox_drain_{channel.replace('-', '_')}"
        yield beside(name, ours, "messages/s", "raw aiohttp", theirs, least=least, messages=sizes.drain_beside)
    costs = {}
    for messages in sizes.drain:
        costs[messages] = (await run("ours", "zalo-oa", messages))["cpu"] / messages * 1000
    first, last = costs[sizes.drain[0]], costs[sizes.drain[-1]]
    yield Figure(
        "outbox_cost_flat",
        last,
        "ms/message",
        f"flat: the longest queue <= {FLAT:g} x the shortest",
        last <= FLAT * first,
        f"{sizes.drain[0]} queued",
        last / first,
        {str(messages): rounded(cost) for messages, cost in costs.items()},
    )


async def against_raw(channel: str, sizes: Sizes) -> tuple[float, float]:
    """Messages a second, ours and the raw client's: medians of alternating rounds, at most three (each takes long)."""
    rates: dict[str, list[float]] = {"ours": [], "raw": []}
    for _ in range(min(sizes.rounds, 3)):
        for who, found in rates.items():
            found.append(sizes.drain_beside / (await run(who, channel, sizes.drain_beside))["seconds"])
    return median(rates["ours"]), median(rates["raw"])


async def run(who: str, channel: str, messages: int) -> dict[str, float]:
    """One run in a process of its own against a messenger of its own."""
    sink = await Sink().open()
    try:
        with tempfile.TemporaryDirectory(prefix="hoiam-bench-") as folder:
            settings = (telegram_settings if channel == "telegram" else zalo_settings)(sink.url)
            told = {"BENCH_SINK": sink.url, "HOIAM_DATA_DIR": folder, "HOIAM_PUBLIC_URL": "http://127.0.0.1:1"}
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bench.drain_worker", who, channel, str(messages),
                env={**os.environ, **settings, **told}, stdout=asyncio.subprocess.PIPE,
            )  # fmt: skip
            printed, _ = await process.communicate()
    finally:
        await sink.close()
    if process.returncode:
        raise RuntimeError(f"the {who} process failed")
    found: dict[str, float] = orjson.loads(printed.splitlines()[-1])
    return found
