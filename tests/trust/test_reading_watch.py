"""Unusual reading: more than twenty different cases within an hour are told once, to the reader and to oversight."""

from __future__ import annotations

import pytest

from cases.casework import read_content
from scheduler.reading_watch import MANY, ReadingWatch
from storage.work import StoredWork
from tests.cases.cast import a_case
from tests.handlers.officer_cast import Bureau, open_bureau  # noqa: F401 - a fixture
from tests.trust.audit_kit import words


@pytest.fixture
async def watched(bureau: Bureau) -> Bureau:
    """A commune with its officers and thirty cases."""
    await bureau.staff()

    def fill(unit: StoredWork) -> None:
        for number in range(30):
            unit.cases.add(a_case(id=f"{number:032x}", code=f"PA-2026-{number:06d}", reporter=""), f"receipt-{number}")

    await bureau.office.write(fill)
    return bureau


async def read(bureau: Bureau, who: str, cases: range) -> None:
    """The officer opens these cases."""

    def step(unit: StoredWork) -> None:
        officer = unit.people.officer(who)
        assert officer is not None
        for number in cases:
            case = unit.cases.get(f"{number:032x}")
            assert case is not None
            read_content(unit, officer, case, unit.now)

    await bureau.office.write(step)


async def tick(bureau: Bureau) -> int:
    """One look."""
    return await ReadingWatch(bureau.office, lambda: bureau.rules).tick(bureau.clock())


async def test_twenty_cases_are_nobodys_business(watched: Bureau) -> None:
    """A day's work does not ring; opening the same ones again does not either."""
    await read(watched, "lan", range(MANY))
    await read(watched, "lan", range(MANY))
    assert await tick(watched) == 0


async def test_one_more_is_told_once_to_both(watched: Bureau) -> None:
    """The reader and the oversight body, without a name or number of a case, and no second time in this hour."""
    await read(watched, "lan", range(MANY + 1))
    assert [await tick(watched) for _ in range(3)] == [1, 0, 0]
    own, other = await watched.news("lan"), await watched.news("quang")
    assert own.count("hơn 20 hồ sơ") == 1
    assert other.count("hơn 20 hồ sơ") == 1
    assert "PA-2026" not in own + other
    assert "hơn 20" not in await watched.news("minh")


async def test_the_next_hour_counts_anew(watched: Bureau) -> None:
    """Slow reading never rings; twice too much in two hours rings twice, and each is one entry of the chain."""
    for _ in range(2):
        await read(watched, "lan", range(MANY + 1))
        assert await tick(watched) == 1
        watched.clock.move(seconds=3700)
    for start in (0, 10, 20):
        await read(watched, "minh", range(start, start + 10))
        assert await tick(watched) == 0
        watched.clock.move(seconds=1900)
    assert (await watched.office.read(words)).count("unusual_reading") == 2


async def test_what_happens_at_night_is_told_in_the_morning(watched: Bureau) -> None:
    """Entered at once, told when people are awake."""
    watched.clock.move(seconds=14 * 3600)
    await read(watched, "lan", range(MANY + 5))
    assert await tick(watched) == 1
    assert "hơn 20" not in await watched.news("quang")
    watched.clock.move(seconds=9 * 3600)
    await tick(watched)
    assert "hơn 20" in await watched.news("quang")
