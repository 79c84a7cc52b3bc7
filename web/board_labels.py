"""Codes of published results in the words of the reader: topics, places, bodies, outcomes, rounded dates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from cases.rules import Rules
from storage.board import Result

SHORT = 320  # characters of a summary in a list


@dataclass(frozen=True, slots=True)
class Labels:
    """The words of one reader on one day."""

    rules: Rules
    lang: str
    now: datetime

    def say(self, key: str, **values: object) -> str:
        """The text `board_<key>`."""
        return self.rules.wording.say(f"board_{key}", self.lang, **values)

    def topic(self, code: str) -> str:
        """A topic's label."""
        return self.rules.taxonomy.label(code)

    def group(self, code: str) -> str:
        """What a group of topics is called."""
        key = f"group_{code}"
        return self.rules.wording.say(key, self.lang) if self.rules.wording.has(key) else self.topic(code)

    def commune(self, code: str) -> str:
        """A commune's name."""
        place = self.rules.book.localities.get(code)
        return place.name if place else code

    def hamlet(self, locality: str, code: str) -> str:
        """A hamlet's name; empty for none."""
        place = self.rules.book.localities.get(locality)
        found = place.hamlet(code) if place and code else None
        return found.name if found else ""

    def work(self, locality: str, code: str) -> str:
        """A work's name; empty for none."""
        place = self.rules.book.localities.get(locality)
        found = place.work(code) if place and code else None
        return found.name if found else ""

    def authority(self, locality: str, code: str) -> str:
        """A body's name, or what kind of body it is where only that is told."""
        if code.startswith("~"):
            key = f"board_kind_{code[1:]}"
            return self.rules.wording.say(key if self.rules.wording.has(key) else "board_kind_", self.lang)
        if locality not in self.rules.book.localities:
            return code
        return self.rules.directory(locality, self.now).name(code)

    def outcome(self, code: str) -> str:
        """What the answer found."""
        key = f"board_outcome_{code}"
        return self.rules.wording.say(key, self.lang) if self.rules.wording.has(key) else code

    def when(self, day: date | None, by_month: bool) -> str:
        """A rounded date as people say it: the week from Monday to Sunday, or the month."""
        if day is None:
            return ""
        if by_month:
            return self.rules.wording.say("board_month", self.lang, month=day.month, year=day.year)
        return self.rules.wording.say(
            "board_week", self.lang, first=f"{day:%d/%m}", last=f"{day + timedelta(days=6):%d/%m/%Y}"
        )

    def shown(self, result: Result) -> dict[str, Any]:
        """One result as the templates use it."""
        place = self.hamlet(result.locality, result.hamlet)
        return {
            "id": result.public_id,
            "topic": self.topic(result.topic),
            "group": result.topic.partition(".")[0],
            "summary": result.summary,
            "short": shortened(result.summary),
            "answer": result.answer,
            "place": ", ".join(part for part in (place, self.commune(result.locality)) if part),
            "work": self.work(result.locality, result.work),
            "authority": self.authority(result.locality, result.authority),
            "outcome": self.outcome(result.outcome),
            "outcome_code": result.outcome,
            "received": self.when(result.received_on, result.by_month),
            "answered": self.when(result.answered_on, result.by_month),
        }

    def choices(self, codes: Iterable[str], label: Any) -> list[tuple[str, str]]:
        """Codes with their labels, in the order of the labels."""
        return sorted(((code, label(code)) for code in codes if code), key=lambda pair: str(pair[1]))


def shortened(text: str) -> str:
    """The beginning, cut between words."""
    if len(text) <= SHORT:
        return text
    return text[:SHORT].rsplit(" ", 1)[0].rstrip(",.;: ") + "…"
