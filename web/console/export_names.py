"""Names in place of codes, for those who read an export with their own eyes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cases.names import read_as
from web.console.visit import Visit

_TOLD = {"priority": "priority_", "outcome": "outcome_", "verdict": "verdict_", "state": "state_"}


class Names:
    """The words of one officer's language for the codes of her place."""

    def __init__(self, visit: Visit) -> None:
        self._lang, self._rules = visit.lang, visit.rules
        self._directory = visit.directory()
        self._known: dict[tuple[str, str], str] = {}

    def topics(self) -> list[tuple[str, str]]:
        """Codes and names of all topics."""
        return [(code, read_as(topic.label, self._lang)) for code, topic in self._rules.taxonomy.topics.items()]

    def instead(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """The row with names; what has none keeps its code."""
        return {name: self._name(name, value) for name, value in row.items()}

    def _name(self, field: str, value: Any) -> Any:
        if not isinstance(value, str) or not value or field == "text":
            return value
        found = self._known.get((field, value))
        if found is None:
            found = self._find(field, value)
            if found != value:
                self._known[field, value] = found
        return found

    def _find(self, field: str, value: str) -> str:
        taxonomy, place = self._rules.taxonomy, self._directory.locality
        if field in ("topic", "suggested_topic"):
            return read_as(taxonomy.label(value), self._lang)
        if field in ("receiving_body", "competent_authority"):
            return read_as(self._directory.name(value), self._lang)
        if field in _TOLD:
            return self._rules.wording.say(f"{_TOLD[field]}{value}", self._lang)
        tables: Mapping[str, Mapping[str, str]] = {
            "kind": {kind.value: label for kind, label in taxonomy.kinds.items()},
            "subject": {subject.value: label for subject, label in taxonomy.subjects.items()},
            "hamlet": {hamlet.code: hamlet.name for hamlet in place.hamlets},
            "work": {work.code: work.name for work in place.works},
        }
        return read_as(tables.get(field, {}).get(value, value), self._lang)
