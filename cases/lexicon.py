"""Compiled keyword tables: finds the phrases of the data files in a message, longest first."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from cases.lexicon_words import Reading, Words
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
_MOST_SPANS: Final = 24  # of one label in one message: keeps repeated words from costing squares
_MOST_READINGS: Final = 8
_SIGNS: Final = re.compile(r"[^\w\s,!~]+|_")
_FOLD: Final = str.maketrans("ảẳẩẻểỉỏổởủửỷđ", "ãẵẫẽễĩõỗỡũữỹd")  # hook and tilde are one tone from Nghệ An south

Cue = tuple[str, float]  # what a phrase speaks for, and how much
Label = str | Cue  # "@group", "'literal of a rule", or a cue


class Span(NamedTuple):
    """Where a phrase stands, in words, and how surely it was read (0..1)."""

    start: int
    end: int
    factor: float


class CueSpan(NamedTuple):
    """A cue found: what it speaks for, its weight, where it stands first."""

    says: str
    weight: float
    span: Span


Found = dict[str, list[Span]]


@dataclass(slots=True)
class _Phrase:
    marked: str
    plain: str
    marks_only: bool = False
    plain_safe: bool = False
    labels: list[str] = field(default_factory=list)
    cues: dict[str, float] = field(default_factory=dict)

    @property
    def hides(self) -> bool:
        return bool(self.cues) or TRAP in self.labels


class _Bucket(NamedTuple):
    """The phrases of one first word by their plain form, and the beginnings of these forms."""

    phrases: dict[str, list[_Phrase]]
    heads: set[str]


class Lexicon:
    """Phrases under labels, looked up by their words without diacritics.

    In a message with marks a word must be written as in the phrase; a missing mark, or hook for tilde, is forgiven
    inside longer phrases. In a message without marks the stripped forms match; a single word only as a guess
    (`SURE`) unless the data says that it is safe, a colliding one only near what `unsafe` names for it.

    Phrases are sorted by their first word at once and worked out when that word first occurs, so that building
    stays cheap. Of two cues for the same phrase and conclusion the later stands.
    """

    def __init__(
        self, entries: Iterable[tuple[str, Label]], unsafe: Mapping[str, Sequence[str]], guesses: Collection[str]
    ) -> None:
        """Take lists of phrases separated by commas, each list with its label.

        `unsafe` gives colliding stripped forms with the words that settle them, `guesses` stripped forms that are
        only guesses, both as `plain_forms` writes them. Raises ValueError on an empty phrase.
        """
        lists = [(_cleaned(phrases), label) for phrases, label in entries]
        self._forms = _forms(set(_bare(" ".join(text for text, _ in lists)).replace(",", " ").split()))
        self._waiting: dict[str, list[tuple[str, Label]]] = {}
        self._ready: dict[str, _Bucket] = {}
        self._unsafe = unsafe
        self._guesses = guesses
        for text, label in lists:
            for phrase in text.split(","):
                phrase = phrase.strip()
                first = phrase.partition(" ")[0]
                form = self._forms.get(first) or self._forms.get(_bare(first))
                if form is None:
                    raise ValueError(f"empty phrase under {label!r}")
                self._waiting.setdefault(form[1], []).append((phrase, label))

    @property
    def vocabulary(self) -> set[str]:
        """Every word, with its marks, that some phrase holds."""
        return {marked for marked, _ in self._forms.values()}

    def find(self, words: Words) -> tuple[Found, list[CueSpan]]:
        """Return the spans of every label, and the cues; what lies inside a longer cue or trap is left out.

        A longer phrase that is only in groups hides only the groups inside it; a longer literal nothing.
        """
        matches: list[tuple[Span, _Phrase]] = []
        for start, readings in enumerate(words.readings):
            for first in readings:
                bucket = self._ready.get(first[1]) or self._bucket(first[1])
                if bucket.phrases:
                    self._collect(words, start, first, bucket, matches)
        matches.sort(key=lambda match: (match[0].start, -match[0].end))
        found: Found = {}
        cues: dict[tuple[str, str], CueSpan] = {}
        hidden_to = grouped_to = (-1, 0)
        for span, phrase in matches:
            place = (span.start, span.end)
            if span.end <= hidden_to[1] and place != hidden_to:
                continue
            in_group = span.end <= grouped_to[1] and place != grouped_to
            for label in phrase.labels:
                if not (in_group and label[0] == "@"):
                    found.setdefault(label, []).append(span)
            if span.factor >= SURE:
                for says, weight in phrase.cues.items():
                    cues.setdefault((says, phrase.marked), CueSpan(says, weight, span))
                if phrase.hides and span.end > hidden_to[1]:
                    hidden_to = place
                if span.end > grouped_to[1] and any(label[0] == "@" for label in phrase.labels):
                    grouped_to = place
        return {label: spans[:_MOST_SPANS] for label, spans in found.items()}, list(cues.values())

    def _collect(
        self, words: Words, start: int, first: Reading, bucket: _Bucket, matches: list[tuple[Span, _Phrase]]
    ) -> None:
        """Add what begins here with this reading, for every reading of the next words, while some phrase goes on."""
        reads = [first]
        for end in range(start + 1, len(words) + 1):
            if end > start + 1:
                reads = [
                    (f"{marked} {more_marked}", longer)
                    for marked, plain in reads
                    for more_marked, more_plain in words.readings[end - 1]
                    if (longer := f"{plain} {more_plain}") in bucket.heads
                ][:_MOST_READINGS]
            if not reads:
                return
            for marked, plain in reads:
                rivals = bucket.phrases.get(plain)
                for phrase in rivals or ():
                    factor = self._factor(phrase, marked, rivals or [], words)
                    if factor:
                        matches.append((Span(start, end, factor), phrase))

    def _bucket(self, first: str) -> _Bucket:
        """Return the phrases that begin with this word without marks."""
        ready = self._ready.get(first)
        if ready is None:
            ready = self._ready[first] = self._work_out(self._waiting.get(first, ()))
        return ready

    def _work_out(self, waiting: Iterable[tuple[str, Label]]) -> _Bucket:
        bucket = _Bucket({}, set())
        for raw, label in waiting:
            forms = [self._forms[word] for word in _bare(raw).split()]
            marked, plain = " ".join(form[0] for form in forms), " ".join(form[1] for form in forms)
            same = bucket.phrases.setdefault(plain, [])
            phrase = next((known for known in same if known.marked == marked), None)
            if phrase is None:
                phrase = _Phrase(marked, plain)
                same.append(phrase)
                bucket.heads.update(" ".join(form[1] for form in forms[:size]) for size in range(1, len(forms) + 1))
            phrase.marks_only |= MARKS_ONLY in raw
            phrase.plain_safe |= PLAIN_SAFE in raw
            if isinstance(label, tuple):
                phrase.cues[label[0]] = label[1]
            elif label not in phrase.labels:
                phrase.labels.append(label)
        return bucket

    def _factor(self, phrase: _Phrase, read: str, rivals: list[_Phrase], words: Words) -> float:
        """Return how surely the words read are this phrase: 1 exact, 0 another phrase."""
        single = " " not in read
        if read == phrase.marked and (words.trusted or not single or phrase.plain_safe or _speaks_alone(read)):
            return 1.0
        soft = _softness(read, phrase)
        if not soft or phrase.marks_only:
            return 0.0
        if words.trusted:
            return 0.0 if single else _SOFT_FACTOR if soft < 1.0 else _LOOSE_FACTOR
        nears = self._unsafe.get(phrase.plain)
        if nears is not None:
            return _PLAIN_FACTOR if any(f" {near} " in words.padded for near in nears) else 0.0
        if not phrase.plain_safe and (single or phrase.plain in self._guesses):
            return _GUESS_FACTOR
        others = sum(
            1 for other in rivals if (other.labels, other.cues) != (phrase.labels, phrase.cues) and not other.marks_only
        )
        return _PLAIN_FACTOR / (1 + others)


def _softness(read: str, phrase: _Phrase) -> float:
    """Return the share of words that only lack marks or confuse hook and tilde; 0 when one is another word."""
    if read in (phrase.plain, phrase.marked):
        return 1.0
    soft = total = 0
    for word, wanted, bare in zip(read.split(" "), phrase.marked.split(" "), phrase.plain.split(" "), strict=True):
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


def _cleaned(phrases: str) -> str:
    lowered = phrases.lower()
    return lowered if lowered.replace(" ", "").isalnum() else _SIGNS.sub(" ", lowered)


def _bare(phrase: str) -> str:
    return phrase.replace(MARKS_ONLY, "").replace(PLAIN_SAFE, "")


def _forms(words: set[str]) -> dict[str, tuple[str, str]]:
    """Return each word's folded form and that form without marks, folding all in one go."""
    if not words:
        return {}
    raw = sorted(words)
    marked = normalise("\n".join(raw)).split("\n")
    plain = strip_marks("\n".join(marked)).split("\n")
    return dict(zip(raw, zip(marked, plain, strict=True), strict=True))


def plain_forms(texts: Sequence[str]) -> list[str]:
    """Return the texts folded and without marks, in one go; a text may not hold a line break."""
    return strip_marks(normalise("\n".join(texts))).split("\n") if texts else []
