"""A simulated commune: cases come, wait, are extended, returned and answered, while the scheduler has its outages."""

from __future__ import annotations

import heapq
import random
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from typing import Any

import orjson
from sqlalchemy import update

from bot.clock import SteppedClock
from cases import clocks
from cases.calendar import DayOff, MakeUpDay, Why, WorkCalendar, local_date
from cases.messages import Capabilities
from cases.model import CaseEvent, OfficerRole, State
from cases.ports import CaseQuery
from scheduler.reminders import Reminders
from storage.database import open_database
from storage.keys import KeyRing
from storage.nudges import NudgeStore
from storage.outbox import PLACE_BODY, outbox
from storage.tables import metadata
from storage.work import Office, StoredWork
from tests.scheduler import oracle
from tests.scheduler.life_steps import FROM, PROFILE, Life, Step, extend, plot, submit
from tests.scheduler.nudge_world import CAST, RULES, World, at

START = at("2026-01-05T00:00")
HOURS = ("00:30", "06:59", "07:00", "07:45", "08:00", "10:20", "13:00", "16:00", "19:59", "20:01", "23:00")
WIDE = {"telegram": Capabilities(text_limit=1_000_000, buttons=0)}
CODE = re.compile(r"PA-2026-\d{6}")


# -- what happens to everybody --------------------------------------------------------------------------------------


async def change(life: Life, case_id: str, step: Step) -> None:
    case = life.cases[case_id]
    late = step is extend and (case.due_on is None or local_date(life.now) > case.due_on)
    if case.state not in FROM[step] or late:
        return
    facts = step(life, case)
    logged = facts.pop("_log", "")

    def work(unit: StoredWork) -> None:
        stored = unit.cases.get(case_id)
        assert stored is not None
        if logged:
            unit.cases.log(CaseEvent(case_id, life.now, logged, "officer"))
        unit.cases.save(replace(case, next_nudge_at=life.now, urgings=stored.urgings, version=stored.version))

    await life.world.office.write(work)
    life.stand(case, **facts)


async def edit_calendar(life: Life) -> None:
    """A day off somewhere ahead, or a Saturday worked: open clocks are recounted and everything is looked at."""
    calendar, today = life.rules.calendar, local_date(life.now)
    day = today + timedelta(days=life.rng.randint(1, 35))
    if calendar.is_working_day(day) and day.weekday() < 5:
        edited = calendar.with_day_off(DayOff(day, "Nghỉ chống bão", "official"))
    else:
        saturday = day + timedelta(days=(5 - day.weekday()) % 7)
        if calendar.is_working_day(saturday) or calendar.reason_off(saturday) is not Why.REST:
            return
        edited = calendar.with_make_up_day(MakeUpDay(saturday, None, "official"))
    life.rules = replace(life.rules, calendar=edited)
    moved = [case for case in life.cases.values() if clocks.apply(case, PROFILE, edited, today)]

    def work(unit: StoredWork) -> None:
        for case in moved:
            stored = unit.cases.get(case.id)
            assert stored is not None
            unit.cases.save(replace(case, urgings=stored.urgings, version=stored.version, next_nudge_at=life.now))
        NudgeStore(unit).look_at_all(life.now)

    await life.world.office.write(work)
    for case in moved:
        life.stand(case)
    life.calendars.append((life.now, days_of(edited)))


def days_of(calendar: WorkCalendar) -> oracle.Days:
    return oracle.Days(
        frozenset(entry.date for entry in calendar.days_off), frozenset(entry.date for entry in calendar.make_up_days)
    )


async def tick(life: Life) -> None:
    life.ticks.append(life.now)
    report = await life.world.reminders.tick(life.now)
    assert not report.failed
    for said in report.said:
        life.said.append((life.now, (said.case_id, said.run, said.offset, said.recipient)))
    lines = await life.world.office.write(lambda unit: deliver(unit, life))
    assert lines == Counter(said.code for said in report.said)
    for case_id, what in report.actions:
        life.closings.append((case_id, what, life.now))
        life.cases[case_id].state = State.CLOSED
        life.stand(life.cases[case_id])


