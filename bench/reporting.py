"""The dashboard, a yearly report and a spreadsheet over a thousand to a hundred thousand cases, on both databases."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import ExitStack
from datetime import date, datetime
from functools import partial
from time import perf_counter, process_time

from bench.crowd import Crowd, fill
from bench.figures import Figure, Sizes, at_most, percentile, rounded
from bench.sheet import measure_sheet
from bench.tick import _postgres
from bot.clock import SteppedClock
from bot.data import load_rules
from cases.calendar import ZONE
from cases.figures_kinds import Reporting
from cases.model import CaseEvent, Officer, OfficerRole
from cases.periods import period
from cases.rules import Rules
from storage.database import open_database
from storage.figures_drafts import new_draft
from storage.keys import KeyRing
from storage.migrate import upgrade
from storage.work import Office, StoredWork
from web.console.figures_page import Dashboard, dashboard
from web.console.reports_files import Printed, printed

NOW = datetime(2026, 12, 14, 9, tzinfo=ZONE)
FIRST, LAST = date(2025, 12, 15), date(2026, 12, 13)
BATCH = 2_000
REPORT_SECONDS = 5.0
FRONT = Officer("front", "xa-mau", "", "mttq", (OfficerRole.HANDLER, OfficerRole.TRIAGE))


async def figures(sizes: Sizes) -> AsyncIterator[Figure]:
    """SQLite, then PostgreSQL."""
    with tempfile.TemporaryDirectory(prefix="hoiam-bench-") as folder:
        async for figure in grown("sqlite", f"sqlite:///{folder}/figures.db", sizes):
            yield figure
    with ExitStack() as stack:
        async for figure in grown("postgresql", await asyncio.to_thread(_postgres, stack), sizes):
            yield figure


async def grown(dialect: str, url: str, sizes: Sizes) -> AsyncIterator[Figure]:
    """One database, filled further and further."""
    database, rules = open_database(url), load_rules()
    try:
        await database.write(upgrade)
        office = Office(database, KeyRing([bytes(range(32))]), SteppedClock(NOW))
        crowd, there = Crowd(rules, rules.directory("xa-mau", NOW), FIRST, LAST), 0
        for count in _counts(sizes):
            while there < count:
                step = min(BATCH, count - there)
                await office.write(partial(fill, crowd=crowd, count=step, first=there + 1))
                there += step
            yield await _dashboard(dialect, office, rules, count, sizes)
        yield await _report(dialect, office, rules, there)
        for figure in await measure_sheet(url, dialect, there):
            yield figure
    finally:
        await database.close()


def _counts(sizes: Sizes) -> tuple[int, ...]:
    return (1_000, 10_000, 100_000) if sizes.steady_seconds > 1 else (100, 200)


async def _dashboard(dialect: str, office: Office, rules: Rules, count: int, sizes: Sizes) -> Figure:
    """The year's dashboard of the Front, from the question to the figures; rendering is measured with the pages."""
    took: list[float] = []
    computed: list[float] = []  # of the processor, which a busy machine does not stretch

    def look(unit: StoredWork) -> Dashboard:
        return dashboard(unit, rules, FRONT, period("2026"), "vi")

    for _ in range(max(5, sizes.rounds)):
        await office.write(_change)
        began, busy = perf_counter(), process_time()
        shown = await office.read(look)
        took.append((perf_counter() - began) * 1e3)
        computed.append((process_time() - busy) * 1e3)
    began = perf_counter()
    await office.read(look)
    detail = {"p50": rounded(percentile(took, 0.5)), "cpu_p50": rounded(percentile(computed, 0.5)), "cases": count}
    detail["unchanged"] = rounded((perf_counter() - began) * 1e3)
    detail["intake"] = shown.now["intake"]
    return Figure(f"dashboard_{dialect}_{count}", percentile(took, 0.95), "ms", detail=detail)


def _change(unit: StoredWork) -> None:
    """As any case does that moves on: nothing that was counted before may be told again."""
    unit.cases.log(CaseEvent(f"{1:08x}{1:024x}", unit.now, "note_added", "x"))


async def _report(dialect: str, office: Office, rules: Rules, count: int) -> Figure:
    """The coordinator's yearly report, Word file included."""
    kind = Reporting().kinds["RGS_Y"]

    def make(unit: StoredWork) -> Printed:
        directory = rules.directory("xa-mau", NOW)
        return printed(unit, rules, new_draft(unit, directory, kind, "mttq", period("2026")), kind)

    await asyncio.to_thread((await office.read(make)).file, "docx")  # libraries are loaded once in a process
    await office.write(_change)
    began, busy = perf_counter(), process_time()
    made = await office.read(make)
    counted = perf_counter() - began
    content = await asyncio.to_thread(made.file, "docx")
    took = perf_counter() - began
    detail = {"counting": rounded(counted), "cpu": rounded(process_time() - busy), "bytes": len(content)}
    return at_most(f"report_{dialect}_{count}", took, "s", REPORT_SECONDS, **detail)
