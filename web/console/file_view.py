"""Files of a case shown: officers look at the clean copy; the original is handed out for a reason that is on record."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from functools import partial
from urllib.parse import quote

from starlette.responses import Response

from cases.casework import Hidden, Refused
from cases.evidence import may_open_original, open_file, open_original
from cases.ports import CaseFile, FileState
from cases.reasons import said
from storage import copies
from storage.copies import FROM_PEOPLE, CleanCopy, CopyState, part_name
from storage.keys import SealBroken
from storage.vault import VaultFault
from storage.work import StoredWork
from web.console.case_open import number_of, opened
from web.console.roles import CONTACT, DESK
from web.console.shell import Console
from web.console.visit import Visit

PICTURES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG": "image/png"}
SHOWN = frozenset({"image/jpeg", "image/png", "audio/ogg", "audio/mpeg", "audio/mp4", "audio/wav"}) | {
    "video/mp4",
    "video/webm",
}
PLAIN_BYTES = "application/octet-stream"
_RANGE = re.compile(r"bytes=(\d{1,12})-(\d{0,12})")


@dataclass(frozen=True, slots=True)
class Looked:
    """A file that this officer may look at."""

    file: CaseFile
    copy: CleanCopy | None
    base: str
    original: bool

    @property
    def address(self) -> str:
        """Where the file stands."""
        return f"{self.base}/files/{self.file.id}"


def add_file_view(console: Console) -> None:
    """The page of a file, the bytes of its copy, and its original."""
    console.get("/console/cases/{code}/files/{id}", roles=DESK | CONTACT)(show_copy)
    console.get("/console/cases/{code}/files/{id}/view", roles=DESK | CONTACT)(view_file)
    console.post("/console/cases/{code}/files/{id}/original", roles=DESK | CONTACT)(give_original)


async def view_file(visit: Visit) -> Response:
    """The copy on a page of its own, and below it the way to the original."""
    looked = await visit.write(partial(_look, visit=visit))
    return await _page(visit, looked)


async def _page(visit: Visit, looked: Looked, *, status: int = 200, error: str = "", reason: str = "") -> Response:
    words = ""
    if looked.copy is not None and looked.copy.shape == "text" and looked.copy.state is CopyState.MADE:
        words = (await _read(visit, looked.file, part_name(1))).decode("utf-8", "replace")
    values: dict[str, object] = {"file": looked.file, "copy": looked.copy, "address": looked.address, "words": words}
    values |= {"may_original": looked.original, "error": error, "reason": reason}
    return visit.page("file.html", status=status, base=looked.base, **values)


async def show_copy(visit: Visit) -> Response:
    """One part of the copy (`?page=2`); a paper made here is handed out as it is."""
    looked = await visit.write(partial(_look, visit=visit))
    file, copy = looked.file, looked.copy
    if file.purpose not in FROM_PEOPLE:
        return _download(await _read(visit, file), file)
    told = visit.query.get("page", "1")
    number = int(told) if told.isdecimal() and len(told) < 4 else 0
    if copy is None or copy.state is not CopyState.MADE or not 1 <= number <= copy.parts or copy.shape == "text":
        raise visit.missing()
    return _inline(visit, await _read(visit, file, part_name(number)), copy.mime, file)


async def give_original(visit: Visit) -> Response:
    """The file as it came, once its reason is stored; always as a download."""
    reason = visit.form.get("reason", "").strip()

    def step(unit: StoredWork) -> CaseFile | Refused:
        work = opened(unit, visit)
        copy = copies.of_files(unit, [visit.params["id"]]).get(visit.params["id"])
        try:
            if copy is not None and copy.is_held:
                raise Hidden(copy.file_id)
            return open_original(unit, work.officer, work.case, work.directory, visit.params["id"], reason, visit.now)
        except Hidden:
            raise visit.missing() from None
        except Refused as refused:
            return refused

    given = await visit.write(step)
    if isinstance(given, Refused):
        looked = await visit.write(partial(_look, visit=visit))
        why = said(visit.rules.wording, given, visit.lang)
        return await _page(visit, looked, status=422, error=why, reason=reason)
    return _download(await _read(visit, given), given)


def _look(unit: StoredWork, *, visit: Visit) -> Looked:
    """Its opening is logged before a byte of it is read."""
    work = opened(unit, visit)
    try:
        file = open_file(unit, work.officer, work.case, work.directory, visit.params["id"], visit.now)
    except Hidden:
        raise visit.missing() from None
    if file.state is not FileState.STORED:
        raise visit.missing()
    copy = copies.of_files(unit, [file.id]).get(file.id)
    held = copy is not None and copy.is_held
    may = not held and may_open_original(work.officer, work.case, work.directory, file)
    return Looked(file, copy, f"/console/cases/{number_of(work, work.case)}", may)


async def _read(visit: Visit, file: CaseFile, part: str = "original") -> bytes:
    try:
        return await asyncio.to_thread(visit.services.vault.get, file.id, part, file.key)
    except (VaultFault, SealBroken):  # erased meanwhile, or sealed to a body's key
        raise visit.missing() from None


def _inline(visit: Visit, content: bytes, told: str, file: CaseFile) -> Response:
    """A picture or recording of ours. Players ask for a part of it (RFC 9110, 14.2): one range is answered."""
    mime = next((kind for sign, kind in PICTURES.items() if content.startswith(sign)), told)
    if mime not in SHOWN:
        raise visit.missing()
    headers = {**_headers("inline", _name(file)), "accept-ranges": "bytes"}
    asked = _RANGE.fullmatch(visit.request.headers.get("range", ""))
    if asked is None:
        return Response(content, media_type=mime, headers=headers)
    first, last = int(asked[1]), min(int(asked[2] or len(content)), len(content) - 1)
    if first > last:
        return Response(status_code=416, headers={**headers, "content-range": f"bytes */{len(content)}"})
    headers["content-range"] = f"bytes {first}-{last}/{len(content)}"
    return Response(content[first : last + 1], 206, headers, mime)


def _download(content: bytes, file: CaseFile) -> Response:
    return Response(content, media_type=PLAIN_BYTES, headers=_headers("attachment", _name(file)))


def _name(file: CaseFile) -> str:
    return quote(file.source.name or f"{file.purpose}-{file.id[:8]}")


def _headers(way: str, name: str) -> dict[str, str]:
    return {
        "content-disposition": f"{way}; filename*=UTF-8''{name}",
        "x-content-type-options": "nosniff",
        "cache-control": "private, no-store",
    }
