"""The registers of publicity: nine contents with owner, day and proof of posting."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import date
from functools import partial
from typing import Any
from urllib.parse import quote

from starlette.responses import Response

from cases.bodies import Body
from cases.casework import Refused
from cases.disclosure import (
    OWNERS,
    SOURCES,
    Content,
    Item,
    Proof,
    PublicityForm,
    Source,
    check_item,
    check_proof,
    may_keep,
)
from cases.messages import FileKind, FileRef
from cases.model import BodyRole
from cases.ports import CaseFile, FileState
from cases.reasons import Reason, said
from storage.board_disclosure import DisclosureStore
from storage.files import new_file_key
from storage.vault import VaultFault
from storage.work import StoredWork, new_id
from web.console.roles import CONTACT, DESK, WATCH, Roles
from web.console.shell import Console
from web.console.visit import Visit

ROOT = "/console/disclosure"
KEEPERS: Roles = DESK | CONTACT | WATCH
PURPOSE = "disclosure"
SIGNS = {b"%PDF-": "application/pdf", b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}


def add_disclosure(console: Console) -> None:
    """Hang in the pages."""

    @console.get(ROOT, roles=KEEPERS, menu="disclosure")
    async def register(visit: Visit) -> Response:
        return await _page(visit)

    @console.post(ROOT, roles=KEEPERS)
    async def act(visit: Visit) -> Response:
        return await _act(visit)

    @console.get(ROOT + "/files/{id}", roles=KEEPERS)
    async def file(visit: Visit) -> Response:
        return await _file(visit)


# -- showing --------------------------------------------------------------------------------------------------------


async def _page(visit: Visit, *, status: int = 200, fault: str = "", tried: str = "") -> Response:
    shown = await visit.read(partial(_shown, visit))
    typed = {name: visit.form.get(name) for name in ("content", "owner", "due_on", "title", *_PROOF_FIELDS)}
    return visit.page("disclosure.html", status=status, **shown, fault=fault, tried=tried, typed=typed)


_PROOF_FIELDS = ("form", "posted_on", "address", "recipient", "number")


def _shown(visit: Visit, unit: StoredWork) -> dict[str, Any]:
    store, directory = DisclosureStore(unit), visit.directory()
    everything = store.items(visit.officer.locality)
    chosen = visit.query.get("content", "")
    late: Counter[str] = Counter(one.content.value for one in everything if one.standing(visit.today) == "late")
    undone: Counter[str] = Counter(one.content.value for one in everything if not one.done)
    owners = [body for body in directory.bodies.values() if may_keep(visit.officer, body.code, directory)]
    return {
        "root": ROOT,
        "contents": [(one.value, late[one.value], undone[one.value]) for one in Content],
        "chosen": chosen if chosen in list(Content) else "",
        "late": sum(late.values()),
        "rows": [_row(visit, item) for item in everything if chosen in ("", item.content.value)],
        "forms": [form.value for form in PublicityForm],
        "owners": [(body.code, body.name) for body in owners if not body.roles & {BodyRole.UPPER, BodyRole.EXTERNAL}],
        "usual": {content.value: directory.short(codes[0]) for content, codes in OWNERS.items()},
        "sources": {content.value: source.value for content, source in SOURCES.items()},
        "generated": {content.value: count for content, count in store.generated(visit.officer.locality).items()},
        "offices": _offices(visit, chosen),
        "today": visit.today,
    }


def _offices(visit: Visit, chosen: str) -> list[Body]:
    """For D7: the bodies that answer people, with their telephone."""
    if SOURCES.get(Content(chosen) if chosen in list(Content) else Content.INSPECTION) is not Source.DIRECTORY:
        return []
    found = visit.directory().bodies_with(BodyRole.COMPETENT_AUTHORITY)
    return [body for body in found if BodyRole.UPPER not in body.roles]


def _row(visit: Visit, item: Item) -> dict[str, Any]:
    directory = visit.directory()
    return {
        "item": item,
        "owner": directory.name(item.owner),
        "standing": item.standing(visit.today),
        "mine": may_keep(visit.officer, item.owner, directory),
        "proofs": [(_told(visit, proof), proof.file_id) for proof in item.proofs],
    }


def _told(visit: Visit, proof: Proof) -> str:
    form, day = visit.say(f"disclosure_form_{proof.form.value}"), f"{proof.posted_on:%d/%m/%Y}"
    if proof.form is PublicityForm.DOCUMENT:
        return visit.say("disclosure_sent", form=form, day=day, number=proof.number, recipient=proof.recipient)
    return visit.say("disclosure_proof", form=form, day=day, address=proof.address or "–")


# -- steps ----------------------------------------------------------------------------------------------------------


async def _act(visit: Visit) -> Response:
    step = visit.form.get("step")
    try:
        if step == "add":
            await visit.write(partial(_add, visit))
            done = "added"
        elif step == "prove":
            await _prove(visit)
            done = "proved"
        elif step == "drop":
            await visit.write(partial(_drop, visit))
            done = "dropped"
        else:
            raise visit.missing()
    except Reason as refused:
        sentence = said(visit.rules.wording, refused, visit.lang)
        return await _page(visit, status=422, fault=sentence, tried=visit.form.get("item") or step)
    chosen = visit.form.get("content")
    return visit.go(f"{ROOT}?content={chosen}" if chosen in list(Content) else ROOT, f"disclosure_done_{done}")


def _add(visit: Visit, unit: StoredWork) -> None:
    form = visit.form
    if form.get("content") not in list(Content):
        raise Refused("disclosure_content")
    item = Item(
        id=unit.new_id(),
        locality=visit.officer.locality,
        content=Content(form.get("content")),
        owner=form.get("owner"),
        due_on=_day(form.get("due_on")),
        title=" ".join(form.get("title").split()),
        made_by=visit.officer.id,
        made_at=visit.now,
    )
    check_item(item, visit.officer, visit.directory())
    DisclosureStore(unit).add(item)


async def _prove(visit: Visit) -> None:
    file = await _taken(visit)
    try:
        await visit.write(partial(_record, visit, file))
    except Reason:
        if file is not None:
            await asyncio.to_thread(visit.services.vault.drop, file.id)
        raise


def _record(visit: Visit, file: CaseFile | None, unit: StoredWork) -> None:
    form = visit.form
    item = _item(visit, unit)
    if form.get("form") not in list(PublicityForm):
        raise Refused("disclosure_content")
    proof = Proof(
        form=PublicityForm(form.get("form")),
        posted_on=_day(form.get("posted_on")),
        address=" ".join(form.get("address").split()),
        recipient=" ".join(form.get("recipient").split()),
        number=" ".join(form.get("number").split()),
        file_id=file.id if file is not None else "",
        made_by=visit.officer.id,
    )
    check_proof(item, proof, visit.officer, visit.directory(), visit.today)
    if file is not None:
        file.case_id = item.id
        unit.files.add(file)
    DisclosureStore(unit).prove(item, proof)


def _drop(visit: Visit, unit: StoredWork) -> None:
    item = _item(visit, unit)
    if not may_keep(visit.officer, item.owner, visit.directory()):
        raise Refused("disclosure_not_yours")
    DisclosureStore(unit).drop(item)


def _item(visit: Visit, unit: StoredWork) -> Item:
    found = DisclosureStore(unit).get(visit.form.get("item"))
    if found is None or found.dropped or found.locality != visit.officer.locality:
        raise visit.missing()
    return found


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused("disclosure_day") from None


# -- files ----------------------------------------------------------------------------------------------------------


async def _taken(visit: Visit) -> CaseFile | None:
    """The chosen file, sealed in the vault; Refused `disclosure_file` for another kind or a larger one."""
    chosen = visit.form.file("file")
    if chosen is None:
        return None
    most = visit.rules.limits.file_bytes
    content = await chosen.read(most + 1)
    mime = next((kind for sign, kind in SIGNS.items() if content.startswith(sign)), "")
    if not mime or len(content) > most:
        raise Refused("disclosure_file", megabytes=most // 1_000_000)
    file_id, key = new_id(), new_file_key()
    try:
        sha256 = await asyncio.to_thread(visit.services.vault.put, file_id, content, "original", key)
    except VaultFault:
        raise Refused("disclosure_file", megabytes=most // 1_000_000) from None
    source = FileRef(FileKind.DOCUMENT, "", (chosen.filename or "")[-100:], len(content), mime)
    return CaseFile(
        id=file_id,
        case_id="",
        chat_key="",
        purpose=PURPOSE,
        source=source,
        channel="web",
        added_at=visit.now,
        state=FileState.STORED,
        sha256=sha256,
        size=len(content),
        mime=mime,
        key=key,
    )


async def _file(visit: Visit) -> Response:
    def find(unit: StoredWork) -> CaseFile:
        file = unit.files.get(visit.params["id"])
        item = DisclosureStore(unit).get(file.case_id) if file is not None and file.purpose == PURPOSE else None
        if file is None or item is None or item.locality != visit.officer.locality:
            raise visit.missing()
        return file

    file = await visit.read(find)
    try:
        content = await asyncio.to_thread(visit.services.vault.get, file.id, "original", file.key)
    except VaultFault:
        raise visit.missing() from None
    name = quote(file.source.name or file.id[:8])
    headers = {"content-disposition": f"attachment; filename*=UTF-8''{name}", "cache-control": "private, no-store"}
    return Response(content, media_type="application/octet-stream", headers=headers)
