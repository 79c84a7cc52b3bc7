"""The clock of the machine is wrong, jumps, or stands in another country: terms and reminders do not care."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.clock import SteppedClock
from cases.calendar import ZONE, DayOff, MakeUpDay, WorkCalendar
from storage.database import open_database
from storage.keys import KeyRing
from storage.layout import metadata
from storage.work import Office, StoredWork, ledger
from tests.cases.test_calendar_crosscheck import DAYS, SlowCalendar, outcome
from tests.conftest import MONDAY_MORNING
from tests.faults.scale import times
from tests.scheduler.life import live
from tests.scheduler.nudge_world import World, settle

ZONES = ("UTC", "Asia/Ho_Chi_Minh", "America/New_York", "Europe/London")
TERMS = times(1_000, 10_000)
JUMPS = times(40, 200)
CASES = 6


@pytest.fixture(params=ZONES)
def zone(request: pytest.FixtureRequest) -> Iterator[str]:
    """The machine's own time zone."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = str(request.param)
    time.tzset()
    yield str(request.param)
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()


def test_terms_are_what_walking_finds() -> None:
    """Random starts, terms and holidays, each with a calendar of its own, against a walk day by day."""
    chance = random.Random(6)
    weekends = [day for day in DAYS if day.isoweekday() > 5]
    for number in range(TERMS):
        if number % 20 == 0:
            worked = set(chance.sample(weekends, chance.randrange(60)))
            off = set(chance.sample(DAYS, chance.randrange(200))) - worked
            real = WorkCalendar.build(
                [DayOff(day, "Nghỉ", "official") for day in off],
                [MakeUpDay(day, None, "official") for day in worked],
                [2024, 2025, 2026],
                [2027],
            )
            slow = SlowCalendar(off, worked)
        start, term = chance.choice(DAYS), chance.randint(1, 90)
        assert outcome(real.nth_working_day, start, term) == outcome(slow.step, start, term), (start, term)


SAID: dict[str, list[object]] = {}


async def test_the_zone_of_the_machine_changes_nothing(zone: str) -> None:
    """Fifty days of a commune: the same notices, letters and closings at the same instants wherever the server is."""
    life = await live(5, days=50, cases=12, outages=2, edits=3)
    told = [life.said, sorted(life.letters.items()), life.closings]
    assert len(life.said) > 50
    assert SAID.setdefault("first", told) == told


def jumps(chance: random.Random) -> Iterator[timedelta]:
    """Half a minute between two ticks, and between some of them the clock is set: -2 hours to +30 days."""
    far = set(chance.sample(range(JUMPS), max(4, JUMPS // 20)))
    for number in range(JUMPS):
        for _ in range(3):
            yield timedelta(seconds=30)
        seconds = chance.uniform(0, 30 * 86_400) if number in far else chance.uniform(-7_200, 64_800)
        yield timedelta(seconds=seconds)


async def commune_of(office: Office) -> World:
    """A handful of cases whose terms run out one after the other, and the officers."""
    commune = await settle(office, SteppedClock(MONDAY_MORNING))
    for number in range(CASES):
        await commune.add(commune.running(date(2026, 3, 2) + timedelta(days=3 * number)))
    return commune


async def told(commune: World) -> dict[tuple[str, str], int]:
    """How many working days past the term each person was last told of each case."""

    def read(unit: StoredWork) -> dict[tuple[str, str], int]:
        latest: dict[tuple[str, str], int] = {}
        for key in unit.connection.execute(select(ledger.c.key).where(ledger.c.key.like("remind:%"))).scalars():
            _, case, _, offset, person = key.split(":", 4)
            days = int(offset.removeprefix("T") or 0)
            latest[case, person] = max(days, latest.get((case, person), days))
        return latest

    return await commune.office.read(read)


@pytest.mark.parametrize("seed", [1, 2])
async def test_jumps_of_the_clock_skip_and_repeat_nothing(any_office: Office, seed: int) -> None:
    """In the end everybody knows what a calm clock would have told them; nothing twice, nothing at night."""
    jumpy = await commune_of(any_office)
    now = latest = MONDAY_MORNING
    said: list[tuple[str, str, str, str]] = []
    for step in [*jumps(random.Random(seed)), *[timedelta(minutes=30)] * 192]:  # in the end it stands right for days
        now = max(now + step, latest) if step == timedelta(minutes=30) else now + step
        latest = max(latest, now)
        report = await jumpy.reminders.tick(now)
        said += [(one.case_id, one.run, one.offset, one.recipient) for one in report.said]
        assert not report.said or 7 <= now.astimezone(ZONE).hour < 20
    assert len(said) == len(set(said)) > CASES * 3
    assert await told(jumpy) == await told_by_a_calm_clock(any_office.keys, latest)


async def told_by_a_calm_clock(keys: KeyRing, until: datetime) -> dict[tuple[str, str], int]:
    """The same with a clock that is always right."""
    database = open_database("sqlite:///:memory:")
    await database.write(metadata.create_all)
    calm = await commune_of(Office(database, keys, SteppedClock(MONDAY_MORNING)))
    now = MONDAY_MORNING
    while now <= until:
        await calm.reminders.tick(now)
        now += timedelta(minutes=30)
    found = await told(calm)
    await database.close()
    return found
