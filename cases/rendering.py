"""Fitting a message to its channel: numbered choices where buttons do not suffice, parts where it is long."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

from cases.messages import Capabilities, Choice, Outgoing

PLAIN = Capabilities(text_limit=2000, buttons=0)


def fit(message: Outgoing, can: Capabilities) -> tuple[Outgoing, ...]:
    """One or more messages within the channel's limits (UTF-16 units); buttons stay with the last part.

    Where there are more choices than buttons they are written out as numbered lines, in the order in which a typed
    number selects them; a label too long for a button becomes a line, and its button shows the number.
    """
    text = unicodedata.normalize("NFC", message.text)
    buttons, lines = _offered(message.choices, can)
    if lines:
        text = "\n".join([text, *lines]) if text else "\n".join(lines)
    parts = split(text, can.text_limit)
    last = replace(message, text=parts[-1], choices=buttons)
    return (*(Outgoing(part) for part in parts[:-1]), last)


def _offered(choices: tuple[Choice, ...], can: Capabilities) -> tuple[tuple[Choice, ...], list[str]]:
    """Buttons, and the numbered lines beside them: all choices without enough buttons, else those with long labels."""
    too_many = len(choices) > can.buttons
    buttons, lines = [], []
    for number, choice in enumerate(choices, 1):
        long = units(choice.label) > can.label_limit
        if too_many or long:
            lines.append(f"{number}. {choice.label}")
        buttons.append(Choice(choice.value, str(number)) if long else choice)
    return (() if too_many else tuple(buttons)), lines


def split(text: str, limit: int) -> list[str]:
    """Cut at a paragraph, line, sentence or word, the best that fits; a single endless word is cut hard."""
    parts = []
    while units(text) > limit:
        head = _head(text, limit)
        marks = (("\n\n", 0.5), ("\n", 0.4), (". ", 0.3), (" ", 0.0))
        cut = next((found for mark, least in marks if (found := _at(head, mark, least))), len(head))
        parts.append(head[:cut].rstrip())
        text = text[cut:].lstrip()
    return [part for part in (*parts, text) if part] or [text]


def units(text: str) -> int:
    """Length in UTF-16 units: what messengers count, an emoji is two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _head(text: str, limit: int) -> str:
    head = text[:limit]
    while units(head) > limit:
        head = head[: len(head) - max(1, (units(head) - limit) // 2)]
    return head


def _at(head: str, mark: str, least: float) -> int:
    """Where to cut at this mark, 0 when it stands too early to be of use."""
    place = head.rfind(mark)
    return place + len(mark) if place > len(head) * least else 0
