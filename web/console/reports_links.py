"""The cases behind a report's numbers: those the report counted, so far as the reader may list them."""

from __future__ import annotations

from cases.calendar import local_date
from cases.figures import tally
from cases.figures_kinds import Reporting, counts_subject, report_scope
from cases.figures_light import Light, Window
from cases.figures_report import Content
from cases.figures_tables import Line
from cases.model import Officer
from cases.periods import period
from cases.rules import Rules
from cases.scope import Sight, visible_scope
from storage.figures import Counted, counted
from storage.reports import Report, Reports
from storage.work import StoredWork
from web.console.figures_page import scopes_of


def behind_report(unit: StoredWork, rules: Rules, officer: Officer, report: Report) -> tuple[Window, Counted]:
    """What the report counts as the cases stand now, each with what this officer may see of it."""
    kind, today = Reporting().kinds[report.kind], local_date(unit.now)
    span = period(report.period, Reports(unit).cutoff(report.locality))
    directory = rules.directory(report.locality, unit.now)
    own = counted(unit, scopes_of(rules, officer, unit.now), span, today)
    level_of = {row.id: row.level for row in own.rows}
    scope = report_scope(kind, report.author, directory)
    if not report.is_final:  # as its page counts it
        scope = scope.also_without(visible_scope(officer, directory, today))
    found = counted(unit, {report.locality: scope}, span, today)

    def seen(row: Light) -> Light:
        return row._replace(level=level_of.get(row.id, Sight.NOTHING))

    rows = [seen(row) for row in found.rows if counts_subject(kind, row.subject)]
    happened = [one._replace(case=seen(one.case)) for one in found.happenings if counts_subject(kind, one.case.subject)]
    return Window.of(span, today), Counted(rows, happened)


def links_of(unit: StoredWork, rules: Rules, officer: Officer, report: Report, content: Content) -> frozenset[str]:
    """Keys of the report's numbers whose list this officer may open whole.

    A number that is covered has no list, and neither has one of an approved report that the cases have outgrown.
    """
    window, found = behind_report(unit, rules, officer, report)
    now = tally(found.rows, found.happenings, window)
    return frozenset(
        key
        for section in content.sections
        for table in section.tables
        for line in _lines(table.lines, table.total)
        for key, cell in zip(line.keys, line.cells, strict=False)
        if key
        and isinstance(cell, int)
        and cell == now[key]
        and key not in now.hidden
        and now[key]
        and key != "identity_read"
    )


def _lines(lines: tuple[Line, ...], total: Line | None) -> tuple[Line, ...]:
    return (*lines, total) if total else lines
