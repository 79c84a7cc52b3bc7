"""What waits for an officer, most urgent first, and the figures of those who only watch: numbers, topics and dates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum

from cases.bodies import Directory
from cases.calendar import CalendarIncomplete, local_date
from cases.casework import DESK_ROLES, localities_of
from cases.model import BodyRole, Case, Officer, OfficerRole, Priority, State
from cases.ports import CaseQuery, UnitOfWork
from cases.routing import forwarder_of
from cases.rules import Rules
from cases.running_clocks import AT_THE_DESK, Since, since_of
from cases.urgency import owed
from cases.visibility import Sight, is_overdue, sight

SOON_WD = 5  # working days; the second of the four reminders before a term ends
OPEN = frozenset(State) - {State.CLOSED, State.PUBLISHED, State.REJECTED, State.REDIRECTED, State.WITHDRAWN}
_NEW = frozenset({State.SUBMITTED, State.NEEDS_COI_CHECK, State.RETURNED})
_OWED_BY_AUTHORITY = frozenset({State.FORWARDED, State.RECEIVED, State.IN_PROGRESS, State.EXTENDED, State.DIALOGUE})
_WATCHERS = frozenset({OfficerRole.FOLLOW_UP, OfficerRole.OVERSIGHT})


class Urgency(IntEnum):
    """In which part of the inbox a case stands."""

    OVERDUE = 0
    SOON = 1
    NEW = 2
    LATER = 3


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: nothing of what was reported. `days` are working days left, negative past the term."""

    case_id: str
    code: str
    topic: str
    state: State
    urgency: Urgency
    due_on: date | None
    days: int | None
    authority: str
    urgent: bool


def inbox(unit: UnitOfWork, rules: Rules, officer: Officer, now: datetime, *, due_only: bool = False) -> list[Entry]:
    """The cases this officer works on, or those an overdue case is reported to; `due_only` leaves the rest out."""
    today = local_date(now)
    found = []
    for case, directory in _open_cases(unit, rules, officer, now):
        if sight(officer, case, directory) >= Sight.NOTICE and _concerns(officer, case, directory, today):
            entry = entry_of(unit, rules, case, today)
            if not due_only or entry.urgency in (Urgency.OVERDUE, Urgency.SOON):
                found.append(
                    (entry.urgency, not entry.urgent, entry.due_on or date.max, case.submitted_at, case.code, entry)
                )
    return [row[-1] for row in sorted(found, key=lambda row: row[:-1])]


def figures(unit: UnitOfWork, rules: Rules, officer: Officer, now: datetime) -> tuple[Counter[State], int]:
    """Cases by state, and how many are overdue, of all this officer may count; cases of a conflict are not counted."""
    counts: Counter[State] = Counter()
    late = 0
    for locality in localities_of(rules, officer, now):
        directory = rules.directory(locality, now)
        for case in unit.cases.find(CaseQuery(locality=locality)):
            if sight(officer, case, directory) >= Sight.FIGURES:
                counts[case.state] += 1
                late += is_overdue(case, local_date(now))
    return counts, late


def watches(officer: Officer) -> bool:
    """Whether lists and figures without content are this officer's work."""
    return not _WATCHERS.isdisjoint(officer.roles)


def works(officer: Officer) -> bool:
    """Whether the officer works cases at a desk or for an authority."""
    return not (DESK_ROLES | {OfficerRole.CONTACT}).isdisjoint(officer.roles)


def entry_of(unit: UnitOfWork, rules: Rules, case: Case, today: date) -> Entry:
    """The case's line, with the last day of the step that somebody owes, from the clocks that the reminders go by."""
    since = since_of(unit.cases.history(case.id)) if case.state in AT_THE_DESK else Since()
    due = owed(case, rules.calendar, rules.policy, since)
    days = _days(rules, today, due)
    if due is not None and due < today:
        urgency = Urgency.OVERDUE
    elif days is not None and days <= SOON_WD and case.state not in _NEW:
        urgency = Urgency.SOON
    else:
        urgency = Urgency.NEW if case.state in _NEW else Urgency.LATER
    return Entry(
        case_id=case.id,
        code=case.code,
        topic=case.topic,
        state=case.state,
        urgency=urgency,
        due_on=due,
        days=days,
        authority=case.competent_authority,
        urgent=case.priority is Priority.URGENT,
    )


def _days(rules: Rules, today: date, due: date | None) -> int | None:
    if due is None:
        return None
    try:
        return rules.calendar.working_days_between(today, due)
    except CalendarIncomplete:
        return None


def _open_cases(unit: UnitOfWork, rules: Rules, officer: Officer, now: datetime) -> Iterable[tuple[Case, Directory]]:
    for locality in localities_of(rules, officer, now):
        directory = rules.directory(locality, now)
        for case in unit.cases.find(CaseQuery(locality=locality, states=OPEN)):
            yield case, directory


def _concerns(officer: Officer, case: Case, directory: Directory, today: date) -> bool:
    """The desk's own cases and those it seals for; the coordinator's also what is overdue; an authority's debts."""
    late = is_overdue(case, today)
    if not DESK_ROLES.isdisjoint(officer.roles):
        mine = directory.successor(officer.body)
        sealing = forwarder_of(directory, case.receiving_body, case.excluded_bodies)
        coordinates = directory.has_role(officer.body, BodyRole.COORDINATOR)
        if mine in (directory.successor(case.receiving_body), sealing) or (coordinates and late):
            return True
    if OfficerRole.CONTACT in officer.roles and officer.body in directory.same_as(case.competent_authority):
        return case.state in _OWED_BY_AUTHORITY
    return late
