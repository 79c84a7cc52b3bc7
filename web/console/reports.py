"""Periodic reports: the list, one report's words, figures and files."""

from __future__ import annotations

import asyncio

from starlette.responses import Response

from cases.bodies import Directory
from cases.figures_kinds import ReportKind, authors_here, may_edit
from cases.periods import Cutoff, Every, UnknownPeriod, current, period
from storage.figures_drafts import new_draft
from storage.reports import Report, Reports
from storage.work import StoredWork
from web.console.figures import COUNTERS, list_address
from web.console.figures_page import scopes_of
from web.console.reports_access import REPORTING, found_report, period_name, readable
from web.console.reports_files import MIMES, Printed, file_name, printed
from web.console.reports_links import links_of
from web.console.shell import Console
from web.console.visit import Visit


def add_reports(console: Console) -> None:
    """Hang in the reports."""
    console.get("/console/reports", roles=COUNTERS, menu="reports")(show_reports)
    console.post("/console/reports", roles=COUNTERS)(make_report)
    console.post("/console/reports/settings", roles=COUNTERS)(save_settings)
    console.get("/console/reports/{id}", roles=COUNTERS)(show_report)
    console.get("/console/reports/{id}/file/{style}", roles=COUNTERS)(download_report)


# -- the list -------------------------------------------------------------------------------------------------------


async def show_reports(visit: Visit, fault: str = "") -> Response:
    """The reports this officer may read; below them making one by hand and the cut-off days."""
    directory = visit.directory()

    def look(unit: StoredWork) -> tuple[list[Report], Cutoff]:
        reports = Reports(unit)
        places = list(scopes_of(visit.rules, visit.officer, visit.now)) or [visit.officer.locality]
        seen = [one for one in reports.all(places) if readable(visit, one)]
        return seen, reports.cutoff(visit.officer.locality)

    found, cutoff = await visit.read(look)
    makes = _makes(visit, directory)
    every = REPORTING.kinds[makes[0][0]].every if makes else Every.QUARTER  # of the kind that stands chosen
    return visit.page(
        "reports.html",
        status=422 if fault else 200,
        reports=found,
        fault=fault,
        makes=makes,
        suggested=current(every, visit.today, cutoff).code,
        cutoff=cutoff,
        name=lambda one: period_name(visit, one.period, cutoff),
        body=directory.short,
    )


async def make_report(visit: Visit) -> Response:
    """A draft by hand, for a period of the report's rhythm that has begun."""
    directory, form = visit.directory(), visit.form
    kind = REPORTING.kinds.get(form.get("kind"))
    author = directory.successor(form.get("author"))
    if kind is None or author not in authors_here(kind, directory):
        raise visit.missing()
    if not may_edit(visit.officer, kind, author, directory):
        raise visit.missing()

    def store(unit: StoredWork) -> tuple[str, bool] | None:
        reports = Reports(unit)
        try:
            span = period(form.get("period").strip(), reports.cutoff(visit.officer.locality))
        except UnknownPeriod:
            return None
        if not kind.fits(span) or span.start > visit.today:
            return None
        there = reports.of(visit.officer.locality, kind.code, span.code, author)
        if there is not None:
            return there.id, False
        draft = new_draft(unit, directory, kind, author, span, visit.officer.id)
        reports.add(draft)
        return draft.id, True

    made = await visit.write(store)
    if made is None:
        return await show_reports(visit, "reports_wrong_period")
    return visit.go(f"/console/reports/{made[0]}", "reports_made" if made[1] else "reports_there")


async def save_settings(visit: Visit) -> Response:
    """The cut-off and due days of the locality."""
    if not _makes(visit, visit.directory()):
        raise visit.missing()
    try:
        chosen = Cutoff(int(visit.form.get("day")), int(visit.form.get("due")))
    except ValueError:
        return await show_reports(visit, "reports_settings_wrong")
    await visit.write(lambda unit: Reports(unit).set_cutoff(visit.officer.locality, chosen))
    return visit.go("/console/reports", "reports_settings_saved")


def _makes(visit: Visit, directory: Directory) -> list[tuple[str, str]]:
    """Kinds and authors this officer may make reports of."""
    return [
        (kind.code, author)
        for kind in REPORTING.kinds.values()
        for author in authors_here(kind, directory)
        if may_edit(visit.officer, kind, author, directory)
    ]


# -- one report -----------------------------------------------------------------------------------------------------


async def show_report(visit: Visit) -> Response:
    """The report as it stands."""
    return await report_page(visit)


async def report_page(
    visit: Visit, fault: str = "", typed: dict[str, str] | None = None, wrong: dict[str, str] | None = None
) -> Response:
    """The same with what went wrong, and what was typed."""
    directory = visit.directory()

    def look(unit: StoredWork) -> tuple[Report, ReportKind, Printed, frozenset[str], Cutoff]:
        report, kind = found_report(visit, unit)
        made = printed(unit, visit.rules, report, kind, visit.officer)
        cutoff = Reports(unit).cutoff(report.locality)
        return report, kind, made, links_of(unit, visit.rules, visit.officer, report, made.content), cutoff

    report, kind, made, links, cutoff = await visit.read(look)
    span = period(report.period, cutoff)
    edits = may_edit(visit.officer, kind, report.author, visit.rules.directory(report.locality, visit.now))
    owner = await visit.read(lambda unit: unit.people.officer(report.owner) if report.owner else None)
    return visit.page(
        "report.html",
        status=422 if fault or wrong else 200,
        report=report,
        content=made.content,
        span=span,
        until=min(span.end, visit.today),
        edits=edits,
        owner=owner.name if owner else "",
        typed=typed or {},
        fault=fault,
        wrong=wrong or {},
        link=lambda key: list_address(key, span, report.id) if key in links else "",
        body=directory.name,
        name=period_name(visit, report.period, cutoff),
    )


async def download_report(visit: Visit) -> Response:
    """The report as Word or Excel; making the file holds up no other request."""
    style = visit.params["style"]
    if style not in MIMES:
        raise visit.missing()

    def look(unit: StoredWork) -> tuple[Report, Printed]:
        report, kind = found_report(visit, unit)
        return report, printed(unit, visit.rules, report, kind, visit.officer)

    report, made = await visit.read(look)
    content = await asyncio.to_thread(made.file, style)
    headers = {"content-disposition": f'attachment; filename="{file_name(report, style)}"'}
    return Response(content, media_type=MIMES[style], headers=headers)
