"""What is done with one report: its words edited, taken on, approved, delivered and judged."""

from __future__ import annotations

from datetime import date

from starlette.responses import Response

from cases.figures_kinds import may_edit
from cases.figures_report import SECTIONS
from cases.narrative import plain
from cases.periods import period
from cases.ports import Stale
from cases.registers import read_day
from storage.reports import FINAL, Reports
from storage.work import StoredWork
from web.console.figures import COUNTERS
from web.console.reports import report_page
from web.console.reports_access import REPORTING, address_of, editable_report, found_report
from web.console.reports_files import printed
from web.console.shell import Console
from web.console.visit import Visit

LONGEST = 20_000  # characters of one section's words


def add_report_steps(console: Console) -> None:
    """Hang in the steps."""
    console.post("/console/reports/{id}/words", roles=COUNTERS)(save_words)
    console.post("/console/reports/{id}/take", roles=COUNTERS)(take_report)
    console.post("/console/reports/{id}/approve", roles=COUNTERS)(approve_report)
    console.post("/console/reports/{id}/recipients/{body}", roles=COUNTERS)(save_recipient)


async def save_words(visit: Visit) -> Response:
    """The edited paragraphs; a section left empty is written from the figures again."""
    typed = plain({name: visit.form.get(name)[:LONGEST] for name in _sections(visit)})
    were = plain({name: visit.form.get(f"was_{name}") for name in typed})  # as they were generated

    def store(unit: StoredWork) -> None:
        report = editable_report(visit, unit)
        report.narrative = {name: text for name, text in typed.items() if text != were.get(name)}
        report.version = _version(visit)
        Reports(unit).save(report)

    try:
        await visit.write(store)
    except Stale:
        return await report_page(visit, "reports_stale", typed)
    return visit.go(address_of(visit), "reports_saved")


async def take_report(visit: Visit) -> Response:
    """Become the one who is reminded of it."""

    def store(unit: StoredWork) -> None:
        report = editable_report(visit, unit)
        report.owner = visit.officer.id
        Reports(unit).save(report)

    await visit.write(store)
    return visit.go(address_of(visit), "reports_taken")


async def approve_report(visit: Visit) -> Response:
    """Freeze figures and words under a number, a day and a signer; nothing of it changes afterwards."""
    number, signer = visit.form.get("number").strip(), " ".join(visit.form.get("signed_by").split())[:120]
    day = _day(visit.form.get("doc_date"), visit.today)
    faults = {
        "number": ""
        if number.isascii() and number.isdecimal() and len(number) < 9 and 0 < int(number) < 100_000
        else "reports_need_number",
        "doc_date": "" if day else "reports_need_date",
        "signed_by": "" if signer else "reports_need_signer",
    }
    wrong = {name: key for name, key in faults.items() if key}
    if wrong:
        return await report_page(visit, wrong=wrong)

    def store(unit: StoredWork) -> str:
        report = editable_report(visit, unit)
        reports = Reports(unit)
        span = period(report.period, reports.cutoff(report.locality))
        if visit.today < span.end:
            return "reports_too_early"
        report.snapshot = printed(unit, visit.rules, report, REPORTING.kinds[report.kind]).frozen()
        report.state, report.final_at, report.final_by = FINAL, unit.now, visit.officer.id
        report.doc_no, report.doc_date, report.signed_by = str(int(number)), day, signer
        report.version = _version(visit)
        reports.save(report)
        about = {"report": f"{report.kind} {report.period}", "number": report.doc_no}
        unit.audit.enter("report_approved", actor=visit.officer.id, detail=about)
        return ""

    try:
        fault = await visit.write(store)
    except Stale:
        fault = "reports_stale"
    return await report_page(visit, fault) if fault else visit.go(address_of(visit), "reports_approved")


async def save_recipient(visit: Visit) -> Response:
    """Delivery, by the author's people; the opinion, by them or by the recipient itself."""
    form, today = visit.form, visit.today
    days = {name: form.get(name).strip() for name in ("delivered_on", "opinion_on")}
    read = {name: _day(text, today) for name, text in days.items()}
    if any(text and read[name] is None for name, text in days.items()):
        return await report_page(visit, "reports_wrong_day")

    def store(unit: StoredWork) -> None:
        report, kind = found_report(visit, unit)
        directory = visit.rules.directory(report.locality, visit.now)
        one = next((one for one in report.recipients if one.body == visit.params["body"]), None)
        edits = may_edit(visit.officer, kind, report.author, directory)
        own = one is not None and one.body in directory.whole_of(visit.officer.body)
        if one is None or not report.is_final or not (edits or own):
            raise visit.missing()
        if edits:
            one.delivered_on, one.way = read["delivered_on"], form.get("way").strip()[:120]
        if one.opinion_asked:
            one.opinion_on, one.opinion = read["opinion_on"], form.get("opinion").strip()[:LONGEST]
        Reports(unit).save_recipient(report, one)

    await visit.write(store)
    return visit.go(address_of(visit), "reports_recipient_saved")


def _sections(visit: Visit) -> set[str]:
    known = {name for names in SECTIONS.values() for name in names}
    return {name for name in known if name in visit.form.data}


def _version(visit: Visit) -> int:
    """The version the form was filled in for."""
    text = visit.form.get("version")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else -1


def _day(text: str, today: date) -> date | None:
    """A day not after today; None for none and for what is no day."""
    try:
        found = read_day(text.strip()) if text.strip() else None
    except ValueError:
        return None
    return found if found is None or found <= today else None
