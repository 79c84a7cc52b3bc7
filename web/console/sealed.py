"""`/console/cases/…/sealed`: the encrypted parts of a sealed report, handed to the body that opens them in the browser.

The page alone may run WebAssembly (`'wasm-unsafe-eval'`: libsodium is compiled to it, and the word allows nothing
else). Nothing is decrypted here; every fetching of ciphertext is entered in the audit log before it is answered.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from starlette.responses import Response

from cases import identity, sealing
from cases.deskwork import at_desk
from cases.model import Case
from cases.ports import CaseFile, FileState
from storage import sealed_keys
from storage.sealed import FILE, PART, StoredBox
from storage.vault import FileVault, VaultFault
from storage.work import StoredWork
from web.console.case_fields import Work
from web.console.case_open import number_of, opened
from web.console.roles import DESK
from web.console.shell import Console
from web.console.visit import Visit
from web.security import CONTENT_POLICY

POLICY = CONTENT_POLICY.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'")
PATH = "/console/cases/{code}/sealed"
PRIVATE = {"cache-control": "private, no-store"}
WORDS = ("working", "wrong", "tampered", "lost", "file_open", "file_save", "shared", "share_first", "file")
PARTS = ("report", "added", "verdict", "appeal", "identity", "file")
FACTS = ("about", "subject_note", "hamlet", "place", "point", "happened", "work", "name", "phone")


def add_sealed(console: Console) -> None:
    """The page, and what its script fetches and sends."""
    console.get(PATH, roles=DESK)(show_sealed)
    console.post(f"{PATH}/boxes", roles=DESK)(give_boxes)
    console.post(f"{PATH}/files/{{id}}", roles=DESK)(give_file)
    console.post(f"{PATH}/bundle", roles=DESK)(give_bundle)
    console.post(f"{PATH}/share", roles=DESK)(share)


# -- the page ---------------------------------------------------------------------------------------------------------


async def show_sealed(visit: Visit) -> Response:
    """The page with the officer's own wrapped keys; the encrypted parts are fetched when she opens them."""

    def step(unit: StoredWork) -> dict[str, Any]:
        work = _work(unit, visit)
        boxes = _boxes(work)
        copies = sealed_keys.copies_of(unit, visit.officer.id)
        needed = {key for one in boxes for key in one.envelopes}
        return {
            "case": work.case,
            "base": f"/console/cases/{number_of(work, work.case)}",
            "keys": _json({key: copy for key, copy in copies.items() if key in needed}),
            "held": bool(needed & copies.keys()),
            "pending": sum(file.state is FileState.PENDING for file in _evidence(work)),
            "others": _others(work),
            "identity": identity.has_contact(unit, work.case),
            "identity_open": _identity_open(work),
        }

    found = await visit.read(step)
    words = {name: visit.say(f"sealed_{name}", name="{name}", body="{body}") for name in WORDS}
    words |= {f"part_{name}": visit.say(f"sealed_part_{name}") for name in PARTS}
    words |= {f"fact_{name}": visit.say(f"sealed_fact_{name}") for name in FACTS}
    response = visit.page("sealed.html", words=_json(words), **found)
    response.headers["content-security-policy"] = POLICY
    response.headers["cache-control"] = "no-store"
    return response


def card_of(work: Work) -> dict[str, object]:
    """What the page of a case says of sealing: nothing for an ordinary case."""
    case = work.case
    if not case.sealed_to or not at_desk(work.officer, case, work.directory):
        return {"sealed_card": None}
    return {"sealed_card": {"body": work.body(case.sealed_to), "mine": bool(_boxes(work))}}


# -- what the script fetches ----------------------------------------------------------------------------------------


async def give_boxes(visit: Visit) -> Response:
    """Every part but the files' contents."""

    def step(unit: StoredWork) -> dict[str, Any]:
        work = _work(unit, visit)
        boxes = _boxes(work)
        _enter(work, "boxes", len(boxes))
        return bundle_of(work.case, boxes, {})

    return _answer(await visit.write(step))


async def give_file(visit: Visit) -> Response:
    """The encrypted content of one file."""

    def step(unit: StoredWork) -> CaseFile:
        work = _work(unit, visit)
        mine = {one.file_id for one in _boxes(work)} - {""}
        file = unit.files.get(visit.params["id"]) if visit.params["id"] in mine else None
        if file is None:
            raise visit.missing()
        _enter(work, "file", 1)
        return file

    file = await visit.write(step)
    content = await asyncio.to_thread(content_of, visit.services.vault, file)
    if not content:
        raise visit.missing()
    return Response(content, media_type="application/octet-stream", headers=PRIVATE)


