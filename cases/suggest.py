"""Suggests kind, subject, topics, body and emergency of a message; the resident's tap decides."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from cases.emergency import DOUBT, Danger, EmergencyDetector
from cases.english import EnglishWords
from cases.lexicon_words import Reader
from cases.model import Kind, Subject
from cases.suggest_kind import KindRules, Reading
from cases.suggest_topics import Collisions, Scored, TopicScorer

MOST_TOPICS: Final = 3
CONFIDENT: Final = 1.7
"""Score below which no topic is suggested but `other`."""

_READ_HEAD: Final = 1_500  # characters; what a message is about stands at its head,
_READ_TAIL: Final = 500  # a cry for help may stand at its end
_RETALIATION: Final = 4.0
_SAME_LEAGUE: Final = 0.35  # share of the best score that a further topic needs to be offered too
_ISSUE: Final = 3.5


@dataclass(frozen=True)
class Suggestion:
    """What the rules think of a message; nothing of it is final.

    `topics` best first, at most three; `emergency` the number to show at once or ""; `confidence` 0..1;
    `issues` separate matters seen, at least 1; `distress` desperate words; `maybe_danger` too little for `emergency`,
    too much to say nothing; `english` how it was read.
    """

    kind: Kind
    subject: Subject
    topics: tuple[str, ...]
    body: str
    emergency: str
    confidence: float
    issues: int
    retaliation: bool
    distress: bool
    maybe_danger: bool = False
    english: bool = False


class Suggester:
    """The compiled tables. Built once from the data files, then pure: the same text gives the same answer."""

    def __init__(self, reader: Reader, tables: _Tables, english: tuple[EnglishWords, Suggester] | None = None) -> None:
        """`english`: how messages in English are known, and what reads them instead."""
        self._reader = reader
        self._scorer = tables.scorer
        self._kinds = tables.kinds
        self._danger = tables.danger
        self._english = english

    @classmethod
    def from_data(
        cls,
        taxonomy: Mapping[str, Any],
        abbreviations: Mapping[str, Any],
        keywords: Iterable[Mapping[str, str]],
        extra: Mapping[str, Any],
    ) -> Suggester:
        """Compile taxonomy.yaml, abbreviations.yaml, the rows of keywords.csv and suggest.yaml.

        `extra["english"]`, if there, is suggest_english.yaml: messages in English are read by it alone. Raises
        ValueError naming the topic or group that a rule uses and no file defines.
        """
        tables = _Tables(taxonomy, extra, Collisions.from_data(taxonomy, keywords))
        english = _english(taxonomy, extra["english"], tables.vocabulary) if "english" in extra else None
        return cls(Reader(abbreviations, tables.vocabulary), tables, english)

    def suggest(self, text: str) -> Suggestion:
        """Return the suggestion for one message; about a millisecond for a usual one, linear in its length."""
        text = _excerpt(text)
        if self._english is not None and self._english[0].are_in(text):
            return replace(self._english[1].suggest(text), english=True)
        words = self._reader.read(text)
        danger = self._danger.detect(words)
        scored = self._scorer.score(words)
        if danger.number:
            return self._emergency(danger, scored)
        reading = self._kinds.read(words, scored.scores, scored.best, self._top(scored))
        kind = reading.decide()
        codes = self._codes(kind, scored, reading)
        if kind is Kind.REPORT and codes[0] == "land.dispute" and not _against_office(scored):
            kind = Kind.OFF_TOPIC
        usual, body = self._scorer.topics[codes[0]]
        right_door = kind in (Kind.COMPLAINT, Kind.DENUNCIATION)
        return Suggestion(
            kind=kind,
            subject=reading.subject(kind, usual),
            topics=codes,
            body="right_door" if right_door else body,
            emergency="",
            confidence=_confidence(scored.scores, codes),
            issues=scored.issues(_ISSUE, reading.enumerated) if kind in (Kind.REPORT, Kind.PETITION) else 1,
            retaliation=self._retaliates(scored),
            distress=False,
            maybe_danger=danger.score >= DOUBT,
        )

    def _emergency(self, danger: Danger, scored: Scored) -> Suggestion:
        codes = (f"emergency.{danger.kind}", *self._near(scored))[:MOST_TOPICS]
        return Suggestion(
            kind=Kind.EMERGENCY,
            subject=Subject.NONE,
            topics=codes,
            body=self._scorer.topics[codes[0]][1],
            emergency=danger.number,
            confidence=round(min(1.0, danger.score / 8), 3),
            issues=1,
            retaliation=self._retaliates(scored),
            distress=danger.distress,
        )

    def _top(self, scored: Scored) -> str:
        return scored.ranked[0][0] if scored.best >= CONFIDENT else "other"

    def _near(self, scored: Scored) -> list[str]:
        least = max(CONFIDENT, _SAME_LEAGUE * scored.best)
        return [code for code, score in scored.ranked if score >= least]

    def _retaliates(self, scored: Scored) -> bool:
        return scored.scores.get("official.retaliation", 0.0) >= max(_RETALIATION, 0.6 * scored.best)

    def _codes(self, kind: Kind, scored: Scored, reading: Reading) -> tuple[str, ...]:
        """Return the topics to offer: the kind's own first, where it has one."""
        if kind is Kind.SPAM:
            return (scored.better("spam.scam", "spam.ad"),)
        if kind is Kind.ABUSIVE:
            return ("abuse.insult",)
        if kind is Kind.OFF_TOPIC:
            return ("offtopic.chat",)
        first = self._top(scored)
        if kind is Kind.COMPLAINT:
            first = "admin.decision"
        elif kind is Kind.PRAISE:
            first = "praise"
        elif kind is Kind.QUESTION:
            first = scored.better("question.process", "question.policy")
        elif kind is Kind.DENUNCIATION and scored.names_post:
            first = scored.misconduct()
        return (first, *(code for code in self._near(scored) if code != first))[:MOST_TOPICS]


