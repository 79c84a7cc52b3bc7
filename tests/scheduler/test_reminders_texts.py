"""What reminders say: the right words for each audience, nothing of the report, and the urging letter in full."""

from __future__ import annotations

from datetime import date

import pytest

from bot.clock import SteppedClock
from cases.messages import Address, Template
from cases.model import State
from storage.outbox import outbox, unpack
from storage.work import Office, StoredWork
from tests.scheduler.nudge_world import RULES, World, at, settle


@pytest.fixture
async def commune(office: Office, clock: SteppedClock) -> World:
    """The commune on SQLite."""
    return await settle(office, clock)


async def one(commune: World, when: str, name: str) -> str:
    """The only text this person got at this tick."""
    await commune.tick(when)
    (text,) = await commune.texts(name)
    return text


async def test_reminder(commune: World) -> None:
    """Number, topic, dates, days left, to whom to answer, and how far an extension may reach."""
    await commune.add(commune.running())
    assert await one(commune, "2026-03-23T07:00", "contact") == (
        "[NHẮC HẠN] Hồ sơ PA-2026-000001 (Đường, cầu hư hỏng) nhận ngày 02/03/2026, hạn trả lời 30/03/2026, "
        "còn 5 ngày làm việc. Cần văn bản trả lời gửi Ủy ban Mặt trận Tổ quốc Việt Nam xã Mẫu. "
        "Việc phức tạp: ra văn bản gia hạn trước hạn, tối đa đến 13/04/2026."
    )


async def test_reminder_of_an_extended_case_offers_no_extension(commune: World) -> None:
    """The sentence about an extension is left out once there was one."""
    case = await commune.add(commune.running())
    await commune.change(case.id, state=State.EXTENDED, clock_version=2, extension=_until(date(2026, 4, 13)))
    text = await one(commune, "2026-04-06T07:00", "contact")
    assert "hạn trả lời 13/04/2026, còn 5 ngày" in text
    assert "gia hạn" not in text


async def test_last_day(commune: World) -> None:
    """On the last day the words say so."""
    await commune.add(commune.running())
    assert "hôm nay 30/03/2026 là ngày cuối" in await one(commune, "2026-03-30T08:00", "contact")


async def test_overdue_names_whom_it_will_be_reported_to(commune: World) -> None:
    """Between two escalations the contact reads which comes next, and when."""
    await commune.add(commune.running())
    text = await one(commune, "2026-04-02T07:00", "contact")
    assert "quá hạn 3 ngày làm việc" in text
    assert "báo cáo Đảng ủy xã Mẫu ngày 06/04/2026" in text


async def test_overdue_tells_the_resident_what_was_done(commune: World) -> None:
    """Days late, number of the letter, to whom, and who was informed."""
    case = await commune.add(commune.running())
    assert await one(commune, "2026-03-31T07:00", f"resident-{case.id}") == (
        "Hồ sơ PA-2026-000001 đã quá hạn 1 ngày làm việc. Mặt trận đã có văn bản đôn đốc lần 1 gửi "
        "Ủy ban nhân dân xã Mẫu và báo cáo Văn phòng Đảng ủy, Ban Xây dựng Đảng."
    )


async def test_texts_to_officers_carry_no_content(commune: World) -> None:
    """Nothing of the report's words or place stands in any message or in the urging letter."""
    case = await commune.add(commune.running())
    for day in ("2026-03-30", "2026-03-31", "2026-04-06", "2026-04-13"):
        await commune.tick(f"{day}T08:00")
    cast = ("contact", "chairman", "handler", "triager", "party", "office", "builder", "province")
    texts = [text for name in cast for text in await commune.texts(name)]
    texts += [str(event.data["text"]) for event in await commune.history(case.id, "urged")]
    assert len(texts) > 10
    assert not any(word in text for text in texts for word in ("nhà văn hóa", "ông Tư", "resident"))


