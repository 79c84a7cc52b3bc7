"""Bodies while they arrive: a slow telephone is waited for, a trickler is not."""

from __future__ import annotations

import pytest
from starlette.types import Message

from web.bodies import HungUp, chunks


class Line:
    """A sender of so many pieces, one each time so many seconds passed."""

    def __init__(self, piece: int, seconds: float, pieces: int) -> None:
        self.at, self._piece, self._seconds, self._left = 0.0, piece, seconds, pieces

    async def receive(self) -> Message:
        """The next piece."""
        self.at += self._seconds
        self._left -= 1
        return {"type": "http.request", "body": bytes(self._piece), "more_body": self._left > 0}

    async def size(self) -> int:
        """How much came in."""
        return sum([len(piece) async for piece in chunks(None, self.receive, 20_000_000, lambda: self.at)])


async def test_a_slow_telephone_is_waited_for() -> None:
    """Five megabytes at eight kilobytes a second take ten minutes."""
    assert await Line(80_000, 10, 62).size() == 62 * 80_000


async def test_a_trickler_is_given_up() -> None:
    """A byte every half a minute is never silent for long, and yet nobody's upload."""
    line = Line(1, 30, 1_000)
    with pytest.raises(HungUp):
        await line.size()
    assert line.at <= 90
