"""People who do not press buttons: everyday words for yes, send, thanks, and for "how does my case stand"."""

from __future__ import annotations

import pytest

from cases.model import Secrecy, State
from storage.work import Office
from tests.handlers.cast import cases_of, report_road
from tests.handlers.conftest import Meet

RUBBISH = "Rác đổ đầy bờ mương Thôn 1, mùi hôi thối cả tuần nay"


@pytest.mark.parametrize("words", ["ok", "Ừ", "vâng ạ", "dạ", "Đồng ý nhé", "dong y"])
@pytest.mark.parametrize("channel", ["telegram", "zalo-bot"])
async def test_yes_is_yes(meet: Meet, channel: str, words: str) -> None:
    """Consent in the words people use; what they told is not asked again."""
    person = meet(channel)
    assert "Trước khi gửi" in await person.says(RUBBISH)
    assert "mục nào" in await person.says(words)


@pytest.mark.parametrize("words", ["không", "để tôi xem đã", "ai hỏi", "1000"])
async def test_anything_else_is_no_consent(meet: Meet, words: str) -> None:
    """Silence and doubt are not taken for it."""
    person = meet("zalo-bot")
    await person.says(RUBBISH)
    assert "mục nào" not in await person.says(words)


async def test_a_long_question_is_not_said_twice(meet: Meet) -> None:
    """The hint and the answers are; the law on denunciations stands a little higher up already."""
    person = meet("zalo-bot")
    await person.says("Tôi tố cáo ông Trần Văn Bình chủ tịch xã nhận hối lộ của nhà thầu")
    await person.says("1")
    assert "Luật Tố cáo" in person.last.text
    again = await person.says("có")
    assert "Luật Tố cáo" not in again
    assert "1. Xem cách viết đơn" in again


async def test_more_is_told_where_a_door_was_shown(meet: Meet, office: Office) -> None:
    """Nothing that was said while the bot explained the law is lost."""
    person = meet()
    await person.says("Tôi tố cáo ông Trần Văn Bình chủ tịch xã nhận hối lộ của nhà thầu")
    await person.taps("Tôi đồng ý")
    assert "ghi thêm" in await person.says("Ông ấy nhận 50 triệu hôm mùng 3 tháng 2 ở quán Hoa Sen")
    await person.taps("Vẫn gửi là phản ánh")
    await person.says("gửi")
    while "XEM LẠI" not in person.last.text:
        await person.taps(next(label for label in person.labels if label in ("Bỏ qua", "Chỉ Mặt trận", "Không")))
    assert "quán Hoa Sen" in person.last.text


async def test_a_matter_told_at_a_question_is_taken_in(meet: Meet) -> None:
    """Who first asked and then tells is heard."""
    person = meet("zalo-bot")
    await person.says("Cho hỏi làm giấy khai sinh ở đâu?")
    await person.says("ok")
    said = await person.says("Cán bộ hộ tịch đòi tiền làm giấy khai sinh 500 nghìn mới ký")
    assert "một nút" not in said
    assert "mục nào" in said
    assert "Nhũng nhiễu" in said


@pytest.mark.parametrize("early", [0, 1, 2, 3])
async def test_send_it_leads_to_the_summary(meet: Meet, office: Office, early: int) -> None:
    """From any question that may be skipped; once more, and it is sent."""
    person = meet("zalo-bot")
    await person.says(RUBBISH)
    await person.says("ok")
    for answer in ("1", "Thôn 1", "hôm qua")[:early]:
        await person.says(answer)
    assert "XEM LẠI" in await person.says("gửi đi")
    assert "Mã hồ sơ" in await person.says("gửi")
    (case,) = await cases_of(office)
    assert case.place == ""


@pytest.mark.parametrize("words", ["1", "1.", "gửi"])
async def test_a_stray_tap_at_the_first_question_loses_nothing(meet: Meet, words: str) -> None:
    """The number of the answer before, sent twice, neither cancels nor is it a story."""
    person = meet("zalo-bot")
    await person.says("/phananh")
    await person.says("1")
    assert "nhắn: hủy" in person.last.text
    assert "Việc gì đã xảy ra" in await person.says(words)
    assert "mục nào" in await person.says(RUBBISH)


async def test_vague_words_are_kept_and_asked_about_once(meet: Meet) -> None:
    """One question, not two that say the same."""
    person = meet()
    await person.says("Chuyện ở thôn tôi tệ lắm rồi các bác ạ")
    said = await person.taps("Tôi đồng ý")
    assert said.count("Việc gì đã xảy ra") == 1


@pytest.mark.parametrize("words", ["bao giờ có kết quả", "Sao chưa trả lời???", "muon rut don", "hồ sơ của tôi đâu"])
async def test_how_it_stands_in_everyday_words(meet: Meet, words: str) -> None:
    """The own cases, to look at, add to or withdraw."""
    person = meet()
    case = await report_road(person)
    await person.says(words)
    assert any(case.code in label for label in person.labels)


async def test_erasing_in_everyday_words(meet: Meet) -> None:
    """The same as /dulieu."""
    assert "Thông tin của bà con" in await meet().says("xóa hết thông tin của tôi đi")


async def test_ok_to_what_was_said_is_no_first_meeting(meet: Meet) -> None:
    """Whoever nods at news is not greeted with all that the bot is for."""
    person = meet()
    assert "Xin chào" in await person.says("dạ")
    await report_road(person)
    nodded = await person.says("dạ vâng")
    assert "Xin chào" not in nodded
    assert "Cảm ơn bà con" in nodded


@pytest.mark.parametrize("words", ["Cảm ơn các anh chị nhé", "cam on", "Xin cảm ơn!"])
async def test_thanks_are_answered(meet: Meet, office: Office, words: str) -> None:
    """No consent is asked for a kind word, and no case comes of it."""
    person = meet()
    said = await person.says(words)
    assert "Cảm ơn bà con" in said
    assert "Trước khi gửi" not in said


@pytest.mark.parametrize("menu", ["/tracuu", "/dulieu", "/ngonngu"])
async def test_a_matter_told_at_a_menu_is_heard(meet: Meet, menu: str) -> None:
    """Nobody has to find the way out of a menu first."""
    person = meet("zalo-bot")
    await person.says(menu)
    assert "Trước khi gửi" in await person.says("loa phường ồn quá 5h sáng đã kêu inh ỏi")


async def test_a_matter_told_at_a_menu_goes_to_the_report_that_waits(meet: Meet) -> None:
    """It was set aside to look something up; more words belong to it."""
    person = meet("zalo-bot")
    await report_road(meet())
    await person.says(RUBBISH)
    await person.says("ok")
    await person.says("/tracuu")
    said = await person.says("Rác còn đổ cả xuống mương thoát nước nữa")
    assert "ghi thêm" in said


BRIBE = "Ông chủ tịch xã nhận phong bì của nhà thầu làm đường, dân ai cũng biết"


@pytest.mark.parametrize("haste", ["Bỏ qua", "gửi"])
async def test_haste_does_not_hand_a_report_to_the_person_it_is_about(meet: Meet, office: Office, haste: str) -> None:
    """Whoever skips the topic of a report about an official: two officers look at it first, or the post is asked."""
    person = meet("zalo-bot")
    await person.says(BRIBE)
    await person.says("ok")
    for _ in range(12):
        if "XEM LẠI" not in person.last.text:
            await person.says(haste)
    assert "XEM LẠI" in person.last.text
    await person.says("1")
    (case,) = await cases_of(office)
    assert case.subject.is_person
    assert case.state is State.NEEDS_COI_CHECK
    assert case.secrecy is not Secrecy.OPEN
