"""Refusals that tell nothing by how long they take: what is kept from somebody and what never was answer alike."""

from __future__ import annotations

import asyncio
import time

BEAT = 0.02  # seconds: a refused look at a case takes 2 to 5 ms, some tenths more when there is a case to be refused


async def on_the_beat(began: float) -> None:
    """Wait until whole beats since `began` (`time.monotonic()`) are over."""
    await asyncio.sleep((began - time.monotonic()) % BEAT)
