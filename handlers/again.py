"""How a question is put once more: not at length while it still stands above, never with a number for the way out."""

from __future__ import annotations

from dataclasses import dataclass
from zlib import crc32

from cases.messages import Choice
from handlers.turn import Prompt, Turn

LONG = 200  # characters; a longer question that has not changed is not said a second time
ASKED = "asked"  # what was asked last, in `chat.talk`


@dataclass(frozen=True, slots=True)
class Again:
    """The answer did not fit: say this, and ask again. `instead`: this is the question, said in other words."""

    hint: str
    instead: bool = False


def put(turn: Turn, prompt: Prompt, choices: tuple[Choice, ...], cancel: str, again: Again | None) -> None:
    """Ask, with these choices. `cancel` is the value of the way out."""
    mark, text, hint = crc32(prompt.text.encode("utf-8")), prompt.text, again.hint if again else ""
    stands = turn.chat.talk.get(ASKED) == mark and len(text) > LONG
    turn.chat.talk[ASKED] = mark
    nudged = stands and 0 < len(hint) <= LONG  # a longer hint is something to read: the question stands below it
    if again is not None and (nudged or again.instead):
        text = hint
    elif hint:
        turn.tell(hint)
    if [choice.value for choice in choices] == [cancel]:
        # Where words are expected a stray "1", the number of this one answer, would end it all.
        text, choices = f"{text}\n{turn.text('cancel_by_word')}", ()
    turn.ask(Prompt(text, choices, prompt.ask))
