"""Citizen identity numbers are needed nowhere: wherever somebody types one, it is covered and they are told."""

from __future__ import annotations

import pytest

from cases.redaction import cover_identity_numbers
from storage.work import Office
from tests.handlers.cast import Person, cases_of, report_road
from tests.handlers.conftest import Meet

NUMBER = "001203004567"
WARNING = "Bot đã che số đó"


@pytest.fixture
def person(meet: Meet) -> Person:
    """A resident."""
    return meet("telegram")


@pytest.mark.parametrize("step", ["story", "where", "when"])
async def test_in_a_report(person: Person, office: Office, step: str) -> None:
    """Each question of a report that takes free words."""
    mine = f", căn cước tôi {NUMBER}"
    said = {
        "story": "Rác đổ đầy bờ mương, mùi hôi thối cả tuần nay",
        "ok": "ok",
        "1": "1",
        "where": "ngã ba trước nhà văn hoá",
        "when": "hôm qua lúc chiều",
        "send": "gửi",
        "yes": "1",
    }
    told = {name: await person.says(words + mine * (name == step)) for name, words in said.items()}
    assert [name for name, answer in told.items() if WARNING in answer] == [step]
    (case,) = await cases_of(office)
    everything = f"{case.text} {case.place} {case.happened}"
    assert (NUMBER in everything, "căn cước tôi ••••••••••••" in everything) == (False, True)


async def test_it_is_said_once(person: Person) -> None:
    """The first words of somebody who agreed before are read for two purposes."""
    await report_road(person)
    assert (await person.says(f"Cống thoát nước tắc cả tháng nay, căn cước tôi {NUMBER}")).count(WARNING) == 1


async def test_in_an_addition(person: Person, office: Office) -> None:
    """Words added to a case that has its number already."""
    await report_road(person)
    await person.says("/bosung")
    assert WARNING in await person.says("Tôi nói thêm, căn cước của tôi 0012 0300 4567, ai cần thì gọi")
    (case,) = await cases_of(office)
    history = await office.read(lambda unit: unit.cases.history(case.id))
    assert "căn cước của tôi ••••••••••••••, ai cần" in str(history[-1].data["text"])


@pytest.mark.parametrize(
    ("words", "name", "phone"),
    [
        ("Lê Thị Tư 0912 345 678", "Lê Thị Tư", "0912345678"),
        ("Tư, 0912345678 hoặc 0987.654.321", "Tư hoặc", "0912345678, 0987654321"),
        ("Tư, bàn 024 3825 1234, +84 912 345 678", "Tư bàn", "02438251234, 84912345678"),
        ("Lê Thị Tư căn cước 001203004567", "Lê Thị Tư căn cước", ""),
        ("001203004567 0912345678", "", "0912345678"),
        ("912345678", "", "912345678"),
    ],
)
async def test_who_leaves_a_name(person: Person, office: Office, words: str, name: str, phone: str) -> None:
    """Every telephone number is kept, an identity number is not."""
    await report_road(person)
    await person.says("/dulieu")
    await person.taps("Sửa")
    told = await person.says(words)
    assert (WARNING in told) == ("001203004567" in words)
    (case,) = await cases_of(office)
    kept = await office.read(lambda unit: unit.people.reporter(case.reporter))
    assert kept is not None
    assert (kept.name, kept.phone) == (name, phone)


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("001203004567", "••••••••••••"),
        ("số 001.203.004.567 nhé", "số ••••••••••••••• nhé"),
        ("001 203 004 567", "•••••••••••••••"),
        ("0012-0300-4567", "••••••••••••••"),
        ("cc.001203004567, cũ 12", "cc.••••••••••••, cũ 12"),
        ("chuyển vào tài khoản 190312345678", None),  # a bank account is evidence
        ("tổ 2 001203004567", "tổ 2 ••••••••••••"),
        ("890 001 203 004 567", None),
        ("hồ sơ 2026001203004567", None),
        ("gọi 0912345678 0987654321", None),
        ("gọi 0912.345.678", None),
        ("thu 001 203 004 567 890 đồng", None),
    ],
)
def test_what_is_an_identity_number(words: str, kept: str | None) -> None:
    """Twelve digits of which the first is 0, in a row or grouped in threes or fours; other numbers stay."""
    assert cover_identity_numbers(words) == (words if kept is None else kept)
