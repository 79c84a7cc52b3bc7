"""Lay out the Word templates from `data/papers/skeletons.yaml`: `python -m papers.build`, the same bytes every time."""

from __future__ import annotations

import io
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from papers.blocks import BODY_PT, TEXT_WIDTH_MM, add_row, columns, fitted, new_document, paragraph, repeated, tag
from papers.document import TEMPLATES, repacked
from papers.frame import letterhead, page_head, signature, title

SKELETONS = "skeletons.yaml"
_LABEL_MM = 48
_FIRST_COLUMN_MM = 60
_FIRST_LINE_MM = 10
Part = Mapping[str, Any]


def skeletons(folder: Path = TEMPLATES) -> dict[str, Part]:
    """What stands in each paper, by its name."""
    read: dict[str, Part] = yaml.safe_load((folder / SKELETONS).read_text(encoding="utf-8"))
    return read


def template(skeleton: Part) -> bytes:
    """One template as the bytes of a Word file."""
    document = new_document()
    page_head(document)
    letterhead(document)
    if skeleton.get("titled"):
        title(document)
    size = skeleton.get("size", BODY_PT)
    parts: list[Part] = skeleton["parts"]
    for part, following in zip(parts, [*parts[1:], {}], strict=True):
        # No signature stands alone on a page (NĐ 30/2020): the last sentence goes with it.
        last = "sign" in following and "p" in part and "each" not in part
        _kept(document, {"size": size, "last": last, **part})
    made = io.BytesIO()
    document.save(made)
    return repacked(made.getvalue())


def build(folder: Path = TEMPLATES) -> list[Path]:
    """Write every template whose bytes changed; returns those."""
    changed = []
    for name, skeleton in skeletons(folder).items():
        path, content = folder / f"{name}.docx", template(skeleton)
        if not path.exists() or path.read_bytes() != content:
            path.write_bytes(content)
            changed.append(path)
    return changed


def _kept(document: Any, part: Part) -> None:
    if "when" in part:
        tag(document, f"{{%p if {part['when']} %}}")
    if "each" in part and "to" not in part:
        tag(document, f"{{%p for item in {part['each']} %}}")
    _draw(document, part)
    if "each" in part and "to" not in part:
        tag(document, "{%p endfor %}")
    if "when" in part:
        tag(document, "{%p endif %}")


def _draw(document: Any, part: Part) -> None:
    if "p" in part:
        _text(document, part)
    elif "head" in part:
        paragraph(
            document, part["head"], size=part["size"], bold=True, indent_mm=_FIRST_LINE_MM, before=4, after=4, keep=True
        )
    elif "to" in part:
        _addressees(document, part)
    elif "fields" in part:
        _fields(document, part["fields"], part["size"])
    elif "table" in part:
        _table(document, part)
    elif "slip" in part:
        _slip(document, part["slip"])
    elif "two" in part:
        _two(document, *part["two"])
    elif "sections" in part:
        _sections(document, part["sections"])
    else:
        signature(document)


def _text(document: Any, part: Part) -> None:
    made = paragraph(
        document,
        part["p"],
        size=part.get("size", BODY_PT),
        italic=part.get("italic", False),
        align="justify",
        indent_mm=_FIRST_LINE_MM,
        after=6,
        keep=part.get("last", False),
    )
    made.paragraph_format.line_spacing = 1.5 if part.get("spaced") else 1.1


def _addressees(document: Any, part: Part) -> None:
    """One addressee stands beside "Kính gửi:", several below each other as `to` is a list."""
    table = columns(document, 42, TEXT_WIDTH_MM - 42)
    left, right = table.rows[0].cells
    paragraph(left, "Kính gửi:", align="right", before=4, after=4)
    tag(right, "{%p for item in to %}")
    made = paragraph(right, "{{ item }}", before=4, after=4)
    made.paragraph_format.left_indent = 100000  # 2.8 mm
    tag(right, "{%p endfor %}")
    paragraph(right, "", size=2)


def _fields(document: Any, rows: list[list[str]], size: float) -> None:
    table = columns(document, _LABEL_MM, TEXT_WIDTH_MM - _LABEL_MM, rows=0)
    for label, value in rows:
        name = value.strip("{} ")
        add_row(table, f"{{%tr if {name} %}}")
        left, right = add_row(table).cells
        paragraph(left, f"{label}:", size=size, after=3)
        paragraph(right, value, size=size, after=3, align="justify")
        add_row(table, "{%tr endif %}")
    paragraph(document, "", size=4)


