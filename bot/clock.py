"""The only place that reads the clock; everything else is told the time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]
"""Returns the present instant, aware UTC."""


def system_clock() -> datetime:
    """The machine's present instant, aware UTC."""
    return datetime.now(UTC)


class SteppedClock:
    """A clock that stands still until moved: for demonstrations and tests."""

    def __init__(self, start: datetime) -> None:
        self.now = start.astimezone(UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **step: float) -> None:
        """Move by a `timedelta(**step)`."""
        self.now += timedelta(**step)

    def set(self, instant: datetime) -> None:
        """Stand at this instant."""
        self.now = instant.astimezone(UTC)
