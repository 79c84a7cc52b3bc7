"""What a file is, by its bytes: evidence is taken, programs, pages and archives are not."""

from __future__ import annotations

import io
import zipfile

import pytest

from scheduler.filetypes import ARCHIVE, sniff
from scheduler.office_files import ENTRIES_MOST, OPEN_TEXT, SHEET, WORD, type_of


def box(brand: bytes, *others: bytes) -> bytes:
    """The beginning of an ISO media file."""
    body = brand + b"\0\0\0\0" + b"".join(others)
    return (len(body) + 8).to_bytes(4, "big") + b"ftyp" + body + b"\0" * 40


def archive(**entries: str) -> bytes:
    """A zip archive; underscores in names stand for slashes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, content in entries.items():
            made.writestr(name.replace("__", "/").replace("TYPES", "[Content_Types].xml"), content)
    return out.getvalue()


def ole(stream: str) -> bytes:
    """A compound file with one named stream."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + stream.encode("utf-16-le") + b"\0" * 100


TAKEN = {
    "image/jpeg": b"\xff\xd8\xff\xe0" + b"\0" * 20,
    "image/png": b"\x89PNG\r\n\x1a\n" + b"\0" * 20,
    "image/webp": b"RIFF\x10\0\0\0WEBPVP8 ",
    "image/gif": b"GIF89a" + b"\0" * 20,
    "image/heic": box(b"heic", b"mif1"),
    "video/mp4": box(b"isom", b"avc1"),
    "video/3gpp": box(b"3gp4"),
    "video/quicktime": box(b"qt  "),
    "video/webm": b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm" + b"\0" * 20,
    "audio/mp4": box(b"M4A ", b"isom"),
    "audio/mpeg": b"ID3\x04" + b"\0" * 20,
    "audio/aac": b"\xff\xf1\x50\x80" + b"\0" * 20,
    "audio/ogg": b"OggS\0\x02" + b"\0" * 20,
    "audio/amr": b"#!AMR\n" + b"\0" * 20,
    "audio/wav": b"RIFF\x10\0\0\0WAVEfmt ",
    "application/pdf": b"%PDF-1.7\n",
    "application/msword": ole("WordDocument"),
    "application/vnd.ms-excel": ole("Workbook"),
    "image/tiff": b"II*\0" + b"\0" * 20,
    "text/plain": "Đường hỏng trước số nhà 12.\n".encode(),
}

REFUSED = {
    "empty": b"",
    "windows program": b"MZ\x90\0\x03" + b"\0" * 100,
    "linux program": b"\x7fELF\x02\x01" + b"\0" * 100,
    "script": b"#!/bin/sh\nrm -rf /\n",
    "page": b"  <!DOCTYPE html><script>alert(1)</script>",
    "page behind words": b"hello <script>alert(1)</script>",
    "drawing": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "drawing with a head": b"<?xml version='1.0'?><svg/>",
    "page in utf-16": "<html>".encode("utf-16"),
    "old document with macros": ole("WordDocument") + "_VBA_PROJECT".encode("utf-16-le"),
    "installer": ole("!_StringData"),
    "rar": b"Rar!\x1a\x07\x00" + b"\0" * 20,
    "7z": b"7z\xbc\xaf\x27\x1c" + b"\0" * 20,
    "other riff": b"RIFF\x10\0\0\0AVI LIST",
    "other matroska": b"\x1a\x45\xdf\xa3" + b"\0" * 60,
    "unknown brand": box(b"zzzz"),
    "bytes": bytes(range(256)),
    "control characters": b"hello\x00world",
}


OFFICE = {
    WORD: archive(TYPES="<x/>", word__document_xml="", **{"word__document.xml": "<x/>"}),
    SHEET: archive(TYPES="<x/>", **{"xl__workbook.xml": "<x/>"}),
    OPEN_TEXT: archive(mimetype=OPEN_TEXT),
}
NOT_OFFICE = {
    "archive": archive(**{"evil.exe": "MZ"}),
    "macros": archive(TYPES="<x/>", **{"word__document.xml": "", "word__vbaProject.bin": ""}),
    "macros behind two thousand parts": archive(
        TYPES="<x/>",
        **{"word__document.xml": ""},
        **{f"p{number}": "" for number in range(ENTRIES_MOST)},
        **{"word__vbaProject.bin": ""},
    ),
    "open text with programs": archive(mimetype=OPEN_TEXT, **{"Basic__script-lb.xml": ""}),
    "broken": b"PK\x03\x04" + b"\0" * 50,
    "android package": archive(**{"AndroidManifest.xml": "x", "classes.dex": "x"}),
}


@pytest.mark.parametrize(("mime", "content"), OFFICE.items(), ids=OFFICE.keys())
def test_office_documents_are_recognised_by_their_directory(mime: str, content: bytes) -> None:
    """The serving process only sees an archive; the child reads its directory."""
    assert (sniff(content), type_of(content)) == (ARCHIVE, mime)


@pytest.mark.parametrize("content", NOT_OFFICE.values(), ids=NOT_OFFICE.keys())
def test_other_archives_and_macros_are_refused(content: bytes) -> None:
    """Also where the program hides behind more parts than any document has."""
    assert type_of(content) is None


@pytest.mark.parametrize(("mime", "content"), TAKEN.items(), ids=TAKEN.keys())
def test_evidence_is_recognised(mime: str, content: bytes) -> None:
    """Each kind of file that is taken is named by its media type."""
    assert sniff(content) == mime


@pytest.mark.parametrize("content", REFUSED.values(), ids=REFUSED.keys())
def test_everything_else_is_refused(content: bytes) -> None:
    """Programs, pages, scripts, archives, macros and unknown bytes are not taken, whatever their name."""
    assert sniff(content) is None


def test_a_bare_mp3_is_recognised() -> None:
    """Recordings without a tag begin with a frame."""
    assert sniff(b"\xff\xfb\x90\x00" + b"\0" * 50) == "audio/mpeg"


def test_text_in_utf_16_is_words() -> None:
    """Windows notepads write this."""
    assert sniff("Xin chào bà con".encode("utf-16")) == "text/plain"


def test_long_text_may_be_cut_inside_a_letter() -> None:
    """Only the first part is read, and a letter cut in two at its end does not make it unreadable."""
    assert sniff(("a" + "ế" * 40_000).encode()) == "text/plain"
