"""Clean copies of pictures: the pixels stay, everything else goes; hostile files are refused quietly."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable

import pytest
from PIL import Image, PngImagePlugin

from scheduler.copies import CopyFault
from scheduler.filetypes import sniff
from scheduler.pictures import FORMATS, MAX_PIXELS
from scheduler.pictures import clean_copy as part_of

MARK = "CANARY-16.4637N-107.5909E"


def clean_copy(content: bytes) -> bytes:
    """As the child makes it of a file of this type."""
    return part_of(content, FORMATS.get(sniff(content) or "", "JPEG")).content


def picture(width: int = 60, height: int = 40, mode: str = "RGB") -> Image.Image:
    """Left half red, right half blue."""
    made = Image.new(mode, (width, height), "blue")
    made.paste(Image.new(mode, (width // 2, height), "red"), (0, 0))
    return made


def saved(image: Image.Image, kind: str, **how: object) -> bytes:
    """As a file."""
    out = io.BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


def exif(orientation: int = 1) -> Image.Exif:
    """A camera's notes: place, maker, serial number, comment, turn."""
    notes = Image.Exif()
    notes[0x0112] = orientation
    notes[0x010F] = MARK  # maker
    notes[0xA431] = MARK  # body serial number
    notes[0x9286] = MARK.encode()  # comment
    notes.get_ifd(0x8825)[29] = MARK  # GPS date stamp stands for the place
    return notes


def png_notes() -> PngImagePlugin.PngInfo:
    """Text chunks, plain and compressed."""
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", MARK)
    notes.add_text("Location", MARK, zip=True)
    notes.add_itxt("XML:com.adobe.xmp", MARK)
    return notes


MARKED = {
    "jpeg": lambda: saved(picture(), "JPEG", exif=exif(), comment=MARK.encode(), xmp=MARK.encode()),
    "png": lambda: saved(picture(), "PNG", pnginfo=png_notes(), exif=exif()),
    "webp": lambda: saved(picture(), "WEBP", exif=exif(), xmp=MARK.encode()),
    "gif": lambda: saved(picture().convert("P"), "GIF", comment=MARK.encode()),
    "jpeg with a file behind it": lambda: saved(picture(), "JPEG") + b"PK\x03\x04" + MARK.encode(),
    "jpeg with a colour profile": lambda: saved(picture(), "JPEG", icc_profile=MARK.encode() * 20),
}


@pytest.mark.parametrize("make", MARKED.values(), ids=MARKED.keys())
def test_no_note_survives(make: Callable[[], bytes]) -> None:
    """Place, camera, comments, profiles and trailing bytes are gone, compressed ones too."""
    content = make()
    clean = clean_copy(content)
    assert MARK.encode() not in clean
    with Image.open(io.BytesIO(clean)) as copy:
        copy.load()
        assert not copy.getexif()
        assert not {"exif", "xmp", "comment", "Comment", "Location", "icc_profile"} & set(copy.info)


@pytest.mark.parametrize("make", MARKED.values(), ids=MARKED.keys())
def test_the_pixels_stay(make: Callable[[], bytes]) -> None:
    """Size and colours are those of the original."""
    with Image.open(io.BytesIO(clean_copy(make()))) as copy:
        assert copy.size == (60, 40)
        red, blue = copy.convert("RGB").getpixel((10, 20)), copy.convert("RGB").getpixel((50, 20))
    assert isinstance(red, tuple)
    assert isinstance(blue, tuple)
    assert red[0] > 200 > blue[0]
    assert blue[2] > 200 > red[2]


def test_the_camera_turn_is_applied() -> None:
    """A photo taken upright is shown upright although the turn is no longer noted."""
    with Image.open(io.BytesIO(clean_copy(saved(picture(), "JPEG", exif=exif(6))))) as copy:
        assert copy.size == (40, 60)
        top = copy.convert("RGB").getpixel((20, 5))
    assert isinstance(top, tuple)
    assert top[0] > 200


def test_transparency_is_kept() -> None:
    """A picture with transparent parts becomes a PNG."""
    clear = Image.new("RGBA", (10, 10), (255, 0, 0, 0))
    with Image.open(io.BytesIO(clean_copy(saved(clear, "PNG")))) as copy:
        assert (copy.format, copy.getpixel((5, 5))) == ("PNG", (255, 0, 0, 0))


def test_deep_grey_keeps_its_shades() -> None:
    """Sixteen bits of a scanner are shown as eight, not cut off above 255."""
    with Image.open(io.BytesIO(clean_copy(saved(Image.new("I;16", (8, 8), 32_768), "PNG")))) as copy:
        assert copy.convert("RGB").getpixel((4, 4)) == (128, 128, 128)


@pytest.mark.parametrize("mode", ["L", "CMYK", "1", "P", "I;16"])
def test_uncommon_colours_are_read(mode: str) -> None:
    """Grey, printing colours, black and white, palettes and deep grey are turned into plain colours."""
    kind = "JPEG" if mode == "CMYK" else "PNG"
    with Image.open(io.BytesIO(clean_copy(saved(Image.new(mode, (8, 8)), kind)))) as copy:
        assert copy.size == (8, 8)


def huge_png(width: int, height: int) -> bytes:
    """A PNG of a few kB that claims so many pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * 10_000)) + chunk(b"IEND", b"")


HOSTILE = {
    "50,000 by 50,000": lambda: huge_png(50_000, 50_000),
    "just too many pixels": lambda: huge_png(8_000, MAX_PIXELS // 8_000 + 1),
    "truncated": lambda: saved(picture(600, 400), "JPEG")[:900],
    "empty": lambda: b"",
    "not a picture": lambda: b"\xff\xd8\xff" + b"hello" * 50,
    "claims more than it has": lambda: huge_png(5_000, 5_000),
    "a drawing that is a program": lambda: b"%!PS-Adobe-3.0\n(x) run",
}


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_files_are_refused(make: Callable[[], bytes]) -> None:
    """Bombs, broken files and formats we do not take are refused with one kind of error."""
    with pytest.raises(CopyFault):
        clean_copy(make())


def test_only_the_first_frame_of_a_moving_picture() -> None:
    """An animation is shown as its first frame."""
    frames = [picture().convert("P"), Image.new("P", (60, 40))]
    content = saved(frames[0], "GIF", save_all=True, append_images=frames[1:])
    with Image.open(io.BytesIO(clean_copy(content))) as copy:
        assert getattr(copy, "n_frames", 1) == 1
