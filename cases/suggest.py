"""Suggests kind, subject, topics, body and emergency of a message; the resident's tap decides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from cases.emergency import EmergencyDetector
from cases.lexicon import SURE, Found, Lexicon, Span
from cases.lexicon_rules import Rule, fire, parse_rules
from cases.lexicon_words import Reader, Words
from cases.model import Kind, Subject
from cases.suggest_kind import decide_kind, decide_subject

MOST_TOPICS: Final = 3
CONFIDENT: Final = 1.7
"""Score below which no topic is suggested but `other`."""

_READ_HEAD: Final = 3_000  # characters; what a message is about stands at its head,
_READ_TAIL: Final = 1_000  # a cry for help may stand at its end
_NOT_A_MATTER: Final = ("praise", "question.", "emergency.", "spam.", "offtopic.", "abuse.", "other")
_DECAY: Final = (1.0, 0.7, 0.5, 0.4, 0.3, 0.2)
_BY_LENGTH: Final = {0: 1.2, 1: 1.8}  # weight of a keyword of one word, of two words
_LONGER: Final = 2.2
_ISSUE: Final = 3.5  # score from which a sentence holds an issue of its own
_RETALIATION: Final = 4.0
_ONLY_A_PLACE: Final = 0.3


@dataclass(frozen=True)
class Suggestion:
    """What the rules think of a message; nothing of it is final.

    `topics` best first, at most three; `emergency` the number to show at once or ""; `confidence` 0..1;
    `issues` separate matters seen, at least 1; `distress` desperate words.
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


@dataclass(frozen=True, slots=True)
class _Topic:
    subject: Subject
    body: str


@dataclass(frozen=True, slots=True)
class _Evidence:
    topic: str
    weight: float
    sentence: int


