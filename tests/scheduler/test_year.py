"""A simulated stretch of life with outages, extensions, returns, answers and calendar edits, judged by the oracle."""

from __future__ import annotations

import csv
import heapq
import random
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml
from sqlalchemy import update

from bot.clock import SteppedClock
from cases import clocks
from cases.calendar import DayOff, MakeUpDay, WorkCalendar, local_date
from cases.messages import Capabilities
from cases.model import Case, CaseEvent, OfficerRole, State, Verdict
from cases.ports import CaseQuery
from scheduler.reminders import Reminders
from storage.database import open_database
from storage.keys import KeyRing
from storage.nudges import NudgeStore
from storage.outbox import PLACE_BODY, outbox
from storage.tables import metadata
from storage.work import Office, StoredWork
from tests.scheduler import oracle
from tests.scheduler.nudge_world import CAST, DATA, RULES, Set, World, at

START = at("2026-01-05T00:00")
HOURS = ("00:30", "06:59", "07:00", "07:45", "08:00", "10:20", "13:00", "16:00", "19:59", "20:01", "23:00")
WIDE = {"telegram": Capabilities(text_limit=1_000_000, buttons=0)}
EXCLUDED = ("dang_uy", "vp_dang_uy", "ban_xdd")
CODE = re.compile(r"PA-2026-\d{6}")
PROFILE = RULES.profiles["default"]


@dataclass
class Life:
    """One simulated installation and everything the oracle is told about it."""

    rng: random.Random
    world: World
    rules: Set
    stretches: list[oracle.Stretch] = field(default_factory=list)
    calendars: list[tuple[datetime, oracle.Days]] = field(default_factory=list)
    ticks: list[datetime] = field(default_factory=list)
    people: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    lost: dict[str, datetime] = field(default_factory=dict)
    cases: dict[str, Case] = field(default_factory=dict)
    facts: dict[str, dict[str, Any]] = field(default_factory=dict)
    said: list[tuple[datetime, oracle.Sent]] = field(default_factory=list)
    closings: list[tuple[str, str, datetime]] = field(default_factory=list)
    letters: dict[str, int] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        return self.world.clock()

    def stand(self, case: Case, **facts: Any) -> None:
        """Begin a new stretch of this case's life."""
        known = self.facts.setdefault(case.id, {"came": case.submitted_at, "start": case.submitted_at})
        if "state" in known:
            self._end(case.id)
        known |= facts
        known |= {
            "start": self.now,
            "state": case.state.value,
            "version": case.clock_version,
            "submitted": case.submitted_at,
            "due": case.effective_due_on,
            "received": case.received_on,
            "forwarded": case.forwarded_at,
            "answered": case.answered_at,
            "relayed": case.relayed_at,
            "judged": case.verdict is not None,
        }

    def _end(self, case_id: str) -> None:
        self.stretches.append(oracle.Stretch(case=case_id, end=self.now, **self.facts[case_id]))

    def finish(self) -> oracle.Judgement:
        for case_id in self.facts:
            self._end(case_id)
        return oracle.judge(self.stretches, self.calendars, self.ticks, self.people, self.lost)


# -- what happens to a case -----------------------------------------------------------------------------------------


def submit(life: Life, number: int) -> Case:
    rng = life.rng
    desk, excluded = rng.choice(["mttq", "mttq", "hnd"]), rng.random() < 0.2
    shut_out = ("handler",) if rng.random() < 0.1 else ()
    case = life.world.case_of(
        id=f"case{number}",
        code=f"PA-2026-{number:06d}",
        submitted_at=life.now,
        receiving_body=desk,
        excluded_bodies=EXCLUDED if excluded else (),
        excluded_officers=shut_out,
    )
    front = [name for name in ("handler", "triager") if name not in shut_out]
    life.people[case.id] = {
        "authority": ["contact"],
        "head": ["chairman"],
        "handlers": front if desk == "mttq" else ["farmer"],
        "coordinator": front,
        "follow_up": ["province"] if excluded else ["office", "builder"],
        "commune": ["province"] if excluded else ["party"],
        "province": ["province"],
        "resident": ["resident"],
    }
    return case


def ask(life: Life, case: Case) -> dict[str, Any]:
    case.state = State.NEEDS_INFO
    return {"asked": life.now, "_log": "asked_info"}


def supply(life: Life, case: Case) -> dict[str, Any]:
    case.state = State.SUBMITTED
    return {"came": life.now, "_log": "added"}


def triage(life: Life, case: Case) -> dict[str, Any]:
    case.state, case.triaged_at = State.TRIAGED, life.now
    return {}


def forward(life: Life, case: Case) -> dict[str, Any]:
    case.state, case.forwarded_at = State.FORWARDED, life.now
    return {}


def receive(life: Life, case: Case) -> dict[str, Any]:
    assert case.forwarded_at is not None
    today = local_date(life.now)
    day = max(local_date(case.forwarded_at), today - timedelta(days=life.rng.choice([0, 0, 0, 2, 20])))
    clocks.start_authority_clock(case, day, PROFILE, life.rules.calendar, today)
    case.state = State.RECEIVED
    return {}


def send_back(life: Life, case: Case) -> dict[str, Any]:
    case.state, case.received_on, case.due_on, case.extension = State.RETURNED, None, None, None
    case.clock_version += 1
    return {"came": life.now, "_log": "returned"}


