"""The morning digest: once a working day, to whom it concerns, and only if there is something."""

from __future__ import annotations

from datetime import date

import pytest

from bot.clock import SteppedClock
from cases.model import OfficerRole, State
from scheduler.digests import Digests
from storage.work import Office
from tests.scheduler.nudge_world import RULES, World, at, settle


@pytest.fixture
async def commune(office: Office, clock: SteppedClock) -> World:
    """The commune on SQLite."""
    return await settle(office, clock)


async def morning(commune: World, when: str) -> int:
    """One look at the digests."""
    commune.clock.set(at(when))
    return await Digests(commune.office, RULES).tick(commune.clock())


async def test_digest_of_a_contact(commune: World) -> None:
    """Head line with counts, then number, topic, step and date of what is late or due soon."""
    await commune.add(commune.running())
    await commune.add(commune.running(date(2026, 2, 27)))
    await morning(commune, "2026-03-30T07:30")
    assert await commune.texts("contact") == [
        "Hồ sơ cần để ý hôm nay, 30/03/2026: 1 quá hạn, 1 sắp đến hạn, 0 mới.\n"
        "- PA-2026-000002 (Đường, cầu hư hỏng): trả lời bằng văn bản, quá hạn 1 ngày làm việc (hạn 27/03/2026)\n"
        "- PA-2026-000001 (Đường, cầu hư hỏng): trả lời bằng văn bản, hạn 30/03/2026"
    ]


async def test_digest_of_the_desk(commune: World) -> None:
    """The desk reads what it owes and what is new."""
    await commune.add(commune.case_of(submitted_at=at("2026-03-02T06:00")))
    await morning(commune, "2026-03-02T07:30")
    (text,) = await commune.texts("handler")
    assert text.splitlines()[0].endswith("0 quá hạn, 0 sắp đến hạn, 1 mới.")
    assert "mới gửi ngày 02/03/2026" in text


async def test_follow_up_reads_what_is_late_only(commune: World) -> None:
    """Follow-up bodies get overdue cases, not running ones."""
    await commune.add(commune.running())
    await morning(commune, "2026-03-30T07:30")
    assert await commune.texts("office") == []
    await morning(commune, "2026-03-31T07:30")
    assert len(await commune.texts("office")) == 1


@pytest.mark.parametrize("when", ["2026-03-30T07:29", "2026-03-29T09:00", "2026-03-30T20:00"])
async def test_not_before_half_past_seven_nor_on_rest_days_nor_at_night(commune: World, when: str) -> None:
    """Nothing at 7:29, on a Sunday, or after eight in the evening."""
    await commune.add(commune.running())
    assert await morning(commune, when) == 0


async def test_late_start_still_sends_todays(commune: World) -> None:
    """A machine that comes up at ten sends the digest of the day: to the contact and to the head."""
    await commune.add(commune.running())
    assert await morning(commune, "2026-03-30T10:00") == 2


async def test_once_a_day(commune: World) -> None:
    """A second look, also by another process, sends nothing."""
    await commune.add(commune.running())
    await morning(commune, "2026-03-30T07:30")
    assert await morning(commune, "2026-03-30T07:31") == 0


async def test_nothing_to_say_nothing_said(commune: World) -> None:
    """A case with weeks to go is in nobody's digest."""
    await commune.add(commune.running())
    assert await morning(commune, "2026-03-16T07:30") == 0


async def test_the_excluded_see_nothing(commune: World) -> None:
    """A case is in no digest of a body or officer that may not know of it."""
    await commune.hire("inspector", "xa-mau", "ubkt_dang_uy", OfficerRole.OVERSIGHT)
    await commune.add(commune.running(excluded_bodies=("vp_dang_uy",), excluded_officers=("handler",)))
    await morning(commune, "2026-04-01T07:30")
    told = [name for name in ("office", "handler", "inspector", "triager") if await commune.texts(name)]
    assert told == ["inspector", "triager"]


async def test_unsent_digest_gives_way_to_the_next(commune: World) -> None:
    """After a day without messenger only the newest digest is left."""
    await commune.add(commune.running())
    await morning(commune, "2026-03-30T07:30")
    await morning(commune, "2026-03-31T07:30")
    (text,) = await commune.texts("contact")
    assert "31/03/2026" in text


async def test_answered_cases_wait_for_relay(commune: World) -> None:
    """An answer that the resident has not been told of stands on the desk's list."""
    await commune.add(commune.running(state=State.ANSWERED, answered_at=at("2026-03-27T10:00")))
    await morning(commune, "2026-03-30T07:30")
    assert "báo kết quả cho người gửi, hạn 01/04/2026" in (await commune.texts("handler"))[0]


async def test_no_content_in_a_digest(commune: World) -> None:
    """Nothing of the report's words stands in it."""
    await commune.add(commune.running())
    await morning(commune, "2026-03-31T07:30")
    texts = [text for name in ("contact", "handler", "office") for text in await commune.texts(name)]
    assert not any(word in text for text in texts for word in ("nhà văn hóa", "ông Tư"))
