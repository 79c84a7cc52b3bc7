"""What a template is laid out of: the page, paragraphs, tables without lines, rules, the two columns of a letter.

Sizes are those of Nghị định 30/2020/NĐ-CP, appendix I (A4, margins 20-25, 20-25, 30-35 and 15-20 mm, Times New Roman
13-14), which also fit Hướng dẫn 36-HD/VPTW of the Party.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

FONT = "Times New Roman"
TEXT_WIDTH_MM = 165
LEFT_MM, RIGHT_MM = 67, 98
"""Columns of a letterhead: the national name in 13 bold is 95.0 mm wide and must not wrap."""
BODY_PT = 14
_NEVER = datetime(2020, 1, 1)  # noqa: DTZ001 - Word's property has no zone


def new_document() -> Any:
    """An empty A4 page in Vietnamese, in the font every office has."""
    document = Document()
    for style in ("Normal", "Header", "Footer", "Table Grid"):
        _set_font(document.styles[style])
    normal = document.styles["Normal"].paragraph_format
    normal.space_before = normal.space_after = Pt(0)
    normal.line_spacing = 1.0
    page = document.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.top_margin = page.bottom_margin = Mm(20)
    page.left_margin, page.right_margin = Mm(30), Mm(15)
    page.header_distance = page.footer_distance = Mm(10)
    # A line break of a resident in a justified paragraph must not stretch the line before it.
    compat = document.settings.element.find(qn("w:compat"))
    compat.insert(0, OxmlElement("w:doNotExpandShiftReturn"))
    known = document.core_properties
    known.author = known.last_modified_by = known.title = known.comments = known.keywords = ""
    known.created = known.modified = _NEVER
    return document


def paragraph(
    place: Any,
    text: str = "",
    *,
    size: float = BODY_PT,
    bold: bool = False,
    italic: bool = False,
    underline: bool = False,
    align: str = "left",
    indent_mm: float = 0,
    before: float = 0,
    after: float = 0,
    keep: bool = False,
) -> Any:
    """One paragraph in a document or a cell; a new cell's empty first paragraph is used up. Sizes in points."""
    first = getattr(place, "paragraphs", [None])[0] if _is_cell(place) else None
    made = first if first is not None and not first.runs and len(place.paragraphs) == 1 else place.add_paragraph()
    shape = made.paragraph_format
    shape.alignment = getattr(ALIGN, align.upper())
    shape.space_before, shape.space_after = Pt(before), Pt(after)
    shape.first_line_indent = Mm(indent_mm) if indent_mm else None
    shape.keep_with_next = keep or None
    run = made.add_run(text)
    run.font.size = Pt(size)
    run.bold, run.italic, run.underline = bold or None, italic or None, underline or None
    if not text:
        _mark_size(made, size)
    return made


def tag(place: Any, text: str) -> None:
    """A paragraph that only steers the filling in and leaves nothing behind."""
    paragraph(place, text, size=2)


def rule(place: Any, width_mm: float, of_mm: float) -> None:
    """A centred line of this width in a column of that width."""
    made = paragraph(place, "", size=1)
    side = Mm((of_mm - width_mm) / 2)
    made.paragraph_format.left_indent = made.paragraph_format.right_indent = side
    made.paragraph_format.line_spacing = Pt(2)
    made.paragraph_format.space_after = Pt(4)
    borders = OxmlElement("w:pBdr")
    line = OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "000000")):
        line.set(qn(f"w:{name}"), value)
    borders.append(line)
    # The schema wants the parts in order: borders before spacing and indents.
    made._p.pPr.insert_element_before(
        borders, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )


def columns(document: Any, *widths_mm: float, rows: int = 1, lined: bool = False) -> Any:
    """A table of fixed columns; without lines and cell margins unless `lined`."""
    table = document.add_table(rows=rows, cols=len(widths_mm))
    table.autofit = False
    table.alignment = WD_TABLE_ALIGNMENT.LEFT
    if lined:
        table.style = "Table Grid"
        _indent(table)
    else:
        _no_margins(table)
    for column, width in zip(table.columns, widths_mm, strict=True):
        column.width = Mm(width)
        for cell in column.cells:
            cell.width = Mm(width)
    for row in table.rows:
        whole(row)
    return table


def fitted(table: Any) -> None:
    """As wide as the text whatever the number of its columns, which share the width by what they hold."""
    table.autofit = True
    width = table._tbl.tblPr.find(qn("w:tblW"))
    width.set(qn("w:type"), "pct")
    width.set(qn("w:w"), "4943")  # fiftieths of a percent: the whole line but the indent
    for cell in table._tbl.iter(qn("w:tcW")):
        cell.set(qn("w:type"), "auto")
        cell.set(qn("w:w"), "0")


def add_row(table: Any, *texts: str) -> Any:
    """One more row, with these tags or nothing in its cells."""
    row = table.add_row()
    whole(row)
    for cell, column in zip(row.cells, table.columns, strict=True):
        cell.width = column.width
    for cell, text in zip(row.cells, texts, strict=False):
        paragraph(cell, text, size=2)
    return row


def whole(row: Any) -> None:
    """A row that no page break cuts."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def repeated(row: Any) -> None:
    """A row of headings that stands again at the top of every page."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _mark_size(made: Any, size: float) -> None:
    """An empty paragraph is as high as its mark, whatever its runs say."""
    shape = OxmlElement("w:rPr")
    height = OxmlElement("w:sz")
    height.set(qn("w:val"), str(int(size * 2)))
    shape.append(height)
    made._p.get_or_add_pPr().append(shape)


def _is_cell(place: Any) -> bool:
    return bool(getattr(place, "_tc", None) is not None)


def _set_font(style: Any) -> None:
    style.font.name = FONT
    style.font.size = Pt(BODY_PT)
    shape = style.element.get_or_add_rPr()
    fonts = shape.get_or_add_rFonts()
    for which in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{which}"), FONT)
    for which in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{which}"), None)
    for old in shape.findall(qn("w:lang")):
        shape.remove(old)
    language = OxmlElement("w:lang")
    for which in ("val", "eastAsia"):
        language.set(qn(f"w:{which}"), "vi-VN")
    shape.append(language)


def _indent(table: Any) -> None:
    """Lines flush with the text: without it a table begins a cell's margin (1.9 mm) to the left."""
    indent = OxmlElement("w:tblInd")
    indent.set(qn("w:w"), "108")
    indent.set(qn("w:type"), "dxa")
    table._tbl.tblPr.find(qn("w:tblLayout")).addprevious(indent)


def _no_margins(table: Any) -> None:
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        one = OxmlElement(f"w:{side}")
        one.set(qn("w:w"), "0")
        one.set(qn("w:type"), "dxa")
        margins.append(one)
    shape = table._tbl.tblPr
    look = shape.find(qn("w:tblLook"))
    if look is not None:
        look.addprevious(margins)
    else:
        shape.append(margins)
