"""Danger now against danger past, feared, meant otherwise: the right number first, and no needless alarm."""

from __future__ import annotations

import pytest

from cases.model import Kind, Subject
from tests.cases.suggest_data import figures, messages, suggest


@pytest.mark.parametrize(("half", "missed", "false_alarms"), [("a", 3, 6), ("b", 1, 2)])
def test_emergencies_of_the_further_messages(half: str, missed: int, false_alarms: int) -> None:
    """Emergencies are found with their number; hard everyday messages raise hardly an alarm."""
    found = figures(messages("extra_messages.jsonl", half))
    assert found.missed <= missed
    assert found.wrong_number <= missed
    assert found.false_alarms <= false_alarms


def test_further_messages_hold_enough_danger() -> None:
    """All five numbers, more than thirty emergencies."""
    numbers = [message["emergency"] for half in "ab" for message in messages("extra_messages.jsonl", half)]
    assert {number for number in numbers if number} == {"111", "112", "113", "114", "115"}
    assert sum(bool(number) for number in numbers) >= 30


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("cháy nhà hàng xóm rồi", "114"),
        ("chay rung sau nghia trang, lua lan xuong nha dan", "114"),
        ("mẹ em ngã bất tỉnh, gọi không dậy", "115"),
        ("co nguoi bi dien giat nam bat dong o ruong", "115"),
        ("có người cầm dao đòi chém vợ ngoài sân", "113"),
        ("trom dang cay cua nha ben canh, cong an len gap", "113"),
        ("nước lên nhanh quá, cả nhà kẹt trên nóc, cần xuồng", "112"),
        ("sat lo vui mat nha ong Tu, con nguoi ket ben duoi", "112"),
        ("bố dượng nhốt cháu bé trong nhà đánh, cháu khóc nãy giờ", "111"),
        ("co em be so sinh bi bo roi truoc cong chua", "111"),
    ],
)
def test_danger_now_has_its_number(text: str, number: str) -> None:
    """With and without marks, all five numbers."""
    found = suggest(text)
    assert (found.kind, found.emergency, found.subject) == (Kind.EMERGENCY, number, Subject.NONE)
    assert found.body == "emergency"


@pytest.mark.parametrize(
    "text",
    [
        "chay het 5 bong den duong, toi om",
        "xe tai chay am am qua cong truong",
        "Năm ngoái nhà tôi bị cháy hết, nay xin hỗ trợ làm lại",
        "Hồi hè có cháu chết đuối ở ao làng, đề nghị làm rào",
        "Dây điện sau nhà hay chập, sợ có ngày cháy nhà",
        "Cảm ơn anh em dân quân giúp bà con chạy lũ",
        "Lò mổ giết lợn từ 3 giờ sáng, ồn không ngủ được",
        "Xã cướp đất của dân, đền bù bèo bọt",
        "Thu quỹ kiểu này cháy túi dân rồi",
        "Trước khu cấp cứu bệnh viện nước ngập nửa bánh xe",
        "Đánh giá hộ văn hóa không công bằng",
        "Mai xã diễn tập chữa cháy có cấm đường không ạ",
        "Ông ấy hay đánh vợ, mong hội phụ nữ can thiệp",
        "duong xau chay xe muon chet, sua giup",
    ],
)
def test_danger_past_feared_or_meant_otherwise(text: str) -> None:
    """The report goes its normal way."""
    found = suggest(text)
    assert found.emergency == ""
    assert found.kind is not Kind.EMERGENCY


@pytest.mark.parametrize(
    "text",
    [
        "Tôi không muốn sống nữa",
        "chan doi qua, toi muon tu tu cho xong",
        "em đã cầm chai thuốc sâu, tạm biệt mọi người",
    ],
)
def test_desperate_words(text: str) -> None:
    """115 and the sign for the warm wording."""
    found = suggest(text)
    assert (found.emergency, found.distress, found.topics[0]) == ("115", True, "emergency.medical")


@pytest.mark.parametrize("text", ["Nóng muốn chết mà cúp điện cả ngày", "Mệt chết đi được với thủ tục"])
def test_figures_of_speech_are_no_distress(text: str) -> None:
    """People die of heat and forms only in words."""
    assert not suggest(text).distress


def test_matter_beside_the_danger_is_kept() -> None:
    """The numbers come first, the report is not swallowed."""
    found = suggest("Xưởng xả hóa chất ra suối, cá chết trắng, giờ xưởng đang bốc cháy lửa lan sang nhà dân")
    assert found.topics[0] == "emergency.fire"
    assert "env.pollution" in found.topics


def test_cry_for_help_at_the_end_of_a_long_message() -> None:
    """Only head and tail of a huge message are read; a cry may stand last."""
    assert suggest("Kính gửi xã. " * 600 + "cháy nhà rồi, cứu với bà con ơi").emergency == "114"
