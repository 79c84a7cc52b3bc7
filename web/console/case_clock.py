"""The authority's clock as weeks of days, each counted or skipped with its reason, and the other clocks as lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from cases.calendar import CalendarIncomplete, DayOff, ExplainedDay, Explanation, local_date
from cases.clocks import forward_due, receipt_alert_on, relay_due, tell_resident_due, triage_due
from cases.handling import WITH_CLOCK
from cases.model import Case
from cases.running_clocks import running, since_of
from cases.telling import holiday, reason, weekday
from web.console.case_fields import Work

_DAY = timedelta(days=1)
_LONGEST = 140  # days drawn after the start: an old overdue case is not drawn to the end of the year


@dataclass(frozen=True, slots=True)
class Cell:
    """One day. `kind` is start, counted, off, over or blank; `number` is the working day, `why` what the day is."""

    day: date
    kind: str
    number: int | None
    why: str
    today: bool = False
    due: bool = False
    first_due: bool = False


@dataclass(frozen=True, slots=True)
class Strip:
    """The clock: Monday to Sunday rows, and what is said beside them."""

    weeks: list[list[Cell]]
    start: date
    due: date
    days: int
    provisional: bool
    stopped: date | None
    left: int | None


def strip_of(work: Work) -> Strip | None:
    """The clock of the authority; None before receipt, or where the calendar is not entered so far."""
    case, calendar = work.case, work.rules.calendar
    due = case.effective_due_on
    if case.received_on is None or due is None:
        return None
    stopped = local_date(case.answered_at) if case.answered_at else None
    try:
        days = calendar.working_days_between(case.received_on, due)
        told = calendar.explain(case.received_on, max(1, days))
        cells = [_cell(work, one, told) for one in told.days] + list(_after(work, told, stopped))
        left = None if stopped else calendar.working_days_between(work.today, due)
    except CalendarIncomplete:
        return None
    return Strip(_weeks(cells), case.received_on, due, days, told.provisional, stopped, left)


def skipped(strip: Strip) -> list[Cell]:
    """Days off that are no ordinary weekend: holidays, and make-up days that count although they are a weekend."""
    cells = [cell for week in strip.weeks for cell in week]
    weekend = 5
    return [
        cell
        for cell in cells
        if (cell.kind == "off" and cell.day.weekday() < weekend)
        or (cell.kind == "counted" and cell.day.weekday() >= weekend)
    ]


def _cell(work: Work, told: ExplainedDay, all_of: Explanation) -> Cell:
    case, first = work.case, told.day == all_of.start and told.number is None
    kind = "start" if first else "off" if told.number is None else "counted"
    return Cell(
        told.day,
        kind,
        told.number,
        reason(work.rules.wording, told, work.lang),
        told.day == work.today,
        told.day == all_of.due,
        case.extension is not None and told.day == case.due_on,
    )


def _after(work: Work, told: Explanation, stopped: date | None) -> Iterator[Cell]:
    """The days past the term, up to today or to the answer."""
    end = min(stopped or work.today, told.start + _DAY * _LONGEST)
    day, number = told.due + _DAY, 0
    while day <= end:
        works = work.rules.calendar.is_working_day(day)
        number += works
        why = "" if works else _off(work, day)
        yield Cell(day, "over" if works else "off", number if works else None, why, day == work.today)
        day += _DAY


def _off(work: Work, day: date) -> str:
    off = work.rules.calendar.reason_off(day)
    return holiday(off, work.lang) if isinstance(off, DayOff) else weekday(work.rules.wording, day, work.lang)


def _weeks(cells: list[Cell]) -> list[list[Cell]]:
    """Rows from Monday; days before the start are blank."""
    first = cells[0].day
    blank = [Cell(first - _DAY * back, "blank", None, "") for back in range(first.weekday(), 0, -1)]
    row = [*blank, *cells]
    return [row[place : place + 7] for place in range(0, len(row), 7)]


@dataclass(frozen=True, slots=True)
class Term:
    """One of the desk's own clocks. `state` is done, late, running or done_late; `left` in working days."""

    name: str
    due: date
    done: date | None
    state: str
    left: int


def terms_of(work: Work) -> list[Term]:
    """Triage, forwarding, telling the sender, receipt and relaying: what is done, and what runs for the reminders too.

    A step that the case has come back to, or that waits for its sender, is not late by the day it first had.
    """
    case = work.case
    if case.kind not in WITH_CLOCK:
        return []
    runs = dict(_running(work))
    return [term for name, first, done in _steps(case, work) if (term := _term(work, name, first, done, runs))]


def _running(work: Work) -> Iterator[tuple[str, date]]:
    since = since_of(work.unit.cases.history(work.case.id))
    try:
        for clock in running(work.case, work.rules.calendar, work.rules.policy, since):
            yield clock.step, clock.due
    except CalendarIncomplete:  # nobody has entered that year so far: the clock is drawn once it is
        return


def _steps(case: Case, work: Work) -> Iterator[tuple[str, Callable[[], date] | None, datetime | date | None]]:
    """Each step: the day it was due when it first began, and when it was done."""
    calendar, targets = work.rules.calendar, work.rules.targets
    at, sent, answered = case.submitted_at, case.forwarded_at, case.answered_at
    yield "triage", lambda: triage_due(at, calendar, targets), case.triaged_at
    yield "tell_resident", lambda: tell_resident_due(at, calendar, targets), case.triaged_at
    yield "forward", lambda: forward_due(at, calendar, targets), sent
    yield "receipt_alert", (lambda: receipt_alert_on(sent, calendar, targets)) if sent else None, case.received_on
    yield "relay", (lambda: relay_due(answered, calendar, targets)) if answered else None, case.relayed_at
    yield "autoclose_info", None, None
    yield "autoclose_silent", None, None


def _term(
    work: Work,
    name: str,
    first: Callable[[], date] | None,
    done: datetime | date | None,
    runs: Mapping[str, date],
) -> Term | None:
    calendar, today = work.rules.calendar, work.today
    try:
        if (due := runs.get(name)) is not None:
            late = today > due and not name.startswith("autoclose")  # nobody owes it: it comes by itself
            return Term(name, due, None, "late" if late else "running", calendar.working_days_between(today, due))
        if done is None or first is None:
            return None
        day, due = local_date(done) if isinstance(done, datetime) else done, first()
        return Term(name, due, day, "done" if day <= due else "done_late", calendar.working_days_between(today, due))
    except CalendarIncomplete:
        return None
