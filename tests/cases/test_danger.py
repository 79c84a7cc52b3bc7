"""Danger told in words that nobody planned for: its number comes first, or at least a line names the numbers."""

from __future__ import annotations

import pytest

from cases.rules import Rules
from tests.handlers.conftest import Meet, meet  # noqa: F401 - a fixture

NOW = {
    "khói đen bốc lên nghi ngút ở kho xưởng thôn 3": "114",
    "nha e chay roi": "114",
    "rò rỉ khí amoniac ở nhà máy nước đá": "114",
    "xe bồn lật xăng chảy lênh láng": "114",
    "nổ nồi hơi ở xưởng bún công nhân bị thương": "114",
    "điện rớt dây xuống đường còn phóng tia lửa": "114",
    "hai đứa trẻ đuối nước ở hồ": "115",
    "co nguoi chet duoi": "115",
    "cây đổ đè người trên đường": "115",
    "bé 3 tuổi rơi từ ban công xuống": "115",
    "em bé uống nhầm dầu hỏa": "115",
    "xe khách lao xuống vực rồi": "115",
    "trẻ em nhặt được quả đạn": "113",
    "phát hiện quả bom ở ruộng": "113",
    "hai nhóm cầm tuýp sắt chờ nhau ngoài cổng chợ": "113",
    "bà con ơi đê bục rồi": "112",
    "lật ca nô chở học sinh": "112",
    "có người lạ dắt cháu bé 5 tuổi lên xe chạy mất": "111",
    "có đứa bé bị nhốt bỏ đói mấy ngày": "111",
}
HARMLESS = [
    "ông trưởng thôn như quả bom nổ chậm",
    "bãi rác là quả bom nổ chậm về môi trường",
    "xã đổ xăng xe công khai tiền tiêu thế nào",
    "hồ bơi không có người cứu hộ sợ trẻ đuối nước",
    "hộ nghèo bị bỏ đói chính sách",
    "dự án treo cổ dân",
    "kim tiêm vứt bừa bãi ở công viên",
    "bị chó dại cắn thì tiêm phòng ở đâu",
    "dây điện rớt xuống đường mấy tháng nay, dây không có điện",
]


@pytest.mark.parametrize("text", NOW)
def test_the_number_is_said(rules: Rules, text: str) -> None:
    """At once."""
    assert rules.suggester.suggest(text).emergency == NOW[text]


@pytest.mark.parametrize("text", HARMLESS)
def test_figures_of_speech_are_no_danger(rules: Rules, text: str) -> None:
    """Words of danger are common in everyday anger."""
    assert rules.suggester.suggest(text).emergency == ""


async def test_in_doubt_the_numbers_are_named_beside_the_next_question(meet: Meet) -> None:  # noqa: F811 - fixture
    """The report goes on; a report about a road hears nothing of it."""
    said = await meet().says("Em gái bị bạn trai nhốt đòi tung clip, nó có dao")
    assert "113 (công an), 114 (cháy, cứu nạn) hoặc 115 (cấp cứu)" in said
    assert "Trước khi gửi" in said
    assert "113" not in await meet(id="2").says("Đường bê tông Thôn 2 mới làm ba tháng đã nứt toác")


@pytest.mark.parametrize(
    "words",
    [
        "cứu tôi với",
        "cuu toi voi",
        "ai cứu em với",
        "SOS",
        "giúp tôi với",
        "gọi công an giúp tôi",
        "help me",
        "call the police",
    ],
)
async def test_a_bare_cry_for_help_is_told_the_numbers(meet: Meet, words: str) -> None:  # noqa: F811
    """Who can type no more than that may be in danger."""
    said = await meet().says(words)
    assert all(number in said for number in ("113", "114", "115"))


@pytest.mark.parametrize(
    "words", ["giúp tôi gửi phản ánh", "đường thôn 2 nguy hiểm lắm, đã báo mấy tháng nay không ai sửa"]
)
async def test_asking_for_a_favour_is_no_cry(meet: Meet, words: str) -> None:  # noqa: F811
    """A long complaint is read for what it says."""
    assert "115" not in await meet().says(words)
