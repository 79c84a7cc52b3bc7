"""Files made to break whoever reads them: bombs, torn files, files that are two things, documents that ask and run."""

from __future__ import annotations

import io
import random
import struct
import zlib
from collections.abc import Iterator

from PIL import Image

from tests.trust.hostile_documents import archives, pdf, pdfs, zipped
from tests.trust.marked import KINDS, MARK, marked_film, marked_picture, marked_sound

SCRIPT = b"<script>alert(1)</script>"


def hostile(soak: bool) -> Iterator[tuple[str, bytes]]:
    """Name and content; a tenth of all unless `soak`."""
    for number, (name, content) in enumerate(_all()):
        if soak or number % 10 == 3 or name in ALWAYS:
            yield name, content


ALWAYS = frozenset({"png 50000x50000", "zip bomb in docx", "docx with entity", "pdf without end", "jpeg and zip"})


def _all() -> Iterator[tuple[str, bytes]]:
    yield from _pictures()
    yield from _torn()
    yield from _two_in_one()
    yield from archives()
    yield from pdfs()
    yield from _broken_recordings()
    yield from _noise()


def png(width: int, height: int, *, bits: int = 8, colour: int = 2, body: bytes = b"\0" * 10_000) -> bytes:
    """A PNG whose head claims so many pixels."""
    head = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(body, 1)) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _pictures() -> Iterator[tuple[str, bytes]]:
    yield "png 50000x50000", png(50_000, 50_000)
    for side in (1, 6_325, 7_000, 20_000, 65_535, 2**31 - 1):
        yield f"png {side} square", png(side, side)
    yield "png 169 Mpx that unpacks", png(13_000, 13_000, bits=1, colour=0, body=b"\0" * (1_626 * 13_000))
    yield (
        "png of text bombs",
        png(8, 8).replace(b"IEND", b"IEND") + _chunk(b"zTXt", b"a\0\0" + zlib.compress(b"x" * 9_000_000, 1)),
    )
    yield (
        "png with text bomb inside",
        _inside(png(8, 8), _chunk(b"zTXt", b"a\0\0" + zlib.compress(b"x" * 20_000_000, 1))),
    )
    yield "png with profile bomb", _inside(png(8, 8), _chunk(b"iCCP", b"a\0\0" + zlib.compress(b"x" * 20_000_000, 1)))
    yield "png with wrong sum", png(8, 8)[:-20] + b"\0" * 20
    yield "png without data", b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", struct.pack(">IIBBBBB", 9, 9, 8, 2, 0, 0, 0))
    for width, height in ((65_535, 65_535), (65_535, 1), (0, 9)):
        yield f"gif {width}x{height}", b"GIF89a" + struct.pack("<HH", width, height) + b"\xf7\0\0" + b"\0" * 768 + b","
        yield f"jpeg {width}x{height}", _sized(marked_picture("JPEG"), width, height)
    yield "webp huge", b"RIFF\x1a\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0" + b"\xff\x3f\0\xff\x3f\0" + b"VP8 \0\0\0\0"
    yield "tiff of endless folders", b"II*\0\x08\0\0\0\0\0\x08\0\0\0"
    yield "tiff with a folder of 65535", b"II*\0\x08\0\0\0\xff\xff" + b"\0\x01\x04\0\xff\xff\xff\xff\0\0\0\0" * 500
    yield "tiff huge", _tiff(60_000, 60_000)
    yield "heic of nothing", struct.pack(">I", 24) + b"ftypheic\0\0\0\0mif1heic"
    yield (
        "heic with endless box",
        struct.pack(">I", 24) + b"ftypheic\0\0\0\0mif1heic" + b"\xff\xff\xff\xffmeta" + b"\0" * 99,
    )


def _inside(content: bytes, chunk: bytes) -> bytes:
    return content[:33] + chunk + content[33:]


def _sized(jpeg: bytes, width: int, height: int) -> bytes:
    at = jpeg.find(b"\xff\xc0")
    return jpeg[: at + 5] + struct.pack(">HH", height, width) + jpeg[at + 9 :]


def _tiff(width: int, height: int) -> bytes:
    entries = [(256, 4, width), (257, 4, height), (258, 3, 8), (259, 3, 1), (262, 3, 1), (273, 4, 200), (279, 4, 9_999)]
    body = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in entries)
    return b"II*\0\x08\0\0\0" + struct.pack("<H", len(entries)) + body + b"\0" * 200


def _torn() -> Iterator[tuple[str, bytes]]:
    """Every kind cut off at several points, and with bytes changed in the middle."""
    chance = random.Random(4)
    for kind in KINDS:
        whole = marked_picture(kind)
        for share in (0.02, 0.1, 0.3, 0.5, 0.8, 0.95):
            yield f"{kind} cut at {share}", whole[: max(12, int(len(whole) * share))]
        for number in range(6):
            spoilt = bytearray(whole)
            for _ in range(12):
                spoilt[chance.randrange(12, len(spoilt))] = chance.randrange(256)
            yield f"{kind} spoilt {number}", bytes(spoilt)


