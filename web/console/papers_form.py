"""The form of a paper: what was typed over what is proposed, the mistakes beside their fields, the kept bytes."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from markupsafe import Markup

from cases.casework import read_content
from cases.model import CaseEvent
from cases.papers import SYMBOLS, Paper
from papers.document import PaperFault
from papers.forms import Part, Shape
from papers.making import Typed, file_name, mistakes, number_of, settled, word_file
from papers.preview import sheet
from storage.files import new_file_key
from storage.papers import MadePaper, NumberFault, PaperStore
from storage.vault import VaultFault
from storage.work import StoredWork, new_id
from web.console.papers_facts import Ready, desk_at, made_of, paper_of, ready, series_of
from web.console.visit import Visit

MOST_NUMBER = 99_999


@dataclass(frozen=True, slots=True)
class Field:
    """One field as the page draws it."""

    part: Part
    value: str
    error: str = ""
    fixed: bool = False

    @property
    def rows(self) -> int:
        """How high a box to offer."""
        if self.part.shape is Shape.LINE and self.part.most <= 300:
            return 1
        long = len(self.value) // 90 + self.value.count("\n") + 1
        return min(max(long + 1, 7 if self.part.name in ("content", "opinions", "findings") else 2), 18)


@dataclass(slots=True)
class Draft:
    """A form in the making."""

    ready: Ready
    parts: dict[str, str]
    signer: str
    signer_title: str
    day: str
    number: str
    reason: str = ""
    errors: dict[str, str] = field(default_factory=dict)
    look: Markup | None = None

    @property
    def paper(self) -> Paper:
        """Which paper."""
        return self.ready.facts.paper

    @property
    def numbered(self) -> bool:
        """Whether it gets a number."""
        return bool(SYMBOLS[self.paper])

    @property
    def fields(self) -> list[Field]:
        """The parts in order; facts as they stand in the case."""
        fixed = [part for part in self.ready.parts if settled(self.ready.facts, part)]
        return [
            Field(
                part,
                self.ready.proposal[part.name] if part in fixed else self.parts.get(part.name, ""),
                self.errors.get(part.name, ""),
                part in fixed,
            )
            for part in self.ready.parts
        ]

    def typed(self, *, final: bool) -> Typed:
        """What the paper is made from; a draft leaves the number open."""
        number = int(self.number) if final and self.numbered and _is_number(self.number) else None
        return Typed(self.parts, self.signer, self.signer_title, _day(self.day), number)


def untouched(given: Ready, visit: Visit, earlier: MadePaper | None = None) -> Draft:
    """The form as first shown: what is proposed, or what an earlier draft of the same paper said."""
    said = dict(earlier.values) if earlier else {}
    parts = {part.name: said.get(part.name, given.proposal[part.name]) for part in given.parts if not part.fixed}
    case = given.facts.case
    recorded = given.facts.paper is Paper.FORWARDING and case.forward_doc_date
    day = case.forward_doc_date if recorded and case.forward_doc_date else visit.today
    return Draft(
        ready=given,
        parts=parts,
        signer=said.get("signer", given.signer),
        signer_title=said.get("signer_title", given.signer_title),
        day=day.isoformat(),
        number=str(given.next_number) if given.series else "",
    )


def posted(given: Ready, visit: Visit) -> Draft:
    """The form as it came back; a part that the page did not carry stays as proposed."""
    form = visit.form
    parts = {part.name: form.get(f"part_{part.name}", given.proposal[part.name]) for part in given.parts}
    return Draft(
        ready=given,
        parts={name: _lines(text) for name, text in parts.items()},
        signer=form.get("signer"),
        signer_title=form.get("signer_title"),
        day=form.get("day"),
        number=form.get("number").strip()[:12],
        reason=form.get("reason"),
    )


def check(draft: Draft, *, final: bool) -> bool:
    """Note what must be put right; True when the paper may be made."""
    draft.errors = mistakes(draft.ready.facts, draft.typed(final=final), draft.ready.names)
    if final and draft.numbered and not (_is_number(draft.number) and 0 < int(draft.number) <= MOST_NUMBER):
        draft.errors["number"] = "number"
    if draft.day and _day(draft.day) is None:
        draft.errors["day"] = "day"
    return not draft.errors


def own_templates(visit: Visit) -> Path:
    """Where a commune lays templates of its own: `papers/` beside the file vault."""
    return visit.services.vault.folder.parent / "papers"


async def drawn(draft: Draft, visit: Visit, *, final: bool) -> bytes:
    """The Word file, made off the event loop. Raises `PaperFault`."""
    return await asyncio.to_thread(word_file, draft.ready.facts, draft.typed(final=final), own_templates(visit))


async def look(draft: Draft, visit: Visit) -> None:
    """Put the preview into the draft; a form with gaps is shown as far as it goes."""
    try:
        draft.look = await asyncio.to_thread(sheet, await drawn(draft, visit, final=True))
    except PaperFault:
        draft.errors["template"] = "template"


async def keep(draft: Draft, visit: Visit, *, final: bool) -> MadePaper | None:
    """Make the paper: bytes first, then number and entry in one transaction. None: see the draft's errors."""
    try:
        content = await drawn(draft, visit, final=final)
    except PaperFault:
        draft.errors["template"] = "template"
        return None
    paper_id, vault, made, key = new_id(), visit.services.vault, None, new_file_key()
    try:
        digest = await asyncio.to_thread(vault.put, paper_id, content, "original", key)
        stored = Stored(paper_id, digest, len(content), key)
        made = await visit.write(lambda unit: _enter(unit, visit, draft, stored, final=final))
    except NumberFault as fault:
        draft.errors["number"] = fault.code
        draft.ready = await visit.read(lambda unit: _again(unit, visit))
    except VaultFault:
        draft.errors["template"] = "room"
    finally:
        if made is None:
            await asyncio.to_thread(vault.drop, paper_id)
    return made


