"""Figures from the database: every number equals its list, sight is that of the rules, both databases agree."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from bench.crowd import Crowd, fill
from bot.clock import SteppedClock
from cases.calendar import ZONE, local_date
from cases.figures import behind, happenings_behind, tally
from cases.figures_light import Light, Window
from cases.model import CaseEvent, OfficerRole, State
from cases.periods import period
from cases.rules import Rules
from cases.visibility import Sight, sight, visible_scope
from storage.figures import Counted, counted
from storage.work import Office, StoredWork
from tests.cases.cast import a_case, officer

NOW = datetime(2026, 11, 23, 9, tzinfo=ZONE)
QUARTER = period("2026-Q4")
WATCHERS = (OfficerRole.FOLLOW_UP, OfficerRole.OVERSIGHT)


def of(unit: StoredWork, rules: Rules, body: str, *roles: OfficerRole) -> Counted:
    """What an officer of this body counts in the quarter."""
    directory = rules.directory("xa-mau", NOW)
    scope = visible_scope(officer(body, *roles), directory, local_date(NOW))
    return counted(unit, {"xa-mau": scope}, QUARTER, local_date(NOW))


async def crowded(office: Office, rules: Rules, count: int = 400) -> None:
    """A crowd that wrote since last autumn."""
    crowd = Crowd(rules, rules.directory("xa-mau", NOW), date(2025, 9, 1), date(2026, 11, 22))
    await office.write(lambda unit: fill(unit, crowd, count))


async def test_every_number_equals_the_list_behind_it(any_office: Office, rules: Rules, clock: SteppedClock) -> None:
    """Whatever is counted can be opened, and the list is as long as the number."""
    await crowded(any_office, rules)
    found = await any_office.read(lambda unit: of(unit, rules, "mttq", OfficerRole.TRIAGE))
    window = Window.of(QUARTER, local_date(NOW))
    counts = tally(found.rows, found.happenings, window).counts
    assert counts["intake"] > 50
    for key, number in counts.items():
        cases = list(behind(key, found.rows, window))
        events = list(happenings_behind(key, found.happenings, window))
        assert len(cases) + len(events) == number, key


@pytest.mark.parametrize(
    ("body", "roles"),
    [("mttq", (OfficerRole.HANDLER,)), ("hnd", (OfficerRole.HANDLER,)), ("ubnd", (OfficerRole.CONTACT,)),
     ("ban_xdd", (OfficerRole.FOLLOW_UP,)), ("ubkt_dang_uy", WATCHERS), ("mttq", (OfficerRole.ADMIN,))],
)  # fmt: skip
async def test_an_officer_counts_what_she_may_see(
    office: Office, rules: Rules, body: str, roles: tuple[OfficerRole, ...]
) -> None:
    """Row by row the same as `sight` says of the whole case, as to counting and as to listing."""
    await crowded(office, rules, 200)
    viewer, directory = officer(body, *roles), rules.directory("xa-mau", NOW)

    def both(unit: StoredWork) -> tuple[dict[str, bool], dict[str, bool]]:
        light = {row.id: row.level >= Sight.NOTICE for row in of(unit, rules, body, *roles).rows}
        whole = {row.id: row for row in of(unit, rules, "mttq", OfficerRole.TRIAGE).rows}
        cases = [case for case in (unit.cases.get(id_) for id_ in whole) if case is not None]
        seen = {case.id: sight(viewer, case, directory, local_date(NOW)) for case in cases}
        return light, {id_: level >= Sight.NOTICE for id_, level in seen.items() if level}

    light, whole = await office.read(both)
    assert light == whole


async def test_both_databases_give_the_same_days(any_office: Office, rules: Rules) -> None:
    """A report sent at 23:30 in Vietnam belongs to that day, though it is the day before in Greenwich."""
    late = a_case(submitted_at=datetime(2026, 11, 1, 17, 30, tzinfo=UTC), state=State.SUBMITTED)
    await any_office.write(lambda unit: unit.cases.add(late, "R1"))
    rows = await any_office.read(lambda unit: of(unit, rules, "mttq").rows)
    assert (rows[0].submitted_on, rows[0].received_on) == (date(2026, 11, 2), date(2026, 11, 5))


async def test_events_are_counted_when_they_happened(any_office: Office, rules: Rules) -> None:
    """The second urging letter of an old case counts as a second one, though the case came in long ago."""
    old = a_case(state=State.CLOSED, submitted_at=datetime(2025, 1, 6, 2, tzinfo=UTC),
                 closed_at=datetime(2026, 1, 5, tzinfo=UTC))  # fmt: skip

    def store(unit: StoredWork) -> None:
        unit.cases.add(old, "R1")
        for day in (datetime(2025, 3, 3, tzinfo=UTC), datetime(2026, 10, 5, tzinfo=UTC)):
            unit.cases.log(CaseEvent(old.id, day, "urged", "x"))

    await any_office.write(store)
    found = await any_office.read(lambda unit: of(unit, rules, "mttq"))
    counts = tally(found.rows, found.happenings, Window.of(QUARTER, local_date(NOW))).counts
    assert (counts["urging"], counts["urging.2"], counts["base"]) == (1, 1, 0)


async def test_a_case_against_the_own_body_is_not_counted(office: Office, rules: Rules) -> None:
    """Whoever is complained of does not even see it in a total (COI-1, COI-4)."""
    against = replace(a_case(id="c2", code="PA-2026-000002"), excluded_bodies=("ban_xdd",))

    def store(unit: StoredWork) -> None:
        unit.cases.add(a_case(), "R1")
        unit.cases.add(against, "R2")

    await office.write(store)
    rows: list[Light] = await office.read(lambda unit: of(unit, rules, "ban_xdd", OfficerRole.FOLLOW_UP).rows)
    assert [row.id for row in rows] == ["c1"]
