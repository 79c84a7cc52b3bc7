"""Cuts a message into words with their possible readings: abbreviations, teencode, regional words, key strokes."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
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
    """A message as words: each with its readings and the number of its sentence, and the signs seen.

    `signs` gives the places of amounts of money, phone numbers, links, case codes and question marks.
    """

    readings: tuple[tuple[Reading, ...], ...]
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

    def __init__(
        self, abbreviations: Mapping[str, Any], vocabulary: Collection[str], *, without_marks: bool = False
    ) -> None:
        """`without_marks`: for a language that has none, whose words are what they look like."""
        self._without_marks = without_marks
        self._known = set(vocabulary)
        self._known_plain = set(strip_marks(" ".join(vocabulary)).split())
        self._short: dict[str, _Short] = {}
        for section in ("bodies_and_posts", "subject_matter"):
            for short, meaning in abbreviations.get(section, {}).items():
                self._short[normalise(str(short))] = _Short.parse(meaning)
        self._teen = _teencode(abbreviations.get("teencode", {}))
        self._regional = _regional(abbreviations.get("regional", {}))

    def read(self, text: str) -> Words:
        """Return the words of a message; linear in its length."""
        folded, trusted = normalise(text), self._without_marks or has_marks(text)
        pieces = _PIECE.findall(folded)
        readings: list[tuple[Reading, ...]] = []
        sentences: list[int] = []
        signs: dict[str, list[int]] = {}
        sentence = 0
        for place, piece in enumerate(pieces):
            if not piece[0].isalnum():
                sentence += piece in _STOPS
                if piece == "?":
                    signs.setdefault("question", []).append(len(readings))
                continue
            if piece[0].isdigit():
                signs.setdefault(_number_sign(pieces, place), []).append(len(readings))
            for word in self._expand(piece, pieces, place, trusted):
                readings.append(self._readings(word, trusted))
                sentences.append(sentence)
        for name, pattern in (("link", _LINK), ("code", _CODE), ("phone", _PHONE)):
            if pattern.search(folded):
                signs[name] = [0]
        padded = " " + " ".join(reading[0][1] for reading in readings) + " "
        frozen = {name: tuple(places) for name, places in signs.items()}
        return Words(tuple(readings), tuple(sentences), trusted, padded, frozen)

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
        meaning = tuple(tokens(str(entry["to"])))
        context, not_if_next = (_plain_words(entry.get(key, ())) for key in ("context", "not_if_next"))
        return cls(meaning, bool(entry.get("ambiguous")), context, not_if_next)

    def read(self, pieces: list[str], place: int) -> tuple[str, ...]:
        """Return the meaning in this place, or nothing when the context does not decide."""
        after = strip_marks(pieces[place + 1]) if place + 1 < len(pieces) else ""
        if after in self.not_if_next:
            return ()
        if not self.ambiguous or (self.not_if_next and not self.context):
            return self.meaning
        around = pieces[max(0, place - _NEIGHBOURS) : place] + pieces[place + 1 : place + 1 + _NEIGHBOURS]
        return self.meaning if any(strip_marks(piece) in self.context for piece in around) else ()


def _plain_words(phrases: Iterable[str]) -> frozenset[str]:
    return frozenset(strip_marks(word) for phrase in phrases for word in tokens(phrase))


def _teencode(families: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Short forms of young writers and what each means; of two meanings the first listed stands."""
    pairs = [(str(short), str(meaning)) for meaning, shorts in families.items() for short in shorts]
    shorts = normalise("\n".join(short for short, _ in pairs)).split("\n") if pairs else []
    meanings = {meaning: tuple(tokens(str(meaning))) for meaning in families}
    table: dict[str, tuple[str, ...]] = {}
    for short, (_, meaning) in zip(shorts, pairs, strict=True):
        table.setdefault(short, meanings[meaning])
    return table


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


def _number_sign(pieces: list[str], place: int) -> str:
    """Tell whether the number here is an amount of money or any other number."""
    after = pieces[place + 1] if place + 1 < len(pieces) else ""
    is_money = _AMOUNT.fullmatch(pieces[place]) or (_NUMBER.fullmatch(pieces[place]) and after in _UNITS)
    return "money" if is_money else "number"