class _Tables:
    """The tables of one language, compiled and checked."""

    def __init__(self, taxonomy: Mapping[str, Any], extra: Mapping[str, Any], collisions: Collisions) -> None:
        self.scorer = TopicScorer(taxonomy, extra, collisions)
        self.kinds = KindRules(extra.get("kinds", {}), collisions)
        self.danger = EmergencyDetector(extra.get("emergency", {}), collisions.guesses)
        _check_groups(self.scorer.labels(), extra.get("groups", {}))
        _check_groups(self.danger.labels(), extra.get("emergency", {}).get("groups", {}))

    @property
    def vocabulary(self) -> set[str]:
        return self.scorer.lexicon.vocabulary | self.kinds.lexicon.vocabulary | self.danger.lexicon.vocabulary


def _english(
    taxonomy: Mapping[str, Any], extra: Mapping[str, Any], others: Collection[str]
) -> tuple[EnglishWords, Suggester]:
    bare = {code: {**entry, "kw": ()} for code, entry in taxonomy["topics"].items()}
    tables = _Tables({**taxonomy, "topics": bare}, extra, Collisions({}, frozenset()))
    listed = (word.strip() for word in str(extra["words"]).split(","))
    words = EnglishWords([*tables.vocabulary, *listed], others)
    return words, Suggester(Reader({}, tables.vocabulary, without_marks=True), tables)


def _check_groups(labels: set[str], groups: Mapping[str, Any]) -> None:
    unknown = sorted(label for label in labels if label[0] == "@" and label[1:] not in groups)
    if unknown:
        raise ValueError(f"rules name unknown groups: {', '.join(unknown)}")


def _excerpt(text: str) -> str:
    if len(text) <= _READ_HEAD + _READ_TAIL:
        return text
    return f"{text[:_READ_HEAD]}\n{text[-_READ_TAIL:]}"


def _against_office(scored: Scored) -> bool:
    """Tell whether a dispute between households is really about how officials handled it."""
    return any(code.startswith("official.") and score >= _ISSUE for code, score in scored.ranked[1:3])


def _confidence(scores: Mapping[str, float], codes: tuple[str, ...]) -> float:
    best = scores.get(codes[0], 0.0)
    if not best:
        return 0.0
    second = max((scores.get(code, 0.0) for code in codes[1:]), default=0.0)
    return round(best / (best + 3.0) * (1.0 - 0.5 * min(1.0, second / best)), 3)
