"""Figures counted by the database are those of counting case by case, for whoever asks, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from bench.crowd import Crowd, fill
from cases.calendar import ZONE, local_date
from cases.figures import Tally, tally
from cases.figures_light import Window
from cases.model import CaseEvent, OfficerRole, State, Subject
from cases.periods import period
from cases.rules import Rules
from cases.scope import Scope
from cases.visibility import visible_scope
from storage.figures import counted
from storage.figures_tally import Asking, tallied
from storage.work import Office, StoredWork
from tests.cases.cast import a_case, officer

NOW = datetime(2026, 11, 23, 9, tzinfo=ZONE)
TODAY = local_date(NOW)
WATCHERS = (OfficerRole.FOLLOW_UP, OfficerRole.OVERSIGHT)
SPANS = ("2026-Q4", "2026-Q2", "2026", "2026-11", "2025")
ASKERS = [
    ("mttq", (OfficerRole.HANDLER, OfficerRole.TRIAGE)), ("mttq", (OfficerRole.HANDLER,)),
    ("hnd", (OfficerRole.HANDLER,)), ("ubnd", (OfficerRole.CONTACT,)), ("ban_xdd", (OfficerRole.FOLLOW_UP,)),
    ("ubkt_dang_uy", WATCHERS), ("mttq", (OfficerRole.ADMIN,)),
]  # fmt: skip


def scope_of(rules: Rules, body: str, *roles: OfficerRole) -> Scope:
    """The sight of an officer of this body."""
    return visible_scope(officer(body, *roles), rules.directory("xa-mau", NOW), TODAY)


def one_by_one(unit: StoredWork, rules: Rules, scope: Scope, window: Window, subjects: frozenset[str]) -> Tally:
    """The slow way."""
    found = counted(unit, {"xa-mau": scope}, window.period, TODAY)
    rows = [row for row in found.rows if row.subject in subjects]
    happened = [one for one in found.happenings if one.case.subject in subjects]
    return tally(rows, happened, window, rules.calendar)


async def crowded(office: Office, rules: Rules, count: int = 400) -> None:
    """A crowd that wrote since last autumn."""
    crowd = Crowd(rules, rules.directory("xa-mau", NOW), date(2025, 9, 1), date(2026, 11, 22), seed=3)
    await office.write(lambda unit: fill(unit, crowd, count))


def told(found: Tally) -> tuple[object, ...]:
    """All of it, ready to be compared."""
    return {key: number for key, number in found.counts.items() if number}, found.hidden, found.spreads


async def test_the_database_counts_as_the_rules_do(any_office: Office, rules: Rules) -> None:
    """Every key, every hidden key and every spread, for each asker and each span."""
    await crowded(any_office, rules)
    subjects = frozenset(one.value for one in Subject)

    def both(unit: StoredWork) -> None:
        for body, roles in ASKERS:
            scope = scope_of(rules, body, *roles)
            for span in SPANS:
                window = Window.of(period(span), TODAY)
                found = tallied(unit, Asking.of(unit, {"xa-mau": scope}, window), rules.calendar)
                assert told(found) == told(one_by_one(unit, rules, scope, window, subjects)), (body, span)

    await any_office.read(both)


async def test_reports_about_persons_count_persons_alone(any_office: Office, rules: Rules) -> None:
    """A choice of subjects narrows cases and what happened to them alike."""
    await crowded(any_office, rules)
    subjects = frozenset(one.value for one in Subject if one.is_person)
    scope, window = scope_of(rules, "mttq", OfficerRole.TRIAGE), Window.of(period("2026"), TODAY)

    def both(unit: StoredWork) -> None:
        found = tallied(unit, Asking.of(unit, {"xa-mau": scope}, window, subjects), rules.calendar)
        assert found["base"] > 0
        assert told(found) == told(one_by_one(unit, rules, scope, window, subjects))

    await any_office.read(both)


@pytest.mark.parametrize("what", ["new", "changed", "event"])
async def test_what_was_counted_before_is_counted_anew_after_a_change(office: Office, rules: Rules, what: str) -> None:
    """A new case, a case saved again, and an event alone each end what was kept."""
    first = a_case(state=State.RECEIVED)
    await office.write(lambda unit: unit.cases.add(first, "R1"))
    asked = (scope_of(rules, "mttq", OfficerRole.TRIAGE), Window.of(period("2026"), TODAY))

    def count(unit: StoredWork) -> Tally:
        return tallied(unit, Asking.of(unit, {"xa-mau": asked[0]}, asked[1]), rules.calendar)

    def change(unit: StoredWork) -> None:
        if what == "new":
            unit.cases.add(replace(first, id="c2", code="PA-2026-000002"), "R2")
        elif what == "event":
            unit.cases.log(CaseEvent(first.id, NOW - timedelta(days=1), "urged", "x"))
        else:
            entry = unit.cases.get(first.id)
            assert entry
            entry.state = State.WITHDRAWN
            unit.cases.save(entry)

    before = await office.read(count)
    await office.write(change)
    assert told(await office.read(count)) != told(before)
