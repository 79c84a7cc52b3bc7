"""A messenger 50 ms away and 32 residents at once: how near each bot comes to what the round trips allow."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from time import monotonic

from bench.cpu import contender
from bench.figures import Figure, Sizes, rounded
from bench.residents import TALK

ROUND_TRIP = 0.05
RESIDENTS = 32


async def figures(sizes: Sizes) -> AsyncIterator[Figure]:
    """Reports a second: each resident's six answers take a round trip each."""
    ideal = RESIDENTS / (len(TALK) * ROUND_TRIP)
    rates = {}
    for name, reports in (("telegram", sizes.trips), ("aiogram", sizes.trips), ("ptb", 1)):
        rates[name] = await rate(name, reports)
    ours = rates["telegram"]
    yield Figure(
        "round_trip_50ms",
        ours,
        "reports/s",
        ">= 0.75 x the ideal",
        ours >= 0.75 * ideal,
        "ideal",
        ours / ideal,
        {"ideal": rounded(ideal), "aiogram": rounded(rates["aiogram"]), "ptb defaults": rounded(rates["ptb"])},
    )


async def rate(name: str, reports: int) -> float:
    """Reports a second of one server; nobody reports twice, for whoever floods is slowed down."""
    async with contender(name, RESIDENTS * (reports + 1), ROUND_TRIP) as one:
        crowds = [range(first, first + RESIDENTS) for first in range(0, RESIDENTS * (reports + 1), RESIDENTS)]
        if name != "ptb":
            await one.load.reports(crowds[0], RESIDENTS)
        began = monotonic()
        async with asyncio.timeout(120):
            for crowd in crowds[1:]:
                await one.load.reports(crowd, RESIDENTS)
        return RESIDENTS * reports / (monotonic() - began)
