"""Tells danger now from danger past, feared or only spoken of, and names the number to call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from cases.lexicon import SURE, Found, Lexicon
from cases.lexicon_rules import fire, parse_rules
from cases.lexicon_words import Words

THRESHOLD: Final = 3.5
"""Score from which the numbers come before everything else. In doubt they do: a needless line costs less than a life."""

_DECAY: Final = (1.0, 0.7, 0.5, 0.4, 0.3)
_CALM_DECAY: Final = (1.0, 0.8, 0.6, 0.5)
_SUICIDE: Final = "suicide"
_NOW, _CALM = "now", "calm"
_GUESS: Final = 0.3  # sureness below which a rule of guessed words says nothing
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

    def __init__(self, section: Mapping[str, Any], lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._numbers: Mapping[str, str] = section.get("number", {})
        self._rules = parse_rules(section.get("rules", {}), lexicon)
        self._cues: dict[str, tuple[str, float]] = {}
        for kind, by_weight in section.get("cues", {}).items():
            for weight, phrases in by_weight.items():
                for label in lexicon.add_cues(phrases, kind):
                    self._cues[label] = (kind, float(weight))

    def detect(self, words: Words) -> Danger:
        """Return the gravest danger now; its number is "" when nothing threatens."""
        scores = self._scores(self._lexicon.find(words))
        now, calm = scores.pop(_NOW, 0.0), scores.pop(_CALM, 0.0)
        if not scores:
            return Danger("", "", 0.0, False)
        kind = max(scores, key=lambda name: scores[name])
        distress = kind == _SUICIDE
        score = scores[kind] + now - (0.5 if distress else 1.0) * calm - (_LONG_COST if len(words) > _LONG else 0.0)
        if score < THRESHOLD:
            return Danger("", "", score, False)
        kind = "medical" if distress else kind
        return Danger(kind, self._numbers[kind], score, distress)

    def _scores(self, found: Found) -> dict[str, float]:
        weights: dict[str, list[float]] = {}
        for label, spans in found.items():
            cue = self._cues.get(label)
            if cue is not None and spans[0].factor >= SURE:
                weights.setdefault(cue[0], []).append(cue[1] * spans[0].factor)
        for rule in self._rules:
            span = fire(rule, found)
            if span is not None and span.factor > _GUESS:
                weights.setdefault(rule.says, []).append(rule.weight * span.factor)
        return {
            says: _decayed(values, _CALM_DECAY if says == _CALM else _DECAY) for says, values in weights.items()
        }


def _decayed(values: list[float], decay: tuple[float, ...]) -> float:
    ranked = sorted(values, reverse=True)
    return sum(value * factor for value, factor in zip(ranked, decay, strict=False))
