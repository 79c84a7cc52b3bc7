"""Scores the topics of a message by weighed phrases and rules; only the taxonomy says which body a topic goes to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from cases.lexicon import SURE, Found, Label, Lexicon, Span, plain_forms
from cases.lexicon_rules import Rules
from cases.lexicon_words import Words
from cases.model import Subject

_NOT_A_MATTER: Final = ("praise", "question.", "emergency.", "spam.", "offtopic.", "abuse.", "other")
_DECAY: Final = (1.0, 0.7, 0.5, 0.4, 0.3, 0.2)
_BY_LENGTH: Final = {1: 1.2, 2: 1.8}  # weight of a keyword of the taxonomy by its words; longer is surer
_LONGER: Final = 2.2
_ONLY_A_PLACE: Final = 0.3  # share that counts of a phrase that only says where
_GUESS: Final = 0.2  # sureness below which a rule of guessed words says nothing
_MOST_ISSUES: Final = 5


class _Evidence(NamedTuple):
    topic: str
    weight: float
    sentence: int


@dataclass(frozen=True, slots=True)
class Collisions:
    """What stripped forms may not mean: `unsafe` needs one of its contexts, `guesses` need another word beside."""

    unsafe: Mapping[str, list[str]]
    guesses: frozenset[str]

    @classmethod
    def from_data(cls, taxonomy: Mapping[str, Any], keywords: Iterable[Mapping[str, str]]) -> Collisions:
        """Read the table of the taxonomy and the column `plain_safe` of the keyword rows."""
        entries = taxonomy.get("unsafe_without_diacritics", ())
        keys = plain_forms([str(entry["stripped"]) for entry in entries])
        unsafe = {key: plain_forms(entry["need_any"]) for key, entry in zip(keys, entries, strict=True)}
        guesses = plain_forms([row["plain"] for row in keywords if row["plain_safe"] == "no"])
        return cls(unsafe, frozenset(guesses))


@dataclass(frozen=True, slots=True)
class Scored:
    """The score of every topic that was seen; `ranked` holds those that can be reported, best first."""

    scores: Mapping[str, float]
    ranked: list[tuple[str, float]]
    names_post: bool
    by_sentence: Mapping[int, Mapping[str, float]]

    @property
    def best(self) -> float:
        """The best score of a topic that can be reported, or 0."""
        return self.ranked[0][1] if self.ranked else 0.0

    def better(self, one: str, other: str) -> str:
        """Return the higher of two topics, the second when equal."""
        return one if self.scores.get(one, 0.0) > self.scores.get(other, 0.0) else other

    def misconduct(self) -> str:
        """Return what the holder of a post is said to have done, for a denunciation that names one."""
        conduct = (code for code, _ in self.ranked if code.startswith("official.") and code != "official.retaliation")
        return next(conduct, "official.corruption")

    def issues(self, enough: float, enumerated: int) -> int:
        """Count the separate matters: sentences led by different topics, or what the sender numbers."""
        leaders = set()
        for topics in self.by_sentence.values():
            code = max(topics, key=lambda name: topics[name])
            if topics[code] >= enough:
                leaders.add(code)
        return min(_MOST_ISSUES, max(1, len(leaders), enumerated))


class TopicScorer:
    """The topic table of the taxonomy with its keywords, cues and rules compiled."""

    def __init__(self, taxonomy: Mapping[str, Any], extra: Mapping[str, Any], collisions: Collisions) -> None:
        """Raise ValueError for cues or rules about a topic that the taxonomy does not have."""
        self.topics: dict[str, tuple[Subject, str]] = {
            code: (Subject(entry["subject"]), str(entry["body"])) for code, entry in taxonomy["topics"].items()
        }
        self._rules = Rules(extra.get("rules", {}))
        self._scale = {str(family): float(factor) for family, factor in extra.get("scale", {}).items()}
        unknown = (set(extra.get("rules", {})) | set(extra.get("cues", {}))) - set(self.topics)
        if unknown:
            raise ValueError(f"suggest data names unknown topics: {', '.join(sorted(unknown))}")
        entries = [*_entries(taxonomy["topics"], extra), *self._rules.literals()]
        self.lexicon = Lexicon(entries, collisions.unsafe, collisions.guesses)

    def labels(self) -> set[str]:
        """Return every label that some rule looks for."""
        return self._rules.labels

    def score(self, words: Words) -> Scored:
        """Return the topics of a message with their scores."""
        found, cues = self.lexicon.find(words)
        for name, places in words.signs.items():
            found[f"#{name}"] = [Span(place, place + 1, 1.0) for place in places]
        evidence = [
            _Evidence(says, weight * span.factor * _where(span, found), words.sentences[span.start])
            for says, weight, span in cues
        ]
        evidence += [
            _Evidence(rule.says, rule.weight * span.factor, words.sentences[span.start])
            for rule, span in self._rules.fired(found)
            if span.factor > _GUESS
        ]
        scores = self._sum(evidence)
        names_post = any(span.factor >= SURE for span in found.get("@post", ()))
        return Scored(scores, _ranked(scores), names_post, self._by_sentence(evidence))

    def _by_sentence(self, evidence: list[_Evidence]) -> dict[int, dict[str, float]]:
        parts: dict[int, list[_Evidence]] = {}
        for item in evidence:
            if not item.topic.startswith(_NOT_A_MATTER):
                parts.setdefault(item.sentence, []).append(item)
        return {sentence: self._sum(items) for sentence, items in parts.items()}

    def _sum(self, evidence: list[_Evidence]) -> dict[str, float]:
        """Add up each topic's evidence, the strongest in full, the rest less and less."""
        weights: dict[str, list[float]] = {}
        for item in evidence:
            weights.setdefault(item.topic, []).append(item.weight)
        return {
            topic: self._scale.get(topic.partition(".")[0], 1.0)
            * sum(weight * factor for weight, factor in zip(sorted(values, reverse=True), _DECAY, strict=False))
            for topic, values in weights.items()
        }


def _entries(topics: Mapping[str, Any], extra: Mapping[str, Any]) -> list[tuple[str, Label]]:
    """Return groups and cues: keywords weighed by length, then the weights of suggest.yaml, which stand above."""
    entries: list[tuple[str, Label]] = [(phrases, f"@{name}") for name, phrases in extra.get("groups", {}).items()]
    for topic, entry in topics.items():
        for phrase in entry.get("kw", ()):
            entries.append((phrase, (topic, _BY_LENGTH.get(len(phrase.split()), _LONGER))))
    for topic, by_weight in extra.get("cues", {}).items():
        entries += [(phrases, (topic, float(weight))) for weight, phrases in by_weight.items()]
    return entries


def _ranked(scores: Mapping[str, float]) -> list[tuple[str, float]]:
    matters = [(code, score) for code, score in scores.items() if not code.startswith(_NOT_A_MATTER)]
    return sorted(matters, key=lambda pair: -pair[1])


def _where(span: Span, found: Found) -> float:
    """Return what counts of a phrase: little when it only says where (`trước chợ`, `cổng trường`)."""
    if span not in found.get("@place", ()):
        return 1.0
    return _ONLY_A_PLACE if any(0 <= span.start - near.end <= 1 for near in found.get("@at", ())) else 1.0
