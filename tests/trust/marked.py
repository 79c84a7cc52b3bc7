"""Pictures and recordings that carry planted words everywhere a camera, a phone or a program leaves them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import av
from PIL import Image, PngImagePlugin

MARK = "CANARY-16.4637N-107.5909E"
SERIAL = "SERIAL-9A-4471-CANARY"
BOTH = (MARK, SERIAL)
XMP = f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf>{MARK}{SERIAL}</rdf></x:xmpmeta>'.encode()
SIDE = 64
KINDS = ("JPEG", "PNG", "WEBP", "GIF", "TIFF", "HEIF")
MIMES = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
    "GIF": "image/gif",
    "TIFF": "image/tiff",
    "HEIF": "image/heic",
}


def picture(number: int = 0) -> Image.Image:
    """Left half red, right half blue, with a stripe that makes each number another picture."""
    made = Image.new("RGB", (SIDE + number % 7, SIDE), "blue")
    made.paste(Image.new("RGB", (SIDE // 2, SIDE), "red"), (0, 0))
    made.paste(Image.new("RGB", (made.width, 2), (0, number % 256, 90)), (0, 4))
    return made


def exif(turn: int = 1) -> bytes:
    """Place, maker, model, serial numbers, comment, owner, dates and a small picture inside."""
    notes = Image.Exif()
    notes[0x0112] = turn
    for tag in (0x010E, 0x010F, 0x0110, 0x0131, 0x013B, 0x8298):
        notes[tag] = MARK
    inner = notes.get_ifd(0x8769)
    inner[0x9286], inner[0xA430], inner[0xA431], inner[0xA435] = MARK.encode(), MARK, SERIAL, SERIAL
    place = notes.get_ifd(0x8825)
    place[1], place[2], place[3], place[4] = "N", (16.0, 27.0, 49.3), "E", (107.0, 35.0, 27.2)
    place[29], place[0x1B] = "2026:11:22", MARK.encode()
    return notes.tobytes() + b"\xff\xd8\xff\xe0" + MARK.encode()


def marked_picture(kind: str, number: int = 0) -> bytes:
    """One picture with everything its format can carry, and a file behind its end."""
    image, out = picture(number), io.BytesIO()
    turn = number % 8 + 1
    if kind == "JPEG":
        image.save(out, kind, exif=exif(turn), comment=MARK.encode(), xmp=XMP, icc_profile=MARK.encode() * 9)
        made = _after_start(out.getvalue(), _photoshop(), 0xED)
    elif kind == "PNG":
        image.save(out, kind, exif=exif(turn), pnginfo=_words())
        made = out.getvalue()
    elif kind == "WEBP":
        image.save(out, kind, exif=exif(turn), xmp=XMP, lossless=bool(number % 2))
        made = out.getvalue()
    elif kind == "GIF":
        frames = [picture(number + 1).convert("P")]
        image.convert("P").save(out, kind, comment=MARK.encode(), save_all=True, append_images=frames)
        made = out.getvalue()
    elif kind == "TIFF":
        notes = {270: MARK, 271: MARK, 272: SERIAL, 305: MARK, 315: MARK, 33432: MARK, 700: XMP, 33723: _iptc()}
        image.save(out, kind, tiffinfo=notes, compression=["raw", "tiff_lzw", "tiff_deflate"][number % 3])
        made = out.getvalue()
    else:
        import pillow_heif

        pillow_heif.register_heif_opener(thumbnails=False)
        image.save(out, "HEIF", exif=exif(turn), xmp=XMP, quality=60)
        return out.getvalue() + (20).to_bytes(4, "big") + b"free" + MARK.encode()[:12]
    return made + b"PK\x03\x04" + MARK.encode()


def _words() -> PngImagePlugin.PngInfo:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", MARK)
    notes.add_text("Location", SERIAL, zip=True)
    notes.add_itxt("XML:com.adobe.xmp", XMP.decode())
    notes.add(b"prVt", MARK.encode())
    return notes


def _iptc() -> bytes:
    """Record 2: city and credit. https://www.iptc.org/std/photometadata/specification/"""
    return b"".join(b"\x1c\x02" + bytes([field]) + len(MARK).to_bytes(2, "big") + MARK.encode() for field in (90, 110))


def _photoshop() -> bytes:
    body = _iptc()
    return b"Photoshop 3.0\0" + b"8BIM\x04\x04\0\0" + len(body).to_bytes(4, "big") + body


def _after_start(jpeg: bytes, body: bytes, marker: int) -> bytes:
    return jpeg[:2] + bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2, "big") + body + jpeg[2:]


# -- recordings -----------------------------------------------------------------------------------------------------

TAGS = {
    "title": MARK,
    "artist": MARK,
    "comment": SERIAL,
    "location": "+16.4637+107.5909/" + MARK,
    "location-eng": MARK,
    "com.apple.quicktime.location.ISO6709": "+16.4637+107.5909/" + MARK,
    "com.apple.quicktime.make": SERIAL,
    "com.android.version": SERIAL,
    "creation_time": "2026-11-22T01:02:03.000000Z",
    "encoder": MARK,
}
FILMS = {
    "mp4": ("mp4", "libx264", "aac", "video/mp4"),
    "mov": ("mov", "libx264", "aac", "video/quicktime"),
    "hevc": ("mp4", "libx265", "aac", "video/mp4"),
    "3gp": ("3gp", "libx264", "libopencore_amrnb", "video/3gpp"),
    "webm": ("webm", "libvpx", "libopus", "video/webm"),
    "vp9": ("webm", "libvpx-vp9", "libopus", "video/webm"),
}
SOUNDS = {
    "voice note": ("ogg", "libopus", "audio/ogg"),
    "browser voice": ("webm", "libopus", "video/webm"),
    "mp3": ("mp3", "libmp3lame", "audio/mpeg"),
    "m4a": ("ipod", "aac", "audio/mp4"),
    "aac": ("adts", "aac", "audio/aac"),
    "amr": ("amr", "libopencore_amrnb", "audio/amr"),
    "wav": ("wav", "pcm_s16le", "audio/wav"),
    "flac in ogg": ("ogg", "flac", "audio/ogg"),
}


