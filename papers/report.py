"""A periodic report as a Word file: its content laid into the report's template, charts as pictures."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from cases.figures_report import Chart, Content, Section
from cases.figures_tables import Number, Table
from cases.rules import show_date
from papers import charts
from papers.document import picture, render, repacked
from papers.letterhead import Issuer, letterhead, recipients, signature

KIND = "BC"
"""Báo cáo, in the number of the paper (domain 8.1)."""

CHART_MM = 150
TEXT_MM = 165
_LABEL_MM, _NARROW_MM = 45, 30
_EMU_PT = 12_700
_MANY, _SMALL_PT = 5, 10  # so many columns beside the first are set smaller
_FIGURE = re.compile(r"[<≥]?[\d.,]+|–")
MOST_LINES = 40
"""Longer tables stand in the spreadsheet alone; a commune's report never reaches it."""


@dataclass(frozen=True, slots=True)
class Signed:
    """Number, day and signer of an approved report; a draft has none of them."""

    number: int | None = None
    day: date | None = None
    name: str = ""


def word(content: Content, issuer: Issuer, signed: Signed, lines: Sequence[str], own: Path | None = None) -> bytes:
    """The report as a Word file; the same content gives the same bytes. `lines` stand under Nơi nhận."""
    made = render(
        "report",
        {
            "head": letterhead(issuer, KIND, signed.number, signed.day),
            "title": content.title,
            "summary": content.summary,
            "to": content.to,
            "opening": content.opening,
            "sections": [part for section in content.sections for part in _parts(section)],
            "recipients": recipients(issuer, lines),
            "sign": signature(issuer, signed.name),
        },
        own,
    )
    return _dressed(made)


def _parts(section: Section) -> list[dict[str, object]]:
    """The template's sections hold one table each: the first part has the heading, words and pictures."""
    first = _part(section.heading, section.paragraphs, [_picture(chart) for chart in section.charts])
    return [first, *(_part("", (), (), table) for table in section.tables)]


def _part(
    heading: str, words: Sequence[str], pictures: Sequence[dict[str, object]], table: Table | None = None
) -> dict[str, object]:
    grid = {"caption": table.title, "head": list(table.head), "rows": _rows(table)} if table else None
    return {"heading": heading, "paragraphs": list(words), "pictures": list(pictures), "table": grid}


def _rows(table: Table) -> list[list[str]]:
    found = [[line.label, *map(shown, line.cells)] for line in table.lines[:MOST_LINES]]
    return [*found, [table.total.label, *map(shown, table.total.cells)]] if table.total else found


def shown(value: Number) -> str:
    """A cell as it is written in Vietnamese; a dash where there is nothing to say."""
    if value is None or value == "":
        return "–"
    if isinstance(value, str):
        return value
    if isinstance(value, date):
        return show_date(value)
    if isinstance(value, float) and not value.is_integer():
        return f"{value:.1f}".replace(".", ",")
    return f"{int(value):,}".replace(",", ".")


def _picture(chart: Chart) -> dict[str, object]:
    drawn = charts.flat_bars(chart.labels, chart.values)
    return {"picture": picture(drawn, CHART_MM), "caption": chart.title}


def _dressed(made: bytes) -> bytes:
    """The same file with a wide first column in every grid and figures on the right of their cells."""
    from docx import Document
    from docx.shared import Mm

    document = Document(io.BytesIO(made))
    for table in document.tables:
        if table.style is None or table.style.name != "Table Grid":
            continue
        many = len(table.columns) - 1
        narrow = min(_NARROW_MM, (TEXT_MM - _LABEL_MM) / max(many, 1))
        widths = [Mm(TEXT_MM - many * narrow), *[Mm(narrow)] * many]
        for column, width in zip(table.columns, widths, strict=True):
            column.width = width
        for number, row in enumerate(table.rows):
            _dress_row(row, widths, head=number == 0, size=_SMALL_PT if many > _MANY else 0)
    changed = io.BytesIO()
    document.save(changed)
    return repacked(changed.getvalue())


def _dress_row(row: Any, widths: Sequence[int], *, head: bool, size: float) -> None:
    for place, (cell, width) in enumerate(zip(row.cells, widths, strict=True)):
        cell.width = width
        for run in [run for one in cell.paragraphs for run in one.runs] if size else ():
            run.font.size = int(size * _EMU_PT)
        if place and not head and _FIGURE.fullmatch(cell.text.strip()):
            for one in cell.paragraphs:
                one.alignment = 2  # right
