"""Reads Vietnamese as people type it: one folded form for matching; the stored text is never touched."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

MARKED_SHARE: Final = 0.3
"""Share of words with diacritics above which their absence elsewhere means something.

Ordinary Vietnamese has about three marked words in four; teencode pulls it down to about two in five."""

_LONGEST_MARK_RUN: Final = 8
"""More combining marks than any script needs; longer runs make Unicode normalisation quadratic."""

_LONGEST_ANSWER: Final = 2_000
"""Difference in length beyond which two texts are not compared at all."""

_REMEMBERED: Final = 60
"""Labels and commands are this short at most; they are compared again and again, so their folded form is kept."""

_PLAIN: Final = (
    "aàáảãạăằắẳẵặâầấẩẫậ",
    "eèéẻẽẹêềếểễệ",
    "iìíỉĩị",
    "oòóỏõọôồốổỗộơờớởỡợ",
    "uùúủũụưừứửữự",
    "yỳýỷỹỵ",
    "dđ",
)
_STRIP: Final = str.maketrans(
    {
        marked: family[0] if marked.islower() else family[0].upper()
        for family in _PLAIN
        for small in family[1:]
        for marked in (small, small.upper())
    }
    | {"Ð": "D", "ð": "d"}
)
_ETH: Final = str.maketrans({"Ð": "Đ", "ð": "đ"})  # U+00D0 and U+00F0 look the same and occur in real documents

_INVISIBLE: Final = re.compile(
    "[\u0000-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f\u00ad\u034f\u061c\u115f\u1160\u180b-\u180f"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]+"
)
_MARK_RUN: Final = re.compile("[^\\w\x00-\u02ff]{9}")  # combining marks are no word characters
_BLANK: Final = re.compile(r"[^\S\n]{2,}|[^\S\n ]")
_NEWLINES: Final = re.compile(r" ?\n\s*")
_STRAY_MARKS: Final = re.compile("[\u0300-\u036f]+")
_OLD_TONE: Final = re.compile(r"(?:o[àáảãạèéẻẽẹ]|(?<!q)u[ỳýỷỹỵ])(?![^\W\d_])")
_NEW_TONE: Final = {
    "oà": "òa", "oá": "óa", "oả": "ỏa", "oã": "õa", "oạ": "ọa",
    "oè": "òe", "oé": "óe", "oẻ": "ỏe", "oẽ": "õe", "oẹ": "ọe",
    "uỳ": "ùy", "uý": "úy", "uỷ": "ủy", "uỹ": "ũy", "uỵ": "ụy",
}  # fmt: skip
_LONE_Y: Final = re.compile(r"(?:(?<=[hklmst])|(?<=qu))[yỳýỷỹỵ](?![^\W\d_])")
_Y_TO_I: Final = str.maketrans("yỳýỷỹỵ", "iìíỉĩị")
_LETTER_RUN: Final = re.compile(r"([^\W\d_])\1{2,}")
_SIGN_RUN: Final = re.compile(r"([^\w\s])\1{2,}")
_WORD: Final = re.compile(r"[^\W_]+")
_LETTERS: Final = re.compile(r"[^\W\d_]{2,}")
_NOT_ANSWER: Final = re.compile(r"[\W_]+")
_DOUBLED: Final = re.compile(r"a{2,}|e{2,}|i{2,}|u{3,}|y{2,}|o{3,}|o{2,}$")


def normalise(text: str) -> str:
    """Return the form used for matching only: NFC, Đ, lower case, one tone place, i for lone y, no long repeats.

    `hoà` = `hòa`, `uỷ` = `ủy`, `kỹ` = `kĩ`, `quáaaa` = `quáaa`, `!!!!` = `!!`. Digits are never collapsed.
    """
    text = _STRAY_MARKS.sub("", _compose(_INVISIBLE.sub("", text)).translate(_ETH).lower())
    text = _OLD_TONE.sub(lambda found: _NEW_TONE[found[0]], text)
    text = _LONE_Y.sub(lambda found: found[0].translate(_Y_TO_I), text)
    text = _SIGN_RUN.sub(r"\1\1", _LETTER_RUN.sub(r"\1\1", text))
    return _NEWLINES.sub("\n", _BLANK.sub(" ", text)).strip()


def strip_marks(text: str) -> str:
    """Return the text without Vietnamese diacritics, `đ` as `d`; case and everything else stay."""
    if text.isascii():
        return text
    return _STRAY_MARKS.sub("", _compose(text).translate(_STRIP))


def has_marks(text: str) -> bool:
    """Tell whether enough words carry diacritics for a missing one to be trusted (`MARKED_SHARE`)."""
    words = _LETTERS.findall(_compose(text).lower())
    marked = sum(1 for word in words if not word.isascii() and word.translate(_STRIP) != word)
    return bool(words) and marked >= MARKED_SHARE * len(words)


def tokens(text: str) -> list[str]:
    """Return the words and numbers of the normalised text, in order; emoji and punctuation fall away."""
    return _WORD.findall(normalise(text))


def same_answer(a: str, b: str) -> bool:
    """Tell whether two answers are equal but for case, diacritics, punctuation and spaces.

    Answers without any letter or digit (a lone emoji) are equal only if they are the same characters.
    """
    if abs(len(a) - len(b)) > _LONGEST_ANSWER:
        return False
    left, right = _answer(a), _answer(b)
    return left == right if left or right else a.strip() == b.strip()


def folded(text: str) -> str:
    """The form in which `same_answer` compares two answers; what holds no letter or digit stays itself."""
    return _answer(text) or text.strip()


def squash(word: str) -> str:
    """Return a drawn-out word (`quáaa`, `laaắm`) with each repeated vowel written once, keeping the marked one.

    `ưu` is no repeat, though without marks it looks like one (`cuu` for `cứu`); nor is `oo` before a consonant.
    """
    plain = word.translate(_STRIP)
    kept: list[str] = []
    end = 0
    for run in _DOUBLED.finditer(plain):
        letters = word[run.start() : run.end()]
        marked = next((letter for letter in letters if not letter.isascii()), letters[0])
        tail = "u" if marked in "ưừứửữự" and letters[-1] == "u" else ""
        kept += [word[end : run.start()], marked, tail]
        end = run.end()
    return "".join(kept) + word[end:]


def _answer(text: str) -> str:
    return _short_answer(text) if len(text) <= _REMEMBERED else _fold_answer(text)


def _fold_answer(text: str) -> str:
    return _NOT_ANSWER.sub("", strip_marks(normalise(text)))


_short_answer = lru_cache(maxsize=1024)(_fold_answer)


def _compose(text: str) -> str:
    """Return NFC in linear time: runs of combining marks longer than any script uses are cut first."""
    if text.isascii():
        return text
    if _MARK_RUN.search(text):
        text = _shorten_runs(text)
    return unicodedata.normalize("NFC", text)


def _shorten_runs(text: str) -> str:
    kept: list[str] = []
    run = 0
    for char in text:
        run = run + 1 if unicodedata.combining(char) else 0
        if run <= _LONGEST_MARK_RUN:
            kept.append(char)
    return "".join(kept)
