"""Spreadsheets row by row: real dates, no formulas, and a memory use that does not grow with the number of rows."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import Any
from zoneinfo import ZoneInfo

from cases.calendar import ZONE

MOST_SIGNS = 32_767  # of one cell: https://support.microsoft.com/office/excel-specifications-and-limits
MOST_ROWS = 1_048_575
EPOCH = date(1899, 12, 30).toordinal()
"""Spreadsheets count days from here; right for every day from 1 March 1900 on."""


def serial(local: datetime) -> float:
    """An instant as spreadsheets count it: days and fractions of a day, to the second."""
    seconds = local.hour * 3600 + local.minute * 60 + local.second
    return local.toordinal() - EPOCH + seconds / 86_400


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its key in a row, its heading, its width in characters."""

    key: str
    heading: str
    width: float = 16


class Sheet:
    """One worksheet in a file. Cells are typed: text that looks like a formula stays text, days and instants are dates.

    Instants are shown in the time of Vietnam: a spreadsheet knows no zones. Rows go to a scratch file in a folder of
    this process alone (mode 700), erased with it. Not for use by two threads at once.
    """

    def __init__(self, path: Path, title: str, columns: Sequence[Column], scratch: Path, zone: ZoneInfo = ZONE) -> None:
        from xlsxwriter import Workbook  # type: ignore[import-untyped]  # 10 MB: for whoever exports only

        self._columns = tuple(columns)
        self._zone = zone
        self._scratch = tempfile.TemporaryDirectory(dir=scratch, prefix=".sheet-")
        options = {"constant_memory": True, "tmpdir": self._scratch.name, "default_date_format": "dd/mm/yyyy"}
        options |= {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        self._book = Workbook(str(path), options)
        self._sheet = self._book.add_worksheet(title)
        self._instant = self._book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        self._day = self._book.add_format({"num_format": "dd/mm/yyyy"})
        self._row, self._closed = 0, False
        self._head()

    def __enter__(self) -> Sheet:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def add(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Write rows below the others; raises ValueError when a worksheet can hold no more."""
        for row in rows:
            self._row += 1
            if self._row > MOST_ROWS:
                raise ValueError(f"a worksheet holds {MOST_ROWS} rows at most")
            for place, column in enumerate(self._columns):
                value = row.get(column.key)
                if value is not None and value != "" and value != []:
                    self._write(place, value)

    def close(self) -> None:
        """Finish the file and erase the scratch; a second time changes nothing."""
        if self._closed:
            return
        self._closed = True
        try:
            self._sheet.autofilter(0, 0, self._row, len(self._columns) - 1)
            self._book.close()
        finally:
            self._scratch.cleanup()

    def _write(self, place: int, value: Any) -> None:
        if isinstance(value, datetime):
            self._sheet.write_number(self._row, place, serial(value.astimezone(self._zone)), self._instant)
        elif isinstance(value, date):
            self._sheet.write_number(self._row, place, value.toordinal() - EPOCH, self._day)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            self._sheet.write_number(self._row, place, value)
        else:
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            self._sheet.write_string(self._row, place, text[:MOST_SIGNS])

    def _head(self) -> None:
        bold = self._book.add_format({"bold": True, "bottom": 1})
        for place, column in enumerate(self._columns):
            self._sheet.set_column(place, place, column.width)
        for place, column in enumerate(self._columns):
            self._sheet.write_string(0, place, column.heading, bold)
        self._sheet.freeze_panes(1, 0)
