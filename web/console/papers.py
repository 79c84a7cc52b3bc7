"""Pages of official papers: which fit a case, the form of each, the papers made, the register of numbers."""

from __future__ import annotations

import asyncio

from starlette.responses import Response

from cases.model import OfficerRole
from cases.names import read_as
from cases.papers import SYMBOLS, Paper
from papers.pdf import PdfFault, available, to_pdf
from papers.preview import sheet
from storage.papers import MadePaper, PaperStore, Series
from storage.vault import VaultFault
from storage.work import StoredWork
from web.console.papers_facts import Desk, desk_at
from web.console.papers_form import (
    Draft,
    check,
    error_text,
    keep,
    look,
    open_form,
    open_made,
    posted,
    untouched,
)
from web.console.roles import CONTACT, DESK
from web.console.shell import Console
from web.console.visit import Visit

WHO = DESK | CONTACT | frozenset({OfficerRole.FOLLOW_UP})
CASE = "/console/cases/{code}/papers"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PDF_PART = "pdf"
FORM_CAP = 1_000_000
_RECORDED_NEXT = frozenset({Paper.FORWARDING, Paper.URGING, Paper.EXTENSION, Paper.REPLY_COVER})
"""Papers whose number belongs into a step of the case once they are signed."""


def add_papers(console: Console) -> None:
    """Hang in the pages."""
    console.get(CASE, roles=WHO)(papers_page)
    console.get(CASE + "/new/{paper}", roles=WHO)(form_page)
    console.post(CASE + "/new/{paper}", roles=WHO, cap=FORM_CAP)(make)
    console.get(CASE + "/{id}", roles=WHO)(paper_page)
    console.get(CASE + "/{id}/word", roles=WHO)(word)
    console.get(CASE + "/{id}/pdf", roles=WHO)(pdf)
    console.get("/console/papers", roles=WHO, menu="papers")(numbers_page)


async def papers_page(visit: Visit) -> Response:
    """What may be made now, and what was made."""

    def step(unit: StoredWork) -> tuple[str, tuple[Paper, ...], list[dict[str, object]]]:
        desk = desk_at(unit, visit)
        return desk.case.code, desk.offered, [_told(unit, visit, one) for one in desk.readable()]

    code, offered, made = await visit.read(step)
    return visit.page("papers.html", code=code, offered=offered, symbols=SYMBOLS, made=made, pdf=available())


async def form_page(visit: Visit) -> Response:
    """The form, every part proposed."""
    ready, earlier = await visit.write(lambda unit: open_form(unit, visit))
    return _form(visit, untouched(ready, visit, earlier))


async def make(visit: Visit) -> Response:
    """Look, keep as a draft, or make with a confirmed number."""
    ready, _ = await visit.write(lambda unit: open_form(unit, visit))
    draft, do = posted(ready, visit), visit.form.get("do")
    if do == "look":
        check(draft, final=True)
        await look(draft, visit)
        return _form(visit, draft)
    final = do == "make"
    if check(draft, final=final):
        made = await keep(draft, visit, final=final)
        if made is not None:
            said = "paper_said_made" if final else "paper_said_draft"
            return visit.go(f"/console/cases/{visit.params['code']}/papers/{made.id}", said, doc_no=made.doc_no)
    return _form(visit, draft, status=422)


async def paper_page(visit: Visit) -> Response:
    """One made paper: its picture, who made it and when, its hash, its files."""

    def step(unit: StoredWork) -> tuple[MadePaper, dict[str, object]]:
        made = open_made(unit, visit)
        return made, _told(unit, visit, made)

    made, told = await visit.write(step)
    content = await _stored(visit, made)
    picture = await asyncio.to_thread(sheet, content)
    next_step = made.number is not None and made.paper in _RECORDED_NEXT
    return visit.page(
        "papers_one.html",
        code=visit.params["code"],
        one=told,
        made=made,
        sheet=picture,
        pdf=available(),
        then=next_step,
    )


async def word(visit: Visit) -> Response:
    """The Word file as it was made."""
    made = await visit.write(lambda unit: open_made(unit, visit))
    return _file(await _stored(visit, made), WORD, f"{_name(visit, made)}.docx")


