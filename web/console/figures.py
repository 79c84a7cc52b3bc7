"""The dashboard and the lists behind its numbers."""

from __future__ import annotations

import csv
import io
from datetime import date
from urllib.parse import urlencode

from starlette.responses import Response

from cases.figures import behind, happenings_behind
from cases.figures_light import Happening, Light, Standing, Window
from cases.figures_tables import Namer
from cases.periods import Cutoff, Every, Period, UnknownPeriod, after, before, current, period
from storage.figures import Counted
from storage.reports import Reports
from storage.work import StoredWork
from web.console.figures_page import PRESETS, count, cutoff_of, dashboard, namer
from web.console.reports_access import readable
from web.console.reports_links import behind_report
from web.console.roles import CONTACT, DESK, WATCH
from web.console.shell import Console
from web.console.visit import Visit

COUNTERS = DESK | CONTACT | WATCH
MOST = 500  # lines of one list on a page; the whole of it is in the CSV
_ONLY_COUNTED = "identity_read"
"""Who looked at an identity is told to nobody by a list; the number alone is (domain 7.2)."""


def add_figures(console: Console) -> None:
    """Hang in the dashboard."""
    console.get("/console/figures", roles=COUNTERS, menu="dashboard")(show_figures)
    console.get("/console/figures/list", roles=COUNTERS)(show_list)
    console.get("/console/figures/list.csv", roles=COUNTERS)(download_list)


async def show_figures(visit: Visit) -> Response:
    """Cards, charts and tables of one period."""
    cutoff = await visit.read(lambda unit: cutoff_of(unit, visit.officer))
    span, wrong = asked_period(visit, cutoff)
    shown = await visit.read(lambda unit: dashboard(unit, visit.rules, visit.officer, span, visit.lang))
    return visit.page(
        "figures.html",
        status=422 if wrong else 200,
        shown=shown,
        span=span,
        wrong=wrong,
        presets=[(every.value, current(every, visit.today, cutoff).code) for every in PRESETS],
        earlier=before(span, cutoff).code,
        later=after(span, cutoff).code if after(span, cutoff).start <= visit.today else "",
        link=lambda key: list_address(key, span) if shown.link(key) else "",
        most=max((number for _, number in shown.months), default=0),
        standings=list(Standing),
    )


async def show_list(visit: Visit) -> Response:
    """The cases or events one number counts, so far as this officer may list them."""
    key, window, lines = await _listed(visit)
    names = namer(visit.rules, visit.officer, visit.now, visit.lang)
    asked = urlencode({"period": window.period.code})
    return visit.page(
        "figures_list.html",
        key=key,
        name=figure_name(key, names),
        window=window,
        lines=lines[:MOST],
        many=len(lines),
        names=names,
        csv="/console/figures/list.csv?" + visit.request.url.query,
        back=f"/console/reports/{report}" if (report := visit.query.get("report", "")) else f"/console/figures?{asked}",
    )


async def download_list(visit: Visit) -> Response:
    """The same as CSV, formula-safe, with a mark that makes spreadsheets read it as UTF-8."""
    key, _, lines = await _listed(visit)
    names = namer(visit.rules, visit.officer, visit.now, visit.lang)
    made = io.StringIO()
    writer = csv.writer(made)
    heads = ("code", "topic", "state", "authority", "submitted", "due", "answered", "happened")
    writer.writerow([visit.say(f"figures_{head}") for head in heads])
    writer.writerows([_cell(value) for value in _values(row, on, names)] for row, on in lines)
    headers = {"content-disposition": f'attachment; filename="{_file_name(key)}.csv"'}
    return Response("\ufeff" + made.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def _file_name(key: str) -> str:
    """What is left of a key that came in an address: nothing that could end or begin a header."""
    return "".join(sign if sign.isascii() and (sign.isalnum() or sign in "._") else "_" for sign in key)[:80]


def asked_period(visit: Visit, cutoff: Cutoff) -> tuple[Period, bool]:
    """The period asked for, else this quarter; True when what was asked for cannot be read."""
    start, end = visit.query.get("from", "").strip(), visit.query.get("to", "").strip()
    text = f"{_iso(start)}..{_iso(end)}" if start and end else visit.query.get("period", "")
    try:
        return (period(text, cutoff), False) if text else (current(Every.QUARTER, visit.today, cutoff), False)
    except UnknownPeriod:
        return current(Every.QUARTER, visit.today, cutoff), True


def list_address(key: str, span: Period, report: str = "") -> str:
    """Where a number's list is; `report` where a report counted it."""
    asked = {"figure": key, "period": span.code} | ({"report": report} if report else {})
    return "/console/figures/list?" + urlencode(asked)


def figure_name(key: str, names: Namer) -> str:
    """What a figure is called: the words of its parts, else the key."""
    parts = key.split(".")
    if names.rules.wording.has(f"console_fig_figure_{key.replace('.', '_')}"):
        return names.words(f"figure_{key.replace('.', '_')}")
    told, place = [], 0
    while place < len(parts):
        name = parts[place]
        if name in ("new", "carried") and place + 1 < len(parts):
            told.append(names.words(f"column_{name}"))
            place += 1
        elif place + 1 < len(parts):
            rest = ".".join(parts[place + 1 :]) if name == "topic" else parts[place + 1]
            told.append(names(name, rest))
            place = len(parts) if name == "topic" else place + 2
        else:
            told.append(names("figure", name))
            place += 1
    return " · ".join(told)


async def _listed(visit: Visit) -> tuple[str, Window, list[tuple[Light, date | None]]]:
    key = visit.query.get("figure", "")
    if not key or key == _ONLY_COUNTED:
        raise visit.missing()
    cutoff = await visit.read(lambda unit: cutoff_of(unit, visit.officer))
    span, wrong = asked_period(visit, cutoff)
    if wrong:
        raise visit.missing()

    def look(unit: StoredWork) -> tuple[Window, list[tuple[Light, date | None]]]:
        window, found = _counted(visit, unit, span)
        cases = [(row, None) for row in behind(key, found.rows, window) if row.listed_under(key)]
        happened: list[Happening] = list(happenings_behind(key, found.happenings, window))
        events = [(one.case, one.on) for one in happened if one.case.listed_under(key)]
        return window, [*cases, *events]

    window, lines = await visit.read(look)
    return key, window, lines


def _counted(visit: Visit, unit: StoredWork, span: Period) -> tuple[Window, Counted]:
    """The officer's own rows, or those that a report counted where the number is a report's."""
    report_id = visit.query.get("report", "")
    if not report_id:
        return count(unit, visit.rules, visit.officer, span)
    report = Reports(unit).get(report_id)
    if report is None or not readable(visit, report):
        raise visit.missing()
    return behind_report(unit, visit.rules, visit.officer, report)


def _values(row: Light, on: date | None, names: Namer) -> tuple[object, ...]:
    return (
        row.code,
        names("topic", row.topic),
        names("state", row.state),
        names("authority", row.authority),
        row.submitted_on,
        row.last_day,
        row.answered_on,
        on,
    )


def _cell(value: object) -> str:
    """A value as text that no spreadsheet takes for a formula (CWE-1236)."""
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _iso(text: str) -> str:
    """A day as browsers send it, or as people write it."""
    if "/" in text:
        day, _, rest = text.partition("/")
        month, _, year = rest.partition("/")
        return f"{year}-{month.zfill(2)}-{day.zfill(2)}"
    return text
