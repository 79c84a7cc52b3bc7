"""Thirty and ninety days after closing the sender is asked how they fare: who, when, at most once, after any outage."""

# ruff: noqa: F811 - the fixture is imported

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from bot.clock import SteppedClock
from cases import checkins
from cases.calendar import ZONE, local_date
from cases.model import Secrecy, State, Subject
from cases.retention import identity_kept_until
from cases.rules import Rules
from storage.case_store import case as case_table
from storage.outbox import outbox
from storage.work import Office, StoredWork
from tests.trust.checkin_world import World, world  # noqa: F401 - a fixture

SOAK = bool(os.environ.get("HOIAM_SOAK"))
CASES, DAYS = (200, 400) if SOAK else (20, 120)


# -- who is asked, and when -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "asked"), [(29, 0), (30, 1), (89, 1), (90, 1), (179, 1), (180, 0), (400, 0)])
async def test_thirty_and_ninety_days_after_closing(world: World, days: int, asked: int) -> None:
    """Not before, and not when it is long over."""
    await world.closed(days=days)
    assert await world.tick() == asked


@pytest.mark.parametrize(
    ("changes", "worried", "asked"),
    [
        ({}, False, 1),
        ({"subject": Subject.PARTY_MEMBER}, False, 1),
        ({"subject": Subject.LOCAL_SERVICE, "subject_posts": ()}, False, 0),
        ({"subject": Subject.LOCAL_SERVICE, "subject_posts": ()}, True, 1),
        ({}, True, 1),
        ({"state": State.RELAYED}, False, 0),
        ({"state": State.REJECTED}, False, 1),
        ({"state": State.WITHDRAWN}, False, 0),
        ({"reporter": ""}, False, 0),
        ({"secrecy": Secrecy.ANONYMOUS}, False, 1),
    ],
)
async def test_who_is_asked(world: World, changes: dict[str, Any], worried: bool, asked: int) -> None:
    """Senders of closed reports about persons, and those who said they were worried."""
    await world.closed(worried=worried, **changes)
    assert await world.tick() == asked


async def test_nobody_is_asked_at_night(world: World) -> None:
    """At nine in the evening nobody is asked; on the next working morning they are."""
    await world.closed()
    world.clock.move(hours=12)
    assert await world.tick() == 0
    world.clock.move(hours=11)
    assert await world.tick() == 1


async def test_no_second_message_without_an_answer(world: World) -> None:
    """The same question is never repeated; the one of day ninety is the last."""
    await world.closed()
    assert [await world.tick() for _ in range(3)] == [1, 0, 0]
    await world.office.write(lambda unit: unit.connection.execute(delete(outbox)))  # settled rows are dropped in time
    assert await world.tick() == 0
    world.clock.move(days=66)
    assert [await world.tick() for _ in range(3)] == [1, 0, 0]
    world.clock.move(days=7)
    assert await world.tick() == 0


async def test_a_late_first_question_is_not_followed_by_its_second(world: World) -> None:
    """Down from before day 30 to after day 90: one question, not two."""
    await world.closed(days=95)
    assert [await world.tick() for _ in range(2)] == [1, 0]
    assert [which for _, which, _ in await world.asked()] == [2]


async def test_an_answer_given_meanwhile_stands(world: World) -> None:
    """The list of who is due was read, then "do not ask again" came in: nothing is asked, nothing is overwritten."""
    case = await world.closed()
    await world.tick()
    person = world.person()
    await person._listen()
    await person.taps("Đừng hỏi nữa")
    world.clock.move(days=66)
    assert not await world.office.write(lambda unit: checkins.ask(unit, world.rules, case.id, unit.now))
    entry = await world.office.read(lambda unit: unit.check_ins.get(case.id))
    assert (entry.answer, entry.second_at) == ("stop", None)


async def test_it_says_nothing_of_the_report(world: World) -> None:
    """The number and a kind question, nothing else; within what every channel can show."""
    case = await world.closed(text="Công chức đòi tiền, tên Bảy")
    await world.tick()
    person = world.person()
    said = await person._listen()
    assert case.code in said
    assert "gây khó dễ" in said
    assert "đòi tiền" not in said
    assert person.labels == ["Không ai gây khó dễ", "Có, đang bị gây khó dễ", "Đừng hỏi nữa"]


