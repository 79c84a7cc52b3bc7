"""A resident's report, as people really answer: buttons, numbers, words without diacritics, photos first."""

from __future__ import annotations

import pytest

from bot.clock import SteppedClock
from cases.messages import Event
from cases.model import Kind, Secrecy, State, Subject
from storage.work import Office
from tests.handlers.cast import cases_of, report_road
from tests.handlers.conftest import Meet


async def test_a_road_reported_becomes_a_case_at_the_investment_board(meet: Meet) -> None:
    """The worked example: a broken new road goes to the community board, UBND must answer."""
    case = await report_road(meet())
    assert (case.code, case.receiving_body, case.competent_authority) == ("PA-2026-000001", "bgsdtcd", "ubnd")
    assert (case.subject, case.topic, case.hamlet, case.work) == (
        Subject.PROJECT,
        "project.quality",
        "thon-2",
        "duong-thon-2",
    )
    assert case.state is State.SUBMITTED


async def test_the_receipt_names_code_body_and_all_terms(meet: Meet) -> None:
    """The last words of the report carry the number, the body, the three terms and the receipt code."""
    person = meet()
    await report_road(person)
    receipt = person.last.text
    for part in ("PA-2026-000001", "Ban Giám sát đầu tư", "2 ngày làm việc", "20 ngày", "30 ngày", "theo cam kết"):
        assert part in receipt
    assert "Mã biên nhận:" in receipt


async def test_a_project_report_takes_at_most_eight_questions(meet: Meet) -> None:
    """PR-2: consent included, no more than eight messages from the bot before the receipt."""
    person = meet()
    await report_road(person)
    assert len(person.heard) - 1 <= 8


async def test_nothing_becomes_a_case_without_consent(meet: Meet, office: Office) -> None:
    """Refusing consent stores no case, says where to go, and forgets what was said."""
    person = meet()
    await person.says("Đường mới làm đã nứt toác rồi các bác ơi")
    said = await person.taps("Không đồng ý")
    assert "không lưu gì" in said
    assert await cases_of(office) == []
    chat = await office.read(lambda unit: unit.chats.load(person.update().address))
    assert "data" not in chat.talk


async def test_consent_is_asked_once(meet: Meet) -> None:
    """The second report begins with the story."""
    person = meet()
    await report_road(person)
    said = await person.says("/phananh")
    assert "Việc gì đã xảy ra" in said


async def test_numbers_answer_where_there_are_no_buttons(meet: Meet, office: Office) -> None:
    """On a channel without buttons every choice is a numbered line, and the number selects it."""
    person = meet("zalo-bot")
    for word in ("Đường bê tông Thôn 2 mới làm đã nứt toác, lún cả đoạn", "1", "1", "1", "2", "không", "1"):
        await person.says(word)
    (case,) = await cases_of(office)
    assert (case.topic, case.work, case.channel) == ("project.quality", "duong-thon-2", "zalo-bot")
    assert all(not message.choices for message in person.heard)


@pytest.mark.parametrize("answer", ["chat luong cong trinh", "CHẤT LƯỢNG CÔNG TRÌNH", "chất  lượng công trình."])
async def test_labels_answer_in_any_spelling(meet: Meet, answer: str) -> None:
    """A typed label counts with or without diacritics, in any case."""
    person = meet()
    await person.says("Đường bê tông Thôn 2 mới làm ba tháng đã nứt toác")
    await person.taps("Tôi đồng ý")
    assert "Công trình, dự án nào" in await person.says(answer)


async def test_a_photo_first_is_kept_and_the_story_asked(meet: Meet, office: Office) -> None:
    """A photo without words is evidence; the bot asks what happened."""
    person = meet()
    await person.sends_photo()
    said = await person.taps("Tôi đồng ý")
    assert "Đã nhận tệp" in said
    await person.says("Cống thoát nước trước nhà văn hóa tắc, mưa là ngập cả xóm")
    files = await office.read(lambda unit: unit.files.of_draft(unit.chats.load(person.update().address).key))
    assert len(files) == 1


async def test_an_unexpected_answer_is_asked_again_with_a_hint(meet: Meet) -> None:
    """A stray word neither ends the dialogue nor is met with silence."""
    person = meet()
    await person.says("Đường bê tông Thôn 2 mới làm ba tháng đã nứt toác")
    await person.taps("Tôi đồng ý")
    said = await person.says("hả")
    assert "bấm một nút" in said
    assert "Việc này thuộc mục nào" in said


