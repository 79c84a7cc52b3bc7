"""Decodes what an old phone leaves when its keyboard does not turn Telex or VNI strokes into letters."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_TELEX: Final = re.compile(r"dd|aa|ee|oo|w|(?<=[aeiouyw])(?:[cptmng]|ch|nh|ng)?[sfrxj]", re.ASCII)
_PAIRS: Final = (("dd", "đ"), ("uow", "ươ"), ("uwow", "ươ"), ("aa", "â"), ("ee", "ê"), ("oo", "ô"),
                 ("aw", "ă"), ("ow", "ơ"), ("uw", "ư"), ("w", "ư"))  # fmt: skip
_TONES: Final = dict(zip("sfrxj", "\u0301\u0300\u0309\u0303\u0323", strict=True))
_VNI: Final = dict(zip("12345", "sfrxj", strict=True))
_SHAPE: Final = re.compile(
    r"(?P<head>(?:qu|gi(?=[aăâeêioôơuư])|[^aăâeêioôơuưy]*))(?P<core>[aăâeêioôơuưy]+)(?P<tail>[a-z]*)"
)


def decode_keys(word: str) -> str:
    """Return the lower-case word that these Telex or VNI strokes mean, or "" when they are none.

    The shape is checked, not the meaning: the caller accepts the result only if it knows the word.
    """
    if not word.isascii() or not 3 <= len(word) <= 12:
        return ""
    strokes = _from_vni(word) if any(char.isdigit() for char in word) else word
    if not strokes.isalpha() or not _TELEX.search(strokes):
        return ""
    letters, tone = _split_tone(strokes)
    for keys, letter in _PAIRS:
        letters = letters.replace(keys, letter)
    found = _SHAPE.fullmatch(letters)
    if not found or letters == word:
        return ""
    core = _toned(found["core"], bool(found["tail"]), _TONES.get(tone, ""))
    return unicodedata.normalize("NFC", found["head"] + core + found["tail"])


def _from_vni(word: str) -> str:
    """Turn VNI digits (1-5 tones, 6 hat, 7 horn, 8 breve, 9 stroke) into Telex strokes."""
    letters = "".join(char for char in word if not char.isdigit())
    tone = ""
    for digit in (char for char in word if char.isdigit()):
        if digit in _VNI:
            tone = _VNI[digit]
        elif digit == "9":
            letters = letters.replace("d", "dd", 1)
        elif digit == "6":
            letters = re.sub(r"([aeo])(?!.*[aeo])", r"\1\1", letters, count=1)
        elif digit == "7":
            letters = re.sub(r"uo|[uo](?!.*[uo])", r"\g<0>w", letters, count=1)
        elif digit == "8":
            letters = letters.replace("a", "aw", 1)
        else:
            return ""
    return letters + tone


def _split_tone(strokes: str) -> tuple[str, str]:
    """Take out the tone letter that follows the vowels; it may stand before or after the final consonant."""
    for place in range(len(strokes) - 1, 1, -1):
        if strokes[place] in _TONES and re.search(r"[aeiouyw]", strokes[:place]):
            return strokes[:place] + strokes[place + 1 :], strokes[place]
    return strokes, ""


def _toned(core: str, closed: bool, tone: str) -> str:
    hats = [place for place, letter in enumerate(core) if letter in "ăâêôơư"]
    if hats:
        place = hats[-1]
    elif closed or len(core) == 1:
        place = len(core) - 1
    else:
        place = 1 if len(core) == 3 else 0
    return core[: place + 1] + tone + core[place + 1 :]
