"""How fast a channel may be used: exact sliding windows over the moments at which sends began and ended.

A messenger counts arrivals, which lie between the start and the end of a send. A slot is therefore free again one
period after the *end* of the send that used it, so that no window of the messenger's own clock ever holds more than
allowed; but a slow answer may cost at most 4 % of the period, so that the rate stays above 0.95 of the allowed one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from cases.messages import Pace

SLACK = 0.04  # share of the period that a send's own duration may add to it
EVENLY = 0.9  # sends keep this share of the even distance, so that a burst does not fill a second at once
SWEEP_AT = 4_096  # chats remembered before the idle ones are dropped
MINUTE = 60.0


class Slot:
    """One send in one window; free again at `free_at` (monotonic seconds)."""

    __slots__ = ("began", "free_at", "window")

    def __init__(self, window: Window, began: float) -> None:
        self.window = window
        self.began = began
        self.free_at = began + window.period * (1 + SLACK)

    def ended(self, at: float) -> None:
        """The send is over: the slot is free one period after this, or a little earlier if it took long."""
        self.free_at = self.began + self.window.period + min(at - self.began, self.window.period * SLACK)


class Window:
    """At most `count` sends in any `period` seconds."""

    __slots__ = ("_slots", "count", "period")

    def __init__(self, count: int, period: float) -> None:
        self.count = count
        self.period = period
        self._slots: deque[Slot] = deque(maxlen=count)

    @classmethod
    def of_rate(cls, rate: float, unit: float = 1.0) -> Window:
        """`rate` per `unit` seconds: 25 is 25 in one unit, 1.5 is one in two thirds of a unit."""
        count = max(1, int(rate))
        return cls(count, unit * count / rate)

    def free_at(self) -> float:
        """When the next send may begin (monotonic seconds; long past when the window is not full)."""
        return self._slots[0].free_at if len(self._slots) == self.count else float("-inf")

    def take(self, now: float) -> Slot:
        """Use a slot."""
        slot = Slot(self, now)
        self._slots.append(slot)
        return slot

    def idle(self, now: float) -> bool:
        """Nothing in it limits anybody any more."""
        return not self._slots or self._slots[-1].free_at <= now


@dataclass(slots=True)
class Turn:
    """A granted send: the slots it uses."""

    slots: tuple[Slot, ...]

    def ended(self, at: float) -> None:
        """Tell the windows that the send is over (monotonic seconds)."""
        for slot in self.slots:
            slot.ended(at)


class Pacer:
    """Keeps one channel within its `Pace`. Times are those of the given monotonic clock."""

    def __init__(self, pace: Pace, monotonic: Callable[[], float]) -> None:
        self.pace = pace
        self._monotonic = monotonic
        self._overall = Window.of_rate(pace.per_second) if pace.per_second > 0 else None
        self._gap = EVENLY / pace.per_second if pace.per_second >= 2 else 0.0
        self._not_before = float("-inf")
        self._chats: dict[str, tuple[Window, ...]] = {}
        self._sweep_at = SWEEP_AT

    @property
    def limits_anything(self) -> bool:
        """Whether there is any limit to keep."""
        return self._overall is not None or self.pace.per_chat_second > 0 or self.pace.per_group_minute > 0

    def free_at(self) -> float:
        """When the channel as a whole may be used next."""
        if self._overall is None:
            return float("-inf")
        return max(self._overall.free_at(), self._not_before)

    def chat_free_at(self, chat: str) -> float:
        """When this chat may be written to next, the channel's own limit apart."""
        return max((window.free_at() for window in self._chats.get(chat, ())), default=float("-inf"))

    def take(self, chat: str, *, group: bool = False) -> Turn:
        """Begin a send to this chat now; call only when both `free_at` are past."""
        now = self._monotonic()
        windows = self._chats.get(chat) or self._new_chat(chat, group=group, now=now)
        if self._overall is not None:
            self._not_before = now + self._gap
            windows = (*windows, self._overall)
        return Turn(tuple(window.take(now) for window in windows))

    def most_of_chat(self, seconds: float, *, group: bool = False) -> int | None:
        """How many messages to one chat can leave within so many seconds; None without a limit."""
        rates = [self.pace.per_chat_second] if self.pace.per_chat_second > 0 else []
        if group and self.pace.per_group_minute > 0:
            rates.append(self.pace.per_group_minute / MINUTE)
        return max(1, int(min(rates) * seconds)) if rates else None

    def most(self, seconds: float) -> int | None:
        """How many messages can leave within so many seconds; None without a limit."""
        return max(1, int(self.pace.per_second * seconds)) if self.pace.per_second > 0 else None

    def _new_chat(self, chat: str, *, group: bool, now: float) -> tuple[Window, ...]:
        if len(self._chats) >= self._sweep_at:
            self._forget_idle(now)
        windows: list[Window] = []
        if self.pace.per_chat_second > 0:
            windows.append(Window.of_rate(self.pace.per_chat_second))
        if group and self.pace.per_group_minute > 0:
            windows.append(Window.of_rate(self.pace.per_group_minute, MINUTE))
        if windows:
            self._chats[chat] = tuple(windows)
        return tuple(windows)

    def _forget_idle(self, now: float) -> None:
        self._chats = {
            key: windows for key, windows in self._chats.items() if not all(window.idle(now) for window in windows)
        }
        self._sweep_at = max(SWEEP_AT, 2 * len(self._chats))
