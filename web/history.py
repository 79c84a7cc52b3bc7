"""A web chat's lines: what was said, both ways, read forwards for live replies and backwards for the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select

from cases.messages import Ask, Capabilities, Choice, Outgoing
from storage.hot import Hot
from storage.outbox import PLACE_LINE, FreshLine, unpack, web_line
from storage.work import StoredWork

OWN = "web:"  # effect keys of own lines: web:<message id>:mine
CAN = Capabilities(text_limit=20_000, buttons=200, label_limit=300, ask_place=True)
"""What the page shows: every choice as a button, long texts whole."""
RECENT = 60  # lines among which a pressed button is looked for
_AFTER = Hot(
    select(web_line)
    .where(web_line.c.chat_key == bindparam("whose"), web_line.c.id > bindparam("number"))
    .order_by(web_line.c.id)
    .limit(bindparam("most"))
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line as the page shows it. `kind` says what an own line was (said, press, file, place, start).

    For the other side `kind` is `notice` when it came by itself: its buttons stay. `key` is the page's own
    message id, so that it recognises what it has already drawn.
    """

    id: int
    mine: bool
    at: datetime
    text: str
    choices: tuple[Choice, ...]
    ask: Ask
    kind: str
    key: str = ""


def after(unit: StoredWork, chat_key: str, number: int, most: int) -> list[Line]:
    """Lines with a higher number, oldest first."""
    rows = _AFTER.rows(unit.connection, {"whose": chat_key, "number": number, "most": most})
    return [_line(unit, row) for row in rows]


def before(unit: StoredWork, chat_key: str, number: int | None, most: int) -> list[Line]:
    """The last lines (before `number`), oldest first."""
    query = select(web_line).where(web_line.c.chat_key == chat_key)
    if number is not None:
        query = query.where(web_line.c.id < number)
    rows = unit.connection.execute(query.order_by(web_line.c.id.desc()).limit(most)).all()
    return [_line(unit, row) for row in reversed(rows)]


def label_of(unit: StoredWork, chat_key: str, value: str) -> str:
    """What stood on the button with this value; empty when it was not offered lately."""
    for line in reversed(before(unit, chat_key, None, RECENT)):
        for choice in line.choices:
            if choice.value == value:
                return choice.label
    return ""


def open_from(lines: Sequence[Line]) -> int:
    """Index of the first line of the other side's last turn: buttons from here on can be pressed."""
    index = len(lines)
    while index and not lines[index - 1].mine:
        index -= 1
    return index


def as_json(line: Line) -> dict[str, object]:
    """The line for the page's script."""
    return {
        "id": line.id,
        "mine": line.mine,
        "at": line.at.isoformat(),
        "text": line.text,
        "choices": [{"value": choice.value, "label": choice.label} for choice in line.choices],
        "ask": line.ask.value,
        "kind": line.kind,
        "key": line.key,
    }


def _line(unit: StoredWork, row: Any) -> Line:
    message = unpack(unit.keys.open_bytes(PLACE_LINE, row.effect_key, row.sealed_body))
    return _shown(row.id, row.mine, row.created_at, row.purpose, row.effect_key, message)


def just_written(line: FreshLine) -> Line:
    """A line as it was written a moment ago in this process."""
    return _shown(line.id, line.mine, line.at, line.purpose, line.effect_key, line.message)


def _shown(number: int, mine: bool, at: datetime, purpose: str, effect_key: str, message: Outgoing) -> Line:
    kind = purpose if mine else ("reply" if purpose in ("", "reply") else "notice")
    key = effect_key.removeprefix(OWN).removesuffix(":mine").rpartition(".")[2] if mine else ""
    return Line(number, mine, at, message.text, message.choices, message.ask, kind, key)
