"""The words of a case as a search finds them: each word with its diacritics and without, NFC and NFD alike.

A word typed without diacritics finds every word of those letters. A word typed with them finds itself, and the bare
word in texts whose writer uses no diacritics at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from cases.text import has_marks, normalise, strip_marks, tokens

LONGEST_WORD = 40
MOST_WORDS = 3_000  # of one case; a report has at most some 2,500
MOST_ASKED = 12
YEARS_BACK = 10
_MARKED, _BARE, _TYPED_BARE = "=", "-", "~"
_NUMBER = re.compile(r"(?:(?:ma|so|ho so|hs)\W+)*(?:pa)?[\W_]*(?:(20\d\d)[\W_]+)?0*([1-9]\d{0,5})")
_RUN_TOGETHER = re.compile(r"(?:pa)?[\W_]*(20\d\d)(\d{6})")


def index_words(parts: Iterable[str]) -> frozenset[str]:
    """Everything under which a case with these texts is to be found."""
    found: set[str] = set()
    for text in parts:
        plain = not has_marks(text)
        for word in tokens(text):
            found |= _forms(word[:LONGEST_WORD], plain=plain)
            if len(found) >= MOST_WORDS:
                return frozenset(found)
    return frozenset(found)


def asked_words(text: str) -> tuple[tuple[str, ...], ...]:
    """For each word asked for, the forms of which one must be there."""
    words = dict.fromkeys(word[:LONGEST_WORD] for word in tokens(text))
    return tuple(_asked(word) for word in list(words)[:MOST_ASKED])


def asked_codes(text: str, this_year: int) -> tuple[str, ...]:
    """The case numbers this may mean, newest first: `PA-2026-000123`, `pa 2026 123`, `PA2026000123`, `123`."""
    plain = strip_marks(normalise(text)).strip()
    if found := _RUN_TOGETHER.fullmatch(plain):
        return (code_of(int(found[1]), int(found[2])),)
    found = _NUMBER.fullmatch(plain)
    if found is None:
        return ()
    years = [int(found[1])] if found[1] else range(this_year, this_year - YEARS_BACK, -1)
    return tuple(code_of(year, int(found[2])) for year in years)


def code_of(year: int, number: int) -> str:
    """A case number as it is written."""
    return f"PA-{year}-{number:06d}"


@dataclass(frozen=True, slots=True)
class Asked:
    """One search: words of which all must be there, or one of these case numbers."""

    words: tuple[tuple[str, ...], ...] = ()
    codes: tuple[str, ...] = ()

    @classmethod
    def of(cls, text: str, this_year: int) -> Asked:
        """What somebody typed."""
        return cls(asked_words(text), asked_codes(text, this_year))

    def __bool__(self) -> bool:
        return bool(self.words or self.codes)


def _forms(word: str, *, plain: bool) -> set[str]:
    bare = strip_marks(word)
    if bare != word:
        return {_MARKED + word, _BARE + bare}
    return {_BARE + bare, _TYPED_BARE + bare} if plain else {_BARE + bare}


def _asked(word: str) -> tuple[str, ...]:
    bare = strip_marks(word)
    return (_BARE + bare,) if bare == word else (_MARKED + word, _TYPED_BARE + bare)
