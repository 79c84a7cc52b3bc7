"""Floods: one sender's excess is counted and told so once, and never delays anybody else; what came before stays."""

from __future__ import annotations

from typing import Any

from handlers.turn import Turn

WINDOW = 60  # seconds: in any so long stretch no more than the limit is taken from one chat


def over_pace(turn: Turn) -> bool:
    """Whether this chat is past its messages a minute, before this one is counted: nothing of it may be kept."""
    return len(_taken(turn)) >= turn.rules.limits.messages_per_minute


def too_fast(turn: Turn) -> bool:
    """Count this message; True for one past the limit, of which nothing is kept. A flood is told of once.

    A flood ends with a minute without any excess. How many were too many is kept with the conversation.
    """
    talk: dict[str, Any] = turn.chat.talk
    now, taken = _second(turn), _taken(turn)
    if len(taken) < turn.rules.limits.messages_per_minute:
        talk["pace"] = [*taken, now]
        return False
    count, last = talk.get("excess", (0, 0))
    if not count or now - last >= WINDOW:
        count = 0
        turn.say("slow_down")
    talk["pace"], talk["excess"] = taken, [count + 1, now]
    turn.slowed = True
    return True


def _taken(turn: Turn) -> list[int]:
    """When the messages of the last minute were taken in, in seconds."""
    now = _second(turn)
    known: list[int] = turn.chat.talk.get("pace", [])  # type: ignore[assignment]
    return [one for one in known if isinstance(one, int) and 0 <= now - one <= WINDOW]


def _second(turn: Turn) -> int:
    return int(turn.now.timestamp())
