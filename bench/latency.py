"""Waiting times: from webhook to 200 under a steady load, and from update to answer beside aiogram."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from statistics import median

from bench.cpu import contender
from bench.figures import Figure, Sizes, beside, percentile, rounded

RESIDENTS = 200
EARLY = 12  # whose whole reports come first, so that nothing is met for the first time while time is taken
STEADY, FAST = 30.0, 60.0  # updates a second
LIMIT = 50.0  # ms


async def figures(sizes: Sizes) -> AsyncIterator[Figure]:
    """Both."""
    yield await steady(sizes)
    async for one in beside_aiogram(sizes):
        yield one


async def steady(sizes: Sizes) -> Figure:
    """Webhook to 200 at 30 updates a second: nothing is answered before it is committed."""
    async with contender("telegram", RESIDENTS + EARLY) as one:
        await one.load.reports(range(RESIDENTS, RESIDENTS + EARLY), 4)
        times = await one.load.steadily(range(RESIDENTS), STEADY, sizes.steady_seconds)
    waits = [seconds * 1000 for seconds in times.accepted]
    p99 = percentile(waits, 0.99)
    return Figure(
        "webhook_to_200_p99",
        p99,
        "ms",
        f"<= {LIMIT:g} ms, 0 lost",
        p99 <= LIMIT and not times.lost,
        detail={"updates": len(waits), "lost": times.lost, "p50": rounded(median(waits)), "most": rounded(max(waits))},
    )


async def beside_aiogram(sizes: Sizes) -> AsyncIterator[Figure]:
    """Update to the answering message at 60 updates a second, alternating; medians over the rounds."""
    p50: dict[str, list[float]] = {"telegram": [], "aiogram": []}
    p99: dict[str, list[float]] = {"telegram": [], "aiogram": []}
    async with AsyncExitStack() as stack:
        found = {name: await stack.enter_async_context(contender(name, RESIDENTS + EARLY)) for name in p50}
        for one in found.values():
            await one.load.reports(range(RESIDENTS, RESIDENTS + EARLY), 4)
        for _ in range(sizes.rounds):
            for name, one in found.items():
                times = await one.load.steadily(range(RESIDENTS), FAST, sizes.beside_seconds)
                p50[name].append(median(times.answered) * 1000)
                p99[name].append(percentile(times.answered, 0.99) * 1000)
    for label, values, most in (("p50", p50, 0.75), ("p99", p99, 1.0)):
        ours, theirs = median(values["telegram"]), median(values["aiogram"])
        yield beside(f"update_to_answer_{label}", ours, "ms", "aiogram", theirs, most=most)
