"""The small rule language of `data/suggest.yaml`: word groups and phrases that stand near each other."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from cases.lexicon import Found, Lexicon, Span

NEAR: Final = 8
"""Words that may stand between two parts of a rule joined by `+` or `>`: about one spoken clause."""

_SPLIT: Final = re.compile(r" ([+>&^]) ")


@dataclass(frozen=True, slots=True)
class Rule:
    """A conclusion with its weight, and the parts that must be found for it."""

    says: str
    weight: float
    parts: tuple[tuple[str, tuple[str, ...]], ...]


def parse_rule(says: str, line: str, lexicon: Lexicon) -> Rule:
    """Read `"3 @road + @broken|hư hỏng ^ @new_work"`; literal phrases are added to the lexicon.

    `+` near in any order, `>` near and after, `&` anywhere, `^` nowhere in the message; `|` joins alternatives.
    Raises ValueError on a line that does not begin with a number.
    """
    weight, _, rest = line.strip().partition(" ")
    pieces = ["&", *_SPLIT.split(rest)]
    parts = tuple(
        (sign, tuple(_label(name.strip(), lexicon) for name in names.split("|")))
        for sign, names in zip(pieces[::2], pieces[1::2], strict=True)
    )
    return Rule(says, float(weight), parts)


def fire(rule: Rule, found: Found) -> Span | None:
    """Return where the rule holds (its first part), or None."""
    here: list[Span] = []
    first: Span | None = None
    for sign, labels in rule.parts:
        spans = found.get(labels[0], []) if len(labels) == 1 else [s for name in labels for s in found.get(name, ())]
        if sign == "^":
            if spans:
                return None
            continue
        here = spans if sign == "&" else list(_near(here, spans, ordered=sign == ">"))
        if not here:
            return None
        first = first or here[0]
    return first


def _near(before: list[Span], after: list[Span], *, ordered: bool) -> Iterable[Span]:
    for span in after:
        for other in before:
            gap = span.start - other.end
            if 0 <= gap <= NEAR or (not ordered and 0 <= other.start - span.end <= NEAR):
                yield span
                break


def _label(name: str, lexicon: Lexicon) -> str:
    if name.startswith(("@", "#")):
        return name
    label = f"'{name}"
    lexicon.add(name, label)
    return label