def marked_sound(name: str, seconds: float = 0.5) -> tuple[bytes, str]:
    """A recording with tags and trailing bytes, and its media type."""
    form, codec, mime = SOUNDS[name]
    out = io.BytesIO()
    with av.open(out, "w", format=form, options=_tagging(form)) as target:
        target.metadata.update(TAGS)
        sound = _sound_stream(target, codec)
        sound.metadata.update({"title": MARK, "handler_name": MARK, "language": "vie"})
        for frame in _tones(sound, seconds):
            target.mux(sound.encode(frame))
        target.mux(sound.encode(None))
    cover = _cover() if form == "mp3" else b""
    return cover + out.getvalue() + _tail(form), mime


def marked_film(name: str, seconds: float = 0.5) -> tuple[bytes, str]:
    """A film with sound, subtitles where they fit, chapters, tags and words between its pictures."""
    form, codec, heard, mime = FILMS[name]
    out = io.BytesIO()
    with av.open(out, "w", format=form, options=_tagging(form)) as target:
        target.metadata.update(TAGS)
        film: Any = target.add_stream(codec, rate=10)
        film.width = film.height = SIDE
        film.pix_fmt = "yuv420p"
        film.metadata.update({"handler_name": MARK, "title": SERIAL})
        if codec in ("libx264", "libx265"):
            film.options = {"preset": "ultrafast", "x265-params": "log-level=none"}  # it signs itself in an SEI unit
        sound = _sound_stream(target, heard)
        target.set_chapters([{"id": 1, "start": 0, "end": 200, "time_base": _milli(), "metadata": {"title": MARK}}])
        for number in range(int(seconds * 10)):
            drawn = picture(number).resize((SIDE, SIDE)).convert("RGB")
            frame = av.VideoFrame.from_image(drawn)  # type: ignore[no-untyped-call]
            for packet in film.encode(frame):
                target.mux(_spoken(packet) if codec == "libx264" else packet)
        target.mux([_spoken(one) if codec == "libx264" else one for one in film.encode(None)])
        for frame in _tones(sound, seconds):
            target.mux(sound.encode(frame))
        target.mux(sound.encode(None))
    return out.getvalue() + _tail(form), mime


def _spoken(packet: Any) -> Any:
    """An H.264 packet with a unit of user data before it (SEI, type 5: 16 bytes of name, then anything)."""
    body = b"\x06\x05" + bytes((16 + len(MARK),)) + bytes(16) + MARK.encode() + b"\x80"
    made = av.Packet(b"\0\0\0\x01" + body + bytes(packet))
    made.stream, made.pts, made.dts, made.time_base = packet.stream, packet.pts, packet.dts, packet.time_base
    made.is_keyframe = packet.is_keyframe
    return made


def _sound_stream(target: Any, codec: str) -> Any:
    rate = 8_000 if "amr" in codec else 48_000
    sound = target.add_stream(codec, rate=rate)
    sound.layout = "mono"
    return sound


def _tones(sound: Any, seconds: float) -> Iterator[Any]:
    size, rate = 160 if sound.rate == 8_000 else 960, sound.rate
    resampler = av.AudioResampler(format=sound.format, layout="mono", rate=rate, frame_size=sound.frame_size or None)
    for number in range(int(seconds * rate / size)):
        frame = av.AudioFrame("s16", "mono", size)
        frame.planes[0].update(bytes((number * 7 + at) % 61 for at in range(size * 2)))
        frame.sample_rate, frame.pts = rate, number * size
        yield from resampler.resample(frame)
    yield from resampler.resample(None)


def _tagging(form: str) -> dict[str, str]:
    return {"movflags": "use_metadata_tags"} if form in ("mp4", "mov", "ipod") else {}


def _tail(form: str) -> bytes:
    if form in ("mp4", "mov", "3gp", "ipod"):
        return (8 + len(MARK)).to_bytes(4, "big") + b"free" + MARK.encode() + b"PK\x03\x04" + MARK.encode()
    if form == "mp3":
        return b"TAG" + MARK.encode().ljust(125, b"\0")
    return b""


def _cover() -> bytes:
    """An ID3 head with a picture, a private frame and words."""
    out = io.BytesIO()
    picture().save(out, "JPEG", comment=MARK.encode())
    frames = b"".join(
        name + len(body).to_bytes(4, "big") + b"\0\0" + body
        for name, body in (
            (b"APIC", b"\0image/jpeg\0\x03\0" + out.getvalue()),
            (b"PRIV", MARK.encode() + b"\0" + SERIAL.encode()),
            (b"GEOB", b"\0\0\0\0" + MARK.encode()),
            (b"TIT2", b"\0" + MARK.encode()),
        )
    )
    size = len(frames)
    return b"ID3\x03\0\0" + bytes((size >> 21 & 127, size >> 14 & 127, size >> 7 & 127, size & 127)) + frames


def _milli() -> Any:
    from fractions import Fraction

    return Fraction(1, 1000)
