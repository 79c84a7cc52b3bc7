"""`export cases`: what a role may see, as JSON lines, CSV or a spreadsheet; identity only with a reason, and logged."""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import IO, Any

from bot.commands.failing import Failed
from bot.commands.opening import Desk, at_desk
from cases.exporting import FIELDS, exported
from cases.model import Case, CaseEvent, Officer
from cases.ports import CaseQuery
from cases.rules import Rules
from cases.visibility import Sight, sight
from storage.reminder_log import reminders_of
from storage.work import StoredWork

Row = dict[str, Any]


def cases(arguments: argparse.Namespace) -> int:
    """Write the cases to a file or standard output."""
    if arguments.with_identity and not arguments.reason:
        raise Failed("--with-identity needs --reason: every look at an identity is logged with its reason")
    if arguments.format == "xlsx" and not arguments.out:
        raise Failed("--format xlsx needs --out FILE.xlsx")
    query = CaseQuery(submitted_from=_day(arguments.start), submitted_to=_after(arguments.end))

    async def work(desk: Desk) -> list[Row]:
        locality = desk.locality(arguments.locality)
        rules = desk.rulebook.rules

        def read(unit: StoredWork) -> list[Row]:
            return rows(unit, rules, locality, query, arguments)

        run = desk.office.write if arguments.with_identity else desk.office.read
        return await run(read)

    found = at_desk(work)
    if arguments.format == "xlsx":
        _spreadsheet(found, Path(arguments.out))
    elif arguments.out:
        with Path(arguments.out).open("w", encoding="utf-8", newline="") as file:
            _write(found, arguments.format, file)
    else:
        _write(found, arguments.format, sys.stdout)
    return 0


def rows(unit: StoredWork, rules: Rules, locality: str, query: CaseQuery, arguments: argparse.Namespace) -> list[Row]:
    """One row a case that the named officer may see; without an officer figures and dates only, no text."""
    viewer = unit.people.officer(arguments.officer) if arguments.officer else None
    if arguments.officer and viewer is None:
        raise Failed(f"--as: no officer has the id {arguments.officer}")
    found = []
    for case in unit.cases.find(query):
        if case.locality != locality:
            continue
        seen = _sight(viewer, case, rules, unit)
        if seen is Sight.NOTHING:
            continue
        row = exported(case, reminders_of(unit, case.id), with_text=seen >= Sight.CONTENT)
        if arguments.with_identity:
            row.update(_identity(unit, viewer, case, arguments.reason))
        found.append(row)
    return found


def _sight(viewer: Officer | None, case: Case, rules: Rules, unit: StoredWork) -> Sight:
    if viewer is None:
        return Sight.FIGURES  # the operator of the machine: no content
    return sight(viewer, case, rules.directory_of(case, unit.now))


def _identity(unit: StoredWork, viewer: Officer | None, case: Case, reason: str) -> Row:
    if viewer is None:
        raise Failed("--with-identity needs --as OFFICER: an identity is read by a person, never by nobody")
    reporter = unit.people.reporter(case.reporter) if case.reporter else None
    unit.cases.log(CaseEvent(case.id, unit.now, "identity_read", viewer.id, {"reason": reason}))
    return {"reporter_name": reporter.name if reporter else "", "reporter_phone": reporter.phone if reporter else ""}


def _write(found: Iterable[Row], style: str, file: IO[str]) -> None:
    if style == "jsonl":
        for row in found:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
        return
    writer = csv.writer(file)
    writer.writerow(FIELDS)
    for row in found:
        writer.writerow([_cell(row.get(name)) for name in FIELDS])


def _cell(value: Any) -> str:
    """A value as text that no spreadsheet takes for a formula."""
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, list) else "" if value is None else str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _spreadsheet(found: list[Row], path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("cases")
    sheet.append(list(FIELDS))
    for row in found:
        sheet.append([_cell(row.get(name)) for name in FIELDS])
    book.save(path)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Failed(f"{text}: a day is written as 2026-01-02") from error


def _after(text: str) -> date | None:
    """The end day is included: the query's end is the day after."""
    day = _day(text)
    return day + timedelta(days=1) if day else None
