"""Floods: one sender's excess is counted and told so, and never delays anybody else; what came before stays."""

from __future__ import annotations

from typing import Any

from handlers.turn import Turn

MINUTE = 60.0


def too_fast(turn: Turn) -> bool:
    """Whether this chat is past its messages a minute; says so once a minute and keeps nothing of the excess."""
    now = turn.now.timestamp()
    talk: dict[str, Any] = turn.chat.talk
    start, count = talk.get("pace", (now, 0))
    if now - start >= MINUTE:
        start, count = now, 0
    count += 1
    talk["pace"] = [start, count]
    most = turn.rules.limits.messages_per_minute
    if count == most + 1:
        turn.say("slow_down")
    return bool(count > most)
