"""The main job on every channel: report, officer, authority, reminders, written answer, verdict; all over HTTP."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.clock import SteppedClock
from cases.messages import Address
from cases.model import Case, OfficerRole, State, Verdict
from cases.ports import CaseQuery, FileState
from tests.e2e.house import House, Phone, TelegramPhone, open_house, phone_on

CHANNELS = ["web", "telegram", "zalo-oa", "zalo-bot"]
PIN = "839271"


async def report(phone: Phone) -> None:
    """A broken new road, with a photo."""
    await phone.says("Đường bê tông Thôn 2 mới làm ba tháng đã nứt toác, lún cả đoạn dài", "Trước khi gửi")
    await phone.taps("Tôi đồng ý", "thuộc mục nào")
    await phone.taps("Chất lượng công trình", "công trình")
    await phone.taps("Đường bê tông Thôn 2", "khi nào")
    await phone.taps("Trong tuần này", "ảnh")
    await phone.photo("1 tệp")
    await phone.taps("Xong", "XEM LẠI")
    await phone.taps("Gửi", "Mã biên nhận")


async def link(house: House, chat: int, name: str, body: str, *roles: OfficerRole) -> TelegramPhone:
    """An officer linked on Telegram, PIN chosen."""
    phone = TelegramPhone(house, chat)
    await phone.says(f"/lienket {await house.enrol(name, body, *roles)}", "mã PIN")
    await phone.says(PIN, "một lần nữa")
    await phone.says(PIN, "Đã đặt mã PIN")
    return phone


async def triage_and_forward(front: TelegramPhone, code: str) -> None:
    """The Front's officer opens the case, classifies and forwards it."""
    await front.says(code, "NỘI DUNG")
    await front.taps("Phân loại", "PHÂN LOẠI")
    await front.taps("Đúng", "Tình trạng: đã phân loại")
    await front.taps("Chuyển cơ quan", "Số và ký hiệu")
    await front.says("12/MTTQ-BTT", "Ngày của văn bản")
    await front.says("hôm nay", "SẼ ĐỌC")
    await front.taps("dùng bản này", "Chuyển hồ sơ")
    await front.taps("✅", "Tình trạng: đã chuyển")


async def answer(contact: TelegramPhone, code: str) -> None:
    """The authority records its written answer with the scan."""
    await contact.says("/hopthu", "HỘP THƯ")
    await contact.taps(code, "HỒ SƠ")
    await contact.taps("Ghi văn bản trả lời", "Số và ký hiệu")
    await contact.says("58/UBND", "Ngày của văn bản")
    await contact.says("hôm nay", "Ai ký")
    await contact.says("Nguyễn Văn A, Chủ tịch", "gửi những nơi nào")
    await contact.taps("Ban Giám sát", "Đã chọn")
    await contact.taps("Đủ rồi", "Kết luận")
    await contact.taps("phản ánh đúng", "Tóm tắt")
    await contact.says("Nhà thầu làm lại 40 m đường, xong trước 30/4.", "Gửi tệp văn bản")
    await contact.photo("58/UBND")
    await contact.taps("✅", "Thời hạn trả lời kết thúc")


async def relay(front: TelegramPhone, code: str) -> None:
    """The Front tells the resident."""
    await front.hears("đã có văn bản trả lời")
    await front.says("/hopthu", "HỘP THƯ")
    await front.taps(code, "PIN")
    await front.says(PIN, "NỘI DUNG")
    await front.taps("Báo kết quả", "sẽ đọc")
    await front.taps("✅", "Đã báo kết quả")


async def case_of(house: House) -> Case:
    """The only case."""
    (case,) = await house.app.office.read(lambda unit: unit.cases.find(CaseQuery()))
    return case


@pytest.mark.parametrize("channel", CHANNELS)
async def test_a_report_travels_to_its_answer_and_verdict(tmp_path: Path, clock: SteppedClock, channel: str) -> None:
    """One resident on each channel in turn; officers and the authority on Telegram."""
    async with open_house(tmp_path, "", clock) as house, phone_on(house, channel) as resident:
        front = await link(house, 7001, "Chị Lan", "mttq", OfficerRole.HANDLER, OfficerRole.TRIAGE)
        contact = await link(house, 7002, "Anh Phúc", "ubnd", OfficerRole.CONTACT)
        await report(resident)
        case = await case_of(house)
        assert (case.receiving_body, case.channel) == ("bgsdtcd", channel)
        await front.hears("Hồ sơ mới")
        await triage_and_forward(front, case.code)
        await contact.hears("[HỒ SƠ MỚI]")
        await contact.says(case.code, "NỘI DUNG")
        await contact.taps("Ghi ngày cơ quan nhận", "ngày nào")
        await contact.says("hôm nay", "Xác nhận")
        await contact.taps("✅", "Tình trạng: nơi giải quyết đã nhận")
        await resident.hears("Hạn trả lời: 30/03/2026")
        await house.app.fetcher.drain()
        (file,) = await house.app.office.read(lambda unit: unit.files.of_case(case.id, "evidence"))
        assert file.state is FileState.STORED
        clock.move(days=14)  # 16 March: ten working days before 30 March
        await house.app.reminders.tick(clock())
        assert "còn 10 ngày làm việc" in await contact.hears("[NHẮC HẠN]")
        await contact.says("/hopthu", "HỘP THƯ")
        await contact.taps(case.code, "PIN")
        await contact.says(PIN, "NỘI DUNG")
        await answer(contact, case.code)
        await relay(front, case.code)
        if channel == "zalo-oa":  # 14 days without a word: Zalo's window is shut, the answer waits for the next contact
            await house.until_settled()
            await resident.says(case.code, "thấy thế nào")
        else:
            assert "40 m đường" in await resident.hears("thấy thế nào")
        await resident.taps("Hài lòng", "kết thúc")
        case = await case_of(house)
        assert (case.state, case.verdict) == (State.CLOSED, Verdict.SOLVED)
        assert case.reply is not None
        await house.app.fetcher.drain()
        assert len((await case_of(house)).reply.file_sha256) == 64  # type: ignore[union-attr]


async def test_a_blocked_resident_is_not_written_to(tmp_path: Path, clock: SteppedClock) -> None:
    """After a block nothing more is sent, and the case says so."""
    async with open_house(tmp_path, "", clock) as house, phone_on(house, "telegram") as resident:
        front = await link(house, 7001, "Chị Lan", "mttq", OfficerRole.HANDLER, OfficerRole.TRIAGE)
        await report(resident)
        case = await case_of(house)
        house.telegram.blocked.add(5001)
        await front.says(case.code, "NỘI DUNG")
        await front.taps("Phân loại", "PHÂN LOẠI")
        await front.taps("Đúng", "Tình trạng: đã phân loại")
        await house.until_settled()
        chat = await house.app.office.read(lambda unit: unit.chats.load(Address("telegram", "5001")))
        assert not chat.reachable
        history = await house.app.office.read(lambda unit: unit.cases.history(case.id))
        assert any(event.what == "not_delivered" for event in history)
