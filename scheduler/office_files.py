"""What an office document is by its directory, and whether it may be given to LibreOffice.

Runs in the child of `scheduler.cleaning` only: even a zip directory is a stranger's.
"""

from __future__ import annotations

import io
import posixpath
import zipfile

from scheduler.copies import CopyFault

ENTRIES_MOST = 2_000
UNPACKED_MOST = 150_000_000
"""Bytes of all parts together; a thick report with photographs unpacks to less than a third."""
_OFFICE = "application/vnd.openxmlformats-officedocument."
WORD, SHEET = f"{_OFFICE}wordprocessingml.document", f"{_OFFICE}spreadsheetml.sheet"
OPEN_TEXT = "application/vnd.oasis.opendocument.text"
_BROKEN = (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError, EOFError)
_MACROS = ("vbaproject.bin", "vbadata.xml")
_PROGRAMS = ("basic/", "scripts/")
_DECLARES = tuple("<!DOCTYPE".encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be"))
_XML = (".xml", ".rels", ".rdf", ".vml")


def type_of(content: bytes) -> str | None:
    """The media type of an office document; None for other archives, for macros and for too many entries."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            if len(entries) > ENTRIES_MOST:
                return None
            names = {entry.filename for entry in entries}
            if "mimetype" in names and archive.getinfo("mimetype").file_size == len(OPEN_TEXT):
                told = archive.read("mimetype") == OPEN_TEXT.encode()
                return OPEN_TEXT if told and not any(name.lower().startswith(_PROGRAMS) for name in names) else None
    except _BROKEN:
        return None
    if "[Content_Types].xml" not in names or any(name.lower().endswith(_MACROS) for name in names):
        return None
    if "word/document.xml" in names:
        return WORD
    return SHEET if "xl/workbook.xml" in names else None


def check(content: bytes, mime: str) -> None:
    """Raise `CopyFault` for what unpacks to too much, leaves its folder, is encrypted, or declares entities.

    The standard forbids document type declarations in parts (ECMA-376 part 2, 8.1.4): they are how a document asks
    for other files. Old binary documents pass: LibreOffice reads them behind the fence.
    """
    if not content.startswith(b"PK"):
        return
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            if sum(entry.file_size for entry in entries) > UNPACKED_MOST:
                raise CopyFault("hostile", "unpacks to too much")
            for entry in entries:
                _check(archive, entry)
    except _BROKEN as error:
        raise CopyFault("unreadable", type(error).__name__) from error


def _check(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    name = entry.filename.replace("\\", "/")
    if entry.flag_bits & 1:
        raise CopyFault("encrypted")
    if name.startswith("/") or ":" in name or ".." in posixpath.normpath(name).split("/"):
        raise CopyFault("hostile", "leaves its folder")
    if name.lower().endswith(_XML):
        before = b""
        with archive.open(entry) as part:
            while piece := part.read(1_000_000):
                if any(mark in before + piece for mark in _DECLARES):
                    raise CopyFault("hostile", "declares entities")
                before = piece[-40:]
