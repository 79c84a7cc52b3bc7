"""Cuts a message into words with their possible readings: abbreviations, teencode, regional words, key strokes."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from cases.text import has_marks, normalise, squash, strip_marks, tokens
from cases.text_keys import decode_keys

Reading = tuple[str, str]  # with marks, without marks

_PIECE: Final = re.compile(r"\d+(?:[.,]\d+)*[^\W_]*|[^\W_]+|[.!?;:,\n]")
_STOPS: Final = frozenset(".!?;\n")
_AMOUNT: Final = re.compile(r"\d[\d.,]*(?:k|tr|trieu|triệu|tỷ|tỉ|ti|đ|vnd|nghìn|nghin|ngàn|ngan|củ|cu)\d*")
_NUMBER: Final = re.compile(r"\d[\d.,]*")
_UNITS: Final = frozenset(
    ["triệu", "trieu", "tr", "nghìn", "nghin", "ngàn", "ngan", "tỉ", "ti", "đồng", "k", "đ", "củ"]
)
_PHONE: Final = re.compile(r"(?<!\d)0\d{2,3}[ .-]?\d{3}[ .-]?\d{3,4}(?!\d)")
_LINK: Final = re.compile(r"https?://|www\.|\bbit\.ly|\bt\.me/|\b[\w-]+\.(?:com|net|vip|top|xyz|club|win|shop|info)\b")
_CODE: Final = re.compile(r"\b[a-z]{2}-20\d\d-\d{4,}\b")
_NEIGHBOURS: Final = 2

Signs = Mapping[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Words:
    """A message as words: each with its readings, its clause and sentence number, and the signs seen.

    `signs` gives the places of amounts of money, phone numbers, links, case codes and question marks.
    """

    readings: tuple[tuple[Reading, ...], ...]
    clauses: tuple[int, ...]
    sentences: tuple[int, ...]
    trusted: bool
    padded: str
    signs: Signs

    def __len__(self) -> int:
        return len(self.readings)


class Reader:
    """Turns a message into `Words` with the abbreviation table of the data files.

    A short form that is itself a known word, or whose form is one when marks are missing, is left alone.
    """

    def __init__(self, abbreviations: Mapping[str, Any], vocabulary: Collection[str]) -> None:
        self._known = set(vocabulary)
        self._known_plain = set(strip_marks(" ".join(vocabulary)).split())
        self._short: dict[str, _Short] = {}
        for section in ("bodies_and_posts", "subject_matter"):
            for short, meaning in abbreviations.get(section, {}).items():
                self._short[normalise(str(short))] = _Short.parse(meaning)
        self._teen = self._teencode(abbreviations.get("teencode", {}))
        self._regional = _regional(abbreviations.get("regional", {}))

    def read(self, text: str) -> Words:
        """Return the words of a message; linear in its length."""
        folded = normalise(text)
        trusted = has_marks(text)
        pieces = _PIECE.findall(folded)
        readings: list[tuple[Reading, ...]] = []
        clauses: list[int] = []
        sentences: list[int] = []
        signs: dict[str, list[int]] = {}
        clause = sentence = 0
        for place, piece in enumerate(pieces):
            if not piece[0].isalnum():
                clause += 1
                sentence += piece in _STOPS
                if piece == "?":
                    signs.setdefault("question", []).append(len(readings))
                continue
            expanded = self._expand(piece, pieces, place, trusted)
            for name in _signs_of(piece, pieces, place):
                signs.setdefault(name, []).append(len(readings))
            for word in expanded:
                readings.append(self._readings(word, trusted))
                clauses.append(clause)
                sentences.append(sentence)
        for name, pattern in (("link", _LINK), ("code", _CODE), ("phone", _PHONE)):
            if pattern.search(folded):
                signs[name] = [0]
        padded = " " + " ".join(reading[0][1] for reading in readings) + " "
        frozen = {name: tuple(places) for name, places in signs.items()}
        return Words(tuple(readings), tuple(clauses), tuple(sentences), trusted, padded, frozen)

    def _expand(self, piece: str, pieces: list[str], place: int, trusted: bool) -> list[str]:
        short = self._short.get(piece)
        if short is not None:
            meaning = short.read(pieces, place)
            if meaning:
                return list(meaning)
        teen = self._teen.get(piece)
        if teen is not None and not self._is_word(piece, trusted) and not _counts(pieces, place):
            return list(teen)
        if piece in self._known:
            return [piece]
        decoded = decode_keys(piece)
        if decoded in self._known and piece not in self._known_plain:
            return [decoded]
        return [squash(piece)]

    def _is_word(self, piece: str, trusted: bool) -> bool:
        return piece in self._known or (not trusted and len(piece) > 1 and piece in self._known_plain)

    def _readings(self, word: str, trusted: bool) -> tuple[Reading, ...]:
        same = self._regional.get(word, ()) if trusted or not word.isascii() or word in _ASCII_REGIONAL else ()
        return tuple((reading, strip_marks(reading)) for reading in (word, *same))

    def _teencode(self, families: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
        table: dict[str, tuple[str, ...]] = {}
        for meaning, shorts in families.items():
            for short in shorts:
                table.setdefault(normalise(str(short)), tuple(tokens(str(meaning))))
        return table


_ASCII_REGIONAL: Final = frozenset({"heo", "hu", "tru", "choa"})


@dataclass(frozen=True, slots=True)
class _Short:
    """One abbreviation; an ambiguous one speaks only beside a word of its context."""

    meaning: tuple[str, ...]
    ambiguous: bool
    context: frozenset[str]
    not_if_next: frozenset[str]

    @classmethod
    def parse(cls, entry: object) -> _Short:
        if not isinstance(entry, Mapping):
            return cls(tuple(tokens(str(entry))), False, frozenset(), frozenset())
        words: Callable[[str], frozenset[str]] = lambda key: frozenset(  # noqa: E731
            strip_marks(word) for phrase in entry.get(key, ()) for word in tokens(phrase)
        )
        meaning = tuple(tokens(str(entry["to"])))
        return cls(meaning, bool(entry.get("ambiguous")), words("context"), words("not_if_next"))

    def read(self, pieces: list[str], place: int) -> tuple[str, ...]:
        """Return the meaning in this place, or nothing when the context does not decide."""
        after = strip_marks(pieces[place + 1]) if place + 1 < len(pieces) else ""
        if after in self.not_if_next:
            return ()
        if not self.ambiguous or (self.not_if_next and not self.context):
            return self.meaning
        around = pieces[max(0, place - _NEIGHBOURS) : place] + pieces[place + 1 : place + 1 + _NEIGHBOURS]
        return self.meaning if any(strip_marks(piece) in self.context for piece in around) else ()


def _regional(lists: Mapping[str, Mapping[str, str]]) -> dict[str, tuple[str, ...]]:
    """Single regional words and what they mean elsewhere; both readings stay open."""
    table: dict[str, tuple[str, ...]] = {}
    for words in lists.values():
        for word, meaning in words.items():
            key, value = tokens(str(word)), tokens(str(meaning))
            if len(key) == len(value) == 1:
                table[key[0]] = (*table.get(key[0], ()), value[0])
    return table


def _counts(pieces: list[str], place: int) -> bool:
    """Tell whether a number stands right before: `500 k` is money, `3 tr` too, not teencode."""
    return place > 0 and bool(_NUMBER.fullmatch(pieces[place - 1]))


def _signs_of(piece: str, pieces: list[str], place: int) -> list[str]:
    if not piece[0].isdigit():
        return []
    if _AMOUNT.fullmatch(piece):
        return ["money"]
    after = pieces[place + 1] if place + 1 < len(pieces) else ""
    if _NUMBER.fullmatch(piece) and after in _UNITS:
        return ["money"]
    return ["number"]
