"""Files of a case: shown to whoever may read it, and taken in with a form, kept when the form has to be corrected."""

from __future__ import annotations

import asyncio
from urllib.parse import quote

from starlette.datastructures import UploadFile
from starlette.responses import Response

from cases.casework import Hidden
from cases.evidence import only_clean, open_file
from cases.messages import FileKind
from cases.ports import CaseFile, FileState
from storage.vault import VaultFault
from storage.work import StoredWork, new_id
from web.console.case_open import opened
from web.console.visit import Visit
from web.security import Session
from web.uploads import CAP, EmptyFile, Upload, Uploads, WrongType
from web.uploads import opened as read_upload

CLEAN = "clean"  # the vault's part without place, camera and hidden second pictures
INLINE = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG": "image/png"}
KEPT = ("file_id", "kind", "name", "mime", "size")
_DOCUMENTS = frozenset({FileKind.DOCUMENT, FileKind.PHOTO})


class BadUpload(Exception):
    """The chosen file cannot be taken: too large, of a wrong type, empty, or there is no room."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


# -- showing --------------------------------------------------------------------------------------------------------


async def show_file(visit: Visit) -> Response:
    """One file; its opening is logged before a byte of it is read."""

    def step(unit: StoredWork) -> tuple[CaseFile, bool]:
        work = opened(unit, visit)
        try:
            found = open_file(unit, work.officer, work.case, work.directory, visit.params["id"], visit.now)
        except Hidden:
            raise visit.missing() from None
        return found, only_clean(work.officer, work.case, work.directory)

    file, clean_only = await visit.write(step)
    if file.state is not FileState.STORED:
        raise visit.missing()
    try:
        return await asyncio.to_thread(_answer, visit, file, clean_only)
    except VaultFault:
        raise visit.missing() from None


def _answer(visit: Visit, file: CaseFile, clean_only: bool) -> Response:
    vault = visit.services.vault
    has_clean = vault.has(file.id, CLEAN)
    original = visit.query.get("original") == "1" and not clean_only
    if has_clean and not original:
        content = vault.get(file.id, CLEAN)
        mime = next((kind for sign, kind in INLINE.items() if content.startswith(sign)), "application/octet-stream")
        return _response(content, mime, file, inline=mime != "application/octet-stream")
    content = vault.get(file.id)
    if file.mime == "application/pdf":
        return _response(content, file.mime, file, inline=True)
    return _response(content, "application/octet-stream", file, inline=False)


def _response(content: bytes, mime: str, file: CaseFile, *, inline: bool) -> Response:
    name = quote(file.source.name or f"{file.purpose}-{file.id[:8]}")
    way = "inline" if inline else "attachment"
    headers = {
        "content-disposition": f"{way}; filename*=UTF-8''{name}",
        "x-content-type-options": "nosniff",
        "cache-control": "private, no-store",
    }
    return Response(content, media_type=mime, headers=headers)


# -- taking in ------------------------------------------------------------------------------------------------------


async def take_upload(visit: Visit) -> Upload | None:
    """The form's file, sealed at once; or the one an earlier try of the same form left. Raises `BadUpload`."""
    uploads = Uploads(visit.services.vault, visit.services.office.keys)
    session = Session(visit.session.id, 0)
    chosen = visit.form.file("file")
    if chosen is None:
        kept = _kept(visit)
        return kept if kept is not None and uploads.genuine(session, kept) else None
    try:
        return _fitting(await uploads.store(session, await _read(chosen, visit)))
    except WrongType:
        raise BadUpload("file_type") from None
    except EmptyFile:
        raise BadUpload("file_empty") from None
    except VaultFault:
        raise BadUpload("file_room") from None


async def _read(chosen: UploadFile, visit: Visit) -> tuple[str, str, bytes]:
    file = await read_upload(chosen)
    if len(file[2]) > min(CAP, visit.rules.limits.file_bytes):
        raise BadUpload("file_large")
    return file


def _fitting(upload: Upload) -> Upload:
    if FileKind(upload.kind) not in _DOCUMENTS:
        raise BadUpload("file_type")
    return upload


def _kept(visit: Visit) -> Upload | None:
    told = {name: visit.form.get(f"kept_{name}") for name in KEPT}
    if not told["file_id"] or not told["size"].isdecimal() or len(told["size"]) > 11:
        return None
    return Upload(told["file_id"], told["kind"], told["name"], int(told["size"]), told["mime"])


def case_file(upload: Upload | None, visit: Visit) -> CaseFile | None:
    """The upload as a file still to be checked by the worker, as a messenger's is."""
    if upload is None:
        return None
    return CaseFile(
        id=new_id(), case_id="", chat_key="", purpose="", source=upload.ref(), channel="web", added_at=visit.now
    )
