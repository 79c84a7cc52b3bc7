"""Numbers for everybody: what came in and how fast bodies answer, counted up to the end of last week.

Reports about people are left out: not even their number is told. Nothing here is covered yet (`cases.suppression`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, String, func, select, text

from cases.calendar import CalendarIncomplete, WorkCalendar
from cases.model import Kind, State, Subject
from storage.case_store import case
from storage.figures import LocalDay
from storage.work import StoredWork

UNCOUNTED = (State.REJECTED, State.REDIRECTED, State.WITHDRAWN, State.NEEDS_COI_CHECK)
_LOCAL_MONTH = {
    "sqlite": lambda column: func.strftime("%Y-%m", column, "+7 hours"),
    "postgresql": lambda column: func.to_char(column.op("AT TIME ZONE")(text("'Asia/Ho_Chi_Minh'")), "YYYY-MM"),
}


@dataclass(slots=True)
class Pace:
    """How one body answered: working days of each answer from receipt, and how many came in time."""

    days: list[int] = field(default_factory=list)
    in_time: int = 0


@dataclass(frozen=True, slots=True)
class Counted:
    """Counts of one locality; `months` by `YYYY-MM` of submission, the others by code."""

    received: int
    months: Mapping[str, int]
    topics: Mapping[str, int]
    hamlets: Mapping[str, int]
    outcomes: Mapping[str, int]
    paces: Mapping[str, Pace]


def counted(unit: StoredWork, calendar: WorkCalendar, locality: str, since: datetime, until: datetime) -> Counted:
    """What was submitted, and what was answered, in [since, until)."""
    month = _LOCAL_MONTH[unit.connection.dialect.name](case.c.submitted_at).label("month")
    fields = (month, case.c.topic, case.c.hamlet, case.c.outcome)
    statement = (
        select(*fields, func.count().label("many"))
        .where(*_about_matters(locality), case.c.submitted_at >= since, case.c.submitted_at < until)
        .group_by(*fields)
    )
    sums: dict[str, Counter[str]] = {name: Counter() for name in ("month", "topic", "hamlet", "outcome")}
    received = 0
    for row in unit.connection.execute(statement):
        received += row.many
        for name, sum_ in sums.items():
            sum_[getattr(row, name)] += row.many
    del sums["outcome"][""]
    return Counted(
        received,
        sums["month"],
        sums["topic"],
        sums["hamlet"],
        sums["outcome"],
        _paces(unit, calendar, locality, since, until),
    )


def _paces(
    unit: StoredWork, calendar: WorkCalendar, locality: str, since: datetime, until: datetime
) -> dict[str, Pace]:
    due = func.coalesce(case.c.extended_due_on, case.c.due_on, type_=case.c.due_on.type)
    # Grouped, and days as they are written: reading a hundred thousand instants takes longer than counting them.
    columns = (
        case.c.competent_authority,
        case.c.received_on.cast(String),
        LocalDay(case.c.answered_at),
        due.cast(String),
    )
    statement = (
        select(*columns, func.count())
        .where(
            *_about_matters(locality),
            case.c.answered_at >= since,
            case.c.answered_at < until,
            case.c.received_on.is_not(None),
        )
        .group_by(*columns)
    )
    found: dict[str, Pace] = {}
    for authority, received, answered, last_day, many in unit.connection.execute(statement):
        days = _days(calendar, date.fromisoformat(received), date.fromisoformat(answered))
        if days is not None:
            pace = found.setdefault(authority, Pace())
            pace.days += [days] * many
            pace.in_time += many if last_day is not None and answered <= last_day else 0
    return found


def _days(calendar: WorkCalendar, received: date, answered: date) -> int | None:
    try:
        return max(0, calendar.working_days_between(received, answered))
    except CalendarIncomplete:  # a year nobody has entered: better left out than guessed
        return None


def _about_matters(locality: str) -> list[ColumnElement[bool]]:
    people = [subject.value for subject in Subject if subject.is_person]
    wanted: list[Any] = [
        case.c.kind.in_((Kind.REPORT.value, Kind.PETITION.value)),
        case.c.state.not_in([state.value for state in UNCOUNTED]),
        case.c.subject.not_in(people),
    ]
    return [*wanted, case.c.locality == locality] if locality else wanted