def deliver(unit: StoredWork, life: Life) -> Counter[str]:
    """Send what is queued: at most one message a person and tick. Returns how often each case was spoken of."""
    rows = unit.connection.execute(outbox.select().where(outbox.c.state == "queued")).all()
    assert all(times == 1 for times in Counter(row.chat_key for row in rows).values())
    spoken: Counter[str] = Counter()
    for row in rows:
        body = orjson.loads(unit.keys.open_bytes(PLACE_BODY, row.effect_key, row.sealed_body))
        lines = [line[4] for line in body["n"]] if "n" in body else body["t"].splitlines()
        assert all(line in body["t"] for line in lines[:30]), "a line is missing from its message"
        spoken.update(found[0] for line in lines if (found := CODE.search(line)))
    unit.connection.execute(
        update(outbox).where(outbox.c.state == "queued").values(state="sent", done_at=life.now, sealed_body=None)
    )
    return spoken


def close(unit: StoredWork, case_id: str, what: str, now: datetime) -> None:
    case = unit.cases.get(case_id)
    assert case is not None
    unit.cases.save(replace(case, state=State.CLOSED, next_nudge_at=None))


# -- the run --------------------------------------------------------------------------------------------------------


def running_hours(rng: random.Random, days: int, outages: int) -> list[datetime]:
    """Every hour of the list, but not during outages of one minute to ten days, and at the end of each."""
    down = []
    for _ in range(outages):
        begin = START + timedelta(days=rng.uniform(0, days))
        down.append((begin, begin + timedelta(minutes=10 ** rng.uniform(0, 4.158))))
    hours = [at(f"{(START + timedelta(days=day)).date()}T{hour}") for day in range(days) for hour in HOURS]
    moments = hours + [end for _, end in down]
    return sorted(moment for moment in moments if not any(begin <= moment < end for begin, end in down))


async def live(seed: int, days: int, cases: int, outages: int, edits: int) -> Life:
    """Let the commune live; everything random comes from the seed."""
    rng = random.Random(seed)
    clock = SteppedClock(START)
    database = open_database("sqlite:///:memory:")  # a year is ten thousand commits, and no power is cut
    office = Office(database, KeyRing([bytes(range(32))]), clock)
    office.capabilities = WIDE
    await database.write(metadata.create_all)
    world = World(office, clock, Reminders(office, RULES), RULES)
    life = Life(rng, world, RULES, calendars=[(START, days_of(RULES.calendar))])
    world.reminders = Reminders(office, lambda: life.rules, act=close)
    try:
        await _people(life, days)
        await _play(life, days, cases, outages, edits)
        written = await office.read(lambda unit: unit.cases.find(CaseQuery()))
        life.letters = {case.id: case.urgings for case in written if case.urgings}
    finally:
        await database.close()
    return life


async def _people(life: Life, days: int) -> None:
    """The cast, and a farmer; one in ten cannot be reached, some from the first day, some later."""
    for person in (*CAST, ("farmer", "xa-mau", "hnd", OfficerRole.HANDLER, "")):
        await life.world.hire(*person)
    for name in life.rng.sample(["triager", "office", "party", "chairman"], 1):
        life.lost[name] = START + timedelta(days=life.rng.choice([0.0, days / 3]))


async def _play(life: Life, days: int, cases: int, outages: int, edits: int) -> None:
    rng, order = life.rng, count()
    queue: list[tuple[datetime, int, Callable[[], Any]]] = []

    def plan(when: datetime, what: Callable[[], Any]) -> None:
        heapq.heappush(queue, (when, next(order), what))

    for number in range(cases):
        plan(START + timedelta(seconds=rng.uniform(0, (days * 0.6 - 25) * 86400)), partial(_begin, life, number, plan))
    for _ in range(edits):
        plan(START + timedelta(seconds=rng.uniform(0, days * 86400)), partial(edit_calendar, life))
    for name, when in life.lost.items():
        plan(when, partial(life.world.lose, name))
    for when in running_hours(rng, days, outages):
        plan(when, partial(tick, life))
    while queue and queue[0][0] < START + timedelta(days=days):
        when, _, what = heapq.heappop(queue)
        life.world.clock.set(when)
        await what()


async def _begin(life: Life, number: int, plan: Callable[[datetime, Callable[[], Any]], None]) -> None:
    case = submit(life, number)
    life.cases[case.id] = case
    await life.world.add(case)
    life.stand(case)
    if life.rng.random() < 0.1:
        life.lost[f"{case.id}/resident"] = life.now
        await life.world.lose(f"resident-{case.id}")
    when = life.now
    for delay, step in plot(life.rng):
        when += timedelta(days=delay)
        plan(when, partial(change, life, case.id, step))
