"""A periodic report as an Excel file: every table on a sheet with real numbers, and the words.

Texts are written as texts, never as formulas or links, whatever they begin with (CWE-1236).
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from cases.figures_report import Content
from cases.figures_tables import Number, Table
from papers.document import clean

XLSX_MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_NEVER = datetime(2020, 1, 1)  # noqa: DTZ001 - Excel's properties have no zone
_UNFIT = re.compile(r"[\[\]:*?/\\']")
_WIDTH, _NARROW = 46, 18

Names = dict[str, str]
"""What the sheets are called: `contents`, `section`, `table`, `name`, `words`."""


def spreadsheet(content: Content, names: Names) -> bytes:
    """The report as a spreadsheet; the same content gives the same bytes."""
    from xlsxwriter import Workbook  # type: ignore[import-untyped]

    made = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "in_memory": False}
    book = Workbook(made, options)
    book.set_properties({"title": content.summary, "created": _NEVER, "author": "", "comments": ""})
    styles = _styles(book)
    sheets = _named(content)
    _contents(book.add_worksheet(_sheet_name(names["contents"], set())), content, sheets, names, styles)
    for name, table in sheets:
        _table(book.add_worksheet(name), table, styles)
    taken = {name.casefold() for name, _ in sheets} | {names["contents"].casefold()}
    _words(book.add_worksheet(_sheet_name(names["words"], taken)), content, styles)
    book.close()
    return made.getvalue()


def _styles(book: Any) -> dict[str, Any]:
    return {
        "head": book.add_format({"bold": True, "text_wrap": True, "bottom": 1, "valign": "top"}),
        "title": book.add_format({"bold": True, "font_size": 13}),
        "whole": book.add_format({"num_format": "#,##0"}),
        "part": book.add_format({"num_format": "#,##0.0"}),
        "day": book.add_format({"num_format": "dd/mm/yyyy"}),
        "text": book.add_format({"num_format": "@"}),
        "wrap": book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"}),
        "total": book.add_format({"bold": True, "top": 1, "num_format": "#,##0"}),
    }


def _named(content: Content) -> list[tuple[str, Table]]:
    taken: set[str] = set()
    found = []
    for section in content.sections:
        for table in section.tables:
            name = _sheet_name(table.title, taken)
            taken.add(name.casefold())
            found.append((name, table))
    return found


def _sheet_name(title: str, taken: set[str]) -> str:
    """At most 31 characters, none of those Excel refuses, each name once."""
    name = " ".join(_UNFIT.sub(" ", clean(title)).split())[:31].strip() or "-"
    number = 2
    while name.casefold() in taken:
        name = f"{name[:27]} {number}"
        number += 1
    return name


def _contents(sheet: Any, content: Content, sheets: Sequence[tuple[str, Table]], names: Names, styles: Any) -> None:
    sheet.set_column(0, 2, _WIDTH)
    sheet.write_string(0, 0, clean(f"{content.title} {content.summary}"), styles["title"])
    for column, name in enumerate(("section", "table", "name")):
        sheet.write_string(2, column, names[name], styles["head"])
    row = 3
    pages = iter(sheets)
    for section in content.sections:
        for table in section.tables:
            for column, text in enumerate((section.heading, table.title, next(pages)[0])):
                sheet.write_string(row, column, clean(text), styles["text"])
            row += 1


def _table(sheet: Any, table: Table, styles: Any) -> None:
    sheet.set_column(0, 0, _WIDTH)
    sheet.set_column(1, max(1, len(table.head) - 1), _NARROW)
    sheet.write_string(0, 0, clean(table.title), styles["title"])
    for column, name in enumerate(table.head):
        sheet.write_string(2, column, clean(name), styles["head"])
    for row, line in enumerate(table.lines, 3):
        _row(sheet, row, (line.label, *line.cells), styles)
    if table.total:
        for column, value in enumerate((table.total.label, *table.total.cells)):
            _cell(sheet, 3 + len(table.lines), column, value, styles, style=styles["total"])
    sheet.freeze_panes(3, 1)


def _words(sheet: Any, content: Content, styles: Any) -> None:
    sheet.set_column(0, 0, 110)
    row = 0
    for section in content.sections:
        sheet.write_string(row, 0, clean(section.heading), styles["title"])
        for row, text in enumerate(section.paragraphs, row + 1):  # noqa: B020 - goes on counting
            sheet.write_string(row, 0, clean(text), styles["wrap"])
        row += 2


def _row(sheet: Any, row: int, values: Iterable[Number], styles: Any) -> None:
    for column, value in enumerate(values):
        _cell(sheet, row, column, value, styles)


def _cell(sheet: Any, row: int, column: int, value: Number, styles: Any, style: Any = None) -> None:
    if value is None or value == "":
        return
    if isinstance(value, str):
        sheet.write_string(row, column, clean(value)[:32_000], style or styles["text"])
    elif isinstance(value, date):
        sheet.write_datetime(row, column, datetime(value.year, value.month, value.day), style or styles["day"])  # noqa: DTZ001
    else:
        whole = isinstance(value, int) or value.is_integer()
        sheet.write_number(row, column, value, style or styles["whole" if whole else "part"])
