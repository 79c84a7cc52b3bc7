"""What is said, by key and language: texts are data (`data/texts/<language>/*.yaml`), Vietnamese is the source.

A sentence whose placeholder is empty is left out, so that every text stays usable in a commune that has not filled
in its telephone number. A last line of `[label] [label]` holds the labels of the choices offered with the text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from cases.names import read_as

SOURCE = "vi"
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_SENTENCE_END = re.compile(r"(?<=[.!?;])[ \t]+")
_LABELS = re.compile(r"\[([^\[\]]+)\]")


class UnknownText(KeyError):
    """No such key: a mistake in the program, or a text file with a line missing."""


class _Parts(NamedTuple):
    """A text taken apart: sentences with their placeholders by line, labels, and the whole where it has no values."""

    lines: tuple[tuple[tuple[str, tuple[str, ...]], ...], ...]
    labels: tuple[str, ...]
    fixed: str | None


class Wording:
    """All texts of one installation."""

    def __init__(self, texts: Mapping[str, Mapping[str, str]]) -> None:
        if SOURCE not in texts:
            raise UnknownText(SOURCE)
        self._texts = texts
        self._parts = lru_cache(maxsize=4096)(self._split)

    @property
    def languages(self) -> tuple[str, ...]:
        """Languages present, the source first."""
        return (SOURCE, *sorted(name for name in self._texts if name != SOURCE))

    def say(self, key: str, lang: str = SOURCE, /, **values: object) -> str:
        """The text with its values; raises `UnknownText`, or KeyError for a value that was not given."""
        split, _, fixed = self._parts(key, lang)
        if fixed is not None:
            return fixed
        lines = []
        for line in split:
            kept = [_fill(sentence, names, values, lang) for sentence, names in line]
            sentences = [sentence for sentence in kept if sentence is not None]
            if sentences or not line:
                lines.append(" ".join(sentences))
        return "\n".join(lines).strip()

    def labels(self, key: str, lang: str = SOURCE) -> tuple[str, ...]:
        """Labels of the choices offered with this text, in order."""
        return self._parts(key, lang).labels

    def has(self, key: str) -> bool:
        """Whether the source language knows this key."""
        return key in self._texts[SOURCE]

    def _split(self, key: str, lang: str) -> _Parts:
        text = self._texts.get(lang, {}).get(key) or self._texts[SOURCE].get(key)
        if text is None:
            raise UnknownText(key)
        lines = text.strip().split("\n")
        labels: tuple[str, ...] = ()
        if lines and lines[-1].lstrip().startswith("[") and lines[-1].rstrip().endswith("]"):
            labels = tuple(_LABELS.findall(lines.pop()))
        split = tuple(_sentences(line) for line in lines)
        has_values = any(names for line in split for _, names in line)
        fixed = None if has_values else "\n".join(" ".join(part for part, _ in line) for line in split).strip()
        return _Parts(split, labels, fixed)


def _sentences(line: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if not line.strip():
        return ()
    return tuple((part, tuple(_PLACEHOLDER.findall(part))) for part in _SENTENCE_END.split(line.strip()))


def _fill(sentence: str, names: tuple[str, ...], values: Mapping[str, object], lang: str) -> str | None:
    if not names:
        return sentence
    if any(values[name] in ("", None) for name in names):
        return None
    return _PLACEHOLDER.sub(lambda match: _shown(values[match[1]], lang), sentence)


def _shown(value: object, lang: str) -> str:
    return read_as(value, lang) if isinstance(value, str) else str(value)
