"""The language of this chat: `/ngonngu`, or the first words."""

from __future__ import annotations

from cases.messages import Choice
from handlers.conversation import END, Again, Dialogue, Step
from handlers.enter import consented
from handlers.turn import ENGLISH, Answer, Prompt, Turn

FIRST_WORDS = 4  # fewer say too little: "thank you" is said by everybody


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


def turned_to_english(turn: Turn) -> bool:
    """Somebody who writes English before anything was agreed is answered so from now on; True when that is new."""
    text = turn.incoming.text
    if turn.chat.lang == ENGLISH or consented(turn) or len(text.split()) < FIRST_WORDS:
        return False
    if ENGLISH not in turn.rules.wording.languages or not turn.suggest(text[:4000]).english:
        return False
    turn.chat.lang = ENGLISH
    return True


LANGUAGE = Dialogue(
    "language", first="language", steps={"language": Step(ask_language, take_language)}, cancelled=unchanged
)
