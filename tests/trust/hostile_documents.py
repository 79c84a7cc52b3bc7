"""Documents made to break whoever reads them: archives that swell or leave their folder, entities, scripts, loops."""

from __future__ import annotations

import io
import random
import zipfile
import zlib
from collections.abc import Iterator

from tests.trust.marked import MARK

TYPES = '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
WORDS = '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{}</w:body></w:document>'
JUMPS = ("../../evil.txt", "/etc/evil", "..\\..\\evil.txt", "word/../../../evil", "C:\\evil.txt")


def zipped(parts: dict[str, bytes], *, stored: bool = False) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED, compresslevel=1) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return out.getvalue()


def docx(**more: bytes) -> bytes:
    """A Word file with one line, and other parts."""
    parts = {"[Content_Types].xml": TYPES.encode(), "word/document.xml": WORDS.format("").encode()}
    return zipped({**parts, **more})


def archives() -> Iterator[tuple[str, bytes]]:
    zeros = b"\0" * 20_000_000
    yield "zip bomb", zipped({"a": zeros})
    yield "zip bomb in docx", docx(**{f"word/media/{n}.bin": zeros for n in range(8)})
    yield "zip bomb as words", docx(**{"word/document.xml": WORDS.format("<w:p/>" * 1_500_000).encode()})
    yield "nested zips", zipped({"a.zip": zipped({"b.zip": zipped({"c.zip": zipped({"d": zeros[:100_000]})})})})
    yield "nested in docx", docx(**{"word/embeddings/a.docx": docx(**{"word/embeddings/b.docx": docx()})})
    for number, name in enumerate(JUMPS):
        yield f"zip slip {number}", docx(**{name: b"evil"})
    entity = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + WORDS.format("&e;")
    laughs = '<!DOCTYPE x [<!ENTITY a "' + "ha" * 99 + '"><!ENTITY b "' + "&a;" * 99 + '">]>' + WORDS.format("&b;" * 99)
    yield "docx with entity", docx(**{"word/document.xml": entity.encode()})
    yield "docx with entity in utf-16", docx(**{"word/document.xml": entity.encode("utf-16")})
    yield "docx with laughs", docx(**{"word/document.xml": laughs.encode()})
    yield "docx entity in relations", docx(**{"word/_rels/document.xml.rels": entity.encode()})
    yield "xlsx with entity", zipped({"[Content_Types].xml": TYPES.encode(), "xl/workbook.xml": entity.encode()})
    yield "docx with macros", docx(**{"word/vbaProject.bin": b"x"})
    yield (
        "odt with programs",
        zipped({"mimetype": b"application/vnd.oasis.opendocument.text", "Basic/a.xml": b"x"}, stored=True),
    )
    yield "docx of nothing", docx(**{"word/document.xml": b""})
    yield "docx torn", docx()[:-30]
    yield "docx encrypted", docx().replace(b"\x14\0\0\0\x08\0", b"\x14\0\x01\0\x08\0")
    yield "docx with wrong sizes", docx().replace(b"\x50\x4b\x05\x06", b"\x50\x4b\x05\x07")
    yield (
        "ole with password",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"),
    )
    yield "ole macros", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument_VBA_PROJECT".encode("utf-16-le")
    yield "ole broken", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 900 + "WordDocument".encode("utf-16-le")
    for name in ("rar", "7z", "gz", "bz2", "xz", "tar"):
        yield (
            name,
            {"rar": b"Rar!\x1a\x07\x01\0", "7z": b"7z\xbc\xaf'\x1c", "gz": b"\x1f\x8b\x08", "bz2": b"BZh91AY"}.get(
                name, b"\xfd7zXZ\0" if name == "xz" else b"a\0" * 140 + b"ustar\0"
            )
            + b"\0" * 80,
        )


