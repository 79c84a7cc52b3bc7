"""Topics of reports with their default desks, and the words shown for kinds and subjects."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cases.mistakes import Check, Mistake, anything, fields, mapping, text, texts, words
from cases.model import Kind, Priority, Subject
from cases.names import Name

RETALIATION = "official.retaliation"
"""The one topic the rules know by name (COI-7)."""

OTHER = "other"
"""The topic of a report nobody could place yet."""

_TOPIC: Mapping[str, Check] = {
    "vi": text,
    "en": text,
    "subject": text,
    "body": text,
    "competent": text,
    "number": text,
    "priority": text,
    "kw": texts,
}


class TaxonomyError(ValueError):
    """The data of the taxonomy is wrong; `mistakes` names every entry."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__("; ".join(str(mistake) for mistake in mistakes))
        self.mistakes = tuple(mistakes)


class UnknownTopic(KeyError):
    """No topic has that code."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic: its label, what it is about, the desk that takes it and who should answer ("" for nobody)."""

    code: str
    label: str
    subject: Subject
    body: str
    competent: str
    number: str = ""  # emergency number, for emergency topics only
    priority: Priority = Priority.NORMAL


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """All topics, kinds and subjects as shipped in the data."""

    topics: Mapping[str, Topic]
    kinds: Mapping[Kind, str]
    subjects: Mapping[Subject, str]

    @classmethod
    def from_mapping(cls, data: Mapping[str, Any]) -> Taxonomy:
        """Read the taxonomy's data. Raises TaxonomyError naming each wrong entry."""
        mistakes = check_taxonomy(data)
        if mistakes:
            raise TaxonomyError(mistakes)
        english = data.get("subjects_en") or {}
        return cls(
            topics={code: _topic(code, raw) for code, raw in data["topics"].items()},
            kinds={Kind(code): Name(raw["vi"], raw.get("en") or "") for code, raw in data["kinds"].items()},
            subjects={Subject(code): Name(label, english.get(code) or "") for code, label in data["subjects"].items()},
        )

    def topic(self, code: str) -> Topic:
        """The topic with that code. Raises UnknownTopic."""
        found = self.topics.get(code)
        if found is None:
            raise UnknownTopic(code)
        return found

    def group(self, code: str) -> str:
        """The group a topic is counted under: the part before the dot ("infra.road" -> "infra")."""
        return code.partition(".")[0]

    def label(self, code: str) -> str:
        """The topic's label for people; an unknown code (an old case) is returned as it is."""
        found = self.topics.get(code)
        return found.label if found else code

    def kind_label(self, kind: Kind) -> str:
        """What people call this kind of message."""
        return self.kinds[kind]

    def subject_label(self, subject: Subject) -> str:
        """What people call this subject."""
        return self.subjects[subject]


def check_taxonomy(data: Any, bodies: Collection[str] = ()) -> list[Mistake]:
    """Every mistake in the taxonomy's data; with `bodies` (codes of the directory) desks are checked against them."""
    if mapping(data):
        return [Mistake((), mapping(data))]
    found = [*_labels(data), *_topics(data)]
    if not found:
        found += _desks(data, bodies)
    return found


def _topic(code: str, raw: Mapping[str, Any]) -> Topic:
    return Topic(
        code=code,
        label=Name(raw["vi"], raw.get("en") or ""),
        subject=Subject(raw["subject"]),
        body=raw["body"],
        competent=raw.get("competent") or "",
        number=raw.get("number") or "",
        priority=Priority(raw.get("priority") or "normal"),
    )


def _labels(data: Mapping[str, Any]) -> Iterator[Mistake]:
    for key, allowed, what in (("kinds", frozenset(Kind), "a kind"), ("subjects", frozenset(Subject), "a subject")):
        table: Any = data.get(key)
        if mapping(table):
            yield Mistake((key,), mapping(table))
            continue
        for code, raw in table.items():
            yield from words(code, (key, code), allowed, what)
            label = raw.get("vi") if isinstance(raw, Mapping) else raw
            if text(label) or (key == "kinds") != isinstance(raw, Mapping):
                yield Mistake((key, code), "expected a label for people")
        for code in sorted(allowed - table.keys()):
            yield Mistake((key, code), "is missing")


def _topics(data: Mapping[str, Any]) -> Iterator[Mistake]:
    topics: Any = data.get("topics")
    if mapping(topics):
        yield Mistake(("topics",), mapping(topics))
        return
    for code, raw in topics.items():
        wrong = list(fields(raw, ("topics", code), {**_TOPIC, "note": anything}, ("vi", "subject", "body")))
        yield from wrong
        if not wrong:
            yield from words(raw["subject"], ("topics", code, "subject"), frozenset(Subject), "a subject")
            yield from words(raw.get("priority"), ("topics", code, "priority"), frozenset(Priority), "a priority")
    for code in (RETALIATION, OTHER):
        if code not in topics:
            yield Mistake(("topics", code), "is missing; the rules need it")


def _desks(data: Mapping[str, Any], bodies: Collection[str]) -> Iterator[Mistake]:
    desks: Any = data.get("bodies")
    if texts(desks) or not desks:
        yield Mistake(("bodies",), "expected a list of words")
        return
    for code, raw in data["topics"].items():
        yield from words(raw["body"], ("topics", code, "body"), desks, "among `bodies:`")
        if bodies:
            yield from words(raw.get("competent"), ("topics", code, "competent"), bodies, "a body")
