"""What comes before or beside a report: danger, reprisal, the right door, insults."""

from __future__ import annotations

import pytest

from cases.model import Priority
from storage.work import Office
from tests.handlers.cast import cases_of, report_road
from tests.handlers.conftest import Meet


async def test_danger_is_answered_first_even_before_consent(meet: Meet, office: Office) -> None:
    """Fire: the number comes before anything else and nothing is stored as a case."""
    person = meet()
    said = await person.says("Cháy nhà hàng xóm rồi, lửa lan nhanh lắm, cứu với!")
    assert "114" in said.split("\n")[0]
    assert await cases_of(office) == []


async def test_danger_in_the_middle_of_a_report_is_answered_and_the_report_goes_on(meet: Meet) -> None:
    """The open question is asked again after the number."""
    person = meet()
    await person.says("Đường bê tông Thôn 2 mới làm ba tháng đã nứt toác")
    await person.taps("Tôi đồng ý")
    said = await person.says("Trời ơi cháy nhà ông Ba rồi bà con ơi, cứu với")
    assert "114" in said
    assert "Việc này thuộc mục nào" in said


async def test_reprisal_opens_an_urgent_linked_case_in_one_turn(meet: Meet, office: Office) -> None:
    """SV-9: "bị trù dập" from somebody who reported opens a linked urgent case at once."""
    person = meet()
    first = await report_road(person)
    said = await person.says("tôi bị trù dập")
    _, urgent = await cases_of(office)
    assert "KHẨN" in said
    assert (urgent.priority, urgent.linked_case, urgent.topic) == (Priority.URGENT, first.id, "official.retaliation")


async def test_a_picture_sent_with_the_cry_belongs_to_the_urgent_case(meet: Meet, office: Office) -> None:
    """The photograph may be the proof: it is not asked for a second time."""
    person = meet()
    await report_road(person)
    await person.sends_photo("cutdien", "tôi bị trù dập, đây là ảnh họ cắt điện")
    _, urgent = await cases_of(office)
    (file,) = await office.read(lambda unit: unit.files.of_case(urgent.id))
    assert file.source.ref.startswith("cutdien")


async def test_files_of_a_report_being_written_stay_with_it(meet: Meet, office: Office) -> None:
    """A cry in between opens its own case and takes nothing of the other matter along."""
    person = meet()
    await report_road(person)
    await person.says("Đường bê tông Thôn 2 mới làm ba tháng đã nứt toác, lún cả đoạn dài")
    await person.taps("Chất lượng công trình")
    await person.taps("Đường bê tông Thôn 2")
    await person.taps("Trong tuần này")
    await person.sends_photo("duong")
    await person.says("tôi bị trù dập")
    _, urgent = await cases_of(office)
    assert await office.read(lambda unit: list(unit.files.of_case(urgent.id))) == []
    await person.says("hủy")
    await person.taps("Xong")
    await person.taps("Gửi")
    road = (await cases_of(office))[-1]
    assert len(await office.read(lambda unit: unit.files.of_case(road.id))) == 1


async def test_a_denunciation_is_shown_the_right_door_and_may_go_on_as_a_report(meet: Meet, office: Office) -> None:
    """The chat cannot replace a signed paper, and says so; the content is still taken as a report."""
    person = meet()
    await person.says("Tôi làm đơn tố cáo ông kế toán xã lập khống danh sách để rút tiền hỗ trợ")
    said = await person.taps("Tôi đồng ý")
    assert "TỐ CÁO" in said
    assert "ký tên" in said
    await person.taps("Vẫn gửi là phản ánh")
    assert "thuộc mục nào" in person.last.text


async def test_insults_alone_are_answered_calmly_and_not_kept(meet: Meet, office: Office) -> None:
    """Nothing of a bare insult is stored; the person is asked for the matter."""
    person = meet()
    await report_road(person)
    await person.says("/phananh")
    said = await person.says("đồ ăn hại cút hết đi lũ khốn")
    assert "đang bực" in said
    assert len(await cases_of(office)) == 1


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("Bao lâu có trả lời?", "20 ngày làm việc"),
        ("bao lau thi co tra loi vay", "20 ngày làm việc"),
        ("cho hỏi gửi phản ánh ở đây có phải ghi tên ko ạ", "Không bắt buộc"),
    ],
)
async def test_a_common_question_is_answered_before_consent(meet: Meet, words: str, answer: str) -> None:
    """Who only asks need not agree to anything; who goes on may send the question."""
    person = meet("zalo-bot")
    said = await person.says(words)
    assert answer in said
    assert "1. Tôi đồng ý" in said
    assert "gửi câu hỏi này đến Mặt trận không" in await person.says("1")


async def test_a_common_question_inside_a_report_is_answered(meet: Meet) -> None:
    """As the first words of who agreed before."""
    person = meet()
    await report_road(person)
    assert "20 ngày làm việc" in await person.says("bao lau thi co tra loi vay")


@pytest.mark.parametrize("words", ["Sao đường thôn 2 mãi không sửa?", "Rác không ai dọn, có ai đọc tin này không"])
async def test_a_matter_put_as_a_question_is_a_report(meet: Meet, words: str) -> None:
    """What nobody wrote an answer for is not answered with something near."""
    person = meet("zalo-bot")
    assert "có sẵn" not in await person.says(words)


async def test_reprisal_is_never_only_a_question(meet: Meet) -> None:
    """Told in the very words of an article it is still taken in as a matter."""
    person = meet("zalo-bot")
    said = await person.says("Tôi bị gây khó dễ, trù dập vì đã phản ánh")
    assert "có sẵn" not in said
