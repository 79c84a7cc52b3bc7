"""The working-day calendar: a year at a glance, days off and make-up days, and what a change does to running clocks."""

from __future__ import annotations

import calendar as months
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from starlette.responses import Response

from cases.calendar import CalendarError, CalendarIncomplete, WorkCalendar
from cases.calendar_days import DayOff, half_swaps
from cases.calendar_edits import CalendarChange, DayStep, changed_clocks, running
from cases.effects_terms import CalendarEffect, calendar_effect
from cases.reasons import said
from cases.rule_compose import EditedRules, profile_then
from cases.rule_edits import Fault, RuleEdit, RuleFault, What, WrongEdit, checked_words
from cases.telling import holiday
from storage import rule_edits
from storage.rule_steps import change_calendar, edited_calendar
from web.console import settings_show as show
from web.console.settings_flow import (
    EDITORS,
    ROOT,
    Why,
    current,
    draft,
    guard,
    read_day,
    read_number,
    status,
    told,
    why,
)
from web.console.shell import Console
from web.console.visit import Visit

PATH = f"{ROOT}/calendar"
STATUSES = ("official", "law", "confirm", "estimated")


@dataclass(frozen=True, slots=True)
class Cell:
    """One day of the year view: `look` is its class, `told` what is special about it."""

    day: date
    look: str
    told: str = ""


def add_calendar(console: Console) -> None:
    """Hang in the year view and its changes."""
    console.get(PATH, roles=EDITORS, menu="holidays")(_year)
    console.post(PATH, roles=EDITORS)(_change)


async def _year(visit: Visit) -> Response:
    return await shown(visit, {}, None, None)


async def _change(visit: Visit) -> Response:
    guard(visit, What.CALENDAR)
    given = why(visit)
    change = _read(visit, given)
    return await settle_calendar(visit, given, change)


async def settle_calendar(visit: Visit, given: Why, change: CalendarChange) -> Response:
    """Show which dates would move, or store the change and move them."""
    edit = draft(visit, given, What.CALENDAR, change.about, change.content())
    faults: Sequence[Fault] = given.faults
    if not faults and visit.form.get("step") == "save":
        try:
            moved = await visit.write(lambda unit: change_calendar(unit, visit.rules, edit))
            year = change.day.year if change.day else change.year or visit.today.year
            return visit.go(f"{PATH}?year={year}", "settings_said_calendar", count=len(moved))
        except WrongEdit as wrong:
            faults = wrong.faults
    rules = await current(visit)
    effect = None
    if not faults:
        effect, faults = await _effect(visit, rules, edit, change)
    return await shown(visit, told(visit, faults), change, effect)


async def _effect(
    visit: Visit, rules: EditedRules, edit: RuleEdit, change: CalendarChange
) -> tuple[CalendarEffect | None, list[Fault]]:
    faults = checked_words(edit)
    try:
        edited = edited_calendar(rules, change)
    except (CalendarError, CalendarIncomplete) as error:
        return None, [*faults, Fault("day", error)]
    if edited.version == rules.calendar.version:
        faults.append(Fault("day", RuleFault("no_change")))
    if faults:
        return None, faults
    then = profile_then(rules)
    changes = await visit.read(lambda unit: changed_clocks(running(unit), then, edited, visit.today))
    return calendar_effect(visit.officer, changes, visit.directory(), visit.today), []


def _read(visit: Visit, given: Why) -> CalendarChange:
    form, faults = visit.form, given.faults
    try:
        op = DayStep(form.get("op"))
    except ValueError:
        op = DayStep.OFF
    if op in (DayStep.YEAR, DayStep.CONFIRM_YEAR):
        return CalendarChange(op, year=read_number(form.get("year"), "year", faults, 2000, 2100))
    if op is DayStep.RESTORE:
        return CalendarChange(op, upto=read_number(form.get("upto") or "0", "", faults, 0, 10**8))
    day = read_day(form.get("day"), "day", faults)
    if day is None and not any(one.field == "day" for one in faults):
        faults.append(Fault("day", RuleFault("missing", place="")))
    for_day = read_day(form.get("for_day"), "for_day", faults)
    name = " ".join(form.get("name").split())[:120]
    if op is DayStep.OFF and not name:
        faults.append(Fault("name", RuleFault("missing", place="")))
    wanted = form.get("status")
    return CalendarChange(op, day, for_day, name, given.document, wanted if wanted in STATUSES else "official")


