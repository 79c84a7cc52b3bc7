"""Compiled keyword tables: finds the phrases and the word groups of the data files in a message."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from cases import text as vn

_PIECE: Final = re.compile(r"(?P<word>[^\W_]+(?:%(?!\w))?)|(?P<stop>[.!?;:\n]|,)")
_LINK: Final = re.compile(r"https?://|www\.|\bbit\.ly|\bt\.me/|\b[\w-]+\.(?:com|net|vip|top|xyz|club|win|cc|shop|info)\b")
_MONEY: Final = re.compile(r"\d+(?:k|tr|trieu|triệu|tỷ|tỉ|ti|đ|d|vnd|ng|nghìn|nghin|cu|củ)\d*")
_MONEY_UNITS: Final = frozenset("triệu trieu tr nghìn nghin ngàn ngan tỉ ti đồng dong k đ củ".split())
_HOOK_TO_TILDE: Final = str.maketrans("ảẳẩẻểỉỏổởủửỷ", "ãẵẫẽễĩõỗỡũữỹ")
_SYLLABLE_END: Final = re.compile(r"(?:[cptnmg]|ch|ng|nh)?[sfrxj]$")

PLAIN_FACTOR: Final = 0.9
SOFT_FACTOR: Final = 0.7
NEAR: Final = 8


class Span(NamedTuple):
    """Where a phrase stands, in tokens, and how surely it was read (0..1)."""

    start: int
    end: int
    factor: float


@dataclass(frozen=True, slots=True)
class Words:
    """A message cut into words: as written, without marks, and the clause each word belongs to."""

    marked: tuple[str, ...]
    plain: tuple[str, ...]
    clause: tuple[int, ...]
    sentence: tuple[int, ...]
    trusted: bool
    signs: frozenset[str]
    numbers: tuple[int, ...] = ()

    def __len__(self) -> int:
        return len(self.marked)


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase of the data files; `labels` are the topics' weights and groups it stands for."""

    marked: tuple[str, ...]
    plain: tuple[str, ...]
    marks_only: bool
    labels: tuple[str, ...]
