"""A refusal needs a reason and two persons; whoever disagrees is heard by somebody who was neither of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from cases import answers, appeals, handling, refusals
from cases.casework import Refused
from cases.model import Case, Officer, State
from cases.suggest import Suggester
from tests.handlers.officer_cast import DESK, Bureau, open_bureau  # noqa: F401 - a fixture

DISAGREE = "Tôi không đồng ý"


async def refused(bureau: Bureau, first: str = "lan", second: str = "minh", **draft: Any) -> Case:
    """A report refused by two persons; the resident has been told."""
    case = await bureau.report(**draft)
    await bureau.act(refusals.propose_refusal, first, case, "spam", "quảng cáo vay tiền")
    await bureau.act(refusals.confirm_refusal, second, case)
    await bureau.news()
    return await bureau.now(case)


async def test_one_tap_opens_the_case_again_with_a_term(bureau: Bureau) -> None:
    """Monday morning: two working days of triage, so until Wednesday; the officers hear the number only."""
    case = await refused(bureau, chosen_body="hnd")
    said = await bureau.person("resident").taps(DISAGREE)
    assert "04/03/2026" in said
    assert "người khác sẽ xem" in said
    assert (await bureau.now(case)).state is State.SUBMITTED
    assert case.code in await bureau.news("hoa")


async def test_a_refusal_is_an_end_until_it_is_appealed(bureau: Bureau) -> None:
    """The identity's term, and the questions how its sender fares, run from the refusal, closed by the desk or not."""
    case = await refused(bureau)
    assert case.closed_at is not None
    at = case.closed_at
    bureau.clock.move(days=3)
    await bureau.act(answers.close, "lan", case, "")
    assert (await bureau.now(case)).closed_at == at
    again = await refused(bureau)
    await bureau.person("resident").taps(DISAGREE)
    assert (await bureau.now(again)).closed_at is None


async def test_words_may_be_added_or_not(bureau: Bureau) -> None:
    """They are kept with the case; a tap ends it without."""
    case = await refused(bureau)
    resident = bureau.person("resident")
    await resident.taps(DISAGREE)
    await resident.says("Đường hỏng thật, tôi gửi ảnh rồi mà")
    assert (await bureau.data(case, "appeal_words"))["text"] == "Đường hỏng thật, tôi gửi ảnh rồi mà"


@pytest.mark.parametrize("words", ["", "Đây là ảnh đường hỏng"])
async def test_a_picture_says_why_as_well(bureau: Bureau, words: str) -> None:
    """What the first two should have seen may be a photograph."""
    case = await refused(bureau)
    resident = bureau.person("resident")
    await resident.taps(DISAGREE)
    assert "Đã ghi" in await resident.sends_photo("duong", words)
    assert len(await bureau.office.read(lambda unit: unit.files.of_case(case.id))) == 1
    assert ("appeal_words" in await bureau.events(case)) is bool(words)


async def test_a_second_tap_changes_nothing(bureau: Bureau) -> None:
    """The case is open already."""
    case = await refused(bureau)
    resident = bureau.person("resident")
    button = resident.button(DISAGREE).value
    await resident.taps(DISAGREE)
    await resident._send(choice=button)
    assert (await bureau.events(case)).count("appealed") == 1


async def test_neither_of_the_two_refuses_it_again(bureau: Bureau) -> None:
    """Both belong to one body; somebody of another body decides, whoever proposes."""
    case = await refused(bureau, chosen_body="hnd")
    await bureau.person("resident").taps(DISAGREE)
    await bureau.act(refusals.propose_refusal, "lan", case, "spam", "vẫn là quảng cáo")
    with pytest.raises(Refused, match="not_now"):
        await bureau.act(refusals.confirm_refusal, "minh", case)
    await bureau.act(refusals.confirm_refusal, "hoa", case)
    assert (await bureau.now(case)).state is State.REJECTED


async def test_where_nobody_else_is_left_the_case_is_taken_in(bureau: Bureau) -> None:
    """At the Front there are two; after them nobody may refuse it, and it can still be triaged."""
    case = await refused(bureau)
    said = await bureau.person("resident").taps(DISAGREE)
    assert "người khác sẽ xem" not in said
    assert "không bị từ chối lần nữa" in said
    with pytest.raises(Refused, match="no_second_person"):
        await bureau.act(refusals.propose_refusal, "lan", case, "spam", "vẫn là quảng cáo")
    await bureau.act(handling.triage, "minh", case)
    assert (await bureau.now(case)).state is State.TRIAGED


async def test_a_second_account_is_no_second_person(bureau: Bureau) -> None:
    """Of one name is one person: neither asked nor heard."""
    case = await bureau.report()
    await bureau.act(refusals.propose_refusal, "lan", case, "spam", "quảng cáo")
    twice = Officer("minh", "xa-mau", "CAN BO lan", "mttq", DESK)
    await bureau.office.write(lambda unit: unit.people.save_officer(twice))
    with pytest.raises(Refused, match="same_person"):
        await bureau.act(refusals.confirm_refusal, "minh", case)
    other = await bureau.report()
    with pytest.raises(Refused, match="no_second_person"):
        await bureau.act(refusals.propose_refusal, "lan", other, "spam", "quảng cáo")