def pdf(*objects: str, catalog: str = "", page: str = "", box: str = "0 0 200 200", end: str = "%%EOF") -> bytes:
    """A PDF of one page with whatever else is asked for."""
    made = [
        f"<</Type/Catalog/Pages 2 0 R{catalog}>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        f"<</Type/Page/Parent 2 0 R/MediaBox[{box}]{page}>>",
        *objects,
    ]
    body, places = "%PDF-1.7\n", []
    for number, one in enumerate(made, 1):
        places.append(len(body))
        body += f"{number} 0 obj\n{one}\nendobj\n"
    table = f"xref\n0 {len(made) + 1}\n0000000000 65535 f \n" + "".join(f"{at:010} 00000 n \n" for at in places)
    return (f"{body}{table}trailer<</Size {len(made) + 1}/Root 1 0 R>>\nstartxref\n{len(body)}\n{end}").encode(
        "latin-1"
    )


def _stream(content: bytes, about: str = "") -> str:
    packed = zlib.compress(content, 1)
    return f"<</Length {len(packed)}/Filter/FlateDecode{about}>>\nstream\n{packed.decode('latin-1')}\nendstream"


def pdfs() -> Iterator[tuple[str, bytes]]:
    script = "/OpenAction<</S/JavaScript/JS(app.alert(1);while(1){})>>"
    yield "pdf with script", pdf(catalog=script)
    yield "pdf that starts a program", pdf(catalog="/OpenAction<</S/Launch/F(/bin/sh)>>")
    yield "pdf that opens a page", pdf(catalog="/OpenAction<</S/URI/URI(http://127.0.0.1/x)>>")
    yield (
        "pdf with a file inside",
        pdf(
            "<</Type/Filespec/F(evil.exe)/EF<</F 5 0 R>>>>",
            _stream(b"MZ" + MARK.encode()),
            catalog="/Names<</EmbeddedFiles<</Names[(a)4 0 R]>>>>",
        ),
    )
    yield "pdf with marked notes", pdf(f"<</Author({MARK})/Title({MARK})>>", catalog="/Metadata 4 0 R")
    yield "pdf page of miles", pdf(box="0 0 14400000 14400000")
    yield "pdf page of nothing", pdf(box="0 0 0 0")
    yield "pdf page upside down", pdf(box="900 900 -900 -900")
    yield "pdf page thin", pdf(box="0 0 1 14400")
    yield "pdf of itself", pdf().replace(b"/Kids[3 0 R]", b"/Kids[2 0 R]")
    yield from _pdf_bombs()


def _pdf_bombs() -> Iterator[tuple[str, bytes]]:
    yield (
        "pdf form in form",
        pdf(
            _stream(b"/A Do"),
            _stream(b"/A Do", "/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</A 5 0 R>>>>"),
            page="/Contents 4 0 R/Resources<</XObject<</A 5 0 R>>>>",
        ),
    )
    yield "pdf bomb", pdf(_stream(b"0 0 m 9 9 l S\n" * 1_500_000), page="/Contents 4 0 R")
    yield "pdf deep", pdf(_stream(b"q " * 2_000_000), page="/Contents 4 0 R")
    yield "pdf nested lists", pdf("[" * 200_000)
    yield (
        "pdf huge picture",
        pdf(
            _stream(b"/A Do"),
            _stream(
                b"\0" * 9_000,
                "/Type/XObject/Subtype/Image/Width 60000/Height 60000/ColorSpace/DeviceRGB/BitsPerComponent 8",
            ),
            page="/Contents 4 0 R/Resources<</XObject<</A 5 0 R>>>>",
        ),
    )
    yield (
        "pdf packed in packed",
        pdf(f"<</Length 9/Filter[{'/FlateDecode' * 500}]>>\nstream\n123456789\nendstream", page="/Contents 4 0 R"),
    )
    yield (
        "pdf with a lock",
        pdf().replace(b"/Root 1 0 R", b"/Root 1 0 R/Encrypt<</Filter/Standard/V 1/R 2/O(x)/U(y)/P -4>>"),
    )
    yield "pdf without end", pdf()[:-60]
    yield "pdf many pages", pdf().replace(b"/Kids[3 0 R]/Count 1", b"/Kids[" + b"3 0 R " * 3_000 + b"]/Count 3000")
    for number in range(20):
        chance, spoilt = random.Random(number), bytearray(pdf(_stream(b"BT ET"), page="/Contents 4 0 R"))
        for _ in range(9):
            spoilt[chance.randrange(8, len(spoilt))] = chance.randrange(256)
        yield f"pdf spoilt {number}", bytes(spoilt)
