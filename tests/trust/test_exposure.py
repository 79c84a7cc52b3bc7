"""Who wants to be hidden is shown once the words that give them away, softer ones, and what each reader will see."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from cases.exposure import Gives
from cases.model import Case, Secrecy
from cases.rules import Rules
from cases.text import strip_marks
from handlers.report_hidden import SHOWN_CLUES
from storage.work import Office
from tests.handlers.cast import Person, cases_of
from tests.handlers.conftest import Meet, meet  # noqa: F401 - a fixture

SENTENCES = Path(__file__).parents[1] / "data"
"""Both sets were written after the rules they were first tried on, and blind to them.

`exposure_first.tsv` (100 sentences): precision 0.98, recall 0.76 when first tried; its misses taught the rules.
`exposure_holdout.tsv` (88): precision 0.97, recall 0.67 when first tried. That is what to expect of a new story.
"""


def found(rules: Rules, text: str) -> set[Gives]:
    """What a sentence gives away."""
    return {clue.kind for clue in rules.exposure.clues(text)}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Tôi là Nguyễn Văn An, cán bộ đòi tiền.", Gives.NAME),
        ("Tôi là Tám, nhà ở Thôn 2.", Gives.NAME),
        ("Tôi là Tám ở xóm dưới, bị đòi tiền.", Gives.NAME),
        ("Vợ tôi là bà Lê Thị Hồng bị đuổi việc.", Gives.KIN),
        ("Tôi ở cạnh nhà văn hóa Thôn 2, loa rất ồn.", Gives.HOUSE),
        ("Gọi cho tôi 0912 345 678.", Gives.NUMBER),
        ("Căn cước 031085001234 của tôi.", Gives.NUMBER),
        ("Nhà tôi số 12 ngõ 5 bị ngập.", Gives.HOUSE),
        ("Rác đổ đối diện nhà ông Bảy.", Gives.HOUSE),
        ("Con tôi học lớp 3A cô Hạnh bị đánh.", Gives.KIN),
        ("Tôi là kế toán duy nhất của hợp tác xã.", Gives.ROLE),
        ("Trong tổ có mỗi mình tôi làm ca đêm.", Gives.ROLE),
        ("Xe tôi biển 29H1-123.45 bị giữ.", Gives.PLATE),
        ("Thửa đất số 123, tờ bản đồ số 5 bị lấn.", Gives.LAND),
        ("Tôi là người đã gửi đơn ngày 3/5/2026.", Gives.BEFORE),
        ("Chủ tịch gọi tôi lên phòng bảo rút đơn.", Gives.MEETING),
    ],
)
def test_what_gives_one_away(rules: Rules, text: str, kind: Gives) -> None:
    """With diacritics, without, composed or not; and the softer words give nothing away any more."""
    decomposed = unicodedata.normalize("NFD", text)
    assert kind in found(rules, text)
    assert kind in found(rules, decomposed)
    if kind is not Gives.NAME or "Tám" not in text:
        assert kind in found(rules, strip_marks(text))
    softer = rules.exposure.softened(text, rules.exposure.clues(text))
    assert found(rules, softer) == set()


@pytest.mark.parametrize(
    "text",
    [
        "Xe tải biển 29H-123.45 chở cát làm hỏng đường.",
        "Bãi rác đối diện nhà văn hóa bốc mùi.",
        "Cô giáo lớp 3A đánh học sinh.",
        "Tôi là người dân trong xã, đường hỏng nặng.",
        "Tôi là Người dân Thôn 2.",
        "Vợ tôi là người mua hàng ở đó.",
        "Bà Lê Thị Hồng là cán bộ một cửa.",
        "Ông chủ tịch nhận phong bì của nhà thầu.",
        "",
        "x" * 10_000,
    ],
)
def test_what_does_not(rules: Rules, text: str) -> None:
    """Places, offices and the accused are what the report is about."""
    assert found(rules, text) == set()


@pytest.mark.parametrize(
    ("name", "precision", "recall"), [("exposure_first.tsv", 0.97, 0.9), ("exposure_holdout.tsv", 0.97, 0.66)]
)
def test_how_much_is_found(rules: Rules, name: str, precision: float, recall: float) -> None:
    """Not worse than when it was measured: about two of three clues in sentences never seen, hardly a false one."""
    rows = [line.split("\t") for line in (SENTENCES / name).read_text(encoding="utf-8").splitlines()]
    marked = [(kind != "-", bool(found(rules, text))) for kind, text in rows]
    hits = sum(1 for wanted, got in marked if wanted and got)
    false = sum(1 for wanted, got in marked if got and not wanted)
    assert len(rows) >= 80
    assert hits / sum(1 for wanted, _ in marked if wanted) >= recall
    assert hits / (hits + false) >= precision


# -- in the conversation ---------------------------------------------------------------------------------------------

STORY = (
    "Công chức xã quát mắng, hách dịch, coi thường dân. Tôi là kế toán duy nhất của hợp tác xã nên phải lên nhiều lần"
)


async def pick(person: Person, label: str) -> str:
    """Press the button, or type the number where the channel shows none."""
    for message in reversed(person.heard):
        if any(label in choice.label for choice in message.choices):
            return await person.taps(label)
        for line in message.text.split("\n"):
            number, dot, words = line.partition(". ")
            if dot and number.isdecimal() and label in words:
                return await person.says(number)
    raise LookupError(label)


async def at_hiding(person: Person, story: str = STORY, agree: str = "Tôi đồng ý") -> None:
    """A report about an official, up to the question who may know."""
    await person.says(story)
    for label in (agree, "Thái độ", "Không rõ", "Thôn 1", "Hôm qua", "Bỏ qua"):
        await pick(person, label)


async def sent(person: Person, office: Office) -> Case:
    """The report as stored."""
    await person.taps("Gửi")
    return (await cases_of(office))[-1]


async def test_softer_words_are_sent(meet: Meet, office: Office) -> None:  # noqa: F811
    """The words are shown, the softer ones taken, the rest stays as told."""
    person = meet()
    await at_hiding(person)
    asked = await person.taps("Không cho ai biết")
    assert "Tôi là kế toán duy nhất của hợp tác xã" in asked
    await person.taps("Dùng lời đã sửa")
    case = await sent(person, office)
    assert "kế toán" not in case.text
    assert "hách dịch" in case.text
    assert case.secrecy is Secrecy.ANONYMOUS


async def test_as_it_is(meet: Meet, office: Office) -> None:  # noqa: F811
    """Nobody is kept from their own words, and nobody is asked twice."""
    person = meet()
    await at_hiding(person)
    await person.taps("Chỉ Mặt trận")
    summary = await person.taps("Giữ nguyên")
    assert "XEM LẠI" in summary
    await person.taps("Giấu với ai")
    assert "XEM LẠI" in await person.taps("Không cho ai biết")
    assert (await sent(person, office)).text == STORY


async def test_told_again(meet: Meet, office: Office) -> None:  # noqa: F811
    """New words take the place of the old, and are not searched again."""
    person = meet()
    await at_hiding(person)
    await person.taps("Chỉ Mặt trận")
    await person.taps("Tôi kể lại")
    assert "XEM LẠI" in await person.says("Công chức xã quát mắng tôi. Tôi là thủ quỹ ở đó")
    assert "thủ quỹ" in (await sent(person, office)).text


@pytest.mark.parametrize(("label", "story"), [("Cả nơi giải quyết", STORY), ("Chỉ Mặt trận", STORY.partition(". ")[0])])
async def test_when_nothing_is_asked(meet: Meet, label: str, story: str) -> None:  # noqa: F811
    """Not of who does not hide, and not where nothing was found."""
    person = meet()
    await at_hiding(person, story)
    assert "XEM LẠI" in await person.taps(label)


async def test_what_each_will_see(meet: Meet) -> None:  # noqa: F811
    """The real words after the real covering, in one message of every channel."""
    person = meet("zalo-bot")
    await at_hiding(person, STORY + ". Gọi tôi 0912 345 678, Trần Thị Bưởi")
    before = len(person.heard)
    await pick(person, "Xem trước")
    view = person.heard[before]
    assert len(view.text) < 2000
    public, authority, front = (
        view.text.split("2)")[0],
        view.text.split("2)")[1].split("3)")[0],
        view.text.split("3)")[1],
    )
    assert "0912 345 678" not in public + authority
    assert "0912 345 678" in front
    assert "Trần Thị Bưởi" not in public


@pytest.mark.parametrize("channel", ["telegram", "zalo-oa", "zalo-bot"])
async def test_every_question_fits_the_channel(meet: Meet, channel: str) -> None:  # noqa: F811
    """However much is found."""
    person = meet(channel)
    long = " ".join([STORY, *(f"Con tôi học lớp {number}A cô Hạnh." for number in range(1, 9))] * 3)
    await at_hiding(person, long)
    asked = await pick(person, "Không cho ai biết")
    assert asked.count("•") == SHOWN_CLUES
    assert max(len(message.text) for message in person.heard) <= 2000


async def test_wishes_are_kept(meet: Meet, office: Office) -> None:  # noqa: F811
    """Nothing on the board, and worried: both are stored with the case."""
    person = meet()
    await person.says("Đường bê tông Thôn 2 mới làm ba tháng đã nứt toác, lún cả đoạn dài")
    for label in ("Tôi đồng ý", "Chất lượng", "Đường bê tông Thôn 2", "Trong tuần", "Bỏ qua", "Giấu với ai"):
        await person.taps(label)
    await person.taps("Đừng đăng")
    assert "hỏi thăm" in await person.taps("Tôi sợ")
    await person.taps("Không cho ai biết")
    case = await sent(person, office)
    wish = await office.read(lambda unit: unit.check_ins.wish(case.id))
    assert (wish.off_board, wish.worried) == (True, True)


async def test_a_second_report_is_no_less_hidden(meet: Meet, office: Office) -> None:  # noqa: F811
    """Out of the same message: what was chosen for the first holds for it."""
    person = meet()
    await person.says(
        "Rác đầy đường Thôn 1 không ai dọn. Ngoài ra đường bê tông Thôn 2 mới làm đã nứt toác, lún cả đoạn"
    )
    await person.taps("Đồng ý và giấu tên")
    for label in ("Rác", "Thôn 1", "Hôm nay", "Bỏ qua", "Gửi"):
        await person.taps(label)
    assert "còn nêu việc khác" in person.last.text
    await person.taps(person.labels[0])
    while "XEM LẠI" not in person.last.text:
        await person.taps("Bỏ qua" if "Bỏ qua" in person.labels else person.labels[0])
    await person.taps("Gửi")
    assert {case.secrecy for case in await cases_of(office)} == {Secrecy.ANONYMOUS}
    assert len(await cases_of(office)) == 2