def _table(document: Any, part: Part) -> None:
    names = part["table"]
    table = columns(document, *(width for _, _, width in names), lined=True)
    for cell, (label, _, _) in zip(table.rows[0].cells, names, strict=True):
        paragraph(cell, label, size=13, bold=True, align="center")
    repeated(table.rows[0])
    add_row(table, f"{{%tr for row in {part['of']} %}}")
    for cell, (_, name, _) in zip(add_row(table).cells, names, strict=True):
        paragraph(cell, f"{{{{ row.{name} }}}}", size=13)
    add_row(table, "{%tr endfor %}")
    paragraph(document, "", size=4)


def _slip(document: Any, slip: Part) -> None:
    paragraph(document, "", size=8, keep=True)
    table = columns(document, TEXT_WIDTH_MM, lined=True)
    cell = table.rows[0].cells[0]
    paragraph(cell, slip["title"], size=11, bold=True, align="center", before=2, after=4)
    for row in slip["rows"]:
        paragraph(cell, row, size=12, after=5)
    paragraph(document, "", size=2)


def _two(document: Any, left: str, right: str) -> None:
    paragraph(document, "", size=8, keep=True)
    table = columns(document, TEXT_WIDTH_MM / 2, TEXT_WIDTH_MM / 2)
    for cell, words in zip(table.rows[0].cells, (left, right), strict=True):
        paragraph(cell, words, size=13, bold=True, align="center")
        paragraph(cell, "(ký, ghi rõ họ tên)", size=12, italic=True, align="center")
        for _ in range(3):
            paragraph(cell, "", size=11)
    paragraph(document, "", size=2)


def _sections(document: Any, name: str) -> None:
    """Sections of a report, each with a heading and a list of blocks: texts, one table, pictures with captions."""
    tag(document, f"{{%p for section in {name} %}}")
    tag(document, "{%p if section.heading %}")
    heading = paragraph(document, "{{ section.heading }}", bold=True, indent_mm=_FIRST_LINE_MM, before=6, after=4)
    heading.paragraph_format.keep_with_next = True
    tag(document, "{%p endif %}")
    tag(document, "{%p for item in section.paragraphs %}")
    _text(document, {"p": "{{ item }}"})
    tag(document, "{%p endfor %}")
    tag(document, "{%p if section.table %}")
    _grid(document)
    tag(document, "{%p endif %}")
    tag(document, "{%p for one in section.pictures %}")
    paragraph(document, "{{ one.picture }}", align="center", before=4, keep=True)
    paragraph(document, "{{ one.caption }}", size=12, italic=True, align="center", after=8)
    tag(document, "{%p endfor %}")
    tag(document, "{%p endfor %}")


def _grid(document: Any) -> None:
    """A table of as many columns as its headings; the cells are texts made beforehand."""
    tag(document, "{%p if section.table.caption %}")
    paragraph(
        document, "{{ section.table.caption }}", size=13, italic=True, align="center", before=4, after=3, keep=True
    )
    tag(document, "{%p endif %}")
    others = (TEXT_WIDTH_MM - _FIRST_COLUMN_MM) / 3
    table = columns(document, _FIRST_COLUMN_MM, others, others, others, lined=True)
    _loop(table.rows[0], "section.table.head", bold=True)
    repeated(table.rows[0])
    add_row(table, "{%tr for row in section.table.rows %}")
    _loop(add_row(table), "row", bold=False)
    add_row(table, "{%tr endfor %}")
    fitted(table)
    paragraph(document, "", size=4)


def _loop(row: Any, of: str, *, bold: bool) -> None:
    """The first cell names the row; of the others figures stand to the right."""
    label, first, middle, last = row.cells
    paragraph(label, f"{{{{ {of}[0] }}}}", size=12, bold=bold, align="center" if bold else "left")
    paragraph(first, f"{{%tc for cell in {of}[1:] %}}", size=2)
    if bold:
        paragraph(middle, "{{ cell }}", size=12, bold=True, align="center")
    else:
        tag(middle, "{%p if cell[:1] in '0123456789<–-' %}")
        paragraph(middle, "{{ cell }}", size=12, align="right")
        tag(middle, "{%p else %}")
        paragraph(middle, "{{ cell }}", size=12)
        tag(middle, "{%p endif %}")
    paragraph(last, "{%tc endfor %}", size=2)


if __name__ == "__main__":
    for written in build():
        sys.stdout.write(f"{written.name}\n")
