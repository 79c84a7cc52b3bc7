"""One simulated life of a case, step by step, and the record of it that the oracle is given."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cases import clocks
from cases.calendar import local_date
from cases.model import Case, State, Verdict
from tests.scheduler import oracle
from tests.scheduler.nudge_world import RULES, Set, World

EXCLUDED = ("dang_uy", "vp_dang_uy", "ban_xdd")
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


Step = Callable[[Life, Case], dict[str, Any]]
FROM: dict[Step, tuple[State, ...]] = {
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


def plot(rng: random.Random) -> list[tuple[float, Step]]:
    """The steps of one life, each so many days after the one before; half of the desks are quick."""
    haste = rng.choice([0.15, 1.0])
    steps: list[tuple[float, Step]] = []

    def then(chance: float, low: float, high: float, step: Step) -> None:
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
