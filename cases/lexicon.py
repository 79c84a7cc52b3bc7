"""Compiled keyword tables: finds the phrases of the data files in a message, longest first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from cases.lexicon_words import Words
from cases.text import normalise, strip_marks

MARKS_ONLY: Final = "!"  # prefix in the data: never match this phrase without diacritics
PLAIN_SAFE: Final = "~"  # prefix in the data: this single word is safe without diacritics
TRAP: Final = "@trap"  # group of phrases that only hide the shorter ones inside them
SURE: Final = 0.45
"""Below this a span is a guess at a single word without marks: it counts only beside other words."""

_PLAIN_FACTOR: Final = 0.9
_SOFT_FACTOR: Final = 0.7
_LOOSE_FACTOR: Final = 0.5
_GUESS_FACTOR: Final = 0.4
_MOST_SPANS: Final = 24
_MOST_READINGS: Final = 8
_PREFIXES: Final = MARKS_ONLY + PLAIN_SAFE
_NO_PREFIX: Final = str.maketrans("", "", _PREFIXES)
_FOLD: Final = str.maketrans("ảẳẩẻểỉỏổởủửỷđ", "ãẵẫẽễĩõỗỡũữỹd")  # hook and tilde are one tone from Nghệ An south
_SIGNS: Final = re.compile(r"[^\w\s,!~]+|_")


class Span(NamedTuple):
    """Where a phrase stands, in words, and how surely it was read (0..1)."""

    start: int
    end: int
    factor: float


Found = dict[str, list[Span]]


@dataclass(slots=True)
class _Phrase:
    marked: str
    marks_only: bool = False
    plain_safe: bool = False
    hides: bool = False
    labels: tuple[str, ...] = ()


class Lexicon:
    """Phrases with labels, looked up by their words without diacritics.

    A label is a cue (`topic=phrase`), a group (`@road`) or a rule's literal (`'đào lên`). In a message with marks a
    word must be written as in the phrase; a missing mark, or hook for tilde, is forgiven inside longer phrases. In a
    message without marks the stripped forms match; a single word only as a guess (`SURE`) unless the data says that
    it is safe, a colliding one only near what `unsafe` names for it.
    """

    def __init__(self, unsafe: Mapping[str, Iterable[str]], guesses: Iterable[str] = ()) -> None:
        self._phrases: dict[str, list[_Phrase]] = {}
        self._longest: dict[str, int] = {}
        self._unsafe = {_plain_key(key): [f" {_plain_key(near)} " for near in nears] for key, nears in unsafe.items()}
        self._guesses = set(_plain_key("\n".join(guesses)).split("\n"))
        self.vocabulary: set[str] = set()

    def add(self, phrases: str, label: str) -> None:
        """Add phrases separated by commas under a group or literal label."""
        for marked, plain in self._cut(phrases):
            self._add(marked, plain, label, label == TRAP)

    def add_cues(self, phrases: str, topic: str) -> list[str]:
        """Add phrases separated by commas, each under its own label; return the labels."""
        labels: list[str] = []
        for marked, plain in self._cut(phrases):
            labels.append(f"{topic}={marked.lstrip(_PREFIXES)}")
            self._add(marked, plain, labels[-1], True)
        return labels

    def add_literals(self, literals: list[str]) -> None:
        """Add each text under the label that rules use for it, `'` and the text."""
        for literal, (marked, plain) in zip(literals, self._cut(",".join(literals)), strict=True):
            self._add(marked, plain, f"'{literal}", False)

    def _cut(self, phrases: str) -> Iterable[tuple[str, str]]:
        """Normalise once for the whole list (compiling must stay cheap) and cut it at the commas."""
        folded = _SIGNS.sub(" ", normalise(phrases)).replace("\n", " ").replace(", ", ",")
        while "  " in folded:
            folded = folded.replace("  ", " ")
        bare = folded.translate(_NO_PREFIX)
        self.vocabulary.update(bare.replace(",", " ").split())
        return zip(folded.split(","), strip_marks(bare).split(","), strict=True)

    def _add(self, marked: str, plain: str, label: str, hides: bool) -> None:
        marks_only, plain_safe = marked[:1] == MARKS_ONLY, marked[:1] == PLAIN_SAFE
        if marks_only or plain_safe:
            marked = marked[1:]
        if not marked:
            raise ValueError(f"phrase without a word under {label!r}")
        known = self._phrases.get(plain)
        if known is None:
            known = self._phrases[plain] = []
            first, _, rest = plain.partition(" ")
            length = rest.count(" ") + 2 if rest else 1
            if length > self._longest.get(first, 0):
                self._longest[first] = length
        for phrase in known:
            if phrase.marked == marked:
                break
        else:
            phrase = _Phrase(marked)
            known.append(phrase)
        phrase.marks_only |= marks_only
        phrase.plain_safe |= plain_safe
        phrase.hides |= hides
        if label not in phrase.labels:
            phrase.labels += (label,)

    def find(self, words: Words) -> Found:
        """Return the spans of every label; what lies inside a longer cue or trap is left out.

        A longer group phrase hides only the groups inside it, a longer literal nothing.
        """
        matches = [match for start in range(len(words)) for match in self._at(words, start)]
        matches.sort(key=lambda match: (match[0].start, -match[0].end))
        found: Found = {}
        hidden_to = grouped_to = (-1, 0)
        for span, phrase in matches:
            place = (span.start, span.end)
            if span.end <= hidden_to[1] and place != hidden_to:
                continue
            inside_group = span.end <= grouped_to[1] and place != grouped_to
            for label in phrase.labels:
                if inside_group and label[0] == "@":
                    continue
                spans = found.setdefault(label, [])
                if len(spans) < _MOST_SPANS:
                    spans.append(span)
            if phrase.hides and span.end > hidden_to[1] and span.factor >= SURE:
                hidden_to = place
            if span.end > grouped_to[1] and span.factor >= SURE and any(label[0] == "@" for label in phrase.labels):
                grouped_to = place
        return found

    def _at(self, words: Words, start: int) -> Iterable[tuple[Span, _Phrase]]:
        """Yield what begins at this word, for every reading of the next words."""
        for first_marked, first_plain in words.readings[start]:
            reads = [(first_marked, first_plain)]
            for end in range(start + 1, min(len(words), start + self._longest.get(first_plain, 0)) + 1):
                if end > start + 1:
                    reads = [
                        (f"{marked} {next_marked}", f"{plain} {next_plain}")
                        for marked, plain in reads
                        for next_marked, next_plain in words.readings[end - 1]
                    ][:_MOST_READINGS]
                for marked, plain in reads:
                    known = self._phrases.get(plain, ())
                    for phrase in known:
                        factor = self._factor(phrase, marked, plain, known, words)
                        if factor:
                            yield Span(start, end, factor), phrase

    def _factor(self, phrase: _Phrase, read: str, plain: str, known: Sequence[_Phrase], words: Words) -> float:
        """Return how surely the words read are this phrase: 1 exact, 0 another phrase."""
        single = " " not in plain
        if read == phrase.marked and (words.trusted or not single or phrase.plain_safe or _speaks_alone(read)):
            return 1.0
        if read != plain and read != phrase.marked:
            soft = _softness(read, phrase.marked, plain)
        else:
            soft = 1.0
        if not soft or phrase.marks_only:
            return 0.0
        if words.trusted:
            return 0.0 if single else _SOFT_FACTOR if soft < 1.0 else _LOOSE_FACTOR
        return self._plain_factor(phrase, plain, single, known, words)

    def _plain_factor(self, phrase: _Phrase, plain: str, single: bool, known: Sequence[_Phrase], words: Words) -> float:
        nears = self._unsafe.get(plain)
        if nears is not None:
            return _PLAIN_FACTOR if any(near in words.padded for near in nears) else 0.0
        if not phrase.plain_safe and (single or plain in self._guesses):
            return _GUESS_FACTOR
        rivals = sum(1 for other in known if other.labels != phrase.labels and not other.marks_only)
        return _PLAIN_FACTOR / (1 + rivals)


def _softness(read: str, marked: str, plain: str) -> float:
    """Return the share of words that only lack marks or confuse hook and tilde; 0 when one is another word."""
    soft, total = 0, 0
    for word, wanted, bare in zip(read.split(" "), marked.split(" "), plain.split(" "), strict=True):
        total += 1
        if word == wanted:
            continue
        if word != bare and word.translate(_FOLD) != wanted.translate(_FOLD):
            return 0.0
        soft += 1
    return soft / total


def _speaks_alone(word: str) -> bool:
    """Tell whether a word means itself even where marks are missing: it has marks, or is no Vietnamese syllable."""
    return not word.isascii() or len(word) > 6 or not word.isalpha()


def _plain_key(text: str) -> str:
    return strip_marks(normalise(text))
