"""`calendar`: working days, and edits that show every changed case before they are stored."""

from __future__ import annotations

import argparse
import sys
from datetime import date

from bot.commands.failing import Failed
from bot.commands.opening import Desk, at_desk
from bot.rulebook import apply_edit
from cases.calendar import WorkCalendar, local_date
from cases.clocks import DueChange, apply, preview_recompute
from cases.ports import CaseQuery
from cases.retelling import tell_due_changed
from cases.rules import Rules, show_date
from storage.edits import DayEdit, add_day
from storage.nudges import NudgeStore
from storage.work import StoredWork


def add_off(arguments: argparse.Namespace) -> int:
    """Add a day off."""
    return _edit(DayEdit(_day(arguments.day), False, arguments.reason, arguments.document), arguments.yes)


def add_workday(arguments: argparse.Namespace) -> int:
    """Add a worked Saturday or Sunday."""
    for_day = _day(arguments.for_day) if arguments.for_day else None
    return _edit(DayEdit(_day(arguments.day), True, arguments.reason, arguments.document, for_day), arguments.yes)


def due(arguments: argparse.Namespace) -> int:
    """Print the n-th working day after a day, with every day counted if asked."""
    start = _day(arguments.day)

    async def work(desk: Desk) -> WorkCalendar:
        return desk.rulebook.rules.calendar

    calendar = at_desk(work)
    if arguments.explain:
        print("\n".join(calendar.explain(start, arguments.days).lines()))
    found = calendar.nth_working_day(start, arguments.days)
    mark = "  (lịch nghỉ dự kiến)" if calendar.is_provisional(start, found) else ""
    print(f"{found.isoformat()}{mark}")
    return 0


def _edit(edit: DayEdit, sure: bool) -> int:
    async def work(desk: Desk) -> int:
        rules = desk.rulebook.rules
        edited = apply_edit(rules.calendar, edit)
        if edited.version == rules.calendar.version:
            print("nothing changes: the calendar already has this day so")
            return 0
        changes = await desk.office.read(lambda unit: changed(unit, rules, edited))
        for change in changes:
            print(f"{change.code}  {show_date(change.old)} -> {show_date(change.new)}")
        print(f"{len(changes)} open case(s) change their date")
        if not sure and not _confirmed():
            print("not stored")
            return 1
        await desk.office.write(lambda unit: store(unit, rules, edit, edited))
        print("stored")
        return 0

    return at_desk(work)


def changed(unit: StoredWork, rules: Rules, edited: WorkCalendar) -> list[DueChange]:
    """Which open clocks would end on another day under the edited calendar."""
    cases = unit.cases.find(CaseQuery(clock_running=True))
    return preview_recompute(cases, rules.profiles, edited, local_date(unit.now))


def store(unit: StoredWork, rules: Rules, edit: DayEdit, edited: WorkCalendar) -> list[DueChange]:
    """Store the edit and move the clocks in one transaction; both sides of each case are told."""
    add_day(unit, edit, "command line")
    moved = []
    for case in unit.cases.find(CaseQuery(clock_running=True)):
        change = apply(case, rules.profile(case), edited, local_date(unit.now))
        if change is not None:
            unit.outbox.cancel(case.id, "reminder")
            case.next_nudge_at = unit.now
            unit.cases.save(case)
            tell_due_changed(unit, rules, case, change, edit.reason, unit.now)
            moved.append(change)
    NudgeStore(unit).look_at_all(unit.now)  # a day that became a working day may bring a look forward
    return moved


def _confirmed() -> bool:
    if not sys.stdin.isatty():
        raise Failed("add --yes to store without being asked")
    return input("store? [y/N] ").strip().lower() in ("y", "yes", "c", "co", "có")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Failed(f"{text}: a day is written as 2026-01-02") from error