class Suggester:
    """The compiled tables. Built once from the data files, then pure: the same text gives the same answer."""

    def __init__(
        self, lexicons: _Lexicons, topics: Mapping[str, _Topic], cues: Mapping[str, tuple[str, float]],
        rules: list[Rule], reader: Reader, danger: EmergencyDetector,
    ) -> None:  # fmt: skip
        self._lexicons = lexicons
        self._topics = topics
        self._cues = cues
        self._rules = rules
        self._reader = reader
        self._danger = danger

    @classmethod
    def from_data(
        cls,
        taxonomy: Mapping[str, Any],
        abbreviations: Mapping[str, Any],
        keywords: Iterable[Mapping[str, str]],
        extra: Mapping[str, Any],
    ) -> Suggester:
        """Compile taxonomy.yaml, abbreviations.yaml, the rows of keywords.csv and suggest.yaml.

        Raises ValueError naming the topic or group that a rule uses and no file defines.
        """
        topics = {
            code: _Topic(Subject(entry["subject"]), str(entry["body"])) for code, entry in taxonomy["topics"].items()
        }
        lexicons = _Lexicons(taxonomy, keywords)
        cues = _cues(taxonomy["topics"], extra.get("cues", {}), lexicons.topics)
        lexicons.add_groups(extra)
        rules = parse_rules(extra.get("rules", {}), lexicons.topics)
        danger = EmergencyDetector(extra.get("emergency", {}), lexicons.danger)
        unknown = ({rule.says for rule in rules} | {topic for topic, _ in cues.values()}) - set(topics)
        if unknown:
            raise ValueError(f"suggest data names unknown topics: {sorted(unknown)}")
        return cls(lexicons, topics, cues, rules, Reader(abbreviations, lexicons.vocabulary()), danger)

    def suggest(self, text: str) -> Suggestion:
        """Return the suggestion for one message; about a millisecond for a usual one."""
        words = self._reader.read(_excerpt(text))
        danger = self._danger.detect(words)
        found = self._lexicons.topics.find(words) | _signs(words)
        evidence = self._evidence(found, words)
        scores = _scores(evidence, words, found)
        ranked = self._matters(scores)
        matter = ranked[0][1] if ranked else 0.0
        top = ranked[0][0] if ranked and matter >= CONFIDENT else "other"
        retaliation = scores.get("official.retaliation", 0.0) >= max(_RETALIATION, 0.6 * matter)
        if danger.number:
            codes: tuple[str, ...] = (f"emergency.{danger.kind}", *(code for code, _ in ranked if code != "other"))
            return Suggestion(
                Kind.EMERGENCY, Subject.NONE, codes[:MOST_TOPICS], self._topics[codes[0]].body, danger.number,
                min(1.0, danger.score / 8), 1, retaliation, danger.distress,
            )  # fmt: skip
        spoken = self._lexicons.kinds.find(words)
        kind = decide_kind(words, spoken, matter, scores, top)
        if kind is Kind.DENUNCIATION and SURE <= _best(found, "@post"):
            ranked = _misconduct_first(ranked)
            top = ranked[0][0]
        codes = _topics_of(kind, top, ranked, scores)
        topic = self._topics[codes[0]]
        if kind is Kind.REPORT and codes[0] == "land.dispute" and not _against_office(ranked):
            kind = Kind.OFF_TOPIC
        body = "right_door" if kind in (Kind.COMPLAINT, Kind.DENUNCIATION) else topic.body
        return Suggestion(
            kind, decide_subject(kind, spoken, topic.subject), codes, body, "",
            _confidence(scores, codes), _issues(evidence, kind), retaliation, False,
        )  # fmt: skip

    def _evidence(self, found: Found, words: Words) -> list[_Evidence]:
        evidence: list[_Evidence] = []
        for label, spans in found.items():
            cue = self._cues.get(label)
            if cue is None:
                continue
            sure = [span for span in spans if span.factor >= SURE]
            for span in sure[:1]:
                weight = cue[1] * span.factor * (_ONLY_A_PLACE if _is_place(span, found) else 1.0)
                evidence.append(_Evidence(cue[0], weight, words.sentences[span.start]))
        for rule in self._rules:
            span_ = fire(rule, found)
            if span_ is not None and span_.factor > 0.2:
                evidence.append(_Evidence(rule.says, rule.weight * span_.factor, words.sentences[span_.start]))
        return evidence

    def _matters(self, scores: Mapping[str, float]) -> list[tuple[str, float]]:
        """Return the topics that can be reported, best first."""
        ranked = [(code, score) for code, score in scores.items() if not code.startswith(_NOT_A_MATTER)]
        return sorted(ranked, key=lambda pair: -pair[1])


class _Lexicons:
    """Three tables that do not shadow each other: topics, kinds, danger."""

    def __init__(self, taxonomy: Mapping[str, Any], keywords: Iterable[Mapping[str, str]]) -> None:
        unsafe = {entry["stripped"]: entry["need_any"] for entry in taxonomy.get("unsafe_without_diacritics", ())}
        not_safe = {row["plain"] for row in keywords if row["plain_safe"] == "no"}
        self.topics = Lexicon(unsafe, not_safe)
        self.kinds = Lexicon(unsafe, not_safe)
        self.danger = Lexicon({}, not_safe)

    def add_groups(self, extra: Mapping[str, Any]) -> None:
        """Add every word group of suggest.yaml to its table."""
        for lexicon, groups in (
            (self.topics, extra.get("groups", {})),
            (self.kinds, extra.get("kinds", {}).get("groups", {})),
            (self.danger, extra.get("emergency", {}).get("groups", {})),
        ):
            for name, phrases in groups.items():
                lexicon.add(phrases, f"@{name}")

    def vocabulary(self) -> set[str]:
        return self.topics.vocabulary | self.kinds.vocabulary | self.danger.vocabulary


