"""The deadline calendar: on which day each open case's present step, and each report, must be done."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from starlette.responses import Response

from cases.calendar import CalendarIncomplete, DayOff, WorkCalendar
from cases.figures_kinds import Reporting, may_edit
from cases.model import State
from cases.names import read_as
from cases.urgency import Haste
from storage.listing import CaseList
from storage.listing_filter import CaseFilter
from storage.listing_lines import CaseLine
from storage.reports import Reports
from storage.work import StoredWork
from web.console.figures import COUNTERS
from web.console.shell import Console
from web.console.visit import Visit

MOST = 5_000  # open cases looked at, the most urgent first
IN_A_CELL = 4
_DAY = timedelta(days=1)
_SATURDAY = 5
STEPS: Mapping[State, str] = {
    State.SUBMITTED: "triage",
    State.NEEDS_COI_CHECK: "triage",
    State.TRIAGED: "forward",
    State.RETURNED: "forward",
    State.FORWARDED: "receipt",
    State.ANSWERED: "relay",
}


@dataclass(slots=True)
class Cell:
    """One day: what is due, and whether people work."""

    day: date
    inside: bool
    off: str = ""
    made_up: bool = False
    lines: list[CaseLine] = field(default_factory=list)
    reports: list[tuple[str, str]] = field(default_factory=list)  # kind, id


def add_deadlines(console: Console) -> None:
    """Hang in the calendar."""
    console.get("/console/calendar", roles=COUNTERS, menu="calendar")(show_calendar)


async def show_calendar(visit: Visit) -> Response:
    """A month or a week."""
    day = _day(visit.query.get("day", "")) or visit.today
    weekly = visit.query.get("view") == "week"
    first, last = _week(day) if weekly else _month(day)
    cells = [_cell(one, visit.rules.calendar, weekly or one.month == day.month) for one in _days(first, last)]
    late = await visit.read(lambda unit: _fill(unit, visit, cells))
    back, on = (day - 7 * _DAY, day + 7 * _DAY) if weekly else (_moved(day, -1), _moved(day, 1))
    return visit.page(
        "deadlines.html",
        weeks=[cells[place : place + 7] for place in range(0, len(cells), 7)],
        cells=cells,
        weekly=weekly,
        day=day,
        first=first,
        last=last,
        back=back,
        on=on,
        late=late,
        shown=None if weekly else IN_A_CELL,
        topic=lambda code: read_as(visit.rules.taxonomy.label(code), visit.lang),
        body=lambda code: read_as(visit.directory().short(code), visit.lang),
        step=lambda line: STEPS.get(line.state, "reply"),
    )


def _fill(unit: StoredWork, visit: Visit, cells: Sequence[Cell]) -> int:
    """Put what this officer may list on its days; returns how many terms have ended by today: the inbox's number."""
    by_day = {cell.day: cell for cell in cells}
    cases = CaseList(unit, visit.rules, visit.officer, visit.now)
    for line in cases.page(CaseFilter(), size=MOST).lines:
        if line.due is not None and line.due in by_day:
            by_day[line.due].lines.append(line)
    kinds, directory = Reporting().kinds, visit.directory()
    for report in Reports(unit).all([visit.officer.locality]):
        kind = kinds.get(report.kind)
        mine = kind is not None and may_edit(visit.officer, kind, report.author, directory)
        if mine and not report.is_final and report.due_on in by_day:
            by_day[report.due_on].reports.append((report.kind, report.id))
    return cases.counts(CaseFilter()).parts.get(Haste.OVERDUE, 0)


def _cell(day: date, calendar: WorkCalendar, inside: bool) -> Cell:
    try:
        off = calendar.reason_off(day)
    except CalendarIncomplete:
        return Cell(day, inside)
    name = off.name if isinstance(off, DayOff) else "-" if off else ""
    return Cell(day, inside, name, made_up=not off and day.weekday() >= _SATURDAY)


def _days(first: date, last: date) -> list[date]:
    return [first + _DAY * place for place in range((last - first).days + 1)]


def _week(day: date) -> tuple[date, date]:
    monday = day - _DAY * day.weekday()
    return monday, monday + 6 * _DAY


def _month(day: date) -> tuple[date, date]:
    """Whole weeks round the month."""
    return _week(day.replace(day=1))[0], _week(day.replace(day=monthrange(day.year, day.month)[1]))[1]


def _moved(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2100 else None
