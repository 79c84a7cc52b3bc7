"""A periodic report as plain content: sections with paragraphs, tables and charts, ready to be printed or frozen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from cases.figures import Tally
from cases.figures_kinds import R124, RDV, RGS, ReportKind
from cases.figures_light import Standing, Window
from cases.figures_tables import (
    INTAKE,
    Line,
    Namer,
    Table,
    authorities,
    breakdown,
    handling,
    listed,
    stages,
)
from cases.model import Outcome
from cases.narrative import Teller
from cases.registers import Entry
from cases.registers_targets import Progress

SECTIONS: Mapping[str, tuple[str, ...]] = {
    R124: ("intake", "handling", "urging", "outcome", "protection", "dialogue", "text"),
    RGS: (
        "intake", "handling", "urging", "outcome", "protection", "dialogue",
        "supervision", "criticism", "community", "training", "publicity", "opinions", "text",
    ),
    RDV: (
        "intake", "handling", "urging", "outcome", "protection", "dialogue",
        "targets", "supervision", "criticism", "community", "training", "publicity", "text",
    ),
}  # fmt: skip
"""What each family of reports tells, in order (domain 8.3)."""


@dataclass(slots=True)
class Facts:
    """All figures of one report. `violations` is None where the report does not ask for them."""

    kind: ReportKind
    window: Window
    now: Tally
    last: Tally
    entries: Sequence[Entry] = ()
    progress: Sequence[Progress] = ()
    violations: int | None = None
    disclosed: int = 0
    disclosure_due: int = 0
    disclosure_late: int = 0
    published: int = 0
    opinions: Sequence[tuple[str, date | None]] = ()  # recipient, day of its opinion on the report before


@dataclass(slots=True)
class Chart:
    """Bars: names beside numbers."""

    title: str
    labels: list[str]
    values: list[float]


@dataclass(slots=True)
class Section:
    """One section. `edited` tells that a person wrote its paragraphs."""

    name: str
    heading: str
    paragraphs: list[str]
    tables: list[Table] = field(default_factory=list)
    charts: list[Chart] = field(default_factory=list)
    edited: bool = False


@dataclass(slots=True)
class Content:
    """The whole report as it is printed."""

    kind: str
    period: str
    title: str
    summary: str
    to: list[str]
    opening: list[str]
    sections: list[Section]

    def as_data(self) -> dict[str, Any]:
        """As JSON can hold it."""
        data: dict[str, Any] = _tagged(asdict(self))
        return data

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Content:
        """Back from JSON."""
        sections = [_section(one) for one in data["sections"]]
        return cls(**{**data, "sections": sections})


def compose(facts: Facts, namer: Namer, teller: Teller, edited: Mapping[str, str], to: Sequence[str]) -> Content:
    """The report's content; `edited` replaces the generated paragraphs of a section."""
    kind, period = facts.kind, facts.window.period
    values = teller.values(facts)
    sections = []
    for number, name in enumerate(SECTIONS[kind.family], 1):
        written = edited.get(name, "").strip()
        words = [part.strip() for part in written.split("\n\n") if part.strip()] or teller.paragraphs(name, values)
        heading = f"{_ROMAN[number]}. {teller.tell(f'section_{name}')}"
        tables = [one for one in _tables(name, facts, namer, teller) if one.lines]
        charts = _charts(name, facts.now, namer)
        words = words or ([] if tables else [teller.tell("nothing")])
        sections.append(Section(name, heading, words, tables, charts, bool(written)))
    return Content(
        kind=kind.code,
        period=period.code,
        title=teller.tell("title"),
        summary=teller.tell(f"summary_{kind.code}", **values),
        to=list(to),
        opening=teller.paragraphs(f"opening_{kind.family}", values),
        sections=sections,
    )


MOST_BARS = 10
_ROMAN = ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV")


def _tables(name: str, facts: Facts, namer: Namer, teller: Teller) -> list[Table]:
    now, last = facts.now, facts.last if facts.last["base"] else None
    match name:
        case "intake":
            return [breakdown(now, last, one, namer, cover=True) for one in INTAKE]
        case "handling":
            tables = [handling(now, namer, cover=False), stages(now, last, namer)]
            return [*tables, authorities(now, namer, cover=True)]
        case "urging":
            keys = ("urging", "urging.1", "urging.2", "urging.3", "escalation", "extension", "return")
            return [listed(now, "urging", keys, namer, last)]
        case "outcome":
            outcomes = [f"outcome.{one}" for one in Outcome]
            table = listed(now, "outcome", ["answered", *outcomes], namer, last)
            return [table, breakdown(now, last, "verdict", namer, cover=True)]
        case "protection":
            return [listed(now, "protection", ("retaliation", "identity_read"), namer, last, cover=True)]
        case "dialogue":
            return [listed(now, "dialogue", ("dialogue", "dialogue_held"), namer, last)]
    return teller.register_tables(name, facts)


def _charts(name: str, now: Tally, namer: Namer) -> list[Chart]:
    """Bars of what came in by group of topics, and of where the cases stand."""
    if name == "handling" and now["base"]:
        labels = [namer.words(f"short_{one}") for one in Standing]
        return [Chart(namer.words("by_standing"), labels, [float(now[f"standing.{one}"]) for one in Standing])]
    if name != "intake":
        return []
    table = breakdown(now, None, "group", namer, cover=True)
    shown = [(line.label, float(cell)) for line in table.lines if isinstance(cell := line.cells[0], int)][:MOST_BARS]
    if not shown:
        return []
    return [Chart(table.title, [label for label, _ in shown], [value for _, value in shown])]


def _section(data: Mapping[str, Any]) -> Section:
    tables = [_table(one) for one in data["tables"]]
    charts = [Chart(**one) for one in data["charts"]]
    return Section(**{**data, "tables": tables, "charts": charts})


def _table(data: Mapping[str, Any]) -> Table:
    lines = tuple(_line(one) for one in data["lines"])
    total = _line(data["total"]) if data["total"] else None
    return Table(data["name"], data["title"], tuple(data["head"]), lines, total)


def _line(data: Mapping[str, Any]) -> Line:
    cells = tuple(date.fromisoformat(cell["day"]) if isinstance(cell, dict) else cell for cell in data["cells"])
    return Line(data["label"], cells, tuple(data["keys"]), data["code"])


def _tagged(value: Any) -> Any:
    """The same with days that are told from texts."""
    if isinstance(value, date):
        return {"day": value.isoformat()}
    if isinstance(value, dict):
        return {name: _tagged(one) for name, one in value.items()}
    return [_tagged(one) for one in value] if isinstance(value, list | tuple) else value
