"""A waiting reminder keeps its lines beside its text, so that one that no longer holds can be taken out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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
    kept = [[one.case_id, one.step, one.run, one.rank, one.text] for one in lines]
    if not lines:
        return pack(part)
    packed: dict[str, object] = orjson.loads(pack(part))
    return orjson.dumps(packed | {"n": kept})


def unpack_lines(body: bytes) -> tuple[Line, ...]:
    """Its lines; none in a message that is not a reminder, nor in its further parts."""
    return tuple(Line(*line) for line in orjson.loads(body).get("n", ()))
