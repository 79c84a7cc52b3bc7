"""`/console/export`: the cases an officer may see as a file; each export is recorded, and holds no sender."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path

from starlette.background import BackgroundTask
from starlette.responses import FileResponse, Response, StreamingResponse

from cases.exporting import FIELDS, Form
from cases.model import State
from papers.case_files import MEDIA, TextRows, sheet
from storage.api_cases import Place, Told, Wanted
from storage.api_exports import Order, begin, end, exports_of, page
from web.console.export_names import Names
from web.console.roles import CONTACT, DESK, WATCH
from web.console.shell import Console
from web.console.visit import Visit

PATH = "/console/export"
ROLES = DESK | CONTACT | WATCH
SCRATCH = ".export-"
OLD = 86_400.0  # seconds: longer than any export
ONE_SHEET = asyncio.Semaphore(1)
"""A spreadsheet of 100,000 cases keeps one core busy for some ten seconds: one at a time in each process."""


@dataclass(slots=True)
class Asked:
    """The form as sent; `faults` say by field what was wrong."""

    values: Mapping[str, str]
    order: Order | None = None
    names: bool = False
    faults: dict[str, str] = field(default_factory=dict)


def add_export(console: Console) -> None:
    """Hang in the page and its download."""
    _sweep(console)
    console.get(PATH, roles=ROLES, menu="exports")(show_export)
    console.post(PATH, roles=ROLES)(download)


async def show_export(visit: Visit) -> Response:
    """The form, and what this account took out lately."""
    return await _page(visit, Asked({"form": "xlsx", "names": "1"}))


async def download(visit: Visit) -> Response:
    """The file, or the form again with what is wrong."""
    asked = read_form(visit)
    if asked.order is None:
        return await _page(visit, asked, 422)
    if asked.order.form is Form.XLSX and ONE_SHEET.locked():
        asked.faults["form"] = visit.say("export_busy")
        return await _page(visit, asked, 429)
    order, officer = asked.order, visit.officer
    key = await visit.write(lambda unit: begin(unit, officer, order))
    pages = _pages(visit, order, Names(visit) if asked.names else None, key)
    name = f"phan-anh-{visit.today.isoformat()}.{order.form}"
    if order.form is Form.XLSX:
        return await _spreadsheet(visit, order, pages, name)
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return StreamingResponse(_text(order, pages), media_type=MEDIA[order.form], headers=headers)


def read_form(visit: Visit) -> Asked:
    """What the officer asks for, checked; nothing typed is lost when something is wrong."""
    names = ("form", "since", "until", "state", "topic", "names")
    asked = Asked({name: visit.form.get(name).strip()[:500] for name in names})
    since, until = _day(visit, asked, "since"), _day(visit, asked, "until")
    if since and until and since > until:
        asked.faults["until"] = visit.say("export_bad_span")
    form, state = asked.values["form"], asked.values["state"]
    if form not in list(Form):
        asked.faults["form"] = visit.say("export_bad_form")
    if state and state not in list(State):
        asked.faults["state"] = visit.say("export_bad_state")
    if not asked.faults:
        states = frozenset({State(state)}) if state else frozenset[State]()
        wanted = Wanted(since, until, states, asked.values["topic"])
        asked.order = Order(wanted, Form(form))
        asked.names = bool(asked.values["names"]) and form in (Form.XLSX, Form.CSV)
    return asked


def _day(visit: Visit, asked: Asked, name: str) -> date | None:
    try:
        found = date.fromisoformat(asked.values[name]) if asked.values[name] else None
    except ValueError:
        found = date.min
    if found is not None and not 2000 <= found.year <= 2100:  # nobody means another century, and dates have an end
        asked.faults[name] = visit.say("export_bad_day")
        return None
    return found


async def _page(visit: Visit, asked: Asked, status: int = 200) -> Response:
    past = await visit.read(lambda unit: exports_of(unit, visit.officer.id))
    return visit.page(
        "export.html",
        status=status,
        values=asked.values,
        faults=asked.faults,
        forms=list(Form),
        states=[(state.value, visit.rules.wording.say(f"state_{state}", visit.lang)) for state in State],
        topics=Names(visit).topics(),
        past=past,
    )


# -- the file -------------------------------------------------------------------------------------------------------


async def _pages(visit: Visit, order: Order, names: Names | None, key: str) -> AsyncIterator[list[dict[str, object]]]:
    """Page by page, each in a transaction of its own; the line of the log gets its end when all are out."""
    rows = 0
    after: Place | None = None
    while True:
        found = await visit.read(partial(page, rules=visit.rules, officer=visit.officer, order=order, after=after))
        rows, after = rows + len(found.told), found.after
        yield [_shown(told, names) for told in found.told]
        if after is None:
            break
    await visit.write(lambda unit: end(unit, key, rows))


def _shown(told: Told, names: Names | None) -> dict[str, object]:
    return names.instead(told.row) if names is not None else told.row


async def _text(order: Order, pages: AsyncIterator[list[dict[str, object]]]) -> AsyncIterator[str]:
    text = TextRows(order.form, for_excel=True)
    yield text.head()
    async for rows in pages:
        yield text.body(rows)
    yield text.tail()


async def _spreadsheet(
    visit: Visit, order: Order, pages: AsyncIterator[list[dict[str, object]]], name: str
) -> Response:
    """Made in a folder of its own (mode 700) and erased once sent."""
    folder = Path(tempfile.mkdtemp(prefix=SCRATCH, dir=visit.services.vault.folder.parent))
    try:
        async with ONE_SHEET:
            headings = {one: visit.say(f"export_field_{one}") for one in FIELDS}
            with sheet(folder / name, folder, headings=headings) as table:
                async for rows in pages:
                    await asyncio.to_thread(table.add, rows)
                await asyncio.to_thread(table.close)
    except BaseException:  # a browser that hangs up as well: half a table is left nowhere
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return FileResponse(
        folder / name,
        media_type=MEDIA[Form.XLSX],
        filename=name,
        headers={"Cache-Control": "no-store"},
        background=BackgroundTask(shutil.rmtree, folder, ignore_errors=True),
    )


def _sweep(console: Console) -> None:
    """What a process that died left behind."""
    now = console.services.clock().timestamp()
    for folder in console.services.vault.folder.parent.glob(f"{SCRATCH}*"):
        if now - folder.stat().st_mtime > OLD:
            shutil.rmtree(folder, ignore_errors=True)
