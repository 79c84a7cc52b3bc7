"""Floods: one sender's excess is counted and told so, and never delays anybody else; what came before stays."""

from __future__ import annotations

from handlers.turn import Turn

MINUTE = 60.0


def too_fast(turn: Turn) -> bool:
    """Whether this chat is past its messages a minute; says so once a minute and keeps nothing of the excess."""
    now = turn.now.timestamp()
    start, count = turn.chat.talk.get("pace") or (now, 0)  # type: ignore[misc]
    if now - float(start) >= MINUTE:
        start, count = now, 0
    count = int(count) + 1
    turn.chat.talk["pace"] = [start, count]
    most = turn.rules.limits.messages_per_minute
    if count == most + 1:
        turn.say("slow_down")
    return count > most
