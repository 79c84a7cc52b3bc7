"""Comparing whole phrases as people say and type them."""

from __future__ import annotations

from cases.text import strip_marks, tokens


def plain(text: str) -> str:
    """Words without diacritics or punctuation, one space between: `"Chủ tịch, xã"` and `chu tich xa` are the same."""
    return " ".join(tokens(strip_marks(text)))
