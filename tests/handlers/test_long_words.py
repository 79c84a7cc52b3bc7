"""Words that are too long for their place: kept elsewhere, or sent back, or said to be cut; never lost in silence."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.clock import SteppedClock
from cases.rules import Rules
from storage.work import Office
from tests.handlers.cast import Person, cases_of, open_spine, report_road
from tests.handlers.conftest import Meet
from tests.handlers.officer_cast import Bureau, open_bureau  # noqa: F401 - a fixture
from tests.handlers.test_officer_actions import at

LONG = "Chỗ ngã ba trước nhà ông Hai, đi thêm một đoạn nữa tới cây đa. " * 12 + "HẾT"
"""Some 750 characters."""


@pytest.mark.parametrize("step", [0, 1])
async def test_a_long_answer_goes_with_the_story(meet: Meet, office: Office, step: int) -> None:
    """Where and when have little room: what somebody writes there at length is kept whole."""
    person = meet("zalo-bot")
    await person.says("Rác đổ đầy bờ mương, mùi hôi thối cả tuần nay")
    await person.says("ok")
    await person.says("1")
    for _ in range(step):
        await person.says("Thôn 1")
    told = await person.says(LONG)
    assert "Tin dài quá" not in told
    await person.says("gửi")
    await person.says("1")
    (case,) = await cases_of(office)
    assert "HẾT" in case.text
    assert (case.place if step == 0 else case.happened).startswith("Chỗ ngã ba")


@pytest.fixture
def narrow(office: Office, rules: Rules, clock: SteppedClock) -> Person:
    """Somebody whose commune takes short reports."""
    spine = open_spine(office, replace(rules, limits=replace(rules.limits, text=120)))
    return Person(spine, office, clock, "telegram", "1001")


async def test_additions_say_when_they_are_cut(narrow: Person) -> None:
    """At the first words, at a question, with a picture, and at the case later: always the same sentence."""
    assert "chỉ giữ 120 chữ cái đầu" in await narrow.says("Rác đổ đầy bờ mương Thôn 1. " * 6)
    await narrow.taps("Tôi đồng ý")
    assert "chỉ giữ 120 chữ cái đầu" in await narrow.says("Còn nữa, mùi hôi thối cả tuần nay không ai dọn")


async def test_what_is_added_before_consent_is_not_cut_in_silence(narrow: Person) -> None:
    """It is kept for the same purpose, under the same limit."""
    await narrow.says("Rác đổ đầy bờ mương Thôn 1 cả tuần nay, hôi lắm không ai dọn, trẻ con ho suốt, bà con khổ")
    assert "chỉ giữ 120" in await narrow.says("Còn nữa, hôm qua lại có xe tới đổ thêm, biển số tôi chụp được rồi")


async def test_an_addition_to_a_case_says_when_it_is_cut(narrow: Person) -> None:
    """The rest can be sent as a file."""
    await report_road(narrow)
    await narrow.says("/bosung")
    await narrow.taps("PA-2026")
    assert "chỉ giữ 120" in await narrow.says("Hôm nay lại lún thêm một đoạn nữa ở đầu cầu. " * 5)


async def test_an_officer_is_asked_to_shorten(bureau: Bureau) -> None:
    """What goes to the resident or stands in the history is not cut in the middle."""
    case = await bureau.report()
    lan = await at(bureau, case, "Hỏi người gửi")
    told = await lan.says("Ông bà cho biết thêm chỗ hỏng ở đâu. " * 40)
    assert "Tin dài 1.479 ký tự, chỗ này nhiều nhất 1.000" in told
    assert "chỗ hỏng" in await lan.says("Ông bà cho biết chỗ hỏng ở đâu?")
