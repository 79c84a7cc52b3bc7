"""What leaves the receiving body: a report's text without the sender's name, numbers and addresses (domain 7.2).

Only what can be recognised by its form is covered. First-person clues ("nhà tôi cạnh…") are for the officer who
confirms the text before it is forwarded.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from cases.text import strip_marks

COVER = "•••"
# Phones begin with 0 or 84, identity cards have 12 digits from 0, older ones 9; sums of money begin otherwise.
_NUMBER = re.compile(
    r"(?<![\d.])(?:(?:\+?84|0)(?:[ .\-]?\d){8,11}|\d{9}(?!\s*(?:đ|d|vn|k|tr|ngh)))(?!\d)", re.IGNORECASE
)
_ADDRESS = re.compile(r"[^\s@<>]{1,64}@[^\s@<>]{1,200}\.[^\s@<>.,;:!?)]{2,24}")
# Three digits of the province from 001, then sex, century, year and six more (NĐ 137/2015, art. 13); also in groups.
_IDENTITY = re.compile(
    r"(?<!\d)(?:0\d{11}(?!\d)|(?<!\d{3}[ .\-])0\d\d([ .\-])\d{3}\1\d{3}\1\d{3}(?!\d|\1\d{3}(?!\d))"
    r"|(?<!\d{4}[ .\-])0\d{3}([ .\-])\d{4}\2\d{4}(?!\d|\2\d{4}(?!\d)))"
)
_SHORT_NAME = 2  # words; a single word is too often an ordinary one


def redact(text: str, names: Iterable[str] = ()) -> str:
    """The text with numbers, e-mail addresses and these names covered; names with or without diacritics."""
    covered = _ADDRESS.sub(COVER, _NUMBER.sub(COVER, unicodedata.normalize("NFC", text)))
    for name in names:
        if len(name.split()) >= _SHORT_NAME:
            covered = _cover_name(covered, name)
    return covered


def cover_identity_numbers(text: str) -> str:
    """The text with a dot for each sign of a citizen identity number; all else, other numbers too, as it was."""
    return _IDENTITY.sub(lambda found: "•" * len(found[0]), text)


def _cover_name(text: str, name: str) -> str:
    plain = strip_marks(text)
    if len(plain) != len(text):
        plain = text  # marks that fold to nothing would shift every place after them
    words = (re.escape(word) for word in strip_marks(unicodedata.normalize("NFC", name)).split())
    pattern = re.compile(r"(?<!\w)" + r"\s+".join(words) + r"(?!\w)", re.IGNORECASE)
    for found in reversed(list(pattern.finditer(plain))):
        text = text[: found.start()] + COVER + text[found.end() :]
    return text
