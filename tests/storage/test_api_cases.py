"""Cases for other systems against the rule itself: every officer gets exactly what `sight` gives, on both databases."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from cases.exporting import FIELDS
from cases.model import Case, State, Subject
from cases.visibility import Sight, sight
from storage.api_cases import Told, Wanted, cases_told
from storage.work import StoredWork
from tests.cases.cast import a_case
from tests.handlers.officer_cast import OFFICERS, Bureau, open_any_bureau  # noqa: F401 - a fixture

KINDS: list[dict[str, Any]] = [
    *({"state": state} for state in State),
    {"state": State.NEEDS_COI_CHECK, "subject": Subject.OFFICIAL},
    {"state": State.REJECTED, "excluded_bodies": ("~post",)},
    {"excluded_bodies": ("mttq",)},
    {"hidden_from": ("ubnd",), "excluded_bodies": ("ubnd",)},
    {"excluded_officers": ("lan",)},
    {"receiving_body": "hnd"},
    {"receiving_body": "bgsdtcd", "competent_authority": "dang_uy"},
    {"state": State.RECEIVED, "due_on": date(2026, 2, 1)},
    {"state": State.TRIAGED, "forwarded_at": None},
]


def stored(unit: StoredWork) -> list[Case]:
    """One case of each kind."""
    found = []
    for number, changes in enumerate(KINDS):
        sent = datetime.fromisoformat("2026-01-05T03:00:00+00:00") + timedelta(minutes=number)
        told = {
            "id": f"{number:032d}",
            "code": f"PA-2026-{number:06d}",
            "text": f"truyện {number}",
            "submitted_at": sent,
        }
        case = a_case(**told, **{"due_on": date(2026, 12, 3), **changes})
        unit.cases.add(case, f"receipt{number}")
        found.append(case)
    return found


def everything(unit: StoredWork, bureau: Bureau, name: str, size: int = 4) -> list[Told]:
    """All pages of one officer."""
    viewer, after = unit.people.officer(name), None
    told: list[Told] = []
    while True:
        page = cases_told(unit, bureau.rules, viewer, Wanted(), after, size)
        told += page.told
        after = page.after
        if after is None:
            return told


@pytest.mark.parametrize("name", list(OFFICERS))
async def test_each_officer_gets_what_the_rule_gives(any_bureau: Bureau, name: str) -> None:
    """The same cases in order, text where content is seen, and on a notice nothing else."""
    bureau = any_bureau
    cases = await bureau.office.write(stored)

    def look(unit: StoredWork) -> list[Told]:
        return everything(unit, bureau, name)

    def judged(unit: StoredWork, case: Case) -> Sight:
        viewer = unit.people.officer(name)
        assert viewer is not None
        return sight(viewer, case, bureau.rules.directory_of(case, unit.now))

    told = await bureau.office.read(look)
    levels = {case.id: await bureau.office.read(lambda unit, case=case: judged(unit, case)) for case in cases}  # type: ignore[misc]
    assert [one.case_id for one in told] == [case.id for case in cases if levels[case.id] >= Sight.NOTICE]
    assert {one.case_id for one in told if one.row["text"]} == {
        key for key, level in levels.items() if level >= Sight.CONTENT
    }
    assert [one for one in told if one.row["text"] is None and (one.row["hamlet"] or one.row["channel"])] == []


async def test_the_operator_gets_every_case_and_no_text(any_bureau: Bureau) -> None:
    """Whoever runs the machine counts cases and reads none."""
    cases = await any_bureau.office.write(stored)
    page = await any_bureau.office.read(lambda unit: cases_told(unit, any_bureau.rules, None, Wanted(), None, 1000))
    assert len(page.told) == len(cases)
    assert {told.row["text"] for told in page.told} == {None}
    assert {told.row["channel"] for told in page.told} == {"web"}


async def test_reminders_stand_with_their_case(any_bureau: Bureau) -> None:
    """As the ledger keeps them: offset, recipient, instant."""

    def step(unit: StoredWork) -> list[Told]:
        case = stored(unit)[0]
        unit.ledger.once(f"remind:{case.id}:reply.1:T-5:officer.x", unit.now)
        return list(cases_told(unit, any_bureau.rules, None, Wanted(code=case.code), None, 5).told)

    (told,) = await any_bureau.office.write(step)
    (reminder,) = told.row["reminders"]
    assert (reminder["offset"], reminder["recipient"]) == ("T-5", "officer.x")
    assert set(told.row) == set(FIELDS)


async def test_only_what_was_asked_for(any_bureau: Bureau) -> None:
    """States, days, topic, body."""
    await any_bureau.office.write(stored)

    def count(unit: StoredWork) -> list[int]:
        asked = [
            Wanted(states=frozenset({State.CLOSED})),
            Wanted(since=date(2026, 1, 6)),
            Wanted(until=date(2026, 1, 5)),
            Wanted(topic="env.waste"),
            Wanted(body="hnd"),
            Wanted(locality="tinh-mau"),
        ]
        return [len(cases_told(unit, any_bureau.rules, None, one, None, 100).told) for one in asked]

    assert await any_bureau.office.read(count) == [1, 0, len(KINDS), 0, 1, 0]
