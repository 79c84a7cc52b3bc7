"""`/ngonngu`: the language of this chat."""

from __future__ import annotations

from cases.messages import Choice
from handlers.conversation import END, Again, Dialogue, Step
from handlers.turn import Answer, Prompt, Turn


def ask_language(turn: Turn) -> Prompt:
    wording = turn.rules.wording
    choices = tuple(Choice(lang, wording.say("language_name", lang)) for lang in wording.languages)
    return Prompt(turn.text("ask_language"), choices)


def take_language(turn: Turn, answer: Answer) -> str | Again:
    if answer.choice not in turn.rules.wording.languages:
        return Again(turn.text("pick_hint"))
    turn.chat.lang = answer.choice
    turn.say("language_set")
    return END


def unchanged(turn: Turn) -> None:
    """The language stays."""
    turn.say("kept_as_is")


LANGUAGE = Dialogue(
    "language", first="language", steps={"language": Step(ask_language, take_language)}, cancelled=unchanged
)
