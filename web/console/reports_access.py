"""Who may read and change which report, and how its period is called."""

from __future__ import annotations

from cases.figures_kinds import Reporting, ReportKind, may_edit, may_read
from cases.narrative import WORDS
from cases.narrative import period_name as _name
from cases.periods import Cutoff, period
from storage.reports import Report, Reports
from storage.work import StoredWork
from web.console.visit import Visit

REPORTING = Reporting()


def readable(visit: Visit, report: Report) -> bool:
    """Whether this officer may read it."""
    kind = REPORTING.kinds.get(report.kind)
    if kind is None or report.locality not in visit.rules.book.localities:
        return False
    directory = visit.rules.directory(report.locality, visit.now)
    return may_read(visit.officer, kind, report.author, directory, final=report.is_final)


def found_report(visit: Visit, unit: StoredWork) -> tuple[Report, ReportKind]:
    """The report of the address; 404 for a foreign and an absent one alike."""
    report = Reports(unit).get(visit.params["id"])
    kind = REPORTING.kinds.get(report.kind) if report else None
    if report is None or kind is None or not readable(visit, report):
        raise visit.missing()
    return report, kind


def editable_report(visit: Visit, unit: StoredWork) -> Report:
    """The draft of the address, for its author's people."""
    report, kind = found_report(visit, unit)
    directory = visit.rules.directory(report.locality, visit.now)
    if report.is_final or not may_edit(visit.officer, kind, report.author, directory):
        raise visit.missing()
    return report


def address_of(visit: Visit) -> str:
    """Where the report is."""
    return f"/console/reports/{visit.params['id']}"


def period_name(visit: Visit, code: str, cutoff: Cutoff) -> str:
    """The period as papers call it; in other languages its code."""
    if visit.lang != "vi":
        return code
    return _name(period(code, cutoff), lambda key, **values: visit.rules.wording.say(WORDS + key, "vi", **values))
