"""After the report: tracking, adding, withdrawing, the other device, own data, language."""

from __future__ import annotations

import re

import pytest

from cases import handling
from cases.model import Case, State
from storage.work import Office, StoredWork
from tests.handlers.cast import Person, cases_of, report_road
from tests.handlers.conftest import Meet
from tests.handlers.officer_cast import Bureau, open_bureau  # noqa: F401 - a fixture

RECEIPT = re.compile(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}-[0-9A-Z]")


def receipt_of(person: Person) -> str:
    """The receipt code this person was shown."""
    return next(found[0] for message in person.heard if (found := RECEIPT.search(message.text)))


async def test_the_case_number_shows_where_it_stands(meet: Meet) -> None:
    """State, body and the next step with its date."""
    person = meet()
    case = await report_road(person)
    said = await person.says(case.code.lower())
    assert "đã tiếp nhận" in said
    assert "chậm nhất ngày 04/03/2026" in said


async def test_after_more_was_told_the_date_is_counted_from_then(bureau: Bureau) -> None:
    """Nobody reads that the desk will look at it by a day that is over."""
    case = await bureau.report()
    await bureau.act(handling.ask_info, "lan", case, "Đoạn hỏng dài bao nhiêu?")
    await bureau.wait("2026-03-20")
    resident = bureau.person("resident")
    await resident.says(f"/bosung {case.code}")
    await resident.says("Dài 30 mét")
    assert "chậm nhất ngày 24/03/2026" in await resident.says(case.code)


@pytest.mark.parametrize("question", ["/dulieu", "/ngonngu", "/thuvien", "/phananh"])
async def test_a_number_alone_is_looked_up_whatever_was_asked(meet: Meet, question: str) -> None:
    """No menu is in the way of somebody who wants to know how it stands."""
    person = meet()
    case = await report_road(person)
    await person.says(question)
    assert "chậm nhất ngày 04/03/2026" in await person.says(f" {case.code.lower()}. ")


async def test_a_report_being_told_waits_while_a_number_is_looked_up(meet: Meet, office: Office) -> None:
    """And goes on with the question it stood at."""
    person = meet()
    case = await report_road(person)
    await person.says("Rác đổ đầy bờ mương Thôn 1, mùi hôi thối cả tuần nay")
    said = await person.says(case.code)
    assert "chậm nhất ngày 04/03/2026" in said
    assert "viết tiếp phản ánh đang dở" in await person.taps("Hủy")
    assert "mục nào" in person.last.text
    assert len(await cases_of(office)) == 1


async def test_a_number_guessed_from_another_chat_shows_nothing(meet: Meet) -> None:
    """Case numbers can be guessed; only one's own cases answer to them."""
    case = await report_road(meet())
    stranger = meet(id="2002")
    said = await stranger.says(case.code)
    assert "Không tìm thấy" in said
    assert "tiếp nhận" not in said


async def test_a_receipt_code_from_another_chat_shows_the_state_and_nothing_said(meet: Meet) -> None:
    """Whoever holds the paper learns the state and dates, never what was reported."""
    person = meet()
    await report_road(person)
    said = await meet("zalo-bot", "9").says(receipt_of(person).replace("-", " ").lower())
    assert "đã tiếp nhận" in said
    assert "nứt" not in said
    assert "Chất lượng" not in said


async def test_a_mistyped_receipt_code_is_told_from_a_wrong_one(meet: Meet) -> None:
    """One wrong character: look again."""
    person = meet()
    await report_road(person)
    code = receipt_of(person)
    said = await meet(id="9").says(("0" if code[0] != "0" else "1") + code[1:])
    assert "từng ký tự" in said


async def test_the_receipt_code_moves_the_news_to_another_device(meet: Meet, office: Office) -> None:
    """After rejoining the new chat owns the case, and the old one is told."""
    person, other = meet(), meet("zalo-bot", "9")
    await report_road(person)
    await other.says(receipt_of(person))
    await other.says("1")
    assert "gửi đến đây" in other.heard[-2].text
    assert "chuyển sang một máy khác" in await person._listen()
    assert "Không tìm thấy" in await person.says("PA-2026-000001")


async def test_an_addition_is_kept_in_the_history(meet: Meet, office: Office) -> None:
    """What is added later stands in the case's history as sent."""
    person = meet()
    case = await report_road(person)
    await person.says("/bosung")
    await person.taps(case.code)
    said = await person.says("Hôm nay vết nứt đã rộng thêm hai gang tay")
    assert "Đã ghi vào hồ sơ" in said
    history = await office.read(lambda unit: unit.cases.history(case.id))
    assert history[-1].data["text"] == "Hôm nay vết nứt đã rộng thêm hai gang tay"


async def added(office: Office, case: Case) -> list[object]:
    """What was added to the case."""
    history = await office.read(lambda unit: unit.cases.history(case.id))
    return [event.data["text"] for event in history if event.what == "added"]