async def pdf(visit: Visit) -> Response:
    """The same as PDF, made at the first request and kept beside it."""
    made = await visit.write(lambda unit: open_made(unit, visit))
    vault = visit.services.vault
    if await asyncio.to_thread(vault.has, made.id, PDF_PART):
        kept = await asyncio.to_thread(vault.get, made.id, PDF_PART, await _key(visit, made))
        return _file(kept, "application/pdf", _name(visit, made) + ".pdf")
    try:
        content = await to_pdf(await _stored(visit, made))
    except PdfFault as fault:
        path = f"/console/cases/{visit.params['code']}/papers/{made.id}"
        return visit.go(path, f"paper_pdf_{fault.code}")
    await asyncio.to_thread(vault.put, made.id, content, PDF_PART, await _key(visit, made))
    return _file(content, "application/pdf", _name(visit, made) + ".pdf")


async def numbers_page(visit: Visit) -> Response:
    """The register of the officer's own body: every number of a year, given or passed over with its reason."""

    def step(unit: StoredWork) -> tuple[list[Series], Series | None, list[dict[str, object]]]:
        store, who = PaperStore(unit), visit.officer
        kept = list(store.kept(who.locality, visit.directory().successor(who.body)))
        wanted = (visit.query.get("year", ""), visit.query.get("kind", ""))
        chosen = next((one for one in kept if (str(one.year), one.kind) == wanted), kept[0] if kept else None)
        return kept, chosen, _lines(unit, visit, chosen) if chosen else []

    kept, chosen, lines = await visit.read(step)
    body = read_as(visit.directory().name(visit.officer.body), visit.lang)
    return visit.page("papers_numbers.html", series=kept, chosen=chosen, lines=lines, body=body)


def _lines(unit: StoredWork, visit: Visit, chosen: Series) -> list[dict[str, object]]:
    """One line a number; of a paper whose case this officer may not open only the number is told."""
    store = PaperStore(unit)
    papers = {made.id: made for made in store.numbered(chosen).values() if _may_open(unit, visit, made)}
    return [
        {
            "number": line.number,
            "paper": papers.get(line.paper_id),
            "reason": line.reason,
            "by": _who(unit, line.by),
            "at": line.at,
            "case": _code(unit, papers.get(line.paper_id)),
        }
        for line in reversed(store.register(chosen))
    ]


def _code(unit: StoredWork, made: MadePaper | None) -> str:
    case = unit.cases.get(made.case_id) if made else None
    return case.code if case is not None else ""


def _may_open(unit: StoredWork, visit: Visit, made: MadePaper) -> bool:
    case = unit.cases.get(made.case_id)
    return case is not None and Desk(unit, visit, case, visit.rules.directory_of(case, visit.now)).may_open(made)


def _form(visit: Visit, draft: Draft, *, status: int = 200) -> Response:
    return visit.page(
        "papers_form.html",
        status=status,
        code=visit.params["code"],
        draft=draft,
        fault=lambda name: error_text(visit, draft.errors, name),
        following=draft.ready.next_number,
        issuer=visit.rules.directory_of(draft.ready.facts.case, visit.now).name(draft.ready.facts.home.body),
    )


def _told(unit: StoredWork, visit: Visit, made: MadePaper) -> dict[str, object]:
    return {
        "id": made.id,
        "paper": made.paper,
        "doc_no": made.doc_no,
        "doc_date": made.doc_date,
        "made_at": made.made_at,
        "made_by": _who(unit, made.made_by),
        "is_draft": made.number is None and bool(made.kind),
        "sha256": made.sha256,
        "size": made.size,
    }


def _who(unit: StoredWork, officer_id: str) -> str:
    officer = unit.people.officer(officer_id)
    return officer.name if officer is not None else ""


async def _stored(visit: Visit, made: MadePaper) -> bytes:
    try:
        return await asyncio.to_thread(visit.services.vault.get, made.id, "original", await _key(visit, made))
    except VaultFault:
        raise visit.missing() from None


async def _key(visit: Visit, made: MadePaper) -> bytes:
    """What the paper's bytes lie under."""
    entry = await visit.read(lambda unit: unit.files.get(made.id))
    return entry.key if entry is not None else b""


def _name(visit: Visit, made: MadePaper) -> str:
    number = f"_{made.number:02d}" if made.number is not None else "_draft" if made.kind else ""
    return f"{visit.params['code']}_{made.paper}{number}"


def _file(content: bytes, mime: str, name: str) -> Response:
    headers = {
        "content-disposition": f'attachment; filename="{name}"',
        "x-content-type-options": "nosniff",
        "cache-control": "private, no-store",
    }
    return Response(content, media_type=mime, headers=headers)