def _again(unit: StoredWork, visit: Visit) -> Ready:
    desk = desk_at(unit, visit)
    return ready(desk, paper_of(desk))


@dataclass(frozen=True, slots=True, repr=False)
class Stored:
    """Where a paper's bytes lie, and the key they lie under."""

    id: str
    sha256: str
    size: int
    key: bytes


def _enter(unit: StoredWork, visit: Visit, draft: Draft, stored: Stored, *, final: bool) -> MadePaper:
    """Number, entry and history; refused when the case moved on and the paper no longer fits."""
    desk = desk_at(unit, visit)
    paper = paper_of(desk)
    typed, facts = draft.typed(final=final), draft.ready.facts
    year = typed.day.year if typed.day else visit.today.year
    series = series_of(facts, visit, year)
    store = PaperStore(unit)
    if series is not None and typed.number is not None:
        store.take(series, typed.number, stored.id, visit.officer.id, draft.reason)
    made = MadePaper(
        id=stored.id,
        case_id=desk.case.id,
        locality=facts.home.locality,
        body=facts.home.body,
        paper=paper,
        kind=SYMBOLS[paper],
        year=year,
        sha256=stored.sha256,
        size=stored.size,
        made_by=visit.officer.id,
        made_at=visit.now,
        number=typed.number,
        doc_no=number_of(facts, typed.number) if typed.number is not None else "",
        doc_date=typed.day,
        values={**draft.parts, "signer": typed.signer, "signer_title": typed.signer_title},
    )
    store.add(made, file_name(facts, typed.number), stored.key)
    told: dict[str, object] = {"paper": paper.value, "doc_no": made.doc_no}
    unit.cases.log(CaseEvent(desk.case.id, visit.now, "paper_made", visit.officer.id, told))
    return made


def open_form(unit: StoredWork, visit: Visit) -> tuple[Ready, MadePaper | None]:
    """The form's facts, and the draft to go on with (`?from=`); showing content is logged."""
    desk = desk_at(unit, visit)
    paper = paper_of(desk)
    if desk.sees_content:
        read_content(unit, visit.officer, desk.case, visit.now)
    wanted = visit.query.get("from", "")
    earlier = next((one for one in desk.readable() if one.id == wanted and one.paper == paper), None)
    return ready(desk, paper), earlier


def open_made(unit: StoredWork, visit: Visit) -> MadePaper:
    """A made paper to be shown; the showing is logged."""
    desk = desk_at(unit, visit)
    made = made_of(desk)
    if desk.sees_content:
        read_content(unit, visit.officer, desk.case, visit.now)
    return made


def error_text(visit: Visit, errors: Mapping[str, str], name: str) -> str:
    """The sentence beside a field, "" for none."""
    return visit.say(f"paper_fault_{errors[name]}") if name in errors else ""


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal()


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _lines(text: str) -> str:
    """Browsers send every line break as two signs."""
    return text.replace("\r\n", "\n")
