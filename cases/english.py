"""Tells messages in English from Vietnamese ones typed without marks, by words that only English has."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from cases.text import has_marks, normalise, strip_marks

_WORD: Final = re.compile(r"[a-z]+")
_SYLLABLE: Final = re.compile(r"(?:ngh?|nh|[ckgpt]h|gi|qu|tr|[bcdghklmnpqrstvx])?[aeiouy]{1,3}(?:ch|ng|nh|[cmnpt])?")
"""What a Vietnamese syllable looks like without its marks: such a word speaks for neither language."""


class EnglishWords:
    """Words of English tables that are neither shaped like Vietnamese syllables nor used in Vietnamese messages."""

    def __init__(self, words: Iterable[str], vietnamese: Iterable[str]) -> None:
        """`words` of English, `vietnamese` what a message in Vietnamese may hold, with its marks."""
        shared = set(strip_marks(" ".join(vietnamese)).split())
        self._only = frozenset(word for word in words if not _SYLLABLE.fullmatch(word)) - shared

    def are_in(self, text: str) -> bool:
        """Whether a message is in English: no Vietnamese marks, and a quarter of its words only English, two at least.

        One is enough where it is half of them.
        """
        if has_marks(text):
            return False
        words = _WORD.findall(normalise(text))
        only = sum(word in self._only for word in words)
        return only * 4 >= len(words) and (only > 1 or 0 < len(words) <= 2 * only)
