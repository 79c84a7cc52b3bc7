"""Files taken in with a form, and kept when the form has to be corrected."""

from __future__ import annotations

from starlette.datastructures import UploadFile

from cases.messages import FileKind
from cases.ports import CaseFile
from storage.vault import VaultFault
from storage.work import new_id
from web.console.visit import Visit
from web.security import Session
from web.uploads import CAP, EmptyFile, Upload, Uploads, WrongType
from web.uploads import opened as read_upload

KEPT = ("file_id", "kind", "name", "mime", "size")
_DOCUMENTS = frozenset({FileKind.DOCUMENT, FileKind.PHOTO})


class BadUpload(Exception):
    """The chosen file cannot be taken: too large, of a wrong type, empty, or there is no room."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


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
