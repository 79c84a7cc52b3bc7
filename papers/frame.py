"""The parts that every paper shares: the three letterheads with the youth union's, page head, recipients, signature.

Letterheads: state bodies Nghị định 30/2020/NĐ-CP, appendix I; the Party Hướng dẫn 36-HD/VPTW of 3/4/2018; the Front
Hướng dẫn 91/HD-MTTW-BTT of 8/4/2013. Which of them a paper gets is a value (`head.style`), so that one template
serves every body.
"""

from __future__ import annotations

from typing import Any

from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt

from papers.blocks import BODY_PT, LEFT_MM, RIGHT_MM, add_row, columns, paragraph, rule, tag, whole

NATION = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"
PARTY = "ĐẢNG CỘNG SẢN VIỆT NAM"
YOUTH = "ĐOÀN TNCS HỒ CHÍ MINH"
DRAFT = "DỰ THẢO"
_MOTTO_MM, _PARTY_MM, _YOUTH_MM = 66, 72, 66


def page_head(document: Any) -> None:
    """The page number from the second page on, and DỰ THẢO across every page of a draft."""
    section = document.sections[0]
    section.different_first_page_header_footer = True
    for number, header in enumerate((section.first_page_header, section.header)):
        header.is_linked_to_previous = False
        first = header.paragraphs[0]
        first.add_run("{%p if head.draft %}")
        drawn = header.add_paragraph()
        drawn.paragraph_format.line_spacing = Pt(1)
        _watermark(drawn, number)
        header.add_paragraph("{%p endif %}")
        last = header.add_paragraph()
        last.alignment = 1
        if number:
            _page_number(last)
    section.first_page_footer.is_linked_to_previous = False
    section.footer.is_linked_to_previous = False


def letterhead(document: Any) -> None:
    """Who writes, under which name of the state or the Party, number, place and day."""
    table = columns(document, LEFT_MM, RIGHT_MM, rows=0)
    _when(table, "head.style == 'party'", _party)
    _when(table, "head.style == 'youth_union'", _youth)
    _when(table, "head.style == 'state'", _state)
    paragraph(document, "", size=6)


def title(document: Any) -> None:
    """The type of the paper and its summary, 14 bold; 16 and 15 in the Party's papers."""
    for party, size in (("==", 16), ("!=", BODY_PT)):
        tag(document, f"{{%p if head.style {party} 'party' %}}")
        paragraph(document, "{{ title }}", size=size, bold=True, align="center", before=4, keep=True)
        tag(document, "{%p if summary %}")
        paragraph(document, "{{ summary }}", size=min(size, 15), bold=True, align="center", keep=True)
        tag(document, "{%p endif %}")
        tag(document, "{%p endif %}")
    rule(document, 30, LEFT_MM + RIGHT_MM)
    paragraph(document, "", size=4)


def signature(document: Any) -> None:
    """Recipients on the left, who signs on the right; never cut by a page break."""
    paragraph(document, "", size=8, keep=True)
    table = columns(document, 76, 89)
    left, right = table.rows[0].cells
    _recipients(left)
    tag(right, "{%p if sign.as_ %}")
    paragraph(right, "{{ sign.as_ }}", bold=True, align="center")
    tag(right, "{%p endif %}")
    tag(right, "{%p if head.style == 'party' %}")
    paragraph(right, "{{ sign.title }}", align="center")
    tag(right, "{%p else %}")
    paragraph(right, "{{ sign.title }}", bold=True, align="center")
    tag(right, "{%p endif %}")
    for _ in range(4):
        paragraph(right, "", align="center")
    paragraph(right, "{{ sign.name }}", bold=True, align="center")


def _recipients(cell: Any) -> None:
    tag(cell, "{%p if recipients %}")
    tag(cell, "{%p if head.style == 'party' %}")
    paragraph(cell, "Nơi nhận:", size=BODY_PT, underline=True)
    tag(cell, "{%p else %}")
    paragraph(cell, "Nơi nhận:", size=12, bold=True, italic=True)
    tag(cell, "{%p endif %}")
    for party, size in (("==", 12), ("!=", 11)):
        tag(cell, f"{{%p if head.style {party} 'party' %}}")
        tag(cell, "{%p for line in recipients %}")
        paragraph(cell, "{{ line }}", size=size)
        tag(cell, "{%p endfor %}")
        tag(cell, "{%p endif %}")
    tag(cell, "{%p endif %}")
    paragraph(cell, "", size=2)