def _two_in_one() -> Iterator[tuple[str, bytes]]:
    archive = zipped({"evil.exe": b"MZ"})
    for kind in KINDS:
        yield ("jpeg and zip" if kind == "JPEG" else f"{kind} and zip"), marked_picture(kind) + archive
        yield f"{kind} and page", marked_picture(kind) + b"<html>" + SCRIPT
    yield "gif and script", b"GIF89a/*" + b"\0" * 20 + b"*/=1;alert(1)//"
    yield "pdf and zip", pdf() + archive
    yield "zip before pdf", archive + pdf()
    yield "pdf behind words", b"hello\n" + pdf()
    yield "drawing", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
    yield (
        "drawing with entity",
        b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]><svg>&a;</svg>',
    )
    yield "drawing in utf-16", "<svg onload='alert(1)'/>".encode("utf-16")
    yield "page", b"<!DOCTYPE html>" + SCRIPT
    yield "page behind words", b"Kinh gui\n" + SCRIPT
    yield "empty", b""
    yield "one byte", b"\xff"
    yield "program", b"MZ\x90\0" + b"\0" * 200
    yield "linux program", b"\x7fELF\x02\x01\x01" + b"\0" * 200
    yield "picture called film", b"\0\0\0\x18ftypisom\0\0\0\0isommp41" + marked_picture("JPEG")
    yield "film called picture", b"\xff\xd8\xff\xe0" + marked_film("mp4", 0.2)[0]
    yield "sound called pdf", b"%PDF-1.7\n" + marked_sound("mp3", 0.2)[0]


def _broken_recordings() -> Iterator[tuple[str, bytes]]:
    chance = random.Random(9)
    whole = {"mp4": marked_film("mp4", 0.3)[0], "mov": marked_film("mov", 0.3)[0], "webm": marked_film("webm", 0.3)[0]}
    whole |= {name: marked_sound(name, 0.3)[0] for name in ("voice note", "mp3", "m4a", "wav", "amr")}
    for name, content in whole.items():
        for share in (0.05, 0.3, 0.6, 0.9):
            yield f"{name} cut at {share}", content[: max(16, int(len(content) * share))]
        for number in range(5):
            spoilt = bytearray(content)
            for _ in range(20):
                spoilt[chance.randrange(12, len(spoilt))] = chance.randrange(256)
            yield f"{name} spoilt {number}", bytes(spoilt)
    yield (
        "mp4 asking for a file",
        b"\0\0\0\x18ftypqt  \0\0\0\0qt  qt  "
        + b"\0\0\0\x30moovrmrarmda\0\0\0\x20rdrf\0\0\0\0url \0\0\0\x14file:///etc/passwd\0",
    )
    yield "play list as film", b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"
    yield "play list in film", b"\0\0\0\x18ftypisom\0\0\0\0isommp41#EXTM3U\n#EXTINF:9,\nhttp://127.0.0.1/\n"
    yield "mp4 with endless box", b"\0\0\0\x18ftypisom\0\0\0\0isommp41" + b"\xff\xff\xff\xffmoov" + b"\0" * 50
    yield "ogg of nothing", b"OggS" + b"\0" * 60
    yield (
        "wav claiming more",
        b"RIFF\xff\xff\xff\xffWAVEfmt \x10\0\0\0\x01\0\x01\0\x44\xac\0\0\x88\x58\x01\0\x02\0\x10\0data\xff\xff\xff\xff",
    )
    yield "wav of no rate", b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\xff\xff\0\0\0\0\0\0\0\0\0\0\0\0data\0\0\0\0"
    yield "mp3 of tags only", b"ID3\x04\0\0\x7f\x7f\x7f\x7f" + MARK.encode() * 9


def _noise() -> Iterator[tuple[str, bytes]]:
    heads = (
        b"\xff\xd8\xff\xe0",
        b"\x89PNG\r\n\x1a\n",
        b"GIF89a",
        b"RIFF\0\1\0\0WEBP",
        b"II*\0",
        b"%PDF-1.4\n",
        b"OggS\0\2",
        b"ID3\3\0\0",
    )
    for number in range(48):
        chance = random.Random(100 + number)
        yield f"noise {number}", heads[number % len(heads)] + chance.randbytes(chance.randrange(20, 60_000))


def photo(side: int) -> bytes:
    """An honest picture of so many pixels a side."""
    out = io.BytesIO()
    Image.linear_gradient("L").resize((side, side)).convert("RGB").save(out, "JPEG")
    return out.getvalue()