async def shown(
    visit: Visit, faults: dict[str, list[str]], change: CalendarChange | None, effect: CalendarEffect | None
) -> Response:
    """The page of one year."""
    rules = await current(visit)
    year = _asked_year(visit, rules.calendar, change)
    edits = await visit.read(lambda unit: rule_edits.listed(unit, what=What.CALENDAR, limit=10))
    known = await visit.read(lambda unit: show.names(unit, edits))
    calendar = rules.calendar
    halves = [said(rules.wording, one, visit.lang) for one in half_swaps(calendar.days_off, calendar.make_up_days)]
    return visit.page(
        "settings_calendar.html",
        status=status(faults),
        year=year,
        years=sorted((*calendar.years_complete, *calendar.years_provisional)),
        provisional=year in calendar.years_provisional,
        open_year=max((*calendar.years_complete, *calendar.years_provisional)) + 1,
        months=[(month, weeks(visit, calendar, year, month)) for month in range(1, 13)],
        entries=entries(visit, calendar, year),
        halves=halves,
        statuses=[(one, visit.say(f"settings_status_{one}")) for one in STATUSES],
        change=change,
        change_said=show.day_step(visit, change) if change else "",
        effect=effect,
        faults=faults,
        form=visit.form,
        edits=edits,
        who=show.who(visit, known),
        about=show.about(visit, rules, known),
    )


def _asked_year(visit: Visit, calendar: WorkCalendar, change: CalendarChange | None) -> int:
    years = {*calendar.years_complete, *calendar.years_provisional}
    asked = visit.query.get("year", "")
    wanted = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) == 4 else visit.today.year
    if change and change.day and change.day.year in years:
        wanted = change.day.year
    return min(max(wanted, min(years)), max(years))


def weeks(visit: Visit, calendar: WorkCalendar, year: int, month: int) -> list[list[Cell | None]]:
    """The month as rows of Monday to Sunday; None outside of it."""
    off = {entry.date: entry for entry in calendar.days_off}
    worked = {entry.date: entry for entry in calendar.make_up_days}
    rows = months.Calendar().monthdatescalendar(year, month)
    return [[_cell(visit, day, off, worked) if day.month == month else None for day in row] for row in rows]


def _cell(visit: Visit, day: date, off: dict[date, DayOff], worked: Mapping[date, object]) -> Cell:
    if day in worked:
        return Cell(day, "made-up", visit.say("settings_look_made_up"))
    entry = off.get(day)
    if entry is not None:
        look = "unsure" if entry.status in ("estimated", "confirm") else "swapped" if entry.swapped_with else "off"
        return Cell(day, look, f"{holiday(entry, visit.lang)} ({visit.say(f'settings_status_{entry.status}')})")
    return Cell(day, "weekend" if day.weekday() > 4 else "", "")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the year: a day off, or a rest day that is worked."""

    day: date
    worked: bool
    name: str
    status: str
    other: date | None
    document: str


def entries(visit: Visit, calendar: WorkCalendar, year: int) -> list[Entry]:
    """All entries of a year in their order."""
    found = [
        Entry(one.date, False, holiday(one, visit.lang), one.status, one.swapped_with, one.document)
        for one in calendar.days_off
    ]
    found += [
        Entry(one.date, True, visit.say("settings_look_made_up"), one.status, one.for_day, one.document)
        for one in calendar.make_up_days
    ]
    return sorted((one for one in found if one.day.year == year), key=lambda one: one.day)
