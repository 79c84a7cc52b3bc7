"""Changes of the working-day calendar on a running system, each a new version of it, and the clocks they move."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from cases.calendar import CalendarError, CalendarIncomplete, DayOff, MakeUpDay, WorkCalendar, local_date
from cases.clocks import DeadlineProfile, DueChange, apply, recompute
from cases.model import Case
from cases.ports import CaseQuery, UnitOfWork
from cases.retelling import tell_due_changed
from cases.rules import Rules

_SATURDAY = 5
_FIXED = ((1, 1), (4, 30), (5, 1), (9, 2))
"""Holidays with a fixed day of the solar year (Bộ luật Lao động 2019, art. 112); the lunar ones are announced."""


class DayStep(StrEnum):
    """What a change does."""

    OFF = "off"
    WORK = "work"
    DROP = "drop"
    YEAR = "year"
    CONFIRM_YEAR = "confirm_year"
    RESTORE = "restore"


@dataclass(frozen=True, slots=True)
class CalendarChange:
    """One change: a day off, a worked rest day (`for_day` is what it makes up for), an entry struck out, a year."""

    op: DayStep
    day: date | None = None
    for_day: date | None = None
    name: str = ""
    document: str = ""
    status: str = "official"
    year: int = 0
    upto: int = 0  # restore: the edit whose calendar shall be in force again; 0 for the shipped one

    @property
    def about(self) -> str:
        """Its code for lists."""
        return self.day.isoformat() if self.day else str(self.year or self.upto)

    def content(self) -> dict[str, object]:
        """As it is stored."""
        found: dict[str, object] = {"op": self.op.value, "name": self.name, "document": self.document}
        for key, value in (("day", self.day), ("for_day", self.for_day)):
            if value:
                found[key] = value.isoformat()
        return {**found, "status": self.status, "year": self.year, "upto": self.upto}


def read_change(content: Mapping[str, Any]) -> CalendarChange:
    """A stored change."""

    def day(key: str) -> date | None:
        return date.fromisoformat(str(content[key])) if content.get(key) else None

    return CalendarChange(
        DayStep(content["op"]),
        day("day"),
        day("for_day"),
        str(content.get("name") or ""),
        str(content.get("document") or ""),
        str(content.get("status") or "official"),
        int(content.get("year") or 0),
        int(content.get("upto") or 0),
    )


def apply_change(calendar: WorkCalendar, change: CalendarChange, earlier: WorkCalendar | None = None) -> WorkCalendar:
    """The calendar with one change; one that it already has changes nothing. Raises `CalendarError`.

    `earlier` is the calendar to go back to, for a restoring change.
    """
    match change.op:
        case DayStep.YEAR | DayStep.CONFIRM_YEAR:
            return _with_year(calendar, change)
        case DayStep.RESTORE:
            return _restored(calendar, earlier or calendar)
        case _ if change.day is None:
            raise CalendarError("day_missing", change.op.value)
        case DayStep.DROP:
            return calendar.without(change.day)
        case DayStep.WORK:
            return _worked(calendar, change, change.day)
        case _:
            return _rested(calendar, change, change.day)


def folded(
    calendar: WorkCalendar, changes: Iterable[tuple[int, CalendarChange]]
) -> tuple[WorkCalendar, dict[int, Exception]]:
    """The calendar with stored changes in order, and what was wrong with those left out, by their number."""
    known: dict[int, WorkCalendar] = {0: calendar}
    faults: dict[int, Exception] = {}
    for number, change in changes:
        try:
            calendar = apply_change(calendar, change, known.get(change.upto))
        except (CalendarError, CalendarIncomplete) as error:
            faults[number] = error
        known[number] = calendar
    return calendar, faults


def _worked(calendar: WorkCalendar, change: CalendarChange, day: date) -> WorkCalendar:
    if calendar.is_working_day(day):
        return calendar
    if day.weekday() < _SATURDAY:  # a weekday that was off (an estimated holiday) is worked after all
        return calendar.without(day)
    return calendar.with_make_up_day(MakeUpDay(day, change.for_day, change.status, change.document))


def _rested(calendar: WorkCalendar, change: CalendarChange, day: date) -> WorkCalendar:
    if not calendar.is_working_day(day) and day.weekday() < _SATURDAY and not _settles(calendar, change, day):
        return calendar
    if day.weekday() >= _SATURDAY and calendar.is_working_day(day):  # the make-up day was called off
        return calendar.without(day)
    return calendar.with_day_off(DayOff(day, change.name, change.status, change.for_day, change.document))


def _settles(calendar: WorkCalendar, change: CalendarChange, day: date) -> bool:
    """Whether an announcement replaces what was only expected."""
    known = next((entry for entry in calendar.days_off if entry.date == day), None)
    return known is not None and known.status in ("estimated", "confirm") and change.status in ("official", "law")


def _with_year(calendar: WorkCalendar, change: CalendarChange) -> WorkCalendar:
    year, complete, expected = change.year, set(calendar.years_complete), set(calendar.years_provisional)
    days = calendar.days_off
    if change.op is DayStep.YEAR:
        if year in complete | expected:
            raise CalendarError("year_twice", year)
        expected.add(year)
        days = (*days, *_fixed_days(calendar, year))
    elif year not in expected:
        raise CalendarError("year_not_expected", year)
    else:
        _refuse_estimates(calendar, year)
        expected.remove(year)
        complete.add(year)
    return WorkCalendar.build(
        days, calendar.make_up_days, complete, expected, calendar.version + 1, calendar.count_first_day, calendar
    )


def _fixed_days(calendar: WorkCalendar, year: int) -> Iterator[DayOff]:
    """Holidays of the solar year under the names the calendar has for them."""
    for month, number in _FIXED:
        named = [off for off in calendar.days_off if (off.date.month, off.date.day) == (month, number)]
        for off in named[-1:]:
            yield DayOff(date(year, month, number), off.name, "law", name_en=off.name_en)


def _refuse_estimates(calendar: WorkCalendar, year: int) -> None:
    for entry in calendar.days_off:
        if entry.date.year == year and entry.status == "estimated":
            raise CalendarError("still_estimated", entry.date)


def _restored(calendar: WorkCalendar, earlier: WorkCalendar) -> WorkCalendar:
    same = (earlier.days_off, earlier.make_up_days) == (calendar.days_off, calendar.make_up_days)
    if same and earlier.years_complete == calendar.years_complete:
        return calendar
    return WorkCalendar.build(
        earlier.days_off,
        earlier.make_up_days,
        earlier.years_complete,
        earlier.years_provisional,
        calendar.version + 1,
        earlier.count_first_day,
        calendar,
    )


# -- the clocks ---------------------------------------------------------------------------------------------------

ProfileOf = Callable[[Case], DeadlineProfile]
"""The terms a running clock was started under."""


def running(unit: UnitOfWork) -> list[Case]:
    """Cases whose authority still owes an answer."""
    return list(unit.cases.find(CaseQuery(clock_running=True)))


def changed_clocks(
    cases: Iterable[Case], profile_of: ProfileOf, edited: WorkCalendar, today: date
) -> list[tuple[Case, DueChange]]:
    """Which running clocks would end on another day under the edited calendar; changes nothing."""
    found = ((case, recompute(case, profile_of(case), edited, today)) for case in cases)
    return [(case, change) for case, change in found if change is not None]


def move_clocks(
    unit: UnitOfWork, rules: Rules, profile_of: ProfileOf, edited: WorkCalendar, reason: str, now: datetime
) -> list[DueChange]:
    """Move the running clocks to the edited calendar; both sides of each case are told."""
    moved = []
    for case in running(unit):
        change = apply(case, profile_of(case), edited, local_date(now))
        if change is None:
            continue
        unit.outbox.cancel(case.id, "reminder")
        case.next_nudge_at = now
        unit.cases.save(case)
        tell_due_changed(unit, rules, case, change, reason, now)
        moved.append(change)
    return moved
