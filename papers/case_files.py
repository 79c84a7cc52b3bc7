"""Cases as files for spreadsheets and other systems: CSV, JSON, JSON lines, XLSX."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from cases.exporting import FIELDS, Form, as_json, safe_cell
from papers.sheets import Column, Sheet

MEDIA = {
    Form.CSV: "text/csv; charset=utf-8",
    Form.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Form.JSON: "application/json",
    Form.JSONL: "application/x-ndjson",
}
WIDTHS = {"code": 17, "text": 60, "topic": 20, "reminders": 30}
BYTE_ORDER_MARK = "\ufeff"  # without it Excel reads Vietnamese CSV as another alphabet


class TextRows:
    """Writes rows as text, piece by piece: `head`, `body` for each page, `tail`."""

    def __init__(self, form: Form, *, for_excel: bool = False) -> None:
        self._form = form
        self._mark = BYTE_ORDER_MARK if for_excel else ""
        self._fields = FIELDS
        self._first = True

    def head(self) -> str:
        """What stands before the first row."""
        if self._form is Form.CSV:
            return self._mark + self._csv([self._fields])
        return "[\n" if self._form is Form.JSON else ""

    def body(self, rows: Iterable[Mapping[str, Any]]) -> str:
        """Some rows."""
        if self._form is Form.CSV:
            return self._csv([csv_cells(row, self._fields) for row in rows])
        lines = [json.dumps(as_json(row), ensure_ascii=False) for row in rows]
        if self._form is Form.JSONL:
            return "".join(f"{line}\n" for line in lines)
        told = ",\n".join(lines)
        before = "" if self._first or not told else ",\n"
        self._first = self._first and not told
        return before + told

    def tail(self) -> str:
        """What stands after the last row."""
        return "\n]\n" if self._form is Form.JSON else ""

    def _csv(self, rows: Iterable[Sequence[str]]) -> str:
        out = io.StringIO(newline="")
        csv.writer(out).writerows(rows)
        return out.getvalue()


def csv_cells(row: Mapping[str, Any], names: Sequence[str]) -> list[str]:
    """A row as cells that no spreadsheet takes for formulas."""
    plain = as_json(row)
    return [_cell(plain.get(name)) for name in names]


def _cell(value: Any) -> str:
    if value is None or value == []:
        return ""
    return safe_cell(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def sheet(path: Path, scratch: Path, *, headings: Mapping[str, str] | None = None) -> Sheet:
    """An open spreadsheet for cases; headings are the field names unless others are given."""
    columns = [Column(name, (headings or {}).get(name, name), WIDTHS.get(name, 16)) for name in FIELDS]
    return Sheet(path, "cases", columns, scratch)