def _when(table: Any, condition: str, rows: Any) -> None:
    add_row(table, f"{{%tr if {condition} %}}")
    rows(table)
    add_row(table, "{%tr endif %}")


def _lines(cell: Any, name: str, size: float, *, bold: bool) -> None:
    tag(cell, f"{{%p for line in head.{name} %}}")
    paragraph(cell, "{{ line }}", size=size, bold=bold, align="center")
    tag(cell, "{%p endfor %}")


def _number_and_day(table: Any, *, number: float, about: float, italic: bool) -> None:
    row = add_row(table)
    whole(row)
    left, right = row.cells
    paragraph(left, "{{ head.number }}", size=number, align="center", before=2)
    tag(left, "{%p if head.about %}")
    paragraph(left, "{{ head.about }}", size=about, italic=italic, align="center")
    tag(left, "{%p endif %}")
    paragraph(left, "", size=2)
    paragraph(right, "{{ head.place_day }}", size=BODY_PT, italic=True, align="center", before=2)


def _state(table: Any) -> None:
    left, right = add_row(table).cells
    _lines(left, "upper", 13, bold=False)
    _lines(left, "body", 13, bold=True)
    rule(left, 24, LEFT_MM)
    paragraph(right, NATION, size=13, bold=True, align="center")
    paragraph(right, MOTTO, size=14, bold=True, align="center")
    rule(right, _MOTTO_MM, RIGHT_MM)
    _number_and_day(table, number=13, about=12, italic=False)


def _party(table: Any) -> None:
    left, right = add_row(table).cells
    _lines(left, "upper", 14, bold=False)
    _lines(left, "body", 14, bold=True)
    paragraph(left, "*", size=14, bold=True, align="center")
    paragraph(right, PARTY, size=15, bold=True, align="center")
    rule(right, _PARTY_MM, RIGHT_MM)
    _number_and_day(table, number=14, about=12, italic=True)


def _youth(table: Any) -> None:
    left, right = add_row(table).cells
    _lines(left, "upper", 13, bold=False)
    _lines(left, "body", 13, bold=True)
    paragraph(left, "***", size=13, bold=True, align="center")
    paragraph(right, YOUTH, size=15, bold=True, align="center")
    rule(right, _YOUTH_MM, RIGHT_MM)
    _number_and_day(table, number=13, about=12, italic=False)


def _page_number(place: Any) -> None:
    for kind, words in (("begin", ""), ("", "PAGE"), ("end", "")):
        run = place.add_run()
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.set(qn("xml:space"), "preserve")
            mark.text = words
        run._r.append(mark)


def _watermark(place: Any, number: int) -> None:
    """The shape that Word itself draws for a watermark; LibreOffice reads it too."""
    shape = (
        f"<w:pict {nsdecls('w')} xmlns:v='urn:schemas-microsoft-com:vml'"
        " xmlns:o='urn:schemas-microsoft-com:office:office' xmlns:w10='urn:schemas-microsoft-com:office:word'>"
        "<v:shapetype id='_x0000_t136' coordsize='21600,21600' o:spt='136' adj='10800'"
        " path='m@7,l@8,m@5,21600l@6,21600e'>"
        "<v:formulas><v:f eqn='sum #0 0 10800'/><v:f eqn='prod #0 2 1'/><v:f eqn='sum 21600 0 @1'/>"
        "<v:f eqn='sum 0 0 @2'/><v:f eqn='sum 21600 0 @3'/><v:f eqn='if @0 @3 0'/><v:f eqn='if @0 21600 @1'/>"
        "<v:f eqn='if @0 0 @2'/><v:f eqn='if @0 @4 21600'/></v:formulas>"
        "<v:path textpathok='t' o:connecttype='rect'/><v:textpath on='t' fitshape='t'/></v:shapetype>"
        f"<v:shape id='PowerPlusWaterMarkObject{number}' o:spid='_x0000_s{2049 + number}' type='#_x0000_t136'"
        " style='position:absolute;margin-left:0;margin-top:0;width:420pt;height:105pt;rotation:315;z-index:-251658752;"
        "mso-position-horizontal:center;mso-position-horizontal-relative:margin;"
        "mso-position-vertical:center;mso-position-vertical-relative:margin' o:allowincell='f'"
        " fillcolor='#d9d9d9' stroked='f'>"
        f"<v:fill opacity='.5'/><v:textpath style='font-family:\"Times New Roman\";font-size:1pt' string='{DRAFT}'/>"
        "<w10:wrap anchorx='margin' anchory='margin'/></v:shape></w:pict>"
    )
    place.add_run()._r.append(parse_xml(shape))