async def test_the_desk_does_not_see_that_its_sender_is_asked(world: World) -> None:
    """No line of the case's history or conversation tells of it."""
    case = await world.closed()
    await world.tick()
    assert await world.office.read(lambda unit: unit.cases.history(case.id)) == []
    about = select(outbox.c.id).where(outbox.c.case_id == case.id)
    assert await world.office.read(lambda unit: unit.connection.execute(about).all()) == []


async def test_a_hidden_senders_channel_outlives_the_questions(world: World, rules: Rules) -> None:
    """Without it the bravest could not be asked: 97 days after closing, and no longer."""
    case = await world.closed(days=10, secrecy=Secrecy.ANONYMOUS, relayed_at=world.clock() - timedelta(days=24))
    entry = await world.office.read(lambda unit: unit.people.reporter(case.reporter))
    assert entry is not None
    watched = await world.office.read(lambda unit: checkins.is_watched(unit, case))
    until = identity_kept_until(entry, case, rules.limits, watched=watched)
    assert until == local_date(world.clock() + timedelta(days=87))
    assert identity_kept_until(entry, case, rules.limits) == local_date(world.clock() + timedelta(days=6))


async def test_one_bad_case_stops_nobody(world: World) -> None:
    """A case that cannot be read is left; the others are asked."""
    bad, _ = await world.closed(days=40), await world.closed("7002")
    spoil = update(case_table).where(case_table.c.id == bad.id).values(sealed_content=b"\x00broken")
    await world.office.write(lambda unit: unit.connection.execute(spoil))
    assert await world.tick() == 1


# -- outages against an oracle --------------------------------------------------------------------------------------


def oracle(closed: dict[str, datetime], ended: dict[str, datetime], ticks: Sequence[datetime]) -> set[Any]:
    """By the words of the rule: the first open tick of each of the two spells, unless the sender ended it before."""
    found = set()
    for case_id, at in closed.items():
        for which, start, stop in ((1, 30, 90), (2, 90, 180)):
            spell = (at + timedelta(days=start), at + timedelta(days=stop))
            first = next((tick for tick in ticks if spell[0] <= tick < spell[1]), None)
            if first is not None and (case_id not in ended or first < ended[case_id]):
                found.add((case_id, which, first))
    return found


@pytest.mark.parametrize("seed", range(10 if SOAK else 2))
async def test_outages_lose_and_double_nothing(world: World, seed: int) -> None:
    """What was asked, and when, equals the oracle, whatever the scheduler slept through."""
    chance = random.Random(seed)
    start = world.clock()
    closed, ended = {}, {}
    for number in range(CASES):
        days = chance.randint(-40, 100)
        case = await world.closed(f"8{number:03d}", days=days)
        closed[case.id] = start - timedelta(days=days)
        if number % 4 == 0:
            ended[case.id] = start + timedelta(days=chance.randint(0, DAYS))
    outages = [(chance.randint(0, DAYS), chance.choice((0.2, 1, 5, 10, 35))) for _ in range(4)]
    ticks, pending = [], dict(ended)
    for hour in range(0, DAYS * 24, 4):
        now = start + timedelta(hours=hour, minutes=chance.randint(0, 59))
        world.clock.set(now)
        for case_id in [one for one, at in pending.items() if at <= now]:
            del pending[case_id]
            await world.office.write(lambda unit, case_id=case_id: _stop(unit, case_id))  # type: ignore[misc]
        day = (now - start) / timedelta(days=1)
        if any(begins <= day < begins + length for begins, length in outages):
            continue
        local = now.astimezone(ZONE)
        if 7 <= local.hour < 20 and world.rules.calendar.is_working_day(local.date()):
            ticks.append(now)
        await world.tick()
    assert set(await world.asked()) == oracle(closed, ended, ticks)


def _stop(unit: StoredWork, case_id: str) -> None:
    checkins.answer(unit, unit.check_ins.get(case_id), checkins.STOP, unit.now)


async def test_on_both_databases(any_office: Office, rules: Rules, clock: SteppedClock) -> None:
    """The query, the rows and the answers."""
    world = World(any_office, rules, clock)
    case = await world.closed(days=30)
    await world.closed("7003", days=50, worried=True, subject=Subject.LOCAL_SERVICE)
    assert await world.tick() == 2
    await world.office.write(lambda unit: _stop(unit, case.id))
    clock.move(days=66)
    assert await world.tick() == 1
    assert (await world.office.read(lambda unit: unit.check_ins.get(case.id))).answer == "stop"
