"""Texts come out of a Word file as they went in, and never change how it is built."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st

from papers.build import template
from papers.document import PaperFault, clean, paragraphs, picture, render
from papers.letterhead import issuer, letterhead
from tests.cases.cast import HERE
from tests.papers.kit import lines, shape

FRONT = issuer(HERE, "mttq")
HOSTILE = {
    "markup": "<w:p><w:r><w:t>x</w:t></w:r></w:p>",
    "closing": "</w:t></w:r></w:p><w:p>",
    "entities": "a & b < c > d &amp; &lt; &#123; &#x7B;",
    "cdata": "<![CDATA[x]]> <?xml version='1.0'?> <!-- x -->",
    "expression": "{{ 7*7 }} {{ ''.__class__.__mro__ }}",
    "statement": "{% for x in range(9) %}x{% endfor %} {%p if a %} {%tr endfor %}",
    "comment": "{# hidden #}",
    "library": "{_{ x }_} {_% if %_}",
    "half": "{{ {% %} }} # } { {{",
    "quotes": "\"'“”‘’`",
    "right to left": "\u202egnp.exe\u202c \u200f\u061c",
    "unseen": "a\u200bb\ufeffc\u00ad",
    "decomposed": "Đu\u031bo\u031b\u0300ng",
    "emoji": "👩‍🌾🏞️",
    "paths": "../../etc/passwd %s %(x)s ${x} \\n",
    "formula": "=cmd|' /C calc'!A0",
    "long": "chữ dài " * 1_250,
    "spaces": "  hai  dấu  cách  ",
    "tab": "một\thai",
    "break": "dòng một\ndòng hai",
}


def report(text: str, **more: Any) -> bytes:
    """A report of one paragraph."""
    section = {"heading": "", "paragraphs": [text], "table": None, "pictures": []}
    values: dict[str, Any] = {
        "head": letterhead(FRONT, "BC", 1, None),
        "title": "BÁO CÁO",
        "summary": "",
        "to": [],
        "opening": [],
        "sections": [section],
        "recipients": [],
        "sign": {"as_": "", "title": "CHỦ TỊCH", "name": ""},
    }
    return render("report", {**values, **more})


def told(word: bytes) -> str:
    """The paragraph after the title."""
    found = [one.text for one in Document(io.BytesIO(word)).paragraphs]
    return found[found.index("BÁO CÁO") + 1 :][2]


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_text_comes_out_equal(text: str) -> None:
    """Markup, template language, signs the library looks for, ten thousand characters."""
    assert told(report(text)) == text


@pytest.mark.parametrize("name", sorted(set(HOSTILE) - {"tab", "break"}))
def test_a_hostile_text_changes_nothing_in_the_structure(name: str) -> None:
    """The same elements in the same order as around a plain word."""
    assert shape(report(HOSTILE[name])) == shape(report("chữ"))


@settings(max_examples=25, deadline=None)
@given(st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=300))
def test_any_text_comes_out_equal(text: str) -> None:
    """Whatever letters people send."""
    assert told(report("a" + text)) == "a" + clean(text)


@pytest.mark.parametrize("sign", ["\x00", "\x07", "\x08", "\x0b", "\x0c", "\x1b", "\x7f", "\ud83d", "\uffff"])
def test_a_sign_that_xml_cannot_hold_is_left_out(sign: str) -> None:
    """BEL and form feed besides would make a paragraph and a page."""
    word = report(f"một{sign}hai")
    assert told(word) == "mộthai"
    assert shape(word) == shape(report("chữ"))


@pytest.mark.parametrize("ending", ["\r\n", "\r", "\n", "\u2028"])
def test_every_kind_of_line_break_is_one_break(ending: str) -> None:
    """Telephones and computers send different ones."""
    assert told(report(f"một{ending}hai")) == "một\nhai"


def test_paragraphs_are_cut_at_empty_lines() -> None:
    """A single break stays inside its paragraph."""
    assert paragraphs("a\r\nb\n\n \n\nc\n") == ["a\nb", "c"]


def test_the_same_values_give_the_same_bytes() -> None:
    """No moment of making, no order by chance."""
    assert report("chữ") == report("chữ")


def test_a_word_file_names_nobody_and_no_moment() -> None:
    """Neither author nor time in its properties, and no entry of the zip has a date."""
    word = report("chữ")
    known = Document(io.BytesIO(word)).core_properties
    with zipfile.ZipFile(io.BytesIO(word)) as inside:
        assert {entry.date_time for entry in inside.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert (known.author, known.last_modified_by, known.title, known.comments) == ("", "", "", "")


def test_a_value_that_is_missing_is_a_fault() -> None:
    """A blank in an official paper is worse than none."""
    with pytest.raises(PaperFault, match="report"):
        render("report", {"head": letterhead(FRONT, "BC", 1, None)})


@pytest.mark.parametrize("name", ["../report", "Report", "", "nothing", "a/b"])
def test_only_names_of_templates_are_looked_for(name: str) -> None:
    """No path is built from anything else."""
    with pytest.raises(PaperFault):
        render(name, {})


def test_a_communes_own_template_goes_before_the_shipped_one(tmp_path: Path) -> None:
    """Same name, another layout."""
    (tmp_path / "report.docx").write_bytes(template({"parts": [{"p": "Mẫu riêng: {{ title }}"}]}))
    word = render("report", {"head": letterhead(FRONT, "BC", 1, None), "title": "BÁO CÁO"}, tmp_path)
    assert "Mẫu riêng: BÁO CÁO" in lines(word)


@pytest.mark.parametrize(
    "attack", ["{{ ''.__class__.__mro__[1].__subclasses__() }}", "{{ title.__init__.__globals__ }}", "{% if %}"]
)
def test_a_template_cannot_reach_beyond_its_values(tmp_path: Path, attack: str) -> None:
    """Templates run in a sandbox; a broken one is a fault with the file's name."""
    (tmp_path / "report.docx").write_bytes(template({"parts": [{"p": attack}]}))
    with pytest.raises(PaperFault, match=r"report\.docx"):
        render("report", {"head": letterhead(FRONT, "BC", 1, None), "title": "x"}, tmp_path)


def test_a_picture_is_set_at_its_width() -> None:
    """In millimetres, with its proportions."""
    from papers.charts import Line, bars

    chart = picture(bars(["a", "b"], [Line("", [1, 2])]), 150)
    pictures = [{"picture": chart, "caption": "Biểu đồ 1"}]
    section = {"heading": "I", "paragraphs": [], "table": None, "pictures": pictures}
    document = Document(io.BytesIO(report("", sections=[section])))
    (shown,) = document.inline_shapes
    assert (round(shown.width.mm), round(shown.height.mm)) == (150, 75)


@pytest.mark.parametrize("columns", [2, 3, 7])
def test_a_table_has_as_many_columns_as_its_headings(columns: int) -> None:
    """And stays as wide as the page's text."""
    from papers.tables import table

    drawn = table([f"c{n}" for n in range(columns)], [[n * 1000 for n in range(columns)]])
    section = {"heading": "", "paragraphs": [], "table": drawn, "pictures": []}
    found = Document(io.BytesIO(report("", sections=[section]))).tables[1]
    widths = [int(column.get(column.keys()[0])) for column in found._tbl.tblGrid]
    assert [cell.text for cell in found.rows[1].cells] == [f"{n}.000" if n else "0" for n in range(columns)]
    assert len(widths) == columns
    assert sum(widths) == pytest.approx(165 * 56.7, rel=0.02)
