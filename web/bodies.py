"""Request bodies with a cap: what is too large is refused while it arrives, with or without a declared length."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable

from starlette.types import Receive

PATIENCE = 60.0  # seconds without a single byte before a sender is given up
SLOWEST = 4_096
"""Bytes a second over all: a telephone on EDGE sends twice as much; tricklers must not hold every place for files."""


class TooLarge(Exception):
    """The body is over its cap."""


class HungUp(Exception):
    """The sender went away, or fell silent, before the end."""


async def chunks(
    declared: str | None, receive: Receive, cap: int, now: Callable[[], float] = time.monotonic
) -> AsyncGenerator[bytes, None]:
    """The body piece by piece, at most `cap` bytes; raises `TooLarge`, `HungUp`."""
    if declared is not None and (not declared.isdecimal() or int(declared) > cap):
        raise TooLarge
    size, began = 0, now()
    more = True
    while more:
        left = began + PATIENCE + size / SLOWEST - now()
        if left <= 0:
            raise HungUp
        try:
            async with asyncio.timeout(min(PATIENCE, left)):
                message = await receive()
        except TimeoutError:
            raise HungUp from None
        if message["type"] != "http.request":
            raise HungUp
        piece: bytes = message.get("body", b"")
        size += len(piece)
        if size > cap:
            raise TooLarge
        more = message.get("more_body", False)
        if piece:
            yield piece


async def whole(declared: str | None, receive: Receive, cap: int) -> bytes:
    """The whole body, at most `cap` bytes; raises `TooLarge`, `HungUp`."""
    return b"".join([piece async for piece in chunks(declared, receive, cap)])
