"""Two schedulers and four senders on one PostgreSQL are killed, stopped for longer than their leases, and cut off."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import random
import re
import signal
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.clock import SteppedClock
from cases.model import Case
from storage.migrate import upgrade
from storage.outbox import WAITING, outbox
from storage.outbox_claim import LEASE
from storage.reminder_log import reminders_of
from storage.work import Office, StoredWork
from tests.databases import EmbeddedServer, opened
from tests.faults import shift
from tests.faults.scale import times
from tests.scheduler.nudge_world import RULES, World, at, settle

pytestmark = pytest.mark.postgres
ROLES = ("scheduler", "scheduler", "sender", "sender", "sender", "sender")
REMINDERS = times(500, 5_000)
KILLS, RESTARTS, STOPS = times(10, 100), times(2, 20), times(2, 20)
START = at("2026-03-31T08:00")
STOPPED_FOR = LEASE.total_seconds() / shift.SPEED + 0.5
EVERY = timedelta(seconds=times(2, 3))  # of the test's time, between two cases that become due
CODE = re.compile(r"PA-2026-\d+")
MORE = re.compile(re.escape(RULES.wording.say("nudge_more", "vi", n=0)).replace("0", r"(\d+)"))


@pytest.fixture
def server() -> Iterator[EmbeddedServer]:
    """A server of this test's own."""
    with EmbeddedServer() as own:
        yield own


@dataclass
class Crew:
    """The processes, and what is done to them."""

    url: str
    log: Path
    chance: random.Random
    began: float = field(default_factory=time.monotonic)
    members: list[BaseProcess] = field(default_factory=list)
    asleep: dict[int, float] = field(default_factory=dict)

    def start(self) -> None:
        """Everybody at work."""
        self.members = [self._begin(role) for role in ROLES]

    def _begin(self, role: str) -> BaseProcess:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["tests.faults.shift"])
        told = (role, self.url, str(self.log), self.began, START.isoformat())
        member: BaseProcess = context.Process(target=shift.work, args=told, daemon=True)
        member.start()
        return member

    def kill(self) -> None:
        """One dies and another takes its place."""
        place = self.chance.choice([n for n in range(len(ROLES)) if n not in self.asleep])
        self.members[place].kill()
        self.members[place].join()
        self.members[place] = self._begin(ROLES[place])

    def stop(self) -> None:
        """A sender sleeps through its lease."""
        place = self.chance.choice([n for n in range(2, len(ROLES)) if n not in self.asleep])
        os.kill(self.members[place].pid or 0, signal.SIGSTOP)
        self.asleep[place] = time.monotonic() + STOPPED_FOR

    def wake(self, *, all_: bool = False) -> None:
        """Those that slept long enough go on as if nothing had happened."""
        for place, until in list(self.asleep.items()):
            if all_ or time.monotonic() >= until:
                os.kill(self.members[place].pid or 0, signal.SIGCONT)
                del self.asleep[place]

    def end(self) -> None:
        """All go home."""
        self.wake(all_=True)
        for member in self.members:
            member.kill()
            member.join()
            member.close()


async def prepare(url: str) -> None:
    """Cases overdue since the evening before, to be looked at one after the other."""
    async with opened(url) as database:
        await database.write(upgrade)
        commune = await settle(Office(database, shift.KEYS, SteppedClock(START)), SteppedClock(START))
        for number in range(REMINDERS):
            await commune.add(overdue(commune, number))


def overdue(commune: World, number: int) -> Case:
    """The authority's last day was yesterday: its sender, its officers and three levels are told."""
    return commune.running(next_nudge_at=START + EVERY * number)


async def torment(server: EmbeddedServer, crew: Crew, done: Any) -> Counter[str]:
    """Faults in random order while reminders become due, then peace until all is said."""
    faults = ["kill"] * KILLS + ["restart"] * RESTARTS + ["stop"] * STOPS
    crew.chance.shuffle(faults)
    pause = EVERY.total_seconds() * REMINDERS / shift.SPEED / len(faults)
    for fault in faults:
        await asyncio.sleep(pause * crew.chance.uniform(0.5, 1.0))
        crew.wake()
        if fault == "restart":
            await asyncio.to_thread(server.stop)
            await asyncio.to_thread(server.start)
        elif fault == "kill":
            crew.kill()
        else:
            crew.stop()
    until = time.monotonic() + times(60, 600)  # what the evening cut off is told in the morning
    while not await done() and time.monotonic() < until:
        await asyncio.sleep(0.2)
        crew.wake()
    return Counter(faults)


async def test_replicas_act_as_one(server: EmbeddedServer, tmp_path: Path) -> None:
    """Whatever is done to them, everybody hears of every case, no row is made twice, and hardly a message repeated."""
    await prepare(server.address)
    log = tmp_path / "sent"
    log.touch()
    crew = Crew(server.address, log, random.Random(8))
    crew.start()
    try:
        async with opened(server.address) as database:
            office = Office(database, shift.KEYS, SteppedClock(START))
            faults = await torment(server, crew, lambda: office.read(is_done))
            marks = await office.read(entered)
            sent = set(await office.read(lambda unit: unit.connection.execute(_SENT).scalars().all()))
    finally:
        crew.end()
    heard = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    repeats = len(heard) - len(sent)
    print(f"\n{len(marks)} reminders in {len(sent)} messages, {repeats} repeated, {dict(faults)}")
    told = defaultdict[str, list[str]](list)  # without the repeats: what came out just before its sender died
    for receipt, who, words in heard:
        if receipt in sent:
            told[who].append(words)
    assert len(marks) == len(set(marks)), "made twice"
    cases = {case for case, _, _ in marks}
    people = {recipient for _, _, recipient in marks}
    assert len(cases) == REMINDERS
    assert set(marks) == {
        (case, offset, recipient) for case in cases for _, offset, recipient in _of(marks, min(cases))
    }
    assert sorted(
        CODE.findall(" ".join(one for who in told if who.startswith("resident-") for one in told[who]))
    ) == sorted(cases)
    assert {who: lines_of(told[who]) for who in people - {"resident"}} == Counter(
        recipient for _, _, recipient in marks if recipient != "resident"
    )
    assert repeats <= faults.total()


_SENT = select(outbox.c.vendor_id).where(outbox.c.state == "sent")


def _of(marks: list[tuple[str, str, str]], case: str) -> list[tuple[str, str, str]]:
    return [mark for mark in marks if mark[0] == case]


def lines_of(words: list[str]) -> int:
    """How many lines about cases these messages hold, also those that a full message only counted."""
    return sum(len(CODE.findall(one)) + sum(map(int, MORE.findall(one))) for one in words)


def is_done(unit: StoredWork) -> bool:
    """Every case was looked at and every message is out."""
    from storage.case_store import case

    due = select(func.count()).select_from(case).where(case.c.next_nudge_at <= START + EVERY * REMINDERS)
    waiting = select(func.count()).select_from(outbox).where((outbox.c.lease_until.is_not(None)) | WAITING)
    return not unit.connection.execute(due).scalar_one() and not unit.connection.execute(waiting).scalar_one()


def entered(unit: StoredWork) -> list[tuple[str, str, str]]:
    """Case number, offset and recipient of every reminder in the ledger."""
    from cases.ports import CaseQuery

    return [
        (case.code, mark["offset"], mark["recipient"])
        for case in unit.cases.find(CaseQuery())
        for mark in reminders_of(unit, case.id)
    ]
