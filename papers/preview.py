"""A Word file as HTML, to be looked at in a page or printed by a browser: own classes only, no style and no script.

It shows what is in the file, near enough to its layout to read it; the file itself is what counts.
"""

from __future__ import annotations

import io
from typing import Any

from markupsafe import Markup, escape

_BOLD, _ITALIC, _UNDER = Markup("<b>{}</b>"), Markup("<i>{}</i>"), Markup("<u>{}</u>")
_ALIGN = {0: "left", 1: "center", 2: "right", 3: "justify"}
PRINTED = (
    "@page{size:A4;margin:20mm 15mm 20mm 30mm}"
    'body{margin:0;font:14pt/1.1 "Times New Roman","Liberation Serif",serif}'
    ".paper-sheet p{margin:0 0 5pt;min-height:.6em}.paper-sheet td p{margin:0 0 1pt;min-height:1em}"
    ".paper-sheet table{width:100%;border-collapse:collapse;table-layout:fixed;margin-bottom:4pt}"
    ".paper-sheet td{vertical-align:top;padding:0}.paper-sheet tr{break-inside:avoid}"
    ".paper-lined td{border:.75pt solid #000;padding:1pt 5pt}"
    ".paper-head .paper-cell0{width:40.6%}.paper-fields .paper-cell0{width:29.1%}"
    ".paper-to .paper-cell0{width:25.5%}.paper-to .paper-cell1{padding-left:2.8mm}.paper-foot .paper-cell0{width:46%}"
    ".paper-center{text-align:center}.paper-right{text-align:right}.paper-justify{text-align:justify}"
    ".paper-first{text-indent:10mm}.paper-s11{font-size:11pt}.paper-s12{font-size:12pt}.paper-s13{font-size:13pt}"
    ".paper-s15{font-size:15pt}.paper-s16{font-size:16pt}.paper-sheet .paper-tiny{display:none}"
    ".paper-sheet .paper-rule{border-bottom:.75pt solid #000;width:40%;margin:1pt auto 4pt;min-height:0}"
    ".paper-draft{position:fixed;top:40%;left:10%;font-size:90pt;color:#ddd;transform:rotate(-45deg);z-index:-1}"
)
"""How a browser lays the sheet out when it prints: for files of our own, never for a page that is served."""


NOTHING_ELSE = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""What the printed page may load: nothing, and no script runs."""


def sheet(word: bytes) -> Markup:
    """The body of a Word file as one element; a draft says so first."""
    from docx import Document

    document = Document(io.BytesIO(word))
    head = "".join(part.blob.decode("utf-8", "replace") for part in _headers(document))
    mark = Markup('<p class="paper-draft" aria-hidden="true">{}</p>').format("DỰ THẢO") if "WaterMark" in head else ""
    return Markup('<div class="paper-sheet">{}{}</div>').format(mark, _blocks(document.element.body, document))


def printable(word: bytes) -> str:
    """A whole page for a browser to print."""
    return (
        '<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>.</title>'
        f'<meta http-equiv="Content-Security-Policy" content="{NOTHING_ELSE}">'
        f"<style>{PRINTED}</style></head><body>{sheet(word)}</body></html>"
    )


def _headers(document: Any) -> list[Any]:
    section = document.sections[0]
    return [part.part for part in (section.first_page_header, section.header)]


def _blocks(parent: Any, document: Any) -> Markup:
    from docx.table import Table
    from docx.text.paragraph import Paragraph

    made = []
    for child in parent.iterchildren():
        if child.tag.endswith("}p"):
            made.append(_paragraph(Paragraph(child, document)))
        elif child.tag.endswith("}tbl"):
            made.append(_table(Table(child, document), document))
    return Markup("").join(made)


def _table(table: Any, document: Any) -> Markup:
    lined = table.style is not None and table.style.name == "Table Grid"
    rows = Markup("").join(
        Markup("<tr>{}</tr>").format(
            Markup("").join(
                Markup('<td class="paper-cell{}">{}</td>').format(number, _blocks(cell._tc, document))
                for number, cell in enumerate(row.cells)
            )
        )
        for row in table.rows
    )
    return Markup('<table class="{}" role="presentation"><tbody>{}</tbody></table>').format(_kind(table, lined), rows)


def _kind(table: Any, lined: bool) -> str:
    """Which of the layouts of a paper this table is, by the width of its first column."""
    if lined:
        return "paper-lined"
    first = round(table.columns[0].width.mm) if table.columns and table.columns[0].width else 0
    return {67: "paper-head", 48: "paper-fields", 42: "paper-to", 76: "paper-foot"}.get(first, "paper-plain")


def _paragraph(paragraph: Any) -> Markup:
    sizes = [run.font.size.pt for run in paragraph.runs if run.font.size]
    size = sizes[0] if sizes else 14
    if paragraph._p.pPr is not None and paragraph._p.pPr.findall("{*}pBdr"):
        return Markup('<p class="paper-rule"></p>')
    names = [f"paper-{_ALIGN.get(paragraph.alignment, 'left')}"]
    names += ["paper-first"] if paragraph.paragraph_format.first_line_indent else []
    if not paragraph.text.strip():
        names.append("paper-tiny" if size < 10 else "paper-empty")
    names.append(f"paper-s{round(size)}")
    return Markup('<p class="{}">{}</p>').format(" ".join(names), Markup("").join(map(_run, paragraph.runs)))


def _run(run: Any) -> Markup:
    text = Markup("<br>").join(escape(line) for line in run.text.split("\n"))
    pictures = run._r.findall(".//{*}blip")
    if pictures:
        return Markup('<span class="paper-picture">[ ]</span>')
    for wanted, tag in ((run.bold, _BOLD), (run.italic, _ITALIC), (run.underline, _UNDER)):
        if wanted and text:
            text = tag.format(text)
    return text