async def test_what_is_added_before_a_case_is_chosen_is_kept(meet: Meet, office: Office) -> None:
    """Whoever tells it straight away is not answered that no such case exists; with one case nothing is asked."""
    person = meet()
    first = await report_road(person)
    await person.says("/bosung")
    assert "Đã ghi vào hồ sơ" in await person.says("Hôm nay vết nứt đã rộng thêm hai gang tay")
    second = await report_road(person)
    await person.says("/bosung")
    asked = await person.says("Xe máy vừa ngã ở đó")
    assert "chọn hồ sơ để ghi thêm" in asked
    assert "không tìm thấy" not in asked.lower()
    await person.sends_photo()
    assert f"Đã ghi vào hồ sơ {first.code}" in await person.says(first.code)
    assert await added(office, first) == ["Hôm nay vết nứt đã rộng thêm hai gang tay", "Xe máy vừa ngã ở đó"]
    assert await added(office, second) == []
    files = await office.read(lambda unit: unit.files.of_case(first.id, "evidence"))
    assert len(files) == 1


async def test_an_addition_to_a_case_that_is_over_waits_for_another(meet: Meet, office: Office) -> None:
    """The words are not gone with the wrong choice."""
    person = meet()
    over, first, second = [await report_road(person) for _ in range(3)]

    def end(unit: StoredWork) -> None:
        case = unit.cases.get(over.id)
        assert case is not None
        case.state = State.CLOSED
        unit.cases.save(case)

    await office.write(end)
    await person.says("/bosung")
    await person.says("Xe máy vừa ngã ở đó")
    assert "đã xong" in await person.says(over.code)
    assert "Đã ghi vào hồ sơ" in await person.says(second.code)
    assert await added(office, second) == ["Xe máy vừa ngã ở đó"]
    assert await added(office, first) == await added(office, over) == []


async def test_what_is_told_at_a_menu_goes_to_the_report_that_waits(meet: Meet) -> None:
    """Its question is put once."""
    person = meet()
    await person.says("Đường bê tông Thôn 2 mới làm ba tháng đã nứt toác")
    await person.taps("Tôi đồng ý")
    await person.says("/bosung")
    told = await person.says("Nắp cống trước chợ cũng vỡ mấy hôm nay rồi")
    assert "đã ghi thêm" in told
    assert told.count("mục nào") == 1


async def test_an_addition_to_nothing_is_a_report(meet: Meet) -> None:
    """Whoever sent nothing yet has something to report, by whichever door they came in."""
    person = meet()
    await person.says("/bosung")
    assert "Trước khi gửi" in await person.says("Loa phường ồn quá 5h sáng đã kêu inh ỏi")


async def test_withdrawing_before_forwarding_ends_the_case_and_the_identity(meet: Meet, office: Office) -> None:
    """The case is withdrawn and the vault holds nothing more."""
    person = meet()
    case = await report_road(person)
    await person.says("/tracuu")
    await person.taps(case.code)
    await person.taps("Rút lại")
    await person.taps("Rút lại")
    (now,) = await cases_of(office)
    assert (now.state, now.reporter) == (State.WITHDRAWN, "")
    assert await office.read(lambda unit: unit.people.reporter(case.reporter)) is None


async def test_erasing_own_data_withdraws_consent(meet: Meet, office: Office) -> None:
    """Identity gone from every case; the next report asks for consent again."""
    person = meet()
    await report_road(person)
    await person.says("/dulieu")
    await person.taps("Xóa")
    said = await person.taps("Xóa")
    assert "1 hồ sơ" in said
    assert (await cases_of(office))[0].reporter == ""
    assert "Trước khi gửi" in await person.says("/phananh")


async def test_own_data_lists_every_case(meet: Meet) -> None:
    """Number, date and who may know the name."""
    person = meet()
    await report_road(person)
    await person.says("du lieu cua toi")
    assert "PA-2026-000001" in await person.taps("Xem")


async def test_the_language_changes_for_this_chat(meet: Meet) -> None:
    """English from the next message on."""
    person = meet()
    await person.says("/ngonngu")
    await person.taps("English")
    assert "report" in (await person.says("/start")).lower()


async def test_the_library_answers_a_typed_question(meet: Meet) -> None:
    """A question in the library finds its article."""
    person = meet()
    await person.says("/thuvien")
    assert "20 ngày làm việc" in await person.says("bao lau thi co tra loi")


async def test_commands_work_without_diacritics_and_slash(meet: Meet) -> None:
    """Words steer like commands."""
    person = meet()
    assert "mã biên nhận" in await person.says("tra cuu")
    assert "giữ nguyên" in await person.says("HUY")


async def test_emoji_and_odd_text_are_answered(meet: Meet) -> None:
    """Nothing a person sends meets silence."""
    person = meet()
    for text in ("👍👍", "\u200b", "'; DROP TABLE chat;--", "<b>{{7*7}}</b>", "\u202exin chào", "."):
        assert await person.says(text)
