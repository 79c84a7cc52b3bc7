"""The check before publishing: what gives a person away in a commune, and the words proposed instead."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.data import spoken_posts
from cases.reidentification import Around, PublicText, around_of, check, coarser
from cases.reidentification_signs import Sign
from tests.cases.cast import HERE

PLAIN = PublicText("Đường trong xã bị vỡ.", "Xã đã cho sửa đường.")


def around(alike: int = 9, people: int = 0, person: bool = False, posts: tuple[str, ...] = ()) -> Around:
    """The sample commune."""
    return around_of(HERE, spoken_posts(), about_person=person, own_posts=posts, alike=alike, people=people)


def signs(summary: str, **more: object) -> list[Sign]:
    """What the check finds in a summary."""
    return [point.sign for point in check(replace(PLAIN, summary=summary), around(**more)).points]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("words", "sign"),
    [
        ("Nhà ông Tám hay đổ rác ra đường.", Sign.NAME),
        ("Nguyễn Thị Bích Thủy báo đường hỏng.", Sign.NAME),
        ("duong truoc nha nguyen van tam bi hong", Sign.NAME),
        ("Gọi 0912 345 678 để biết thêm.", Sign.NUMBER),
        ("Số căn cước 038085001234 bị ghi sai.", Sign.NUMBER),
        ("Viết cho tam.nguyen@example.org nhé.", Sign.NUMBER),
        ("Xe 29A-123.45 chở đất rơi vãi.", Sign.NUMBER),
        ("Trước số nhà 12 có hố sâu.", Sign.HOUSE),
        ("Thửa đất số 45 bị lấn.", Sign.HOUSE),
        ("Đường ngõ 5 lầy lội.", Sign.ALLEY),
        ("Cống cạnh nhà tôi bị tắc.", Sign.NEAR),
        ("Một cụ 87 tuổi bị ngã.", Sign.AGE),
        ("Hỏng từ ngày 12/3/2026.", Sign.DAY),
        ("Hỏng từ ngày 12 tháng 3.", Sign.DAY),
        ("Xe chạy lúc 4 giờ 30 sáng.", Sign.HOUR),
        ("Người khuyết tật không đi được.", Sign.RARE),
        ("Quán Hoa Ban đổ nước ra đường.", Sign.SHOP),
        ("Chủ tịch UBND xã hứa sửa.", Sign.POST),
        ("chu tich ubnd xa hua sua", Sign.POST),
        ("Trưởng thôn chưa họp dân.", Sign.POST),
        ("Đường Thôn 2 bị vỡ.", Sign.HAMLET_WORD),
    ],
)
def test_what_points_at_a_person_is_found(words: str, sign: Sign) -> None:
    """Each kind of sign, as people write it."""
    assert sign in signs(words)


@pytest.mark.parametrize(
    "words",
    [
        "Đường trong xã bị vỡ, bà con đề nghị sửa trước mùa mưa.",
        "Kinh phí sửa là 250.000.000 đồng, theo công văn 45/UBND.",
        "Trường Lê Lợi và đường Trần Phú đã được sửa.",
        "Ủy ban Mặt trận Tổ quốc đã giám sát.",
        "Cán bộ đã xin lỗi người dân.",
        "Nhà văn hóa Thôn 1 bị dột, đã sửa trong tháng 10.",
        "Đã sửa trong 20 ngày làm việc.",
    ],
)
def test_ordinary_words_are_left_alone(words: str) -> None:
    """Sums, streets, bodies and works are no people."""
    found = [sign for sign in signs(words) if sign is not Sign.HAMLET_WORD]
    assert found == []


@pytest.mark.parametrize("words", ["Gọi 0912345678.", "Nhà bà Lan hỏng.", "Số nhà 12 bị ngập."])
def test_a_name_a_number_or_a_house_blocks_by_itself(words: str) -> None:
    """Nothing else is needed to know who it is."""
    assert check(replace(PLAIN, summary=words), around()).blocked


def test_place_time_and_a_rare_matter_add_up() -> None:
    """A hamlet with hardly a case of the field, the week, an alley: each alone is fine, together they name somebody."""
    alone = replace(PLAIN, hamlet="thon-2")
    assert not check(alone, around()).warned
    assert check(alone, around(alike=1)).warned
    together = replace(alone, summary="Đường ngõ 5 bị vỡ.")
    assert check(together, around(alike=1)).blocked


@pytest.mark.parametrize(("people", "more"), [(0, 0), (1200, 0), (250, 2), (80, 4)])
def test_few_people_in_a_hamlet_weigh_more(people: int, more: int) -> None:
    """Where the number of inhabitants is known it counts."""
    text = replace(PLAIN, hamlet="thon-2")
    assert check(text, around(people=people)).score - check(text, around()).score == more


@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        replace(PLAIN, by_month=True, as_kind=True, hamlet="thon-2"),
        replace(PLAIN, by_month=True, as_kind=True, summary="Công chức Thôn 2 thái độ kém."),
        replace(PLAIN, by_month=True, as_kind=True, summary="Trưởng phòng thái độ kém."),
    ],
)
def test_a_report_about_a_person_names_no_post_place_week_or_body(text: PublicText) -> None:
    """Each of these alone keeps it off the board."""
    assert check(text, around(person=True, posts=("truong_phong",))).blocked


def test_a_report_about_a_person_told_coarsely_passes() -> None:
    """What happened may be told."""
    told = PublicText("Phản ánh thái độ phục vụ.", "Đã nhắc nhở, rút kinh nghiệm.", by_month=True, as_kind=True)
    assert not check(told, around(person=True, posts=("cong_chuc",))).warned


@pytest.mark.parametrize("person", [False, True])
def test_the_coarser_words_pass_the_check(person: bool) -> None:
    """What is proposed is itself publishable, and keeps the matter."""
    text = PublicText(
        "Đường Thôn 2 trước nhà ông Nguyễn Văn Tám, số nhà 12, hỏng từ ngày 12/3/2026, gọi 0912345678.",
        "Chủ tịch UBND xã đã giao sửa, kinh phí 250.000.000 đồng.",
        "thon-2",
    )
    proposed = coarser(text, around(alike=2, person=person, posts=("ct_ubnd",) if person else ()))
    assert not check(proposed, around(alike=2, person=person, posts=("ct_ubnd",) if person else ())).warned
    assert "250.000.000 đồng" in proposed.answer
    assert proposed.hamlet == ""


def test_a_hamlet_with_enough_cases_keeps_its_name() -> None:
    """Coarser only where it must be."""
    assert coarser(replace(PLAIN, hamlet="thon-2"), around(alike=5)).hamlet == "thon-2"


def test_long_texts_are_checked_quickly() -> None:
    """A text as long as allowed, of the letters that patterns like most, is no trap."""
    check(PublicText("Nguyễn " * 300 + "0 " * 600, "ngày 1 tháng " * 200), around())
