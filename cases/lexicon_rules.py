"""The small rule language of `data/suggest.yaml`: word groups and phrases that stand near each other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from cases.lexicon import SURE, Found, Span

NEAR: Final = 8
"""Words that may stand between two parts of a rule joined by `+` or `>`: about one spoken clause."""

_SPLIT: Final = re.compile(r" ([+>=&^]) ")


@dataclass(frozen=True, slots=True)
class Rule:
    """A conclusion with its weight, and the parts that must be found for it: a sign and alternative labels."""

    says: str
    weight: float
    parts: tuple[tuple[str, tuple[str, ...]], ...]


class Rules:
    """Rules indexed by what their first part looks for: a message wakes only a few of them."""

    def __init__(self, section: Mapping[str, Sequence[str]]) -> None:
        """Read lines like `"3 @road + @broken|hư hỏng ^ @new_work"`.

        `+` near in any order, `>` near and after, `=` right after, `&` anywhere, `^` nowhere in the message;
        `|` joins alternatives. Raises ValueError on a line that does not begin with a number.
        """
        self.rules = [_parse(says, line) for says, lines in section.items() for line in lines]
        self.labels = {label for rule in self.rules for _, names in rule.parts for label in names}
        self._by_first: dict[str, list[int]] = {}
        for number, rule in enumerate(self.rules):
            for label in rule.parts[0][1]:
                self._by_first.setdefault(label, []).append(number)

    def literals(self) -> list[tuple[str, str]]:
        """Return the literal phrases of the rules, each with its label, for the lexicon."""
        return [(label[1:], label) for label in sorted(self.labels) if label[0] == "'"]

    def fired(self, found: Found) -> Iterator[tuple[Rule, Span]]:
        """Yield the rules that hold, each with the place of its first part and the sureness of all of them."""
        awake = {number for label in found for number in self._by_first.get(label, ())}
        for number in sorted(awake):
            span = _fire(self.rules[number], found)
            if span is not None:
                yield self.rules[number], span


def _parse(says: str, line: str) -> Rule:
    weight, _, rest = line.strip().partition(" ")
    pieces = ["&", *_SPLIT.split(rest)]
    parts = tuple(
        (sign, tuple(_label(name.strip()) for name in names.split("|")))
        for sign, names in zip(pieces[::2], pieces[1::2], strict=True)
    )
    return Rule(says, float(weight), parts)


def _label(name: str) -> str:
    return name if name.startswith(("@", "#")) else f"'{name}"


def _fire(rule: Rule, found: Found) -> Span | None:
    for sign, labels in rule.parts[1:]:  # most rules end here: a part of theirs is not in the message at all
        if sign != "^" and found.keys().isdisjoint(labels):
            return None
    here: list[Span] = []
    first: Span | None = None
    sure = 1.0
    for sign, labels in rule.parts:
        spans = [span for label in labels for span in found.get(label, ())]
        if sign == "^":
            if any(span.factor >= SURE for span in spans):
                return None
            continue
        here = spans if sign == "&" else [span for span in spans if any(_joins(sign, one, span) for one in here)]
        if not here:
            return None
        first = first or here[0]
        sure *= max(span.factor for span in here)
    return first and Span(first.start, first.end, sure)


def _joins(sign: str, before: Span, after: Span) -> bool:
    gap = after.start - before.end
    if sign == "=":
        return 0 <= gap <= 1
    return 0 <= gap <= NEAR or (sign == "+" and 0 <= before.start - after.end <= NEAR)