async def test_urging_letter(commune: World) -> None:
    """Every field of the letter: number k, forwarding, receipt, term, delay, earlier letters, new date, escalation."""
    case = await commune.add(commune.running())
    for day in ("2026-03-31", "2026-04-02"):
        await commune.tick(f"{day}T07:00")
    letter = str((await commune.history(case.id, "urged"))[1].data["text"])
    for part in (
        "V/v đôn đốc trả lời phản ánh, kiến nghị (lần 2)",
        "Kính gửi: Ủy ban nhân dân xã Mẫu",
        "Văn bản chuyển: số 12/MTTQ-BTT ngày 27/02/2026.",
        "nhận hồ sơ ngày 02/03/2026; hạn trả lời bằng văn bản là ngày 30/03/2026 (theo cam kết của xã Mẫu)",
        "Đến ngày 02/04/2026, hồ sơ đã quá hạn 3 ngày làm việc",
        "Các lần đôn đốc trước: lần 1 ngày 31/03/2026.",
        "Thời hạn mới đề nghị: hết ngày 09/04/2026.",
        "ngày 06/04/2026 sẽ báo cáo Đảng ủy xã Mẫu",
        "TM. BAN THƯỜNG TRỰC\nCHỦ TỊCH",
    ):
        assert part in letter


async def test_first_letter_mentions_no_earlier_ones(commune: World) -> None:
    """The sentence about earlier letters is left out of the first."""
    case = await commune.add(commune.running())
    await commune.tick("2026-03-31T07:00")
    assert "Các lần đôn đốc trước" not in str((await commune.history(case.id, "urged"))[0].data["text"])


async def test_term_of_the_regulation_is_called_so(commune: World) -> None:
    """For officials the letter speaks of the regulation, not of a commitment (Quy định 124-QĐ/TW)."""
    case = await commune.add(commune.running(profile="qd124"))
    await commune.tick("2026-03-31T07:00")
    assert "(theo quy định)" in str((await commune.history(case.id, "urged"))[0].data["text"])


async def test_english_officer(commune: World) -> None:
    """Who reads English is reminded in English."""

    def speak(unit: StoredWork) -> None:
        talk = unit.chats.load(Address("telegram", "contact"))
        talk.lang = "en"
        unit.chats.save(talk)

    await commune.office.write(speak)
    await commune.add(commune.running())
    assert (await one(commune, "2026-03-23T07:00", "contact")).startswith("[REMINDER] Case PA-2026-000001")


async def test_news_to_a_resident_can_be_a_template(commune: World) -> None:
    """When a messenger's free window is shut the paid template with number and state may stand in."""
    case = await commune.add(commune.running())
    await commune.tick("2026-03-31T07:00")
    mine = outbox.select().where(outbox.c.chat_key == commune.key_of(f"resident-{case.id}"))
    row = (await commune.office.read(lambda unit: unit.connection.execute(mine).all()))[0]
    message = unpack(commune.office.keys.open_bytes("outbox.sealed_body", row.effect_key, row.sealed_body))
    assert message.template == Template("case_news", (("ticket_code", case.code), ("status", "received")))


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_text_exists_in_both_languages(lang: str) -> None:
    """Each step of each clock has its words (the urging letter is Vietnamese only)."""
    texts = RULES.wording._texts[lang]
    steps = ("triage", "forward", "tell_resident", "relay")
    wanted = [f"nudge_{step}{late}" for step in steps for late in ("", "_late")]
    wanted += [f"step_{step}" for step in ("triage", "forward", "receipt_alert", "reply", "relay")]
    wanted += ["officer_reminder", "officer_overdue", "overdue_to_resident", "nudge_info_closing", "digest_head"]
    assert [key for key in wanted if key not in texts] == []


async def test_desk_and_authority_read_different_alerts(commune: World) -> None:
    """Receipt not confirmed: the desk is told to ask, the authority to confirm."""
    await commune.add(commune.case_of(state=State.FORWARDED, forwarded_at=at("2026-02-27T15:00")))
    await commune.tick("2026-03-03T08:00")
    assert "chưa được xác nhận" in (await commune.texts("handler"))[0]
    assert "Đề nghị xác nhận ngày nhận" in (await commune.texts("contact"))[0]


def _until(day: date):  # type: ignore[no-untyped-def]
    from cases.model import Extension

    return Extension(date(2026, 3, 27), day, "chờ giám định", "9/UBND", date(2026, 3, 27), "Chủ tịch")
