"""A report as Word and Excel: the same bytes for the same content, hostile words as words, real numbers and days."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from datetime import date, datetime

import orjson
import pytest
from docx import Document
from openpyxl import load_workbook

from cases.figures_report import Chart, Content, Section
from cases.figures_tables import Line, Table
from papers.letterhead import issuer
from papers.report import Signed, shown, word
from papers.report_xlsx import spreadsheet
from tests.cases.cast import HERE

NAMES = {"contents": "Mục lục", "section": "Mục", "table": "Bảng", "name": "Trang", "words": "Lời văn"}
HOSTILE = '=HYPERLINK("http://x","y") {{ 7*7 }} {% for a in b %} <w:p/> & "Đường" \x07'
TABLE = Table(
    "kind",
    "Theo loại [2026]/Q4",
    ("Loại", "Trong kỳ", "Ngày"),
    (Line("Phản ánh", (1234, date(2026, 3, 5))), Line("=1+1", ("<3", None)), Line("Kiến nghị", (2.5, ""))),
    Line("Cộng", (1236, None)),
)
CONTENT = Content(
    kind="RGS_H",
    period="2026-H2",
    title="BÁO CÁO",
    summary="kết quả giám sát",
    to=["Đảng ủy xã Mẫu"],
    opening=["Thực hiện kế hoạch."],
    sections=[
        Section("intake", "I. Tiếp nhận", [HOSTILE], [TABLE, TABLE], [Chart("Biểu đồ", ["a", "b"], [3.0, 1.0])]),
        Section("text", "II. Khó khăn", ["Không."], edited=True),
    ],
)


def made(signed: Signed | None = None) -> bytes:
    """The report of the Front; a draft unless signed."""
    return word(CONTENT, issuer(HERE, "mttq"), signed or Signed(), ["Đảng ủy xã Mẫu (b/c)", "Lưu VT"])


def sheets() -> bytes:
    """The same as a spreadsheet."""
    return spreadsheet(CONTENT, NAMES)


@pytest.mark.parametrize("make", [made, sheets])
def test_the_same_content_gives_the_same_bytes(make: object) -> None:
    """Whoever compares two copies compares their content."""
    assert callable(make)
    assert make() == make()


def test_hostile_words_stay_words_in_word() -> None:
    """No template is run, no mark-up is made, the rest of the text is there."""
    document = Document(io.BytesIO(made()))
    texts = [one.text for one in document.paragraphs]
    told = next(text for text in texts if "HYPERLINK" in text)
    assert told == HOSTILE.replace("\x07", "")


def test_grids_have_every_line_and_a_total() -> None:
    """Numbers as they are written in Vietnamese, days too."""
    grid = next(table for table in Document(io.BytesIO(made())).tables if table.cell(0, 0).text.strip() == "Loại")
    read = [[cell.text.strip() for cell in row.cells] for row in grid.rows]
    assert read == [
        ["Loại", "Trong kỳ", "Ngày"], ["Phản ánh", "1.234", "05/03/2026"], ["=1+1", "<3", "–"],
        ["Kiến nghị", "2,5", "–"], ["Cộng", "1.236", "–"],
    ]  # fmt: skip


def test_a_draft_says_so_until_it_is_numbered() -> None:
    """DỰ THẢO across the page, and dots for the number."""
    final = made(Signed(7, date(2026, 12, 15), "Nguyễn Văn A"))
    heads = [_heads(made()), _heads(final)]
    assert ["DỰ THẢO" in one for one in heads] == [True, False]
    assert "07/BC-MTTQ-BTT" in _body(final)


def test_cells_of_a_spreadsheet_are_numbers_days_and_texts() -> None:
    """No formula, whatever a text begins with; sheet names that Excel refuses are made fit, each once."""
    book = load_workbook(io.BytesIO(sheets()))
    assert book.sheetnames == ["Mục lục", "Theo loại 2026 Q4", "Theo loại 2026 Q4 2", "Lời văn"]
    sheet = book["Theo loại 2026 Q4"]
    assert [cell.value for cell in sheet[4]] == ["Phản ánh", 1234, datetime(2026, 3, 5)]  # noqa: DTZ001
    assert (sheet["A5"].value, sheet["A5"].data_type) == ("=1+1", "s")
    assert sheet["C4"].number_format == "dd/mm/yyyy"


def test_a_frozen_report_is_the_same_report() -> None:
    """Through JSON and back nothing is lost, days among numbers included."""
    assert Content.from_data(orjson.loads(orjson.dumps(CONTENT.as_data()))) == CONTENT


def test_a_report_without_charts_needs_no_picture() -> None:
    """An empty section is a heading and its words."""
    bare = replace(CONTENT, sections=[Section("text", "I. Khó khăn", ["Không."])])
    content = word(bare, issuer(HERE, "dang_uy"), Signed(), [])
    assert not [name for name in zipfile.ZipFile(io.BytesIO(content)).namelist() if name.endswith(".png")]


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (1234567, "1.234.567"), (2.0, "2"), (15.5, "15,5"), (None, "–"), ("<3", "<3")]
)
def test_numbers_are_written_as_in_vietnam(value: float | str | None, text: str) -> None:
    """A dot between thousands, a comma before tenths."""
    assert shown(value) == text


def _body(docx: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(docx)) as parts:
        return re.sub(r"<[^>]+>", "", parts.read("word/document.xml").decode())


def _heads(docx: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(docx)) as parts:
        names = [name for name in parts.namelist() if name.startswith("word/header")]
        return "".join(parts.read(name).decode() for name in names)
