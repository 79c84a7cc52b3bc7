"""Compiled keyword tables: finds the phrases of the data files in a message, longest first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from cases.lexicon_words import Words
from cases.text import normalise, strip_marks, tokens

MARKS_ONLY: Final = "!"  # prefix in the data: never match this phrase without diacritics
PLAIN_SAFE: Final = "~"  # prefix in the data: this single word is safe without diacritics

_PLAIN_FACTOR: Final = 0.9
_SOFT_FACTOR: Final = 0.7
_LOOSE_FACTOR: Final = 0.5
_FOLD: Final = str.maketrans("ảẳẩẻểỉỏổởủửỷđ", "ãẵẫẽễĩõỗỡũữỹd")  # hook and tilde are one tone from Nghệ An south

Found = dict[str, list["Span"]]


class Span(NamedTuple):
    """Where a phrase stands, in words, and how surely it was read (0..1)."""

    start: int
    end: int
    factor: float


@dataclass(slots=True)
class _Phrase:
    marked: tuple[str, ...]
    folded: tuple[str, ...]
    plain: tuple[str, ...]
    marks_only: bool
    plain_safe: bool
    labels: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Node:
    children: dict[str, _Node] = field(default_factory=dict)
    phrases: dict[tuple[str, ...], _Phrase] = field(default_factory=dict)


class Lexicon:
    """Phrases with labels, in a tree over their words without diacritics.

    In a message with marks a word must be written as in the phrase; a missing mark, or hook for tilde, is
    forgiven inside longer phrases. In a message without marks the stripped forms match, single words only if
    the data says that they are safe, colliding ones only near the words that `unsafe` names for them.
    """

    def __init__(self, unsafe: Mapping[str, Iterable[str]], not_safe: Iterable[str] = ()) -> None:
        self._root = _Node()
        self._unsafe = {_plain_key(key): [f" {_plain_key(near)} " for near in nears] for key, nears in unsafe.items()}
        self._not_safe = {_plain_key(plain) for plain in not_safe}
        self.vocabulary: set[str] = set()

    def add(self, phrase: str, label: str) -> None:
        """Add one phrase of the data under a label; a phrase may carry several labels."""
        marks_only, plain_safe = phrase.startswith(MARKS_ONLY), phrase.startswith(PLAIN_SAFE)
        marked = tuple(tokens(phrase))
        if not marked:
            raise ValueError(f"phrase without a word: {phrase!r}")
        node = self._root
        plain = tuple(map(strip_marks, marked))
        for word in plain:
            node = node.children.setdefault(word, _Node())
        known = node.phrases.get(marked)
        if known is None:
            folded = tuple(word.translate(_FOLD) for word in marked)
            known = node.phrases[marked] = _Phrase(marked, folded, plain, marks_only, plain_safe)
            self.vocabulary.update(marked)
        known.marks_only |= marks_only
        known.plain_safe |= plain_safe
        if label not in known.labels:
            known.labels.append(label)

    def find(self, words: Words) -> Found:
        """Return the spans of every label; a phrase inside a longer one is left out."""
        matches = [match for start in range(len(words)) for match in self._at(words, start)]
        matches.sort(key=lambda match: (match[0].start, -match[0].end))
        found: Found = {}
        reach = (0, 0)
        for span, labels in matches:
            if span.end <= reach[1] and (span.start, span.end) != reach:
                continue
            if span.end > reach[1]:
                reach = (span.start, span.end)
            for label in labels:
                found.setdefault(label, []).append(span)
        return found

    def _at(self, words: Words, start: int) -> Iterable[tuple[Span, list[str]]]:
        """Yield what begins at this word, walking the tree over every reading of the next words."""
        walks: list[tuple[_Node, tuple[str, ...]]] = [(self._root, ())]
        for place in range(start, len(words)):
            walks = [
                (child, (*read, marked))
                for node, read in walks
                for marked, plain in words.readings[place]
                if (child := node.children.get(plain)) is not None
            ]
            if not walks:
                return
            for node, read in walks:
                for phrase in node.phrases.values():
                    factor = self._factor(phrase, read, node, words)
                    if factor:
                        yield Span(start, place + 1, factor), phrase.labels

    def _factor(self, phrase: _Phrase, read: tuple[str, ...], node: _Node, words: Words) -> float:
        """Return how surely the words read are this phrase: 1 exact, 0 another phrase."""
        if read == phrase.marked and (words.trusted or len(read) > 1 or len(node.phrases) == 1):
            return 1.0
        soft = 0
        for place, word in enumerate(read):
            if word == phrase.marked[place]:
                continue
            if word != phrase.plain[place] and word.translate(_FOLD) != phrase.folded[place]:
                return 0.0
            soft += 1
        if phrase.marks_only:
            return 0.0
        if words.trusted:
            return 0.0 if len(read) == 1 else _SOFT_FACTOR if soft < len(read) else _LOOSE_FACTOR
        return self._plain_factor(phrase, node, words)

    def _plain_factor(self, phrase: _Phrase, node: _Node, words: Words) -> float:
        key = " ".join(phrase.plain)
        nears = self._unsafe.get(key)
        if nears is not None:
            return _PLAIN_FACTOR if any(near in words.padded for near in nears) else 0.0
        if not phrase.plain_safe and (len(phrase.plain) == 1 or key in self._not_safe):
            return 0.0
        rivals = sum(1 for other in node.phrases.values() if other.labels != phrase.labels and not other.marks_only)
        return _PLAIN_FACTOR / (1 + rivals)


def _plain_key(text: str) -> str:
    return strip_marks(normalise(text))
