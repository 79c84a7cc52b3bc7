"""The dialogue core: steps that ask and take, going back, skipping, cancelling, and answers in any form.

The state lives in `chat.talk` and is saved in the same transaction as everything a step decided. A step offers
choices; an answer may be a pressed button, its number, its label with or without diacritics, or free text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from cases.messages import Choice
from handlers.again import ASKED, Again, put
from handlers.parking import park, unpark
from handlers.turn import Answer, Prompt, Turn

__all__ = ["END", "Again", "Conversation", "Dialogue", "Nav", "Step", "after_skip"]
END = ""


class Nav(StrEnum):
    """Answers every question understands."""

    BACK = "~back"
    SKIP = "~skip"
    CANCEL = "~cancel"


@dataclass(frozen=True, slots=True)
class Step:
    """One question. `take` returns the next step's name, `END`, or `Again`. `skip` names the step after skipping."""

    ask: Callable[[Turn], Prompt]
    take: Callable[[Turn, Answer], str | Again]
    skip: str | Callable[[Turn], str] = END
    ways_out: bool = True  # False where the offered answers already hold one


@dataclass(frozen=True, slots=True)
class Dialogue:
    """Steps by name, in the order a reader meets them. `cancelled` cleans up."""

    name: str
    first: str
    steps: Mapping[str, Step]
    cancelled: Callable[[Turn], None] = lambda turn: turn.say("cancelled")


class Conversation:
    """Runs dialogues over `chat.talk`."""

    def __init__(self, dialogues: tuple[Dialogue, ...]) -> None:
        self._dialogues = {dialogue.name: dialogue for dialogue in dialogues}

    def running(self, turn: Turn) -> bool:
        """Whether a question is open in this chat."""
        return str(turn.chat.talk.get("dialogue", "")) in self._dialogues

    def begin(self, turn: Turn, name: str, at: str = "", **data: Any) -> None:
        """Start a dialogue, leaving any other one; asks its first question, or the one named by `at`."""
        park(turn, name)
        self._stop(turn)
        turn.chat.talk.update({"dialogue": name, "data": data, "trail": []})
        self._go(turn, at or self._dialogues[name].first)

    def feed(self, turn: Turn, answer: Answer) -> None:
        """Give the person's answer to the open question."""
        dialogue = self._dialogues[str(turn.chat.talk["dialogue"])]
        if answer.choice == Nav.CANCEL:
            dialogue.cancelled(turn)
            self._end(turn)
        elif answer.choice == Nav.BACK and self._trail(turn):
            self._go(turn, self._trail(turn).pop())
        else:
            self._take(turn, dialogue, answer)

    def leave(self, turn: Turn) -> None:
        """End the open dialogue without a word; a report that waited behind it goes on."""
        self._end(turn)

    def go_on(self, turn: Turn) -> bool:
        """Take up the report that waited while something else was asked for; False when none did."""
        step = unpark(turn)
        if step:
            self._go(turn, step)
        return bool(step)

    def ask_again(self, turn: Turn) -> None:
        """Put the open question once more."""
        self._ask(turn, str(turn.chat.talk["step"]))

    def _take(self, turn: Turn, dialogue: Dialogue, answer: Answer) -> None:
        here = str(turn.chat.talk["step"])
        step = dialogue.steps[here]
        skipped = answer.choice == Nav.SKIP and step.skip != END
        following = after_skip(turn, step) if skipped else step.take(turn, answer)
        if turn.chat.talk.get("dialogue") != dialogue.name or turn.chat.talk.get("step") != here:
            return  # the step began another dialogue
        if isinstance(following, Again):
            self._ask(turn, here, following)
        elif following == END:
            self._end(turn)
        else:
            trail = self._trail(turn)
            if following != here:
                trail.append(here)
            del trail[:-20]
            self._go(turn, following)

    def _go(self, turn: Turn, step: str) -> None:
        turn.chat.talk["step"] = step
        turn.chat.talk_expires_at = turn.now + timedelta(days=turn.rules.limits.draft_days)
        self._ask(turn, step)

    def _ask(self, turn: Turn, step: str, again: Again | None = None) -> None:
        at = self._dialogues[str(turn.chat.talk["dialogue"])].steps[step]
        prompt = at.ask(turn)
        put(turn, prompt, (*prompt.choices, *self._ways_out(turn, at)), Nav.CANCEL, again)

    def _ways_out(self, turn: Turn, step: Step) -> tuple[Choice, ...]:
        if not step.ways_out:
            return ()
        ways = [Nav.SKIP] if step.skip != END else []
        ways += [Nav.BACK] if self._trail(turn) else []
        return tuple(Choice(way, turn.text(f"nav_{way[1:]}")) for way in (*ways, Nav.CANCEL))

    def _trail(self, turn: Turn) -> list[str]:
        trail: list[str] = turn.chat.talk.setdefault("trail", [])  # type: ignore[assignment]
        return trail

    def _end(self, turn: Turn) -> None:
        self._stop(turn)
        self.go_on(turn)

    def _stop(self, turn: Turn) -> None:
        for name in ("dialogue", "step", "data", "trail", "offer", ASKED):
            turn.chat.talk.pop(name, None)
        turn.chat.talk_expires_at = None


def after_skip(turn: Turn, step: Step) -> str:
    """Where skipping this question leads."""
    return step.skip if isinstance(step.skip, str) else step.skip(turn)
