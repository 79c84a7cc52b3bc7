"""Hostile files and files that tell too much: no crash, no hang, no growth, and not one planted word in a copy."""

from __future__ import annotations

import io
import json
import os
import shutil
import struct
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import av
import pytest
from docx import Document
from PIL import Image

from scheduler.cleaning import MEMORY, SECONDS, Copier
from scheduler.copies import MEDIA, PAGES_MOST, Copy, CopyFault, Shape, read
from scheduler.filetypes import ARCHIVE, sniff
from scheduler.office_files import WORD
from scheduler.pictures import MAX_PIXELS
from tests.trust.children import Watch
from tests.trust.hostile import hostile, photo, png
from tests.trust.hostile_documents import docx, pdf
from tests.trust.marked import BOTH, FILMS, KINDS, MIMES, SIDE, SOUNDS, marked_film, marked_picture, marked_sound

SOAK = bool(os.environ.get("HOIAM_SOAK"))
PICTURES = 204 if SOAK else 24
LATE = SECONDS + 5.0  # a child over its time is killed; a crowded machine may be slow to notice
PLANTED = [mark.encode(code) for mark in (*BOTH, "16.4637") for code in ("utf-8", "utf-16-le", "utf-16-be")]
KNOWN = frozenset(
    {
        *("too_many_pixels", "unreadable", "encrypted", "hostile", "unsupported", "memory", "slow", "crashed"),
        *("no_office", "not_fenced"),
    }
)


@pytest.fixture(scope="module")
def copier() -> Copier:
    """As the application has it."""
    return Copier()


def taken(copier: Copier, content: bytes) -> tuple[str, Copy | None, float]:
    """What a file comes to on the way from its first bytes to its copy: the word, the copy, the seconds."""
    started = time.monotonic()
    mime = sniff(content)
    if mime == ARCHIVE:
        mime = copier.office_type(content)
    if mime is None:
        return "refused", None, time.monotonic() - started
    try:
        copy = copier.copy(content, mime)
    except CopyFault as fault:
        return fault.code, None, time.monotonic() - started
    return copy.shape.value, copy, time.monotonic() - started


def test_hostile_files_break_nothing(copier: Copier) -> None:
    """Each is refused, told as unreadable, or shown as pixels; no reader outgrows or outlives its limits."""
    files = dict(hostile(SOAK))
    assert len(files) >= (300 if SOAK else 30)
    handles = len(os.listdir("/proc/self/fd"))
    with Watch() as watch, ThreadPoolExecutor(2) as pool:
        found = dict(zip(files, pool.map(lambda one: taken(copier, one), files.values()), strict=True))
    assert {word for word, _, _ in found.values()} <= KNOWN | {"refused"} | {shape.value for shape in Shape}
    office = {name for name in files if name.startswith(("docx", "xlsx", "ole", "odt", "nested in", "zip slip"))}
    slow = {name: seconds for name, (_, _, seconds) in found.items() if seconds > LATE and name not in office}
    assert not slow
    assert watch.resident <= MEMORY
    assert len(os.listdir("/proc/self/fd")) <= handles + 2
    for name, (_, copy, _) in found.items():
        assert copy is None or not _told(copy), name


def test_what_must_never_be_shown_is_not(copier: Copier) -> None:
    """Bombs, declared entities, macros, locks: told by name, and none of them has a copy."""
    bad = dict(hostile(soak=False))
    words = {name: taken(copier, bad[name])[0] for name in ("png 50000x50000", "zip bomb in docx", "docx with entity")}
    assert words == {
        "png 50000x50000": "too_many_pixels",
        "zip bomb in docx": "hostile",
        "docx with entity": "hostile",
    }
    assert taken(copier, docx(**{"word/vbaProject.bin": b"x"}))[0] == "refused"
    assert taken(copier, docx(**{"../../evil": b"x"}))[0] == "hostile"


