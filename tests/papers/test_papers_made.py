"""Each paper of a case: its fields, its legal wording, its recipients."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from docx import Document

from cases.dialogues import Meeting
from cases.model import Kind, OfficerRole, Secrecy, State, Subject
from cases.papers import SYMBOLS, Paper
from cases.requests import InfoRequest
from papers.build import skeletons
from papers.forms import PARTS
from papers.making import mistakes, number_of
from papers.proposal import proposed
from tests.cases.cast import officer
from tests.papers.kit import TODAY, case_for, facts, lines, made, typed

PERSON: dict[str, Any] = {
    "subject": Subject.OFFICIAL,
    "subject_posts": ("ct_ubnd",),
    "competent_authority": "ubnd_tinh",
    "profile": "qd124",
    "excluded_bodies": ("ubnd",),
}


def text(word: bytes) -> str:
    """All words of a paper."""
    return "\n".join(lines(word))


def named(skeleton: Any) -> set[str]:
    """The names a skeleton fills in, those of the frame apart."""
    found = set(re.findall(r"\{\{ (\w+) \}\}", repr(skeleton)))
    found |= {one[key] for one in skeleton["parts"] for key in ("each", "of", "when") if key in one}
    return found - {"item"}


@pytest.mark.parametrize("paper", Paper)
def test_every_paper_can_be_made_from_its_proposal(paper: Paper) -> None:
    """A clerk who changes nothing but what only she knows gets a whole paper."""
    given = facts(paper)
    assert mistakes(given, typed(given, 12 if SYMBOLS[paper] else None)) == {}
    assert Document(io.BytesIO(made(paper))).tables


@pytest.mark.parametrize("paper", Paper)
def test_a_paper_is_the_same_twice(paper: Paper) -> None:
    """The same values, the same bytes."""
    assert made(paper) == made(paper)


@pytest.mark.parametrize("paper", Paper)
def test_the_form_asks_for_what_the_template_names(paper: Paper) -> None:
    """No part without a place, no place without a part."""
    asked = {part.name for part in PARTS[paper]} - {"recipients", "title", "summary", "about", "to"}
    assert named(skeletons()[paper]) - {"to", "duration"} == asked


@pytest.mark.parametrize("paper", sorted(set(Paper) - {Paper.RECEIPT, Paper.LOUDSPEAKER}))
def test_a_number_and_its_symbol_stand_in_the_letterhead(paper: Paper) -> None:
    """As the register has them."""
    assert f"Số: {number_of(facts(paper), 12)}" in lines(made(paper))


def test_a_receipt_bears_no_number_of_its_own() -> None:
    """The case number is its number."""
    assert "Số:" not in text(made(Paper.RECEIPT, None))


@pytest.mark.parametrize("paper", [Paper.RECEIPT, Paper.FORWARDING, Paper.URGING, Paper.EXTENSION, Paper.RESULT])
def test_the_case_number_stands_on_what_belongs_to_a_case(paper: Paper) -> None:
    """So that it can be found again."""
    assert "PA-2026-000001" in text(made(paper))


def test_the_receipt_says_what_it_does_not_replace() -> None:
    """A report is no complaint and no denunciation (domain 8.2)."""
    told = text(made(Paper.RECEIPT, None))
    assert "không thay cho đơn khiếu nại, đơn tố cáo" in told
    assert "08:00 ngày 02/11/2026" in told


@pytest.mark.parametrize(
    ("secrecy", "told"),
    [
        (Secrecy.ANONYMOUS, "Đề nghị giấu tên"),
        (Secrecy.CONFIDENTIAL, "Đề nghị giữ kín với nơi giải quyết"),
    ],
)
def test_the_receipt_tells_how_the_sender_is_protected(secrecy: Secrecy, told: str) -> None:
    """Never the name."""
    case = case_for(Paper.RECEIPT, secrecy=secrecy)
    assert told in text(made(Paper.RECEIPT, None, facts(Paper.RECEIPT, case=case)))


def test_the_guidance_slip_tells_why_a_complaint_needs_paper() -> None:
    """By the kind of the message."""
    case = case_for(Paper.GUIDANCE, kind=Kind.COMPLAINT)
    assert "Luật Khiếu nại" in text(made(Paper.GUIDANCE, given=facts(Paper.GUIDANCE, case=case)))


# -- law and promise ---------------------------------------------------------------------------------------------------


def test_a_local_commitment_is_never_called_law() -> None:
    """Only for officials and Party members does Quy định 124 give the term."""
    told = text(made(Paper.FORWARDING))
    assert "theo cam kết của xã Mẫu" in told
    assert "124-QĐ/TW" not in told


def test_the_term_of_regulation_124_is_cited_where_it_applies() -> None:
    """A report about an official."""
    case = case_for(Paper.FORWARDING, **PERSON)
    told = text(made(Paper.FORWARDING, given=facts(Paper.FORWARDING, case=case)))
    assert "Quy định số 124-QĐ/TW ngày 02/02/2018" in told
    assert "theo cam kết" not in told


@pytest.mark.parametrize(("changes", "told"), [({}, "xã Mẫu đã cam kết với người dân"), (PERSON, "124-QĐ/TW")])
def test_the_urging_letter_rests_on_law_or_promise(changes: dict[str, Any], told: str) -> None:
    """And says which."""
    case = case_for(Paper.URGING, **changes)
    assert told in proposed(facts(Paper.URGING, case=case))["basis"]


def test_the_forwarding_letter_asks_in_writing_and_names_the_longest_term() -> None:
    """Twenty working days, thirty at most, extension before the term ends."""
    told = text(made(Paper.FORWARDING))
    assert "trả lời bằng văn bản" in told
    assert "20 ngày làm việc kể từ ngày nhận" in told
    assert "không quá 30 ngày làm việc" in told
    assert "PHẦN XÁC NHẬN CỦA CƠ QUAN NHẬN" in told


def test_the_last_day_is_named_once_the_authority_has_received() -> None:
    """A forwarding letter made again after receipt."""
    case = case_for(Paper.FORWARDING, state=State.FORWARDED, received_on=TODAY, due_on=TODAY)
    assert "trước hết ngày 10/12/2026" in proposed(facts(Paper.FORWARDING, case=case))["request"]


def test_the_extension_stays_within_thirty_days_from_receipt() -> None:
    """Received on 5 November 2026: the thirtieth working day is 18 December."""
    told = text(made(Paper.EXTENSION))
    assert "không quá 30 ngày làm việc, tức không sau ngày 18/12/2026" in told
    assert "ỦY BAN NHÂN DÂN" in told


# -- to whom -----------------------------------------------------------------------------------------------------------


def test_a_body_with_a_conflict_gets_no_copy() -> None:
    """COI-1 holds for Nơi nhận too."""
    case = case_for(Paper.FORWARDING, excluded_bodies=("ban_xdd",))
    told = proposed(facts(Paper.FORWARDING, case=case))["recipients"]
    assert "Ban Xây dựng Đảng" not in told
    assert "Văn phòng Đảng ủy" in told


def test_the_first_urging_letter_is_copied_to_the_party_committee() -> None:
    """And addressed to the authority alone."""
    told = proposed(facts(Paper.URGING))
    assert told["to"] == "Ủy ban nhân dân xã Mẫu"
    assert "Đảng ủy xã Mẫu (để báo cáo)" in told["recipients"]


def test_the_second_urging_letter_is_addressed_to_the_party_committee_too() -> None:
    """Lần 2, with what was urged before."""
    given = facts(Paper.URGING, letter=2, urged_on=[TODAY])
    told = proposed(given)
    assert told["to"].split("\n") == ["Ủy ban nhân dân xã Mẫu", "Đảng ủy xã Mẫu (để báo cáo)"]
    assert "lần 2" in told["about"]
    assert told["earlier"] == "lần 1 ngày 10/12/2026"


def test_a_party_committee_with_a_conflict_is_not_addressed() -> None:
    """The report is about its secretary."""
    case = case_for(Paper.URGING, excluded_bodies=("dang_uy",))
    told = proposed(facts(Paper.URGING, case=case, letter=2))
    assert "Đảng ủy xã Mẫu" not in told["to"] + told["recipients"]


def test_the_reply_is_addressed_to_the_supervising_subject() -> None:
    """Never to the resident alone (SV-16)."""
    assert proposed(facts(Paper.REPLY_COVER))["to"] == "Ủy ban Mặt trận Tổ quốc Việt Nam xã Mẫu"


def test_follow_up_urges_in_party_style_without_the_content() -> None:
    """Number, topic, dates."""
    given = facts(Paper.URGING, officer("ban_xdd", OfficerRole.FOLLOW_UP), content="")
    told = text(made(Paper.URGING, 12, given))
    assert "ĐẢNG CỘNG SẢN VIỆT NAM" in told
    assert "Số 12-CV/BXDĐ" in told
    assert "Đường bê tông" not in told


def test_what_the_desk_noted_is_proposed() -> None:
    """A request that waits, a dialogue that is planned."""
    asked = [InfoRequest("q", "c1", "xa-mau", "ubnd", "Hồ sơ dự toán", TODAY, TODAY, "an")]
    told = proposed(facts(Paper.INFO_REQUEST, asked=asked))
    assert (told["items"], told["until"]) == ("Hồ sơ dự toán", "Đề nghị gửi bằng văn bản trước ngày 10/12/2026.")
    meeting = Meeting("m", "c1", "handler", TODAY, "Việc vá đường", "8 giờ ngày 15/12/2026, nhà văn hóa")
    assert proposed(facts(Paper.INVITATION, meeting=meeting))["time"] == "8 giờ ngày 15/12/2026, nhà văn hóa"
