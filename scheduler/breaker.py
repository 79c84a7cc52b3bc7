"""When a whole channel is in trouble: stop trying everybody, send one probe now and then, go on when one gets through.

Without it a messenger that is down for three days would be tried with every waiting message again and again, and
messages whose answers were lost would be given up although nobody could have taken them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

TRIP_AFTER = 5  # different chats in trouble, one after another, with nothing getting through
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 60.0
ABOUT_ONE_MESSAGE = 900.0
"""A wait the messenger asks for beyond this (night hours, daily quota) is an answer, not an outage. Seconds."""


@dataclass(slots=True)
class Breaker:
    """Closed: send freely. Open: one probe after each pause. Times are monotonic seconds."""

    trip_after: int = TRIP_AFTER
    longest: float = LONGEST_PAUSE
    opened_at: float | None = None
    retry_at: float = 0.0
    _pause: float = 0.0
    _troubled: set[str] = field(default_factory=set)

    @property
    def is_open(self) -> bool:
        """Whether the channel as a whole is held back."""
        return self.opened_at is not None

    def wait(self, now: float) -> float:
        """Seconds until the next send or probe may begin."""
        return max(0.0, self.retry_at - now) if self.is_open else 0.0

    def good(self) -> None:
        """The messenger gave a definite answer, whatever it was."""
        if self._troubled or self.is_open:
            self._troubled.clear()
            self.opened_at = None
            self._pause = 0.0

    def bad(self, chat: str, now: float) -> bool:
        """A send failed for a reason that is not the message's; True when this opened the circuit."""
        self._troubled.add(chat)
        if not self.is_open and len(self._troubled) < self.trip_after:
            return False
        tripped = not self.is_open
        if tripped:
            self.opened_at = now
        elif now < self.retry_at:
            return False  # one of those already on their way when the circuit opened
        self._pause = min(self.longest, self._pause * 2 or FIRST_PAUSE)
        self.retry_at = now + self._pause
        return tripped