async def test_going_back_asks_the_question_before(meet: Meet) -> None:
    """Back leads to the question answered last."""
    person = meet()
    await person.says("Đường bê tông Thôn 2 mới làm ba tháng đã nứt toác")
    await person.taps("Tôi đồng ý")
    await person.taps("Chất lượng công trình")
    assert "Việc này thuộc mục nào" in await person.taps("Quay lại")


async def test_cancelling_leaves_nothing(meet: Meet, office: Office) -> None:
    """A cancelled report leaves neither case nor files nor words."""
    person = meet()
    await person.sends_photo(text="Đường bê tông Thôn 2 mới làm ba tháng đã nứt toác")
    await person.taps("Tôi đồng ý")
    assert "Đã hủy" in await person.says("/huy")
    files = await office.read(lambda unit: unit.files.of_draft(unit.chats.load(person.update().address).key))
    assert (files, await cases_of(office)) == ([], [])


async def test_a_report_left_for_days_goes_on_where_it_stood(meet: Meet, clock: SteppedClock) -> None:
    """Three days later the next answer fits the open question."""
    person = meet()
    await person.says("Đường bê tông Thôn 2 mới làm ba tháng đã nứt toác")
    await person.taps("Tôi đồng ý")
    clock.move(days=3)
    assert "Công trình, dự án nào" in await person.taps("Chất lượng công trình")


async def test_two_quick_taps_make_one_report(meet: Meet, office: Office) -> None:
    """The second tap on Send finds its question closed and is answered politely."""
    person = meet()
    await report_road(person)
    said = await person._send(choice=next(c.value for m in person.heard for c in m.choices if "Gửi" in c.label))
    assert "câu hỏi cũ" in said
    assert len(await cases_of(office)) == 1


async def test_the_same_update_twice_makes_one_report(meet: Meet, office: Office) -> None:
    """A messenger's repeat of the confirming update changes nothing and says nothing."""
    person = meet()
    await person.says("Đường bê tông Thôn 2 mới làm ba tháng đã nứt toác")
    for label in ("Tôi đồng ý", "Chất lượng", "Đường bê tông Thôn 2", "Trong tuần", "Bỏ qua"):
        await person.taps(label)
    update = person.update(choice=person.button("Gửi").value)
    first, second = await person.repeats(update), await person.repeats(update)
    assert "Mã biên nhận" in first
    assert second == ""
    assert len(await cases_of(office)) == 1


async def test_parts_of_a_story_are_kept_in_the_order_they_were_sent(meet: Meet, office: Office) -> None:
    """Two messages delivered in the wrong order still read in the right one."""
    person = meet()
    await person.says("/start")
    await person.taps("Gửi phản ánh")
    await person.taps("Tôi đồng ý")
    early = person.update(text="Sáng nay đường bê tông Thôn 2 mới làm")
    late = person.update(text="đã nứt toác một đoạn dài năm mét")
    await person.repeats(late)
    await person.repeats(early)
    chat = await office.read(lambda unit: unit.chats.load(early.address))
    parts = chat.talk["data"]["parts"]  # type: ignore[index]
    assert [part[2] for part in parts] == [early.text, late.text]


async def test_the_chairman_named_under_another_topic_never_gets_the_report(meet: Meet, office: Office) -> None:
    """A land topic with the chairman in the story asks about him and goes past his committee (COI-1, COI-3)."""
    person = meet()
    await person.says("Ông chủ tịch xã bắt nộp phong bì 5 triệu mới ký hồ sơ sổ đỏ cho nhà tôi")
    await person.taps("Tôi đồng ý")
    await person.taps("Sổ đỏ")
    assert "Chủ tịch UBND" in person.last.text
    await person.taps("Có")
    for label in ("Thôn 1", "Hôm qua", "Bỏ qua", "Chỉ Mặt trận"):
        await person.taps(label)
    assert "không cho UBND xem" in person.last.text
    await person.taps("Gửi")
    (case,) = await cases_of(office)
    assert (case.receiving_body, case.competent_authority) == ("mttq", "ubnd_tinh")
    assert "ubnd" in case.excluded_bodies


async def test_an_unknown_post_waits_for_triage(meet: Meet, office: Office) -> None:
    """COI-5: a person whose post is not known is checked by people before anything moves."""
    person = meet()
    await person.says("Cán bộ đó quát mắng, hách dịch, coi thường dân khi tôi lên hỏi giấy tờ")
    await person.taps("Đồng ý và giấu tên")
    await person.taps("Thái độ")
    await person.taps("Không rõ")
    for label in ("Thôn 1", "Hôm qua", "Bỏ qua", "Không cho ai biết"):
        await person.taps(label)
    assert "xác minh" in person.last.text
    await person.taps("Gửi")
    (case,) = await cases_of(office)
    assert (case.state, case.secrecy) == (State.NEEDS_COI_CHECK, Secrecy.ANONYMOUS)


