"""One line of a list of cases: what stands in clear, and the term that runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from cases.calendar import CalendarIncomplete, local_date
from cases.model import Case, Extension, Kind, Priority, State, Subject
from cases.rules import Rules
from cases.running_clocks import Since
from cases.urgency import Bounds, Haste, owed

COLUMNS = (
    *("id", "locality", "code", "kind", "subject", "topic", "state", "channel", "receiving_body"),
    *("competent_authority", "hamlet", "work", "priority", "submitted_at", "forwarded_at", "received_on"),
    *("answered_at", "relayed_at", "clock_version", "due_on", "extended_due_on", "assignee", "urgings"),
)
"""What a line is made of; `came` (when the case came to the desk) and `full` stand beside them in the row."""


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One line of the list. `due` is the last day of the step that is owed now, `days` its working days left.

    `full` is False where the officer may only know of the case; subject, kind, hamlet, work, channel, assignee and
    files are then empty.
    """

    id: str
    locality: str
    code: str
    state: State
    topic: str
    body: str
    authority: str
    priority: Priority
    haste: Haste
    due: date | None
    days: int | None
    submitted_on: date
    forwarded_on: date | None
    received_on: date | None
    extended: bool
    urgings: int
    full: bool
    kind: Kind | None = None
    subject: Subject | None = None
    hamlet: str = ""
    work: str = ""
    channel: str = ""
    assignee: str = ""
    files: int = 0


def line_of(row: Any, rules: Rules, bounds: Bounds, files: Mapping[str, int]) -> CaseLine:
    """The line of a row; `files` are numbers of files by case."""
    entry = light(row)
    due = owed(entry, rules.calendar, rules.policy, Since(at_desk=row.came))
    line = CaseLine(
        id=row.id,
        locality=row.locality,
        code=row.code,
        state=entry.state,
        topic=row.topic,
        body=row.receiving_body,
        authority=row.competent_authority,
        priority=entry.priority,
        haste=bounds.haste(due) if entry.is_open else Haste.DONE,
        due=due,
        days=_days(rules, bounds.today, due),
        submitted_on=local_date(row.submitted_at),
        forwarded_on=local_date(row.forwarded_at) if row.forwarded_at else None,
        received_on=row.received_on,
        extended=row.extended_due_on is not None,
        urgings=row.urgings,
        full=bool(row.full),
    )
    return _filled(line, row, files) if line.full else line


def light(row: Any) -> Case:
    """A case without what is sealed: enough for its clocks."""
    later = row.extended_due_on
    return Case(
        id=row.id,
        locality=row.locality,
        code=row.code,
        kind=Kind(row.kind),
        subject=Subject(row.subject),
        topic=row.topic,
        suggested_topic="",
        state=State(row.state),
        channel=row.channel,
        receiving_body=row.receiving_body,
        competent_authority=row.competent_authority,
        profile="",
        submitted_at=row.submitted_at,
        forwarded_at=row.forwarded_at,
        answered_at=row.answered_at,
        relayed_at=row.relayed_at,
        clock_version=row.clock_version,
        due_on=row.due_on,
        extension=Extension(later, later, "", "", later, "") if later else None,
        priority=Priority(row.priority),
    )


def _filled(line: CaseLine, row: Any, files: Mapping[str, int]) -> CaseLine:
    return replace(
        line,
        kind=Kind(row.kind),
        subject=Subject(row.subject),
        hamlet=row.hamlet,
        work=row.work,
        channel=row.channel,
        assignee=row.assignee,
        files=files.get(row.id, 0),
    )


def _days(rules: Rules, today: date, due: date | None) -> int | None:
    try:
        return rules.calendar.working_days_between(today, due) if due else None
    except CalendarIncomplete:
        return None
