"""Tells danger now from danger past, feared or spoken of, and names the number to call (domain: precision both ways)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from cases.lexicon import SURE, Found, Lexicon
from cases.lexicon_rules import fire, parse_rules
from cases.lexicon_words import Words

THRESHOLD: Final = 3.4
"""Danger score from which the emergency numbers come first. Tuned on half "a" of the extra messages."""

_DECAY: Final = (1.0, 0.6, 0.4, 0.3)
_NOW: Final = 1.5
_ASKS_HELP: Final = 1.5
_LONG: Final = 60  # words; people in danger write short


@dataclass(frozen=True, slots=True)
class Danger:
    """What threatens now: a topic tail (`fire`), the number to call, and desperate words."""

    kind: str
    number: str
    score: float
    distress: bool


NO_DANGER: Final = Danger("", "", 0.0, False)


class EmergencyDetector:
    """Scores danger by the rules of `data/suggest.yaml`, section `emergency`."""

    def __init__(self, section: Mapping[str, Any], lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._numbers: Mapping[str, str] = section.get("number", {})
        self._rules = parse_rules(section.get("rules", {}), lexicon)

    def detect(self, words: Words) -> Danger:
        """Return the gravest danger now, or `NO_DANGER`."""
        found = self._lexicon.find(words)
        scores = self._scores(found)
        if not scores:
            return NO_DANGER
        distress = any(span.factor >= SURE for span in found.get("@suicide", ()))
        kind = max(scores, key=lambda name: scores[name])
        balance = self._balance(found, words, distress and kind == "medical")
        score = scores[kind] + balance
        if score < THRESHOLD:
            return Danger("", "", score, False)
        return Danger(kind, self._numbers[kind], score, distress)

    def _scores(self, found: Found) -> dict[str, float]:
        weights: dict[str, list[float]] = {}
        for rule in self._rules:
            span = fire(rule, found)
            if span is not None and span.factor > 0.3:
                weights.setdefault(rule.says, []).append(rule.weight * span.factor)
        return {kind: _decayed(values) for kind, values in weights.items()}

    def _balance(self, found: Found, words: Words, distress: bool) -> float:
        """Return what the time and the manner of telling add to the danger or take from it."""
        now = _count(found, "@now")
        total = _NOW * min(now, 2) ** 0.5 + (_ASKS_HELP if _count(found, "@asks_help") else 0.0)
        total -= 2.5 * min(_count(found, "@past"), 2) ** 0.5
        total -= (0.5 if distress else 1.5) * min(_count(found, "@feared"), 2) ** 0.5
        total -= 2.0 * min(_count(found, "@habit"), 2) ** 0.5
        total -= 1.5 * min(_count(found, "@story"), 3)
        return total - (1.5 if len(words) > _LONG else 0.0)


def _decayed(values: list[float]) -> float:
    ranked = sorted(values, reverse=True)
    return sum(value * factor for value, factor in zip(ranked, _DECAY, strict=False))


def _count(found: Found, label: str) -> int:
    return sum(1 for span in found.get(label, ()) if span.factor >= SURE)
