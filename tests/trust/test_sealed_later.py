"""What a resident says after a sealed report was sent is as unreadable as the report, by whatever door it comes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest

from cases import checkins, identity
from cases.model import Case, State
from cases.ports import CaseQuery
from storage.work import StoredWork
from tests.trust.sealed_kit import (
    Resident,
    fetch,
    marked,
    picture,
    readable,
    readable_files,
    sealing_console,
)
from tests.trust.test_sealed import TOLD, tell
from tests.web.console.desk import Console

MARKS = {"words": "cắtnướcQzl1", "name": "BùiThịQzl2", "phone": "0987612377", "file": "ảnhrìngrậpQzl3"}


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Console]:
    """A commune that seals."""
    with sealing_console(tmp_path) as present:
        yield present


@pytest.fixture
async def resident(console: Console) -> AsyncIterator[Resident]:
    """Somebody who sent a sealed report over the web page."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        present = Resident(http, console)
        await tell(present)
        fetch(console)
        yield present


def latest(console: Console) -> Case:
    """The case sent last."""
    cases: list[Case] = console.run(lambda unit: list(unit.cases.find(CaseQuery())))
    return cases[-1]


def found(console: Console) -> list[str]:
    """Where the server can read a mark."""
    fetch(console)
    return marked(readable(console) + readable_files(console), MARKS)


async def alarmed(console: Console, resident: Resident) -> Case:
    """The case closed a month ago, its sender asked and saying that there is trouble."""
    case = latest(console)

    def close(unit: StoredWork) -> None:
        ended = unit.cases.get(case.id)
        assert ended is not None
        ended.state, ended.closed_at = State.CLOSED, unit.now - timedelta(days=31)
        unit.cases.save(ended)
        assert checkins.ask(unit, console.rules, case.id, unit.now)

    console.run(close)
    await resident.says(case.code)
    await resident.taps("Có, đang bị")
    return latest(console)


async def test_what_is_told_after_an_alarm_is_sealed(console: Console, resident: Resident) -> None:
    """Words, picture and name: the urgent case has them in boxes, the conversation no more."""
    alarm = await alarmed(console, resident)
    assert alarm.sealed_to == "mttq"
    await resident.says(f"Họ {MARKS['words']} từ hôm qua")
    await resident.taps("Để lại tên")
    await resident.says(f"{MARKS['name']} {MARKS['phone']}")
    assert found(console) == []
    assert console.run(lambda unit: identity.has_contact(unit, alarm))
    told = [box.what for box in console.run(lambda unit: unit.sealed.boxes(alarm))]
    assert sorted(told) == ["added", "identity", "report"]


async def test_a_cry_of_reprisal_is_sealed_with_its_picture(console: Console, resident: Resident) -> None:
    """The three words anywhere open the urgent case; what was written and sent with them goes into it."""
    await resident.sends(picture(MARKS["words"]), f"{MARKS['file']}.png", f"tôi bị trù dập, họ {MARKS['words']}")
    alarm = latest(console)
    assert (alarm.sealed_to, alarm.topic) == ("mttq", "official.retaliation")
    told = [box.what for box in console.run(lambda unit: unit.sealed.boxes(alarm))]
    assert sorted(told) == ["added", "report"]
    fetch(console)
    assert [box.what for box in console.run(lambda unit: unit.sealed.boxes(alarm))].count("file") == 1
    assert found(console) == []


async def test_a_corrected_name_is_read_nowhere(console: Console, resident: Resident) -> None:
    """`/dulieu` puts it into the box, and the line it was typed in goes."""
    await resident.says("/dulieu")
    await resident.taps("Sửa")
    await resident.says(f"{MARKS['name']} {MARKS['phone']}")
    assert found(console) == []


async def test_what_came_too_late_is_not_kept(console: Console, resident: Resident) -> None:
    """Words for a case that ended meanwhile are in no box and in no line."""
    case = latest(console)
    await resident.says("/bosung")
    await resident.taps(case.code)

    def close(unit: StoredWork) -> None:
        ended = unit.cases.get(case.id)
        assert ended is not None
        ended.state, ended.closed_at = State.CLOSED, unit.now
        unit.cases.save(ended)

    console.run(close)
    assert "đã xong" in await resident.says(f"thêm chuyện {MARKS['words']}")
    assert found(console) == []


async def test_erasing_reaches_the_conversation_of_an_ordinary_report(tmp_path: Path) -> None:
    """The summary and `/dulieu` repeated name and number: after erasing no line of the page holds them."""
    told = {"name": "ĐặngThịQzs", "phone": TOLD["phone"]}
    with sealing_console(tmp_path, keys=False) as console:
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
            person = Resident(http, console)
            await tell(person, sealed=False)
            await person.says("/dulieu")
            assert told["name"] in await person.taps("Xem")
            await person.taps("Xóa và rút")
            assert "Đã xóa" in await person.taps("Xóa")
        assert marked(readable(console), told) == []
