"""A copy of a picture with its pixels and nothing else: no place, no camera, no comment, no hidden second file."""

from __future__ import annotations

import io

from PIL import Image, ImageOps

MAX_PIXELS = 40_000_000
JPEG_QUALITY = 88
READABLE = ("JPEG", "PNG", "WEBP", "GIF")
CLEANED = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})
"""Media types of which a clean copy is made; others (HEIC) are kept as they came and shown only as the original."""

# Pillow refuses above twice this figure before it reads a pixel, and warns above it.
Image.MAX_IMAGE_PIXELS = MAX_PIXELS


class PictureRefused(Exception):
    """Not a readable picture, or one of too many pixels."""


def clean_copy(content: bytes) -> bytes:
    """JPEG, or PNG where parts are transparent, turned the right way up; the first frame of a moving picture.

    Raises `PictureRefused`. Takes up to about 0.4 GB and seconds for the largest picture: run it off the event loop,
    one at a time.
    """
    try:
        with Image.open(io.BytesIO(content), formats=READABLE) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise PictureRefused("too many pixels")
            return _encode(_bare(picture))
    except PictureRefused:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureRefused("too many pixels") from error
    except Exception as error:  # decoders raise a dozen kinds on broken or hostile files
        raise PictureRefused(f"not readable ({type(error).__name__})") from error


def _bare(picture: Image.Image) -> Image.Image:
    """A new picture of the same pixels."""
    mode = "RGBA" if picture.has_transparency_data else "RGB"
    upright = ImageOps.exif_transpose(picture).convert(mode)
    copy = Image.new(mode, upright.size)
    copy.paste(upright)
    return copy


def _encode(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    if picture.mode == "RGBA":
        picture.save(out, "PNG")
    else:
        picture.save(out, "JPEG", quality=JPEG_QUALITY)
    return out.getvalue()
