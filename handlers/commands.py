"""The words people use to steer: `/phananh`, "phan anh", a menu button, all the same."""

from __future__ import annotations

from enum import StrEnum

from cases.messages import Choice
from cases.text import same_answer
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
    for command in Command:
        if any(same_answer(text, word) for word in turn.text(f"words_{command}").split(",")):
            return command, ""
    first, _, rest = text.partition(" ")
    return (Command.LINK, rest.strip()) if same_answer(first, Command.LINK) and rest else None


def menu(turn: Turn, key: str = "menu") -> Prompt:
    """The four things a resident comes for."""
    return Prompt(turn.text(key), tuple(Choice(command, turn.text(f"menu_{command}")) for command in MENU))
