"""A copy of a picture with its pixels and nothing else: no place, no camera, no comment, no hidden second file.

Runs in the child of `scheduler.cleaning` only; the serving process never loads a decoder.
"""

from __future__ import annotations

import io

from PIL import Image

from scheduler.copies import Copy, CopyFault, Part, Shape

MAX_PIXELS = 40_000_000
JPEG_QUALITY = 88
PNG_LEVEL = 3  # a seventh of the time of the usual level on a large picture, for a tenth more bytes
BAND = 256  # rows redrawn at once: never more than two whole pictures in memory
FORMATS = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/webp": "WEBP",
    "image/gif": "GIF",
    "image/tiff": "TIFF",
    "image/heic": "HEIF",
}
_TURN = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

# Pillow refuses above twice this figure before it reads a pixel, and warns above it.
Image.MAX_IMAGE_PIXELS = MAX_PIXELS


def copy_of(content: bytes, mime: str) -> Copy:
    """The picture as JPEG, or PNG where parts are transparent; the first frame of a moving one. Raises `CopyFault`."""
    return Copy(Shape.PICTURE, (clean_copy(content, FORMATS[mime]),), 1)


def clean_copy(content: bytes, kind: str) -> Part:
    """Redrawn and turned the right way up. `kind` is the only format that is tried. Raises `CopyFault`."""
    if kind == "HEIF":
        _open_heif()
    try:
        with Image.open(io.BytesIO(content), formats=(kind,)) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise CopyFault("too_many_pixels")
            copy, turn = _redrawn(picture)
        return encoded(copy.transpose(_TURNS[turn]) if turn in _TURNS else copy)
    except (CopyFault, MemoryError):
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise CopyFault("too_many_pixels") from error
    except Exception as error:  # decoders raise a dozen kinds on broken or hostile files
        raise CopyFault("unreadable", type(error).__name__) from error


def encoded(picture: Image.Image) -> Part:
    """As a file of ours: it holds what is drawn and the words of the encoder."""
    out = io.BytesIO()
    if picture.mode == "RGBA":
        picture.save(out, "PNG", compress_level=PNG_LEVEL)
        return Part(out.getvalue(), "image/png")
    picture.save(out, "JPEG", quality=JPEG_QUALITY)
    return Part(out.getvalue(), "image/jpeg")


def _redrawn(picture: Image.Image) -> tuple[Image.Image, int]:
    """A new picture of the same pixels, and the turn that the camera noted."""
    picture.load()
    turn = int(picture.getexif().get(_TURN, 1))
    deep = picture.mode.startswith("I;16")
    mode = "RGBA" if picture.has_transparency_data else "RGB"
    copy = Image.new(mode, picture.size)
    for top in range(0, picture.height, BAND):
        box = (0, top, picture.width, min(top + BAND, picture.height))
        band = picture.crop(box)
        copy.paste((_shallow(band) if deep else band).convert(mode), box)
    return copy, turn


def _shallow(band: Image.Image) -> Image.Image:
    """Sixteen bits of grey as eight: Pillow would cut off all above 255."""
    return band.convert("I").point(lambda value: value * (1 / 256)).convert("L")


def _open_heif() -> None:
    import pillow_heif  # only for these: it costs a tenth of a second

    pillow_heif.options.DECODE_THREADS = 1  # each thread reserves memory of its own
    pillow_heif.register_heif_opener(thumbnails=False)
