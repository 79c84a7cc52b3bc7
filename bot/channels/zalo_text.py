"""How both Zalo channels read ids, instants and phone numbers, and measure and number what they say."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from bot.channels.base import Malformed
from bot.clock import Clock
from cases.messages import Choice

Json = dict[str, Any]

TEXT_LIMIT = 2000
"""Characters of one message on both interfaces. Zalo does not name the unit; UTF-16 units of NFC are safe under any."""


def json_object(body: bytes) -> Json:
    """The object a request carries; `Malformed` for anything else. Integers keep every digit."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise Malformed("not JSON") from None
    if not isinstance(found, dict):
        raise Malformed("not a JSON object")
    return found


def part(source: Mapping[str, Any], name: str) -> Json:
    """The object under `name`, empty where there is none."""
    found = source.get(name)
    return found if isinstance(found, dict) else {}


def as_id(value: object) -> str:
    """An id as text; vendors send strings and, now and then, numbers. Anything else is no id."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return readable(str(value)).strip()


def words(value: object) -> str:
    """A text as sent, or nothing when the field holds something else."""
    return readable(value) if isinstance(value, str) else ""


def readable(text: str) -> str:
    """The same text with half surrogate pairs replaced, which no database or wire would take."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def instant(value: object, clock: Clock) -> datetime:
    """Epoch milliseconds or seconds, as number or text; the present where the field cannot be read."""
    try:
        number = int(as_id(value))
        return datetime.fromtimestamp(number if number < 10**11 else number / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return clock()


def phone84(value: object) -> str:
    """A Vietnamese number as `84…`, also from `0…`, `+84…` or a number that lost its zero; empty when it is none."""
    text = as_id(value).replace(" ", "").replace(".", "").replace("-", "").removeprefix("+")
    if not (text.isascii() and text.isdigit()):
        return ""
    bare = text.removeprefix("84") if len(text) > 10 else text.removeprefix("0")
    return f"84{bare}" if 9 <= len(bare) <= 10 else ""


def units(text: str) -> int:
    """Length in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut(text: str, limit: int) -> str:
    """At most `limit` UTF-16 units, with an ellipsis where something is missing."""
    if units(text) <= limit:
        return text
    return text.encode("utf-16-le", "surrogatepass")[: 2 * limit - 2].decode("utf-16-le", "ignore") + "…"


def ready(text: str) -> str:
    """Text as it goes out: composed (NFC), so that lengths mean the same on both sides."""
    return unicodedata.normalize("NFC", readable(text))


def numbered(text: str, choices: Sequence[Choice]) -> str:
    """The text with its answers as numbered lines, unless it names them all already."""
    if all(ready(choice.label) in text for choice in choices):
        return text
    lines = (f"{number}. {ready(choice.label)}" for number, choice in enumerate(choices, 1))
    return "\n".join((text, *lines))
