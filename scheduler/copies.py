"""What a clean copy is: parts made anew from what a file shows, and how child and parent hand it over."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

MOST_BYTES = 64_000_000
"""All parts of one copy together."""
PAGES_MOST = 60
MEDIA = frozenset(
    {
        "image/jpeg",
        "image/png",
        "audio/ogg",
        "audio/mpeg",
        "audio/mp4",
        "audio/wav",
        "video/mp4",
        "video/webm",
        "text/plain",
    }
)
"""The only media types a copy is ever served as."""
_LENGTH = 4
_TOLD_MOST = 10_000  # bytes about all parts: 60 pages need a fifth of it


class Shape(StrEnum):
    """How a copy is shown."""

    PICTURE = "picture"
    SOUND = "sound"
    FILM = "film"
    PAGES = "pages"
    TEXT = "text"


TOLD = frozenset({"too_many_pixels", "unreadable", "encrypted", "hostile", "unsupported", "memory"})
"""What a child may tell; the rest is seen from outside."""


class CopyFault(Exception):
    """No copy can be made. `code` ends as `console_file_no_<code>`: one of `TOLD`, slow, crashed, no_office,
    not_fenced, gone, sealed.
    """

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Part:
    """One picture, page, recording or text."""

    content: bytes
    mime: str


@dataclass(frozen=True, slots=True)
class Copy:
    """`total` pages are in the original; fewer parts mean that the rest was left out."""

    shape: Shape
    parts: tuple[Part, ...]
    total: int


def write(copy: Copy, give: Callable[[bytes], object]) -> None:
    """Hand a copy over: the parts, then what they are, then the length of that."""
    for part in copy.parts:
        give(part.content)
    parts = [[len(part.content), part.mime] for part in copy.parts]
    _end({"shape": copy.shape.value, "total": copy.total, "parts": parts}, give)


def write_fault(code: str, give: Callable[[bytes], object]) -> None:
    """Hand over that there is none."""
    _end({"fault": code}, give)


def read(content: bytes) -> Copy:
    """What was handed over; anything that does not fit exactly is a fault. Raises `CopyFault`."""
    try:
        size = int.from_bytes(content[-_LENGTH:], "big")
        if size > _TOLD_MOST:
            raise ValueError("too much is told")
        about = json.loads(content[-_LENGTH - size : -_LENGTH])
        if "fault" in about:
            raise CopyFault(word(about["fault"]))
        parts, at = [], 0
        for length, mime in about["parts"]:
            parts.append(Part(content[at : at + length], mime))
            at += length
        fits = at == len(content) - _LENGTH - size and all(part.mime in MEDIA and part.content for part in parts)
        if not (fits and 0 < len(parts) <= PAGES_MOST):
            raise ValueError("parts")
        return Copy(Shape(about["shape"]), tuple(parts), max(len(parts), min(int(about["total"]), 1_000_000)))
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
        raise CopyFault("crashed") from error


def word(code: object) -> str:
    """The fault that a child told, "crashed" for anything else."""
    return code if isinstance(code, str) and code in TOLD else "crashed"


def _end(about: dict[str, object], give: Callable[[bytes], object]) -> None:
    told = json.dumps(about).encode()
    give(told)
    give(len(told).to_bytes(_LENGTH, "big"))
