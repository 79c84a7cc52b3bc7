"""Refusals that tell nothing by how long they take: what is kept from somebody and what never was answer alike."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field

BEAT = 0.02  # seconds: a refused look at a case takes 2 to 5 ms, some tenths more when there is a case to be refused


@dataclass(frozen=True, slots=True)
class Beat:
    """Begun when a request came in."""

    began: float = field(default_factory=time.monotonic)

    async def over(self) -> None:
        """Wait until whole beats are over."""
        await asyncio.sleep((self.began - time.monotonic()) % BEAT)
