"""The words people use to steer: `/phananh`, "phan anh", a menu button, all the same."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache

from cases.messages import Choice
from cases.text import folded, same_answer
from cases.wording import Wording
from handlers.turn import Prompt, Turn


class Command(StrEnum):
    """What a person can ask for at any time; the values are the chat commands."""

    START = "start"
    REPORT = "phananh"
    TRACK = "tracuu"
    ADD = "bosung"
    CANCEL = "huy"
    DATA = "dulieu"
    LIBRARY = "thuvien"
    HELP = "trogiup"
    LANGUAGE = "ngonngu"
    LINK = "lienket"
    INBOX = "hopthu"
    DUE = "quahan"


OFFICERS_ONLY = frozenset({Command.INBOX, Command.DUE})
MENU = (Command.REPORT, Command.TRACK, Command.LIBRARY, Command.HELP)


def read_command(turn: Turn) -> tuple[Command, str] | None:
    """The command in what was typed, with the rest of the line; None for ordinary words."""
    text = turn.incoming.text.strip()
    if not text or len(text) > 200:
        return None
    if text.startswith("/"):
        word, _, rest = text[1:].partition(" ")
        name = word.partition("@")[0]  # Telegram adds the bot's name in groups
        return next(((command, rest.strip()) for command in Command if same_answer(name, command)), None)
    if len(text) > 40:
        return None
    spoken = _spoken(turn.rules.wording, turn.chat.lang).get(folded(text))
    if spoken is not None:
        return spoken, ""
    first, _, rest = text.partition(" ")
    return (Command.LINK, rest.strip()) if same_answer(first, Command.LINK) and rest else None


@lru_cache(maxsize=16)
def _spoken(wording: Wording, lang: str) -> Mapping[str, Command]:
    """What people say for each command, folded; of two commands with the same words the first stands."""
    found: dict[str, Command] = {}
    for command in Command:
        for words in wording.say(f"words_{command}", lang).split(","):
            found.setdefault(folded(words), command)
    return found


def menu(turn: Turn, key: str = "menu") -> Prompt:
    """The four things a resident comes for."""
    return Prompt(turn.text(key), tuple(Choice(command, turn.text(f"menu_{command}")) for command in MENU))
