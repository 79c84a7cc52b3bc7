"""Hidden, softened, sent, closed, asked, and an alarm: by the real web page and by messengers, all over HTTP."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.clock import SteppedClock
from cases.model import Case, Secrecy, State
from cases.ports import CaseQuery
from storage.work import StoredWork
from tests.e2e.house import House, Phone, WebPhone, open_house, phone_on
from web.security import SESSION_DAYS

STORY = "Công chức một cửa quát mắng, hách dịch, coi thường dân. Nhà tôi sát vách nhà ông Bảy nên tôi thấy hết"


async def report(phone: Phone) -> str:
    """About an official, hidden from everybody, in softer words; the receipt code."""
    await phone.says(STORY, "Trước khi gửi")
    await phone.taps("Tôi đồng ý", "mục nào")
    await phone.taps("Thái độ", "chức vụ")
    await phone.says("công chức một cửa", "ở đâu")
    await phone.says("Thôn 1", "khi nào")
    await phone.taps("Hôm qua", "ảnh")
    await phone.taps("Bỏ qua", "cho ai biết")
    assert "Nơi giải quyết: “" in await phone.taps("Xem trước", "AI THẤY GÌ")
    if not isinstance(phone, WebPhone):
        await phone.hears("cho ai biết")  # asked again below the view
    await phone.taps("Không cho ai biết", "sát vách nhà ông Bảy")
    await phone.taps("Dùng lời đã sửa", "XEM LẠI")
    return (await phone.taps("Gửi", "Mã biên nhận")).partition("Mã biên nhận: ")[2].split()[0]


async def cases(house: House) -> list[Case]:
    """All there are."""
    return list(await house.app.office.read(lambda unit: unit.cases.find(CaseQuery())))


async def close(house: House) -> None:
    """As the desk would in the end."""

    def step(unit: StoredWork) -> None:
        (case,) = unit.cases.find(CaseQuery())
        case.state, case.closed_at = State.CLOSED, unit.now
        unit.cases.save(case)

    await house.app.office.write(step)


@pytest.mark.parametrize(("channel", "away"), [("web", 31), ("web", 181), ("telegram", 31), ("zalo-oa", 31)])
async def test_from_the_report_to_the_alarm(tmp_path: Path, clock: SteppedClock, channel: str, away: int) -> None:
    """One resident on each, away for so many days. On Zalo the free window is long shut: the question waits for a word.

    After half a year the browser is a stranger; the receipt code leads back.
    """
    async with open_house(tmp_path, "", clock) as house, phone_on(house, channel) as resident:
        receipt = await report(resident)
        (case,) = await cases(house)
        assert "ông Bảy" not in case.text
        assert case.secrecy is Secrecy.ANONYMOUS
        await close(house)
        clock.move(days=31)
        while not await house.app.check_ins.tick(clock()):
            clock.move(hours=13)
            assert clock() < case.submitted_at + timedelta(days=45)
        clock.move(days=away - 31)
        if away > SESSION_DAYS:
            await resident.says(receipt, "kết thúc")
            await resident.taps("Nhận tin báo", "hỏi thăm bà con")
        elif channel == "zalo-oa":
            await resident.says("alo", "hỏi thăm bà con")
        else:
            await resident.hears("hỏi thăm bà con")
        await resident.taps("Có, đang bị", "KHẨN")
        alarm = (await cases(house))[-1]
        assert (alarm.linked_case, alarm.topic) == (case.id, "official.retaliation")
        await resident.says("Hôm qua cán bộ dọa cắt hộ nghèo", "biết tên")
        await resident.taps("Giữ kín", "giữ kín")
