"""A report being written waits while something else is asked for in between: taps and commands never lose it."""

from __future__ import annotations

from typing import Any

from handlers.turn import Turn

KEPT = ("enter", "report")
"""Dialogues in which people tell things that are stored nowhere else yet."""
_STATE = ("dialogue", "step", "data", "trail")


def telling(turn: Turn) -> bool:
    """Whether a report with words in it is open just now."""
    return turn.chat.talk.get("dialogue") in KEPT and bool(turn.data.get("parts"))


def park(turn: Turn, following: str) -> None:
    """Set the open report aside for another dialogue."""
    if following not in KEPT and telling(turn):
        turn.chat.talk["parked"] = {name: turn.chat.talk[name] for name in _STATE}


def unpark(turn: Turn) -> str:
    """Put back what waited; the step it stood at, "" where nothing did."""
    parked: Any = turn.chat.talk.pop("parked", None)
    if not parked:
        return ""
    if parked["dialogue"] == "report" and not turn.chat.consent_version:  # agreement was taken back meanwhile
        turn.unit.files.drop_draft(turn.chat.key)
        return ""
    turn.chat.talk.update(parked)
    turn.say("draft_goes_on")
    return str(parked["step"])
