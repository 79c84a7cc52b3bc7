"""A copy of a document: pictures of its pages, or its plain words. Nothing in it can run, ask or follow.

Runs in the child of `scheduler.cleaning` only.
"""

from __future__ import annotations

import io
import re
import time
import unicodedata

import pypdfium2  # type: ignore[import-untyped]
import pypdfium2.raw as pdfium  # type: ignore[import-untyped]
from PIL import Image

from scheduler.copies import MOST_BYTES, PAGES_MOST, Copy, CopyFault, Part, Shape
from scheduler.pictures import PNG_LEVEL, encoded

WIDTH = 1240  # pixels: A4 at 150 dots an inch
PAGE_PIXELS = 4_000_000
PAGE_SECONDS = 7.0
"""No page is begun after this; with the page under way the child stays below its limit."""
LETTERS_MOST = 200_000
FEW_COLOURS = 256
_UNSEEN = re.compile("[\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


def copy_of(content: bytes, mime: str) -> Copy:
    """A PDF's pages, drawn. Raises `CopyFault`."""
    started, parts, size = time.monotonic(), [], 0
    try:
        with pypdfium2.PdfDocument(content) as document:
            total = len(document)
            for number in range(min(total, PAGES_MOST)):
                part = _drawn(document, number)
                size += len(part.content)
                if size > MOST_BYTES - 1_000_000:
                    break
                parts.append(part)
                if time.monotonic() - started > PAGE_SECONDS:
                    break
    except pypdfium2.PdfiumError as error:
        locked = pdfium.FPDF_GetLastError() == pdfium.FPDF_ERR_PASSWORD
        raise CopyFault("encrypted" if locked else "unreadable", type(error).__name__) from error
    if not parts:
        raise CopyFault("unreadable", "no pages")
    return Copy(Shape.PAGES, tuple(parts), total)


def text_of(content: bytes, mime: str) -> Copy:
    """Plain words, without letters that cannot be seen; cut when long. Raises `CopyFault`."""
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    words = content.decode(encoding, "replace").replace("\r\n", "\n").replace("\r", "\n")
    seen = "".join(
        letter for letter in words[:LETTERS_MOST] if letter in "\n\t" or unicodedata.category(letter)[0] != "C"
    )
    shown = _UNSEEN.sub("", seen)
    if not shown.strip():
        raise CopyFault("unreadable", "no words")
    return Copy(Shape.TEXT, (Part(shown.encode("utf-8", "replace"), "text/plain"),), 1 + len(words) // LETTERS_MOST)


def _drawn(document: pypdfium2.PdfDocument, number: int) -> Part:
    page = document[number]
    try:
        width, height = page.get_size()
        if not (width > 0 and height > 0):
            raise CopyFault("unreadable", "a page without size")
        scale = min(WIDTH / width, (PAGE_PIXELS / (width * height)) ** 0.5, 8_000 / height)
        bitmap = page.render(scale=scale, may_draw_forms=False, optimize_mode=None)
        picture = bitmap.to_pil().convert("RGB")
        bitmap.close()
    finally:
        page.close()
    return _encoded(picture)


def _encoded(picture: Image.Image) -> Part:
    """Print in few colours stays sharp and small, everything else is a photograph."""
    colours = picture.getcolors(FEW_COLOURS)
    if colours is None:
        return encoded(picture)
    grey = all(isinstance(rgb, tuple) and rgb[0] == rgb[1] == rgb[2] for _, rgb in colours)
    out = io.BytesIO()
    (picture.convert("L") if grey else picture).save(out, "PNG", compress_level=PNG_LEVEL)
    return Part(out.getvalue(), "image/png")
