"""Spreadsheets row by row: real dates, text that stays text, nothing left behind."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from papers.sheets import MOST_SIGNS, Column, Sheet, serial


def written(folder: Path, *values: Any) -> list[Any]:
    """One column of cells, written and read again by another program."""
    path = folder / "a.xlsx"
    with Sheet(path, "cases", [Column("v", "Cột")], folder) as sheet:
        sheet.add({"v": value} for value in values)
    active = load_workbook(path).active
    assert active is not None
    return [row[0] for row in active.iter_rows(min_row=2, max_row=len(values) + 1)]


def test_days_and_instants_are_dates(tmp_path: Path) -> None:
    """An instant stands in Vietnam's time, to the second."""
    day, instant = written(tmp_path, date(2026, 3, 5), datetime(2026, 3, 5, 18, 30, 15, tzinfo=UTC))
    assert (day.is_date, day.value.date()) == (True, date(2026, 3, 5))
    assert (instant.is_date, instant.value.isoformat()) == (True, "2026-03-06T01:30:15")


@pytest.mark.parametrize(
    "text", ["=1+1", "+84912", "-1", "@x", "{=1}", "http://x.vn", "0012", "\x07 chuông", "_x0041_"]
)
def test_text_stays_text(tmp_path: Path, text: str) -> None:
    """No formula, no link, no number; what a file cannot hold is written in its own way and read again."""
    (cell,) = written(tmp_path, text)
    assert cell.data_type == "s"
    assert str(cell.value).endswith(text[-3:])


def test_numbers_are_numbers(tmp_path: Path) -> None:
    """A count can be added up."""
    assert [cell.value for cell in written(tmp_path, 7, 0.5)] == [7, 0.5]


def test_a_very_long_text_is_cut(tmp_path: Path) -> None:
    """A cell holds so much; a file with more would not open."""
    (cell,) = written(tmp_path, "x" * 40_000)
    assert len(cell.value) == MOST_SIGNS


def test_nothing_is_left_behind(tmp_path: Path) -> None:
    """Rows went through a scratch file: it is gone, also when something broke."""
    written(tmp_path, "a")
    with (
        pytest.raises(AttributeError),
        Sheet(tmp_path / "b.xlsx", "cases", [Column("v", "v")], tmp_path) as sheet,
    ):
        sheet.add([{"v": "chuyện riêng"}, None])  # type: ignore[list-item]
    assert {path.name for path in tmp_path.iterdir()} == {"a.xlsx", "b.xlsx"}


def test_the_count_of_days_is_that_of_spreadsheets() -> None:
    """1 January 2000 is day 36526; noon is a half."""
    assert serial(datetime(2000, 1, 1, 12, tzinfo=UTC)) == 36526.5
