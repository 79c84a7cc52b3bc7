"""`calendar`: working days, and edits that show every changed case before they are stored."""

from __future__ import annotations

import argparse
import sys
from datetime import date

from bot.commands.failing import Failed
from bot.commands.opening import Desk, at_desk
from cases.calendar import local_date
from cases.calendar_edits import CalendarChange, DayStep, changed_clocks, running
from cases.rule_compose import profile_then
from cases.rule_edits import RuleEdit, What
from cases.rules import Rules, show_date
from cases.telling import told_days
from storage.rule_steps import change_calendar, edited_calendar


def add_off(arguments: argparse.Namespace) -> int:
    """Add a day off."""
    return _edit(DayStep.OFF, arguments, None)


def add_workday(arguments: argparse.Namespace) -> int:
    """Add a worked Saturday or Sunday."""
    return _edit(DayStep.WORK, arguments, _day(arguments.for_day) if arguments.for_day else None)


def due(arguments: argparse.Namespace) -> int:
    """Print the n-th working day after a day, with every day counted if asked."""
    start = _day(arguments.day)

    async def work(desk: Desk) -> tuple[Rules, str]:
        return desk.rulebook.rules, desk.lang

    rules, lang = at_desk(work)
    if arguments.explain:
        print("\n".join(told_days(rules.wording, rules.calendar.explain(start, arguments.days), lang)))
    found = rules.calendar.nth_working_day(start, arguments.days)
    mark = f"  {rules.wording.say('provisional_mark', lang)}" if rules.calendar.is_provisional(start, found) else ""
    print(f"{found.isoformat()}{mark}")
    return 0


def _edit(op: DayStep, arguments: argparse.Namespace, for_day: date | None) -> int:
    reason, document = arguments.reason, arguments.document
    change = CalendarChange(op, _day(arguments.day), for_day, reason, document)
    edit = RuleEdit(0, "", What.CALENDAR, change.about, change.content(), reason, document)

    async def work(desk: Desk) -> int:
        rules = desk.rulebook.rules
        edited = edited_calendar(rules, change)
        if edited.version == rules.calendar.version:
            print("nothing changes: the calendar already has this day so")
            return 0
        then = profile_then(rules)
        changes = await desk.office.read(lambda unit: changed_clocks(running(unit), then, edited, local_date(unit.now)))
        for _, moved in changes:
            print(f"{moved.code}  {show_date(moved.old)} -> {show_date(moved.new)}")
        print(f"{len(changes)} open case(s) change their date")
        if not arguments.yes and not _confirmed():
            print("not stored")
            return 1
        await desk.office.write(lambda unit: change_calendar(unit, rules, edit))
        print("stored")
        return 0

    return at_desk(work)


def _confirmed() -> bool:
    if not sys.stdin.isatty():
        raise Failed("add --yes to store without being asked")
    return input("store? [y/N] ").strip().lower() in ("y", "yes", "c", "co", "có")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Failed(f"{text}: a day is written as 2026-01-02") from error
