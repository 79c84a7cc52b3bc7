"""SIGKILL at named points and random moments of the scheduler: no reminder is missed or made twice."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

from bot.clock import SteppedClock
from cases.ports import CaseQuery
from cases.rules import Rules
from storage.migrate import upgrade
from storage.reminder_log import reminders_of
from storage.work import Office, StoredWork
from tests.conftest import MONDAY_MORNING
from tests.databases import opened
from tests.faults.driver import Story, Toll
from tests.faults.test_kills import CODE, KILLS, SOAK, STEPS, drive, sent
from tests.faults.victim import KEYS
from tests.handlers.cast import open_spine
from tests.handlers.officer_cast import Bureau
from tests.storage.test_migrations import downgrade
from tests.trust.figures import TENTH

REMINDING_KILLS = KILLS // 10 if SOAK or TENTH else 60
REMINDING = [
    *(f"{part}: {step}" for part in ("reminders", "delivery") for step in STEPS),
    "delivery: after send",
]


def ticks() -> Iterator[Story]:
    """Seven weeks: a tick each morning and afternoon, everything delivered in between."""
    moments = [MONDAY_MORNING + timedelta(days=day, hours=hour) for day in range(50) for hour in (0, 6)]
    orders = [
        order
        for at in moments
        for order in (
            {"id": f"tick-{at:%d/%m-%H}", "tick": at.isoformat()},
            {"id": f"settle-{at:%d/%m-%H}", "settle": (at + timedelta(minutes=20)).isoformat()},
        )
    ]
    yield Story(orders)


async def open_desks(url: str, rules: Rules) -> None:
    """A dozen cases at every stage, and officers who are to be reminded of them, in an emptied database."""
    async with opened(url) as database:
        await database.write(upgrade)
        await database.write(downgrade)
        await database.write(upgrade)
        clock = SteppedClock(MONDAY_MORNING)
        office = Office(database, KEYS, clock)
        bureau = Bureau(office, rules, clock, open_spine(office, rules))
        await bureau.staff()
        for _ in range(4):
            for stage in (bureau.report, bureau.triaged, bureau.received):
                clock.move(seconds=10)
                await stage()


@dataclass
class Weeks:
    """What seven weeks left: the books of the cases in their order, the lines heard by person, and what it took.

    Numbers leap at random: lines name a case by its place in the books.
    """

    books: list[list[Any]]
    lines: dict[str, Counter[str]]
    toll: Toll

    @property
    def reminders(self) -> int:
        """How many reminders were made."""
        return sum(len(book[2]) for book in self.books)


async def remind(url: str, folder: Path, rules: Rules, kills: int, seed: int = 0) -> Weeks:
    """Seven weeks of ticks on a dozen cases."""
    await open_desks(url, rules)
    how = {"points": REMINDING, "kills": kills, "alone": True, "nth": 3, "seconds": 0.06, "seed": seed}
    _, toll = await asyncio.to_thread(drive, url, folder, ticks(), **how)
    async with opened(url) as database:
        cases = await Office(database, KEYS, SteppedClock(MONDAY_MORNING)).read(books)
    places = {code: f"case {place}" for place, code in enumerate(cases)}
    lines = {
        who: Counter(
            CODE.sub(lambda code: places[code[0]], line)
            for words in heard
            for line in words.splitlines()
            if CODE.search(line)
        )
        for who, heard in sent(folder).items()
    }
    return Weeks(list(cases.values()), lines, toll)


def books(unit: StoredWork) -> dict[str, list[Any]]:
    """Letters, next look, reminders and history of every case, by number and in the order of numbers."""
    return {
        case.code: [
            case.urgings,
            case.next_nudge_at,
            [(one["offset"], one["recipient"], one["sent_at"]) for one in reminders_of(unit, case.id)],
            [(event.what, event.at) for event in unit.cases.history(case.id)],
        ]
        for case in sorted(unit.cases.find(CaseQuery()), key=lambda case: case.code)
    }


async def test_no_reminder_is_missed_or_doubled(database_url: str, tmp_path: Path, rules: Rules) -> None:
    """Seven weeks with and without deaths: the same reminders, letters and dates, the same lines to the same people."""
    calm = await remind(f"sqlite:///{tmp_path / 'calm.db'}", tmp_path / "calm", rules, 0)
    assert calm.reminders > 100
    kills = 0
    for seed in count(1):
        weeks = await remind(database_url, tmp_path / f"v{seed}", rules, REMINDING_KILLS - kills, seed)
        kills += weeks.toll.kills
        assert weeks.books == calm.books
        assert {who: set(said) for who, said in weeks.lines.items()} == {who: set(s) for who, s in calm.lines.items()}
        doubled = sum((weeks.lines[who] - calm.lines[who]).total() for who in weeks.lines)
        print(f"\n{weeks.reminders} reminders, {doubled} lines repeated, {weeks.toll}")
        if kills >= REMINDING_KILLS:
            return
