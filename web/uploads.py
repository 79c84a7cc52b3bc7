"""Files sent through the page: read with a cap, sealed at once, under a handle that only their sender can use."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import re
import secrets
from collections.abc import AsyncIterator, Collection, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote

from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from cases.messages import FileFault, FileKind, FileRef
from storage.vault import FileVault, VaultFault
from web.bodies import HungUp, TooLarge, chunks
from web.pages import Refusal
from web.security import Keys, Session

CAP = 20 * 1_048_576
FORM_OVERHEAD = 1_048_576  # text fields and part headers around the files of a form
PART = "upload"
PREFIX = "up"  # no other file id begins so: those are hex digits
DOCUMENTS = frozenset(
    {
        "application/pdf",
        "application/msword",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    }
)
ACCEPT = "image/*,video/*,audio/*,.pdf,.doc,.docx"
_UNWANTED = frozenset({"image/svg+xml"})  # a picture that can carry scripts
_KINDS = {"image": FileKind.PHOTO, "video": FileKind.VIDEO, "audio": FileKind.AUDIO}
File = tuple[str, str, bytes]
"""Name, type as declared by the browser, content."""
_BY_ENDING = {  # what phones send without a type
    "jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "webp": "image/webp", "gif": "image/gif",
    "heic": "image/heic", "heif": "image/heif", "mp4": "video/mp4", "mov": "video/quicktime", "3gp": "video/3gpp",
    "webm": "video/webm", "mp3": "audio/mpeg", "m4a": "audio/mp4", "aac": "audio/aac", "ogg": "audio/ogg",
    "opus": "audio/ogg", "amr": "audio/amr", "wav": "audio/wav", "pdf": "application/pdf", "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}  # fmt: skip
_MIME = re.compile(r"[a-z]+/[a-z0-9.+-]{1,100}")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f/\\\u200b-\u200f\u202a-\u202e\u2066-\u2069]+")


class WrongType(Exception):
    """Not a picture, video, sound, PDF or Word file."""


class EmptyFile(Exception):
    """A file without content."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A stored file as the page knows it; every field is covered by the proof inside `file_id`. `size` in bytes."""

    file_id: str
    kind: str
    name: str
    size: int
    mime: str

    def as_json(self) -> dict[str, object]:
        """As the page gets it, and sends it back in a message."""
        return asdict(self)

    def ref(self) -> FileRef:
        """As messages carry it."""
        return FileRef(FileKind(self.kind), self.file_id, self.name, self.size, self.mime)


class Uploads:
    """Takes files in. The handle proves its session and its description, so nothing has to be remembered."""

    def __init__(self, vault: FileVault, keys: Keys) -> None:
        self._vault = vault
        self._keys = keys

    async def read(self, request: Request) -> File:
        """The file of a request, whose body is the file itself or a form with a field `file`.

        Raises `TooLarge`, `HungUp`, ValueError.
        """
        declared = request.headers.get("content-type", "")
        if declared.startswith("multipart/form-data"):
            async with form_of(request, 1) as form:
                field = form.get("file")
                return await opened(field) if isinstance(field, UploadFile) else ("", "", b"")
        pieces = [piece async for piece in chunks(request.headers.get("content-length"), request.receive, CAP)]
        name = unquote(request.headers.get("x-file-name", ""), errors="replace")
        return name, declared, b"".join(pieces)

    async def store(self, session: Session, file: File, *, voice: bool = False) -> Upload:
        """Seal (name, type, content) into the vault; raises `WrongType`, `EmptyFile`, `VaultFault`."""
        name, declared, content = file
        if not content:
            raise EmptyFile
        mime = _mime(declared, name)
        kind = _kind(mime, voice=voice)
        nonce = secrets.token_hex(8)
        described = Upload(
            "", kind.value, _clean(name) or f"{kind.value}.{mime.split('/')[1][:10]}", len(content), mime
        )
        file_id = f"{PREFIX}{nonce}{self._proof(session, nonce, described)}"
        await asyncio.to_thread(self._vault.put, file_id, content, PART)
        return Upload(file_id, described.kind, described.name, described.size, described.mime)

    def genuine(self, session: Session, upload: Upload) -> bool:
        """Whether this session uploaded exactly this."""
        nonce = upload.file_id.removeprefix(PREFIX)[:16]
        wanted = f"{PREFIX}{nonce}{self._proof(session, nonce, upload)}"
        return hmac.compare_digest(wanted.encode(), upload.file_id.encode())

    def _proof(self, session: Session, nonce: str, upload: Upload) -> str:
        described = asdict(upload) | {"file_id": nonce}
        return self._keys.lookup("web-upload", f"{session.id}\0{sorted(described.items())}")


