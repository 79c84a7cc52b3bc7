"""`report make`: a periodic report as Word or Excel; `report list`: those there are."""

from __future__ import annotations

import argparse
from pathlib import Path

from bot.commands.failing import Failed
from bot.commands.opening import Desk, at_desk
from cases.calendar import local_date
from cases.figures_kinds import Reporting, ReportKind, authors_here
from cases.periods import Period, UnknownPeriod, period
from cases.rules import Rules, show_date
from storage.figures_drafts import new_draft
from storage.reports import Report, Reports
from storage.work import StoredWork
from web.console.reports_files import MIMES, Printed, printed


def make(arguments: argparse.Namespace) -> int:
    """Write the report to a file: as it was approved, or as its draft stands now; nothing is stored."""
    target = Path(arguments.out)
    style = target.suffix.lstrip(".").lower()
    if style not in MIMES:
        raise Failed(f"--out: the file's name must end with {' or '.join(f'.{one}' for one in MIMES)}")

    async def work(desk: Desk) -> Printed:
        locality = desk.locality(arguments.locality)
        rules = desk.rulebook.rules
        return await desk.office.read(lambda unit: _printed(unit, rules, locality, arguments))

    target.write_bytes(at_desk(work).file(style))
    return 0


def show(arguments: argparse.Namespace) -> int:
    """One line a report: kind, period, author, due day, state."""

    async def work(desk: Desk) -> list[Report]:
        places = [arguments.locality] if arguments.locality else sorted(desk.rulebook.rules.book.localities)
        return await desk.office.read(lambda unit: Reports(unit).all(places))

    for one in at_desk(work):
        print(f"{one.kind}\t{one.period}\t{one.author}\t{show_date(one.due_on)}\t{one.state}")
    return 0


def _printed(unit: StoredWork, rules: Rules, locality: str, arguments: argparse.Namespace) -> Printed:
    kind = Reporting().kinds.get(arguments.kind)
    if kind is None:
        raise Failed(f"--kind: one of {', '.join(Reporting().kinds)}")
    directory = rules.directory(locality, unit.now)
    authors = authors_here(kind, directory)
    author = arguments.author or next(iter(authors), "")
    if author not in authors:
        raise Failed(f"--author: one of {', '.join(authors)}")
    reports = Reports(unit)
    span = _period(kind, arguments.period, reports, locality)
    if span.start > local_date(unit.now):
        raise Failed(f"--period: {span.code} has not begun")
    found = reports.of(locality, kind.code, span.code, author)
    return printed(unit, rules, found or new_draft(unit, directory, kind, author, span), kind)


def _period(kind: ReportKind, text: str, reports: Reports, locality: str) -> Period:
    try:
        span = period(text, reports.cutoff(locality))
    except UnknownPeriod as error:
        raise Failed(f"--period: {text} is none; written as 2026-Q4, 2026-H2 or 2026") from error
    if not kind.fits(span):
        raise Failed(f"--period: {kind.code} is made every {kind.every.value}; {text} is another span")
    return span
