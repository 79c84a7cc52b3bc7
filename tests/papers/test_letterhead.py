"""The three letterheads and the youth union's, numbers with their symbols, days, recipients, signatures."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
from docx import Document

from papers.document import render
from papers.letterhead import (
    addressees,
    doc_no,
    issuer,
    letterhead,
    place_name,
    recipients,
    signature,
    spelt_day,
)
from tests.cases.cast import HERE
from tests.papers.kit import lines

FRONT, PARTY, STATE, YOUTH, FARMERS = (issuer(HERE, code) for code in ("mttq", "dang_uy", "ubnd", "dtn", "hnd"))
NATION = ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"]


def head(of: Any, kind: str = "BC", number: int | None = 12) -> list[str]:
    """What stands above the title."""
    values = {
        "head": letterhead(of, kind, number, date(2026, 3, 5)),
        "title": "BÁO CÁO",
        "summary": "",
        "to": [],
        "opening": [],
        "sections": [],
        "recipients": [],
        "sign": signature(of, "A"),
    }
    told = lines(render("report", values))
    return told[: told.index("BÁO CÁO")]


def test_the_front_writes_under_the_nation_and_its_standing_board() -> None:
    """Hướng dẫn 91/HD-MTTW-BTT."""
    left = ["ỦY BAN MTTQ VIỆT NAM", "XÃ MẪU", "BAN THƯỜNG TRỰC"]
    assert head(FRONT) == [*left, *NATION, "Số: 12/BC-MTTQ-BTT", "Mẫu, ngày 05 tháng 3 năm 2026"]


def test_a_state_body_writes_under_the_nation() -> None:
    """Nghị định 30/2020/NĐ-CP."""
    assert head(STATE) == ["ỦY BAN NHÂN DÂN", "XÃ MẪU", *NATION, "Số: 12/BC-UBND", "Mẫu, ngày 05 tháng 3 năm 2026"]


def test_the_party_writes_under_its_own_name_and_no_motto() -> None:
    """Hướng dẫn 36-HD/VPTW: a star, no colon, hyphen then slash."""
    left = ["ĐẢNG BỘ TỈNH MẪU", "ĐẢNG ỦY XÃ MẪU", "*"]
    assert head(PARTY) == [*left, "ĐẢNG CỘNG SẢN VIỆT NAM", "Số 12-BC/ĐU", "Mẫu, ngày 05 tháng 3 năm 2026"]


def test_the_youth_union_writes_under_its_own_name() -> None:
    """Instead of the national name."""
    told = head(YOUTH)
    assert "ĐOÀN TNCS HỒ CHÍ MINH" in told
    assert not set(NATION) & set(told)
    assert "Số: 12-BC/ĐTN" in told


def test_a_union_writes_under_the_front() -> None:
    """Since July 2025 it belongs to it."""
    assert head(FARMERS)[:3] == ["ỦY BAN MTTQ VIỆT NAM", "XÃ MẪU", "HỘI NÔNG DÂN XÃ MẪU"]


def test_a_party_office_without_an_entry_writes_in_party_style() -> None:
    """Its style follows from its group."""
    office = issuer(HERE, "ban_xdd")
    assert (office.style, office.upper, office.lines) == ("party", ("ĐẢNG ỦY XÃ MẪU",), ("BAN XÂY DỰNG ĐẢNG",))


@pytest.mark.parametrize(
    ("of", "kind", "number", "told"),
    [
        (FRONT, "CV", 12, "12/MTTQ-BTT"),
        (FRONT, "TB", 5, "05/TB-MTTQ-BTT"),
        (STATE, "CV", 120, "120/UBND"),
        (PARTY, "CV", 7, "07-CV/ĐU"),
        (FRONT, "CV", None, "....../MTTQ-BTT"),
    ],
)
def test_a_number_carries_kind_and_symbol(of: Any, kind: str, number: int | None, told: str) -> None:
    """A letter of state and Front names no kind; numbers under ten have two digits."""
    assert doc_no(of, kind, number) == told


@pytest.mark.parametrize(
    ("day", "told"),
    [
        (date(2026, 3, 5), "ngày 05 tháng 3 năm 2026"),
        (date(2026, 1, 31), "ngày 31 tháng 01 năm 2026"),
        (date(2026, 2, 9), "ngày 09 tháng 02 năm 2026"),
        (date(2026, 12, 10), "ngày 10 tháng 12 năm 2026"),
        (None, "ngày ...... tháng ...... năm ......"),
    ],
)
def test_days_under_ten_and_the_first_two_months_have_two_digits(day: date | None, told: str) -> None:
    """So that nobody adds a digit."""
    assert spelt_day(day) == told


@pytest.mark.parametrize(
    ("name", "told"), [("xã Mẫu", "Mẫu"), ("Phường 3", "3"), ("đặc khu Côn Đảo", "Côn Đảo"), ("Mẫu", "Mẫu")]
)
def test_the_day_names_the_place_without_its_kind(name: str, told: str) -> None:
    """Mẫu, ngày …"""
    assert place_name(name) == told


def test_recipients_end_with_semicolons_and_a_full_stop() -> None:
    """Whatever the clerk typed at the ends of lines."""
    assert recipients(FRONT, ["- Như trên;", "", "Lưu: VT."]) == ["- Như trên;", "- Lưu: VT."]


def test_recipients_of_the_party_end_with_commas() -> None:
    """As its papers do."""
    assert recipients(PARTY, ["Tỉnh ủy (b/c)", "Lưu VPĐU"]) == ["- Tỉnh ủy (b/c),", "- Lưu VPĐU."]


def test_one_addressee_stands_alone_and_several_in_a_list() -> None:
    """After Kính gửi."""
    assert addressees(["Ủy ban nhân dân"]) == ["Ủy ban nhân dân"]
    assert addressees(["A", "B;"]) == ["- A;", "- B."]


def test_a_deputy_signs_for_the_head() -> None:
    """KT. in the papers of state and Front."""
    assert signature(FRONT, "A", "phó chủ tịch")["title"] == "KT. CHỦ TỊCH\nPHÓ CHỦ TỊCH"
    assert signature(PARTY, "A", "PHÓ BÍ THƯ")["title"] == "PHÓ BÍ THƯ"


def test_a_paper_without_its_number_is_a_draft() -> None:
    """One that never has a number is not."""
    drafts = [letterhead(FRONT, "BC", None, None)["draft"], letterhead(FRONT, "", None, None, numbered=False)["draft"]]
    assert drafts == [True, False]


def watermarks(number: int | None) -> int:
    """On how many kinds of page DỰ THẢO lies."""
    values = {"head": letterhead(FRONT, "BC", number, None), "title": "x", "summary": "", "to": [], "opening": []}
    word = render("report", {**values, "sections": [], "recipients": [], "sign": signature(FRONT)})
    section = Document(io.BytesIO(word)).sections[0]
    return sum(b"WaterMark" in part.part.blob for part in (section.first_page_header, section.header))


def test_only_a_draft_bears_the_watermark() -> None:
    """On its first page and on all others."""
    assert (watermarks(None), watermarks(1)) == (2, 0)


def test_the_page_is_a4_with_the_margins_of_the_decree() -> None:
    """20-25 above and below, 30-35 left, 15-20 right, in millimetres."""
    values = {"head": letterhead(FRONT, "BC", 1, None), "title": "x", "summary": "", "to": [], "opening": []}
    word = render("report", {**values, "sections": [], "recipients": [], "sign": signature(FRONT)})
    page = Document(io.BytesIO(word)).sections[0]
    sizes = (
        page.page_width,
        page.page_height,
        page.top_margin,
        page.bottom_margin,
        page.left_margin,
        page.right_margin,
    )
    assert [round(size.mm) for size in sizes if size] == [210, 297, 20, 20, 30, 15]