def extend(life: Life, case: Case) -> dict[str, Any]:
    days, day = life.rng.randint(1, 12), local_date(life.now)
    clocks.grant_extension(case, life.now, days, "chờ giám định", "9/UBND", day, "CT", PROFILE, life.rules.calendar)
    case.state = State.EXTENDED
    return {}


def answer(life: Life, case: Case) -> dict[str, Any]:
    case.state, case.answered_at = State.ANSWERED, life.now
    return {}


def relay(life: Life, case: Case) -> dict[str, Any]:
    case.state, case.relayed_at = State.RELAYED, life.now
    return {}


def judge_answer(life: Life, case: Case) -> dict[str, Any]:
    case.verdict = Verdict.NOT_SOLVED
    return {}


def touch(life: Life, case: Case) -> dict[str, Any]:
    return {}


FROM: dict[Callable[[Life, Case], dict[str, Any]], tuple[State, ...]] = {
    ask: (State.SUBMITTED,),
    supply: (State.NEEDS_INFO,),
    triage: (State.SUBMITTED, State.RETURNED),
    forward: (State.TRIAGED,),
    receive: (State.FORWARDED,),
    send_back: (State.FORWARDED, State.RECEIVED),
    extend: (State.RECEIVED,),
    answer: (State.RECEIVED, State.EXTENDED),
    relay: (State.ANSWERED,),
    judge_answer: (State.RELAYED,),
    touch: tuple(State),
}


def plot(rng: random.Random) -> list[tuple[float, Callable[[Life, Case], dict[str, Any]]]]:
    """The steps of one life, each so many days after the one before; half of the desks are quick."""
    haste = rng.choice([0.15, 1.0])
    steps: list[tuple[float, Callable[[Life, Case], dict[str, Any]]]] = []

    def then(chance: float, low: float, high: float, step: Callable[[Life, Case], dict[str, Any]]) -> None:
        if rng.random() < chance:
            steps.append((rng.uniform(low, high) * (haste if len(steps) < 5 else 1.0), step))

    then(0.2, 0.1, 2, ask)
    then(0.6, 1, 26, supply)
    then(0.95, 0.1, 7, triage)
    then(0.95, 0.1, 9, forward)
    then(0.15, 0.5, 5, send_back)
    then(0.8, 0.2, 3, triage)
    then(0.8, 0.2, 8, forward)
    then(0.95, 0.1, 6, receive)
    then(0.3, 0.1, 9, touch)
    then(0.3, 4, 26, extend)
    then(0.2, 1, 30, touch)
    then(0.7, 1, 60, answer)
    then(0.9, 0.2, 7, relay)
    then(0.4, 1, 12, judge_answer)
    return steps


# -- what happens to everybody --------------------------------------------------------------------------------------


async def change(life: Life, case_id: str, step: Callable[[Life, Case], dict[str, Any]]) -> None:
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
        if calendar.is_working_day(saturday) or calendar.reason_off(saturday) != "Thứ Bảy":
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


async def live(path: Path, seed: int, days: int, cases: int, outages: int, edits: int) -> Life:
    """Let the commune live; everything random comes from the seed."""
    rng = random.Random(seed)
    clock = SteppedClock(START)
    database = open_database(f"sqlite:///{path / 'year.db'}")
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


async def prove(path: Path, seed: int, days: int, cases: int, outages: int, edits: int) -> Life:
    """Live, and compare with the oracle."""
    life = await live(path, seed, days, cases, outages, edits)
    wanted = life.finish()
    sent = [key for _, key in life.said]
    assert set(sent) == wanted.sent
    assert len(sent) == len(set(sent)), "said twice"
    assert all(7 <= when.astimezone(oracle.HERE).hour < 20 for when, _ in life.said), "said at night"
    assert life.letters == wanted.letters
    assert set(life.closings) == wanted.closings
    return life


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_ten_weeks(tmp_path: Path, seed: int) -> None:
    """Seventy days with thirty cases and five outages: what was sent equals what the oracle says."""
    life = await prove(tmp_path, seed, days=70, cases=30, outages=5, edits=10)
    assert len(life.said) > 200


@pytest.mark.slow
@pytest.mark.parametrize("seed", [11, 12])
async def test_a_year(tmp_path: Path, seed: int) -> None:
    """A year with five hundred cases and two outages a month: what was sent equals what the oracle says."""
    life = await prove(tmp_path, seed, days=365, cases=500, outages=24, edits=12)
    assert len(life.said) > 5000


def test_the_oracle_counts_like_the_published_vectors() -> None:
    """The oracle's own calendar agrees with the working-day vectors of the trade."""
    data = yaml.safe_load((DATA / "holidays_vn.yaml").read_text(encoding="utf-8"))
    days = oracle.Days(
        frozenset(entry["date"] for entry in data["days_off"]),
        frozenset(entry["date"] for entry in data["working_weekends"]),
    )
    with (DATA.parent / "tests" / "data" / "workday_vectors.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            assert str(days.walk(date.fromisoformat(row["received_on"]), 20)) == row["due_20wd"]


def test_running_hours_leave_outages_out() -> None:
    """No tick falls into an outage, and the end of an outage is one."""
    moments = running_hours(random.Random(5), 30, 3)
    assert moments == sorted(moments)
    assert bisect_left(moments, START) == 0
