"""Tells danger now from danger past, feared or only spoken of, and names the number to call."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from cases.lexicon import Label, Lexicon
from cases.lexicon_rules import Rules
from cases.lexicon_words import Words

THRESHOLD: Final = 3.1
"""Score from which the numbers come before everything else. In doubt they do: a needless line costs
less than a life."""
DOUBT: Final = 1.0
"""Score from which they are named in a line beside the next question: of 906 texts without danger 59 reach it."""

_DECAY: Final = (1.0, 0.7, 0.5, 0.4, 0.3)
_CALM_DECAY: Final = (1.0, 0.8, 0.6, 0.5)
_SUICIDE: Final = "suicide"
_NOW, _CALM, _CRY = "now", "calm", "cry"
_DISTRESS_CALM: Final = 0.5  # desperate people look back and ask for nothing: calm words weigh half
_GUESS: Final = 0.3  # sureness below which a rule of guessed words says nothing
_SHORT: Final = 10  # words; a cry for help as short as this may be all that somebody could type
_LONG: Final = 60  # words; people in danger write short
_LONG_COST: Final = 1.5


@dataclass(frozen=True, slots=True)
class Danger:
    """What threatens now: a topic tail (`fire`) or "", the number to call or "", and desperate words."""

    kind: str
    number: str
    score: float
    distress: bool


class EmergencyDetector:
    """Weighs danger against calm by the section `emergency` of `data/suggest.yaml`."""

    def __init__(self, section: Mapping[str, Any], guesses: Collection[str]) -> None:
        self._numbers: Mapping[str, str] = section.get("number", {})
        self._rules = Rules(section.get("rules", {}))
        entries: list[tuple[str, Label]] = [
            (phrases, f"@{name}") for name, phrases in section.get("groups", {}).items()
        ]
        for kind, by_weight in section.get("cues", {}).items():
            entries += [(phrases, (kind, float(weight))) for weight, phrases in by_weight.items()]
        self.lexicon = Lexicon([*entries, *self._rules.literals()], {}, guesses)

    def labels(self) -> set[str]:
        """Return every label that some rule looks for."""
        return self._rules.labels

    def detect(self, words: Words) -> Danger:
        """Return the gravest danger now; its number is "" when nothing threatens."""
        scores = self._scores(words)
        now, calm, cry = (scores.pop(name, 0.0) for name in (_NOW, _CALM, _CRY))
        if not scores:
            return Danger("", "", cry - calm if len(words) <= _SHORT else 0.0, False)
        kind = max(scores, key=lambda name: scores[name])
        distress = kind == _SUICIDE
        score = scores[kind] + now - calm * (_DISTRESS_CALM if distress else 1.0)
        if len(words) > _LONG:
            score -= _LONG_COST
        if score < THRESHOLD:
            return Danger("", "", score, False)
        kind = "medical" if distress else kind
        return Danger(kind, self._numbers[kind], score, distress)

    def _scores(self, words: Words) -> dict[str, float]:
        found, cues = self.lexicon.find(words)
        weights: dict[str, list[float]] = {}
        for says, weight, span in cues:
            weights.setdefault(says, []).append(weight * span.factor)
        for rule, span in self._rules.fired(found):
            if span.factor > _GUESS:
                weights.setdefault(rule.says, []).append(rule.weight * span.factor)
        return {says: _decayed(values, _CALM_DECAY if says == _CALM else _DECAY) for says, values in weights.items()}


def _decayed(values: list[float], decay: tuple[float, ...]) -> float:
    ranked = sorted(values, reverse=True)
    return sum(value * factor for value, factor in zip(ranked, decay, strict=False))
