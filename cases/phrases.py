"""Comparing whole phrases as people say and type them."""

from __future__ import annotations

from functools import lru_cache

from cases.text import strip_marks, tokens

REMEMBERED = 100  # titles of posts are shorter; they are compared with every story


def plain(text: str) -> str:
    """Words without diacritics or punctuation, one space between: `"Chủ tịch, xã"` and `chu tich xa` are the same."""
    return _short(text) if len(text) <= REMEMBERED else _folded(text)


def _folded(text: str) -> str:
    return " ".join(tokens(strip_marks(text)))


_short = lru_cache(maxsize=512)(_folded)
