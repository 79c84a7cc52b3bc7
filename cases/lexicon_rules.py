"""The small rule language of `data/suggest.yaml`: word groups and phrases that stand near each other."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from cases.lexicon import SURE, Found, Lexicon, Span

NEAR: Final = 8
"""Words that may stand between two parts of a rule joined by `+` or `>`: about one spoken clause."""

_SPLIT: Final = re.compile(r" ([+>=&^]) ")


@dataclass(frozen=True, slots=True)
class Rule:
    """A conclusion with its weight, and the parts that must be found for it."""

    says: str
    weight: float
    parts: tuple[tuple[str, tuple[str, ...]], ...]


def parse_rules(section: Mapping[str, Sequence[str]], lexicon: Lexicon) -> list[Rule]:
    """Read lines like `"3 @road + @broken|hư hỏng ^ @new_work"`; literal phrases are added to the lexicon.

    `+` near in any order, `>` near and after, `=` right after, `&` anywhere, `^` nowhere in the message; `|` joins alternatives.
    Raises ValueError on a line that does not begin with a number.
    """
    rules = [_parse(says, line) for says, lines in section.items() for line in lines]
    labels = {label for rule in rules for _, names in rule.parts for label in names}
    lexicon.add_literals(sorted(label[1:] for label in labels if label[0] == "'"))
    return rules


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


def fire(rule: Rule, found: Found) -> Span | None:
    """Return where the rule holds: the place of its first part with the sureness of all of them, or None."""
    here: list[Span] = []
    first: Span | None = None
    sure = 1.0
    for sign, labels in rule.parts:
        spans = found.get(labels[0], []) if len(labels) == 1 else [s for name in labels for s in found.get(name, ())]
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