def test_the_cap_is_forty_megapixels(copier: Copier) -> None:
    """One row more is refused."""
    row = b"\0" * (1 + 8_000 * 3)
    whole = png(8_000, MAX_PIXELS // 8_000, body=row * (MAX_PIXELS // 8_000))
    assert taken(copier, whole)[0] == "picture"
    assert taken(copier, png(8_000, MAX_PIXELS // 8_000 + 1))[0] == "too_many_pixels"


def test_pictures_keep_their_pixels_and_nothing_else(copier: Copier) -> None:
    """Place, serial numbers, XMP, comments, IPTC, profiles, small pictures, private chunks, trailing files: gone."""
    made = [(kind, number, marked_picture(kind, number)) for number in range(PICTURES // 6) for kind in KINDS]
    assert all(any(mark in content for mark in PLANTED) for _, _, content in made)
    with ThreadPoolExecutor(2) as pool:
        copies = list(pool.map(lambda one: copier.copy(one[2], MIMES[one[0]]), made))
    for (kind, number, _), copy in zip(made, copies, strict=True):
        (part,) = copy.parts
        assert not _told(copy), (kind, number)
        assert _ends(part.content), (kind, number)
        with Image.open(io.BytesIO(part.content)) as shown:
            assert SIDE in shown.size
            assert not shown.getexif()
            assert not set(shown.info) - {"jfif", "jfif_version", "jfif_unit", "jfif_density"}, (kind, number)


@pytest.mark.parametrize("name", [*SOUNDS, *FILMS])
def test_recordings_keep_sound_and_pictures_and_nothing_else(copier: Copier, name: str) -> None:
    """Tags, places, chapters, covers, private frames, words between the pictures and behind the end: gone."""
    content, mime = (marked_sound if name in SOUNDS else marked_film)(name)
    copy = copier.copy(content, mime)
    assert not _told(copy)
    with av.open(io.BytesIO(copy.parts[0].content), "r") as shown:
        kinds = {stream.type for stream in shown.streams}
        first = next(iter(shown.streams))
        assert kinds <= {"audio", "video"}
        assert ("video" in kinds) == (name in FILMS)
        assert len(list(shown.decode(first))) > 3


def test_a_pdf_is_shown_as_its_pages(copier: Copier) -> None:
    """Scripts, actions and files inside are not in a picture; a long one is cut and says so."""
    whole = copier.copy(pdf(catalog="/OpenAction<</S/JavaScript/JS(app.alert(1))>>"), "application/pdf")
    assert (whole.shape, len(whole.parts), whole.total) == (Shape.PAGES, 1, 1)
    long = pdf().replace(b"/Kids[3 0 R]/Count 1", b"/Kids[" + b"3 0 R " * 99 + b"]/Count 99")
    cut = copier.copy(long, "application/pdf")
    assert (len(cut.parts), cut.total) == (PAGES_MOST, 99)


def test_words_are_shown_without_what_cannot_be_seen(copier: Copier) -> None:
    """Letters that turn the reading direction, and control letters, are gone."""
    copy = copier.copy("Bà con\u202e\u200b kính gửi\x07".encode(), "text/plain")
    assert copy.parts[0].content.decode() == "Bà con kính gửi"


def test_a_child_that_wants_too_much_is_told(copier: Copier) -> None:
    """With little memory or time the same honest file has no copy, and the next one has."""
    assert _word(Copier(memory=96 * 1_048_576), photo(5_000)) in ("memory", "crashed", "unreadable")
    assert _word(Copier(seconds=0.05), photo(2_000)) == "slow"
    assert copier.copy(photo(200), "image/jpeg").shape is Shape.PICTURE


def test_stopping_kills_the_child_under_way() -> None:
    """A process that ends waits for no stranger's file, and begins none."""
    copier = Copier()
    with Watch() as watch, ThreadPoolExecutor(1) as pool:
        told = pool.submit(_word, copier, photo(6_000))
        while not watch.seen and not told.done():
            pass
        copier.stop()
        assert told.result() == "stopped"
    assert not watch.seen.intersection(watch.alive())
    assert _word(copier, marked_picture("PNG"), "image/png") == "stopped"


HANDED: tuple[object, ...] = (
    {"shape": "picture", "total": float("inf"), "parts": [[2, "image/png"]]},
    {"shape": "picture", "total": 1, "parts": [[2.0, "image/png"]]},
    {"shape": "picture", "total": 1, "parts": [[2, ["image/png"]]]},
    {"shape": "picture", "total": 1, "parts": [[2, "text/html"]]},
    {"shape": "picture", "total": 1, "parts": [[1, "image/png"]]},
    {"shape": "picture", "total": 1, "parts": [[2, "image/png"], [4, "image/png"], [-4, "image/png"]]},
    {"shape": "picture", "total": 1, "parts": [[2, "image/png"]], "more": "x" * 200_000},
    {"shape": "?", "total": 1, "parts": [[2, "image/png"]]},
    {"fault": ["a", "list"]},
    {"fault": "of_its_own"},
    [],
)


@pytest.mark.parametrize("said", HANDED, ids=range(len(HANDED)))
def test_what_a_child_hands_over_is_not_believed(said: object) -> None:
    """A reader that a file has taken over may write what it likes: it is "crashed", and nothing else happens here."""
    told = json.dumps(said).encode()
    with pytest.raises(CopyFault) as fault:
        read(b"ab" + told + len(told).to_bytes(4, "big"))
    assert fault.value.code == "crashed"


needs_office = pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")


@needs_office
def test_a_word_file_is_shown_as_its_pages(copier: Copier) -> None:
    """Through LibreOffice behind the fence."""
    document, content = Document(), io.BytesIO()
    document.add_paragraph("Kính gửi Mặt trận")
    document.save(content)
    copy = copier.copy(content.getvalue(), WORD)
    assert (copy.shape, len(copy.parts)) == (Shape.PAGES, 1)


def test_what_a_converter_made_is_no_way_out(tmp_path: Path) -> None:
    """A LibreOffice that a file has taken over lays down a link to a file of ours: it is not followed."""
    ours, program = tmp_path / "ours.pdf", tmp_path / "bin" / "office"
    ours.write_bytes(pdf())
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\nln -s {ours} document.pdf\n")
    program.chmod(0o755)
    assert _word(Copier(office=str(program)), docx(), WORD) == "unreadable"


def _word(copier: Copier, content: bytes, mime: str = "image/jpeg") -> str:
    try:
        copier.copy(content, mime)
    except CopyFault as fault:
        return fault.code
    return "made"


def _told(copy: Copy) -> list[bytes]:
    """Planted words in any part, and media types that are not ours."""
    assert all(part.mime in MEDIA for part in copy.parts)
    return [mark for part in copy.parts for mark in PLANTED if mark in part.content]


def _ends(content: bytes) -> bool:
    """Whether the picture ends where its format says."""
    if content.startswith(b"\x89PNG"):
        return _png_end(content) == len(content)
    return content.startswith(b"\xff\xd8") and content.find(b"\xff\xd9", _scan_at(content)) == len(content) - 2


def _png_end(content: bytes) -> int:
    at, kind = 8, b""
    while kind != b"IEND":
        (size,), kind = struct.unpack(">I", content[at : at + 4]), content[at + 4 : at + 8]
        at += 12 + size
    return at


def _scan_at(content: bytes) -> int:
    """Where the picture data of a JPEG begin: in them FF is always followed by 00 or a restart mark."""
    for at in _segments(content):
        if content[at : at + 2] == b"\xff\xda":
            return at
    return len(content)


def _segments(content: bytes) -> Iterator[int]:
    at = 2
    while at < len(content) - 4:
        yield at
        at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")