async def test_bodies_the_resident_names_are_shut_out(meet: Meet, office: Office) -> None:
    """COI-9: no reason is asked; the named body is excluded like one in conflict."""
    person = meet()
    await person.says("Đường bê tông Thôn 2 mới làm ba tháng đã nứt toác, lún cả đoạn dài")
    for label in ("Tôi đồng ý", "Chất lượng", "Đường bê tông Thôn 2", "Trong tuần", "Bỏ qua"):
        await person.taps(label)
    await person.taps("Giấu với ai")
    await person.taps("Có nơi không được xem")
    await person.taps("Ban Giám sát cộng đồng")
    await person.taps("Xong")
    await person.taps("Cả nơi giải quyết")
    assert "Ủy ban Mặt trận" in person.last.text
    await person.taps("Gửi")
    (case,) = await cases_of(office)
    assert case.receiving_body == "mttq"
    assert "bgsdtcd" in case.excluded_bodies


async def test_a_very_long_story_is_cut_with_a_notice(meet: Meet) -> None:
    """100,000 characters: the first ten thousand are kept, and the person is told."""
    person = meet()
    await report_road(person)
    await person.says("/phananh")
    said = await person.says("Đường làng hỏng nặng, đi lại khó khăn. " * 2600)
    assert "10.000" in said


async def test_two_matters_in_one_message_are_offered_as_two_cases(meet: Meet, office: Office) -> None:
    """The second matter is never dropped in silence."""
    person = meet()
    await person.says(
        "Thứ nhất, rác chợ đổ xuống mương bốc mùi. Thứ hai, đèn đường xóm 2 hỏng tối om cả tháng. Mong xem xét."
    )
    await person.taps("Tôi đồng ý")
    assert "2 việc" in person.last.text
    await person.taps("Rác thải")
    for label in ("Thôn 1", "Trong tuần", "Bỏ qua", "Gửi"):
        await person.taps(label)
    assert "việc khác" in person.last.text
    await person.taps("Chiếu sáng")
    for label in ("Trong tuần", "Bỏ qua", "Gửi"):
        await person.taps(label)
    first, second = await cases_of(office)
    assert {first.topic, second.topic} == {"env.waste", "infra.lighting"}


async def test_a_group_hears_to_write_privately_once(meet: Meet) -> None:
    """Groups are not read; one polite line every few hours."""
    person = meet(id="-100")
    assert "nhắn riêng" in await person.does(Event.GROUP)
    assert await person.does(Event.GROUP) == ""


async def test_a_question_is_answered_from_the_library(meet: Meet) -> None:
    """A question gets its answer and may still go to the Front."""
    person = meet()
    await person.says("Cho tôi hỏi gửi phản ánh ở đây có phải ghi tên thật không?")
    said = await person.taps("Tôi đồng ý")
    assert "Không bắt buộc" in said


async def test_a_deep_link_to_a_work_is_remembered(meet: Meet, office: Office) -> None:
    """The QR sign on a site opens a report already bound to that work."""
    person = meet()
    await person.opens("xa-mau__duong-thon-2")
    await person.says("Đường mới làm ba tháng đã nứt toác, lún cả đoạn dài")
    await person.taps("Tôi đồng ý")
    await person.taps("Chất lượng công trình")
    for label in ("Trong tuần", "Bỏ qua", "Gửi"):
        await person.taps(label)
    (case,) = await cases_of(office)
    assert (case.work, case.hamlet, case.kind) == ("duong-thon-2", "thon-2", Kind.REPORT)


async def test_a_name_left_is_kept_apart_from_the_case(meet: Meet, office: Office) -> None:
    """Name and phone lie in the vault's entry of this case."""
    person = meet()
    await person.says("Đường bê tông Thôn 2 mới làm ba tháng đã nứt toác, lún cả đoạn dài")
    for label in ("Tôi đồng ý", "Chất lượng", "Đường bê tông Thôn 2", "Trong tuần", "Bỏ qua", "Để lại tên"):
        await person.taps(label)
    await person.says("Nguyễn Thị Tư 0901234567")
    await person.taps("Gửi")
    (case,) = await cases_of(office)
    reporter = await office.read(lambda unit: unit.people.reporter(case.reporter))
    assert reporter is not None
    assert (reporter.name, reporter.phone) == ("Nguyễn Thị Tư", "0901234567")
