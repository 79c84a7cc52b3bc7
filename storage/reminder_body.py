"""A waiting reminder keeps its lines beside its text, so that one that no longer holds can be taken out.

Cut in parts, the first keeps all of them; each part names those that stand in it, for when only some parts are out.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from cases.messages import Outgoing
from storage.outbox import pack


@dataclass(frozen=True, slots=True)
class Line:
    """One notice inside a person's message: which run of which clock it speaks of, and how urgent it is."""

    case_id: str
    step: str
    run: str
    rank: int
    text: str


def pack_lines(part: Outgoing, lines: Sequence[Line]) -> bytes:
    """The body of a message with its lines."""
    return _packed(part, n=lines)


def pack_parts(parts: Sequence[Outgoing], lines: Sequence[Line]) -> list[bytes]:
    """The bodies of a message with these lines that was cut in these parts."""
    if len(parts) == 1:
        return [pack_lines(parts[0], lines)]
    return [_packed(part, n=() if number else lines, m=own) for number, (part, own) in enumerate(_shared(parts, lines))]


def unpack_lines(body: bytes) -> tuple[Line, ...]:
    """Its lines; none in a message that is not a reminder, nor in its further parts."""
    return _lines(orjson.loads(body).get("n", ()))


def unpack_part(body: bytes) -> tuple[Line, ...]:
    """The lines of which something stands in this part, first or further."""
    packed = orjson.loads(body)
    return _lines(packed.get("m") or packed.get("n", ()))


def _shared(parts: Sequence[Outgoing], lines: Sequence[Line]) -> list[tuple[Outgoing, list[Line]]]:
    """Each part with the lines of which it holds something. Cutting drops nothing but white space."""
    told = [_close(part.text) for part in parts]
    whole, at = "".join(told), 0
    spans = []
    for line in lines:
        words = _close(line.text)
        if (found := whole.find(words, at)) >= 0:
            at = found + len(words)
            spans.append((found, at, line))
    shared, end = [], 0
    for part, words in zip(parts, told, strict=True):
        start, end = end, end + len(words)
        shared.append((part, [line for first, last, line in spans if first < end and last > start]))
    return shared


def _close(text: str) -> str:
    return "".join(unicodedata.normalize("NFC", text).split())  # as `cases.rendering.fit` leaves it, without spaces


def _lines(kept: Sequence[Sequence[Any]]) -> tuple[Line, ...]:
    return tuple(Line(*line) for line in kept)


def _packed(part: Outgoing, **lines: Sequence[Line]) -> bytes:
    packed: dict[str, object] = orjson.loads(pack(part))
    for key, some in lines.items():
        if some:
            packed[key] = [[one.case_id, one.step, one.run, one.rank, one.text] for one in some]
    return orjson.dumps(packed)