def _cues(topics: Mapping[str, Any], extra: Mapping[str, Any], lexicon: Lexicon) -> dict[str, tuple[str, float]]:
    """Weigh every keyword: longer is surer; the weights of suggest.yaml stand above."""
    cues: dict[str, tuple[str, float]] = {}
    for topic, entry in topics.items():
        if entry.get("kw"):
            for label in lexicon.add_cues(",".join(entry["kw"]), topic):
                cues[label] = (topic, _BY_LENGTH.get(label.count(" "), _LONGER))
    for topic, by_weight in extra.items():
        for weight, phrases in by_weight.items():
            for label in lexicon.add_cues(phrases, topic):
                cues[label] = (topic, float(weight))
    return cues


def _excerpt(text: str) -> str:
    if len(text) <= _READ_HEAD + _READ_TAIL:
        return text
    return f"{text[:_READ_HEAD]}\n{text[-_READ_TAIL:]}"


def _signs(words: Words) -> Found:
    return {f"#{name}": [Span(place, place + 1, 1.0) for place in places[:24]] for name, places in words.signs.items()}


def _scores(evidence: list[_Evidence], words: Words, found: Found) -> dict[str, float]:
    """Add up each topic's evidence, the strongest in full, the rest less and less."""
    weights: dict[str, list[float]] = {}
    for item in evidence:
        weights.setdefault(item.topic, []).append(item.weight)
    return {
        topic: sum(w * d for w, d in zip(sorted(values, reverse=True), _DECAY, strict=False))
        for topic, values in weights.items()
    }


def _topics_of(kind: Kind, top: str, ranked: list[tuple[str, float]], scores: Mapping[str, float]) -> tuple[str, ...]:
    best = max((score for _, score in ranked), default=0.0)
    near = [code for code, score in ranked if score >= max(CONFIDENT, 0.35 * best)]
    if kind is Kind.COMPLAINT:
        first = "admin.decision"
    elif kind is Kind.PRAISE:
        first = "praise"
    elif kind is Kind.QUESTION:
        process = scores.get("question.process", 0.0) >= scores.get("question.policy", 0.0)
        first = "question.process" if process else "question.policy"
    elif kind is Kind.SPAM:
        return ("spam.scam" if scores.get("spam.scam", 0.0) > scores.get("spam.ad", 0.0) else "spam.ad",)
    elif kind is Kind.ABUSIVE:
        return ("abuse.insult",)
    elif kind is Kind.OFF_TOPIC:
        return ("offtopic.chat",)
    else:
        first = top
    return (first, *(code for code in near if code != first))[:MOST_TOPICS]


def _best(found: Found, label: str) -> float:
    return max((span.factor for span in found.get(label, ())), default=0.0)


def _misconduct_first(ranked: list[tuple[str, float]]) -> list[tuple[str, float]]:
    """Put what officials do first: a denunciation that names a post is about its holder's conduct."""
    conduct = [pair for pair in ranked if pair[0].startswith("official.") and pair[0] != "official.retaliation"]
    rest = [pair for pair in ranked if pair not in conduct]
    return [*(conduct or [("official.corruption", CONFIDENT)]), *rest]


def _against_office(ranked: list[tuple[str, float]]) -> bool:
    """Tell whether a dispute between households is really about how officials handled it."""
    return any(code.startswith("official.") and score >= _ISSUE for code, score in ranked[1:3])


def _is_place(span: Span, found: Found) -> bool:
    """Tell whether the phrase only says where: `trước chợ`, `cổng trường`."""
    if span not in found.get("@place", ()):
        return False
    return any(0 <= span.start - near.end <= 1 for near in found.get("@at", ()))


def _confidence(scores: Mapping[str, float], codes: tuple[str, ...]) -> float:
    best = scores.get(codes[0], 0.0)
    if not best:
        return 0.0
    second = max((scores.get(code, 0.0) for code in codes[1:]), default=0.0)
    return round(best / (best + 3.0) * (1.0 - 0.5 * min(1.0, second / best)), 3)


def _issues(evidence: list[_Evidence], kind: Kind) -> int:
    return 1