@contextlib.asynccontextmanager
async def form_of(request: Request, most_files: int) -> AsyncIterator[FormData]:
    """A form with files, held in memory: a temporary file would be a copy in clear.

    Raises `TooLarge`, `HungUp`, ValueError.
    """
    body = chunks(request.headers.get("content-length"), request.receive, CAP + FORM_OVERHEAD)
    try:
        form = await _InMemory(request.headers, body, max_files=most_files, max_fields=20).parse()
    except (MultiPartException, KeyError) as error:
        raise ValueError("not a readable form") from error
    try:
        yield form
    finally:
        await form.close()


async def opened(file: UploadFile) -> File:
    """A form's file."""
    return file.filename or "", file.content_type or "", await file.read()


@contextlib.contextmanager
def refusing_files() -> Iterator[None]:
    """Turns what can go wrong with a file into a polite refusal."""
    try:
        yield
    except TooLarge:
        raise Refusal(413, "web_error_file_large", size=CAP // 1_048_576) from None
    except WrongType:
        raise Refusal(415, "web_error_file_type") from None
    except EmptyFile:
        raise Refusal(422, "web_error_file_empty") from None
    except (VaultFault, OSError):
        raise Refusal(507, "web_error_file_room") from None
    except (ValueError, HungUp):
        raise Refusal(422, "web_error_unreadable") from None


class _InMemory(MultiPartParser):
    spool_max_size = CAP + FORM_OVERHEAD + 1


def _mime(declared: str, name: str) -> str:
    mime = declared.split(";")[0].strip().lower()
    if mime in ("", "application/octet-stream"):
        mime = _BY_ENDING.get(name.rpartition(".")[2].lower(), "")
    return mime if _MIME.fullmatch(mime) else ""


def _kind(mime: str, *, voice: bool) -> FileKind:
    if mime in DOCUMENTS:
        return FileKind.DOCUMENT
    kind = _KINDS.get(mime.split("/")[0])
    if kind is None or mime in _UNWANTED:
        raise WrongType
    return FileKind.VOICE if voice and kind is FileKind.AUDIO else kind


def _clean(name: str) -> str:
    return _UNPRINTABLE.sub(" ", name).strip()[-120:].strip()


async def fetch_upload(vault: FileVault, file: FileRef, cap: int) -> bytes:
    """An uploaded file's content, for the worker that fetches evidence; raises `FileFault`."""
    if file.size > cap:
        raise FileFault("too_large")
    try:
        content = await asyncio.to_thread(vault.get, file.ref, PART)
    except VaultFault as error:
        raise FileFault("gone") from error
    if len(content) > cap:
        raise FileFault("too_large")
    return content


def drop_stale(folder: Path, older_than: datetime, keep: Collection[str] = ()) -> int:
    """Remove uploads last written before `older_than` from the vault's folder, except those still to be fetched."""
    dropped = 0
    for path in folder.glob(f"??/{PREFIX}*.{PART}"):
        with contextlib.suppress(FileNotFoundError):  # fetched, or swept by another process, a moment ago
            if path.stem not in keep and path.stat().st_mtime < older_than.timestamp():
                path.unlink()
                dropped += 1
    return dropped