async def test_who_refused_it_does_not_come_back_under_another_account(bureau: Bureau) -> None:
    """Hoa of the farmers' union refused it; her second account, at the Front, is not asked either."""
    case = await refused(bureau, "hoa", "lan", chosen_body="hnd")
    await bureau.person("resident").taps(DISAGREE)
    minh = await bureau.office.read(lambda unit: unit.people.officer("minh"))
    hoa = await bureau.office.read(lambda unit: unit.people.officer("hoa"))
    assert minh is not None
    assert hoa is not None
    await bureau.office.write(lambda unit: unit.people.save_officer(replace(minh, name=hoa.name)))
    with pytest.raises(Refused, match="no_second_person"):
        await bureau.act(refusals.propose_refusal, "hoa", case, "spam", "vẫn là quảng cáo")
    with pytest.raises(Refused, match="no_second_person"):
        await bureau.act(refusals.propose_refusal, "lan", case, "spam", "vẫn là quảng cáo")


async def test_a_colleague_of_the_two_gives_way_to_another_body(bureau: Bureau) -> None:
    """Hoa and Lan refused; Minh sits with Lan, and nobody of a third body may read it: then Minh decides."""
    case = await refused(bureau, "hoa", "lan", chosen_body="hnd")
    await bureau.person("resident").taps(DISAGREE)
    await bureau.act(refusals.propose_refusal, "hoa", case, "spam", "vẫn là quảng cáo")
    await bureau.act(refusals.confirm_refusal, "minh", case)
    (first,) = [one for one in await reviewed(bureau, case) if one.result]
    assert (first.refused_by, first.result) == (("hoa", "lan"), "refused")


async def reviewed(bureau: Bureau, case: Case) -> list[appeals.Review]:
    """The appeals of a case."""
    history = await bureau.office.read(lambda unit: unit.cases.history(case.id))
    return appeals.reviews(history, bureau.rules)


async def test_a_review_is_late_after_its_term_and_reminded(bureau: Bureau) -> None:
    """The clock of triage runs anew from the appeal."""
    case = await refused(bureau)
    await bureau.person("resident").taps(DISAGREE)
    (one,) = await reviewed(bureau, case)
    assert (one.waits, one.due, one.reason) == (True, date(2026, 3, 4), "spam")


async def test_it_can_be_asked_for_from_the_case_itself(bureau: Bureau) -> None:
    """The button under the notice is not the only way."""
    case = await refused(bureau)
    resident = bureau.person("resident")
    await resident.says(case.code)
    await resident.taps(DISAGREE)
    assert (await bureau.now(case)).state is State.SUBMITTED


# -- no penalty for criticism -----------------------------------------------------------------------------------------

SHARP = (
    "Chủ tịch xã làm ăn như hạch, một lũ vô trách nhiệm, đường Thôn 2 nát ba năm không ai sửa",
    "Đồ ăn hại! Ngồi mát ăn bát vàng, rác đổ đầy đầu Thôn 1 mà không thằng nào chịu dọn",
    "Các ông bà cán bộ là lũ tham ô, tiền làm kênh mương Thôn 3 đi đâu hết rồi, khốn nạn thật",
    "Trưởng thôn ngu dốt, phân chia gạo cứu trợ cho người nhà, dân đói thì mặc kệ",
    "Nói bao nhiêu lần rồi mà như nước đổ đầu vịt, cột điện Thôn 2 sắp đổ, chết người thì ai chịu",
)


@pytest.mark.parametrize("words", SHARP)
async def test_sharp_criticism_is_taken_like_anything_else(bureau: Bureau, words: str) -> None:
    """Its topic is asked at once; no doubt is uttered, no priority is lost."""
    person = bureau.person("critic")
    await person.says(words)
    said = await person.taps("Tôi đồng ý")
    assert "Vẫn gửi là phản ánh" not in said + " ".join(person.labels)
    chat = await bureau.office.read(lambda unit: unit.chats.load(person.update().address))
    assert "".join(part[2] for part in chat.talk["data"]["parts"]) == words  # type: ignore[index]


async def test_bare_insults_can_be_sent_all_the_same(bureau: Bureau) -> None:
    """The program doubts, the person decides; the words are kept as they are."""
    person = bureau.person("critic")
    await person.says("Đồ ngu! Đồ ăn hại! Lũ khốn nạn!")
    await person.taps("Tôi đồng ý")
    assert any("Vẫn gửi là phản ánh" in label for label in person.labels)
    await person.taps("Vẫn gửi là phản ánh")
    chat = await bureau.office.read(lambda unit: unit.chats.load(person.update().address))
    assert chat.talk["step"] == "topic"
    assert "".join(part[2] for part in chat.talk["data"]["parts"]) == "Đồ ngu! Đồ ăn hại! Lũ khốn nạn!"  # type: ignore[index]


async def test_words_written_at_a_doubt_take_its_place(bureau: Bureau) -> None:
    """Whoever explains is heard at once."""
    person = bureau.person("critic")
    await person.says("Đồ ngu! Đồ ăn hại! Lũ khốn nạn!")
    await person.taps("Tôi đồng ý")
    await person.says("Đường bê tông Thôn 2 nứt toác, xe máy ngã suốt")
    chat = await bureau.office.read(lambda unit: unit.chats.load(person.update().address))
    assert chat.talk["step"] == "topic"


def test_the_suggester_is_the_one_that_ships(rules: object) -> None:
    """The tests above are about the shipped words."""
    assert isinstance(rules.suggester, Suggester)  # type: ignore[attr-defined]