async def give_bundle(visit: Visit) -> Response:
    """Everything in one file, still sealed, to be opened off-line by `hoiam sealed open`."""

    def step(unit: StoredWork) -> tuple[Case, list[StoredBox], list[CaseFile]]:
        work = _work(unit, visit)
        boxes = _boxes(work)
        _enter(work, "bundle", len(boxes))
        files = [unit.files.get(one.file_id) for one in boxes if one.file_id]
        return work.case, boxes, [file for file in files if file is not None]

    case, boxes, files = await visit.write(step)
    contents = {file.id: await asyncio.to_thread(content_of, visit.services.vault, file) for file in files}
    name = f'attachment; filename="{case.code}.sealed.json"'
    return _answer(bundle_of(case, boxes, contents), {"content-disposition": name})


async def share(visit: Visit) -> Response:
    """Envelopes for one more body, made in the browser of somebody who could open the boxes."""
    body, text = visit.form.get("body"), visit.form.get("envelopes")

    def step(unit: StoredWork) -> int:
        work = _work(unit, visit)
        key = {code: key for code, _, key, _ in _others(work)}.get(body)
        envelopes = _envelopes(text)
        if key is None or not envelopes or not set(envelopes) <= {one.id for one in _boxes(work)}:
            raise visit.missing()
        unit.audit.enter("sealed_shared", actor=visit.officer.id, case_id=work.case.id, detail={"body": body})
        return unit.sealed.add_envelopes(work.case, body, key, envelopes)

    return _answer({"added": await visit.write(step)})


# -- the common parts -------------------------------------------------------------------------------------------------


def _work(unit: StoredWork, visit: Visit) -> Work:
    """A sealed case whose content this officer may see and her body can open; everything else is not there."""
    work = opened(unit, visit)
    if not work.case.sealed_to or not at_desk(work.officer, work.case, work.directory) or not _boxes(work):
        raise visit.missing()
    return work


def _boxes(work: Work) -> list[StoredBox]:
    """Who sent it is among them only while two persons' agreement lasts."""
    but = () if _identity_open(work) else (sealing.IDENTITY,)
    return work.unit.sealed.boxes(work.case, work.directory.same_as(work.officer.body), but=but)


def _identity_open(work: Work) -> bool:
    agreed = identity.usable(work.unit, work.directory, work.officer, work.case, work.now)
    return agreed is not None and agreed.opened_at is not None


def _evidence(work: Work) -> Sequence[CaseFile]:
    return work.unit.files.of_case(work.case.id, "evidence")


def _others(work: Work) -> list[tuple[str, str, str, str]]:
    """Bodies that may be let in: code, name, key and public key of each that has one and is not shut out."""
    case, directory = work.case, work.directory
    shut = directory.current((*case.excluded_bodies, *case.hidden_from))
    own = directory.same_as(work.officer.body)
    found: dict[str, tuple[str, str, str, str]] = {}
    for locality in dict.fromkeys((case.locality, work.officer.locality, directory.tree.get(case.locality, ""))):
        for one in sealed_keys.keys_of(work.unit, locality) if locality else ():
            code = directory.successor(one.body)
            newest = sealed_keys.newest(work.unit, locality, one.body)
            if code in own or code in shut or one.body in found or newest is None:
                continue
            public = base64.b64encode(newest.public).decode()
            found[one.body] = (one.body, work.body(one.body), newest.id, public)
    return list(found.values())


def _enter(work: Work, what: str, many: int) -> None:
    detail = {"what": what, "parts": str(many)}
    work.unit.audit.enter("sealed_opened", actor=work.officer.id, case_id=work.case.id, detail=detail)


def content_of(vault: FileVault, file: CaseFile) -> bytes:
    """A file's box; b"" where it is not sealed yet or lies no more: the other parts are opened without it."""
    if file.state is not FileState.STORED:
        return b""
    try:
        return vault.get(file.id, PART, file.key)
    except VaultFault:
        return b""


def bundle_of(case: Case, boxes: Sequence[StoredBox], contents: Mapping[str, bytes]) -> dict[str, Any]:
    """The encrypted parts as JSON; the content of a file is empty where it is fetched apart."""
    return {
        "kind": "hoiam-sealed-report",
        "v": 1,
        "case": case.code,
        "boxes": [
            {
                "id": one.id,
                "what": one.what,
                "file": one.file_id,
                "at": one.at.isoformat(),
                "content": _b64(contents.get(one.file_id, b"") if one.what == FILE else one.content),
                "envelopes": {key: _b64(sealed) for key, sealed in one.envelopes.items()},
            }
            for one in boxes
        ],
    }


def _envelopes(text: str) -> dict[str, bytes]:
    try:
        given = orjson.loads(text)
        found = {str(box): base64.b64decode(sealed, validate=True) for box, sealed in given.items()}
    except (ValueError, AttributeError, TypeError):
        return {}
    return found if all(len(sealed) == 80 for sealed in found.values()) else {}


def _b64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _json(value: object) -> str:
    return orjson.dumps(value).decode()


def _answer(value: object, headers: Mapping[str, str] | None = None) -> Response:
    return Response(_json(value), media_type="application/json", headers={**PRIVATE, **(headers or {})})
