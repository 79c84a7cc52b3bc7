"""The list in SQL against the one visibility function, over random officers and cases on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from cases.model import Case, CaseEvent, Kind, Officer, OfficerRole, Priority
from cases.running_clocks import Since
from cases.scope import Sight
from cases.urgency import PRIORITY_ORDER, Bounds, Haste, owed
from cases.visibility import sight
from storage.listing import CaseList
from storage.listing_filter import CaseFilter
from storage.nudges import NudgeStore
from storage.work import StoredWork
from tests.cases.test_scope import some_cases, viewers
from tests.storage.listing_kit import NOW, Ground, numbered, stored, two_places

TODAY = date(2026, 11, 23)
EVERYTHING = CaseFilter(state="all")
FRONT = Officer("o", "xa-mau", "", "mttq", (OfficerRole.HANDLER, OfficerRole.TRIAGE))
CALM: dict[str, Any] = {
    "deadline": None,
    "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    "phases": (Phase.explicit, Phase.reuse, Phase.generate),  # making an example smaller would take a database minutes
}

instants = st.integers(0, 60 * 24 * 40).map(lambda minutes: NOW - timedelta(minutes=minutes))
corners = st.builds(
    lambda day, minute: datetime(2026, 11, 23, 9, 29, tzinfo=UTC) - timedelta(days=day, minutes=-minute),
    st.integers(0, 30),
    st.integers(0, 2),
)


@st.composite
def aged_cases(draw: st.DrawFn) -> Case:
    """Any case, with instants and terms on either side of every bound."""
    submitted = draw(st.one_of(instants, corners))
    return replace(
        draw(some_cases()),
        kind=draw(st.sampled_from([Kind.REPORT, Kind.REPORT, Kind.PETITION, Kind.PRAISE])),
        priority=draw(st.sampled_from(Priority)),
        submitted_at=submitted,
        forwarded_at=draw(st.one_of(st.none(), instants)),
        answered_at=draw(st.one_of(st.none(), instants)),
        due_on=draw(st.one_of(st.none(), st.integers(-30, 40).map(lambda days: TODAY + timedelta(days=days)))),
    )


@pytest.fixture
def ground(database_url: str) -> Ground:
    """Each database in turn."""
    return Ground(database_url)


@settings(max_examples=25, **CALM)
@given(st.lists(some_cases(), min_size=1, max_size=15), viewers())
def test_the_list_is_what_the_officer_may_see(ground: Ground, cases: list[Case], viewer: Officer) -> None:
    """For any officer and cases the list holds exactly those seen as a notice or more, and tells which in full."""
    rules, known = two_places(), numbered(cases)
    levels = {one.id: sight(viewer, one, rules.directory_of(one, NOW)) for one in known}

    def step(unit: StoredWork) -> dict[str, bool]:
        stored(unit, known)
        return {line.id: line.full for line in CaseList(unit, rules, viewer, NOW).page(EVERYTHING).lines}

    listed = ground.look(step)
    assert listed == {one: level is Sight.CONTENT for one, level in levels.items() if level >= Sight.NOTICE}


turns = st.lists(st.sampled_from(["asked_info", "added", "returned", "reopened", "read"]), max_size=4)


@settings(max_examples=25, **CALM)
@given(st.lists(st.tuples(aged_cases(), turns), min_size=1, max_size=15))
def test_the_order_is_that_of_the_clocks(ground: Ground, drawn: list[tuple[Case, list[str]]]) -> None:
    """Part, priority, last day of the step owed, age: as the reminders' own clocks say it."""
    known = numbered([replace(one, locality="xa-mau", excluded_bodies=(), hidden_from=()) for one, _ in drawn])

    def step(unit: StoredWork) -> tuple[list[str], list[str]]:
        stored(unit, known)
        for one, (_, happened) in zip(known, drawn, strict=True):
            for number, what in enumerate(happened):
                at = one.submitted_at + (NOW - one.submitted_at) * (number + 1) / 5
                unit.cases.log(CaseEvent(one.id, at, what, "x"))
        since = NudgeStore(unit).since(known)
        ranks = sorted(rank(one, since.get(one.id, Since())) for one in known)
        lines = CaseList(unit, two_places(), FRONT, NOW).page(EVERYTHING).lines
        return [f"{Haste(one[0]).name} {one[-1]}" for one in ranks], [
            f"{line.haste.name} {line.code}" for line in lines
        ]

    expected, listed = ground.look(step)
    assert listed == expected


def rank(one: Case, since: Since) -> tuple[int, int, date, datetime, str]:
    """Where the case should stand. Internal terms that ended long ago come first, by age."""
    rules = two_places()
    due = owed(one, rules.calendar, rules.policy, since)
    part = Bounds.of(TODAY, rules.calendar).haste(due) if one.is_open else Haste.DONE
    known = due if due is not None and part <= Haste.IN_10 else date.min
    if known < TODAY - timedelta(days=10) and not one.awaits_reply:
        known = date.min
    return part, PRIORITY_ORDER[one.priority], known, one.submitted_at, one.code


@settings(max_examples=25, **CALM)
@given(st.lists(aged_cases(), min_size=1, max_size=20), viewers(), st.sampled_from(["open", "all", "new", "received"]))
def test_every_count_equals_its_list(ground: Ground, cases: list[Case], viewer: Officer, state: str) -> None:
    """Each number beside a choice is the number of lines that choosing it shows."""
    rules, known, chosen = two_places(), numbered(cases), CaseFilter(state=state)

    def step(unit: StoredWork) -> list[tuple[str, int, int]]:
        stored(unit, known)
        of_viewer = CaseList(unit, rules, viewer, NOW)
        counts = of_viewer.counts(chosen)
        found = [
            (f"{name}={value}", number, len(of_viewer.ids(_with(chosen, name, value))))
            for name, choices in counts.choices.items()
            for value, number in choices.items()
            if value
        ]
        parts = [
            (one.name, n, len(of_viewer.ids(replace(chosen, haste=one.name.lower()))))
            for one, n in counts.parts.items()
        ]
        return [*found, *parts, ("all", counts.total, len(of_viewer.page(chosen, size=100).lines))]

    assert [one for one in ground.look(step) if one[1] != one[2]] == []


def _with(chosen: CaseFilter, name: str, value: str) -> CaseFilter:
    return CaseFilter.read({**chosen.query(), name: value})


@settings(max_examples=25, **CALM)
@given(st.lists(aged_cases(), min_size=5, max_size=20), st.sampled_from(["", "newest"]), st.integers(1, 4))
def test_pages_join_to_the_whole_list(ground: Ground, cases: list[Case], order: str, size: int) -> None:
    """Page after page gives every line once, in the order of one long page."""
    known = numbered(cases)

    def step(unit: StoredWork) -> tuple[list[str], list[str]]:
        stored(unit, known)
        listing, chosen = CaseList(unit, two_places(), FRONT, NOW), CaseFilter(state="all", order=order)
        pages, after = [], ""
        while True:
            page = listing.page(chosen, after, size)
            pages += [line.id for line in page.lines]
            if not (after := page.after):
                return pages, [line.id for line in listing.page(chosen).lines]

    pages, whole = ground.look(step)
    assert pages == whole
