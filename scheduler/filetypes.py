"""What a file is, by its bytes and never by its name: evidence and documents are taken, programs and pages not."""

from __future__ import annotations

ARCHIVE = "application/zip"
"""May be an office document: its directory is a stranger's too, and is read in a child (`scheduler.office_files`)."""
TEXT_READ = 65_536

_STARTS: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"OggS", "audio/ogg"),
    (b"#!AMR", "audio/amr"),
    (b"ID3", "audio/mpeg"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
)
# ISO base media files say what they are in the brand after `ftyp`: https://mp4ra.org/registered-types/brands
_BRANDS: tuple[tuple[tuple[bytes, ...], str], ...] = (
    ((b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1"), "image/heic"),
    ((b"M4A ", b"M4B "), "audio/mp4"),
    ((b"3gp", b"3g2"), "video/3gpp"),
    ((b"qt  ",), "video/quicktime"),
    ((b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"MSNV", b"dash"), "video/mp4"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MARKUP = (b"<!doctype", b"<html", b"<head", b"<body", b"<script", b"<svg", b"<?xml", b"<?php", b"<iframe", b"#!")


def sniff(content: bytes) -> str | None:
    """The media type of a file we take, or `ARCHIVE`; None for all else (programs, pages, drawings with scripts)."""
    for start, mime in _STARTS:
        if content.startswith(start):
            return mime
    if content[4:8] == b"ftyp":
        return _brand(content)
    if content[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(content[8:12])
    if content[:4] == b"\x1a\x45\xdf\xa3":
        return "video/webm" if b"webm" in content[:64] else None
    if content[:2] == b"\xff\xf1" or content[:2] == b"\xff\xf9":
        return "audio/aac"
    if _is_mp3_frame(content):
        return "audio/mpeg"
    if content.startswith(b"PK\x03\x04"):
        return ARCHIVE
    if content.startswith(_OLE):
        return _old_office(content)
    return "text/plain" if _is_text(content) else None


def _brand(content: bytes) -> str | None:
    """The major brand, else the first compatible one that is known."""
    length = min(int.from_bytes(content[:4], "big"), 256)
    brands = [content[8:12], *(content[at : at + 4] for at in range(16, length, 4))]
    for brand in brands:
        for known, mime in _BRANDS:
            if brand.startswith(known):
                return mime
    return None


def _is_mp3_frame(content: bytes) -> bool:
    """An MPEG audio layer III frame: eleven bits of sync, a legal version, bit rate and sampling rate."""
    if len(content) < 4 or content[0] != 0xFF or content[1] & 0xE6 != 0xE2:
        return False
    return content[1] & 0x18 != 0x08 and content[2] & 0xF0 not in (0x00, 0xF0) and content[2] & 0x0C != 0x0C


def _old_office(content: bytes) -> str | None:
    """Word and Excel 97-2003 by the names of their streams; installers share the container. Macros are refused."""
    if _stream("_VBA_PROJECT") in content:
        return None
    if _stream("WordDocument") in content:
        return "application/msword"
    return "application/vnd.ms-excel" if _stream("Workbook") in content else None


def _stream(name: str) -> bytes:
    return name.encode("utf-16-le")


def _is_text(content: bytes) -> bool:
    """Plain words: UTF-8 or UTF-16 without control characters, and no markup or script."""
    head = content[:TEXT_READ]
    encoding = "utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    text = head.decode(encoding, "ignore" if len(content) > TEXT_READ else "replace")
    if not text or "\ufffd" in text or any(ord(letter) < 32 and letter not in "\t\n\r\f" for letter in text):
        return False
    start = text[:1_000].lstrip().lower().encode()
    return not start.startswith(_MARKUP) and not any(mark in start for mark in _MARKUP[:9])
