"""A copy of a recording: sound and picture packets in a new container, without tags, places, covers and other tracks.

Runs in the child of `scheduler.cleaning` only. Nothing is decoded where browsers play the format; the rest of the
sound is encoded anew. What a camera writes between the pictures (SEI, metadata units) is left out.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from typing import Any

import av
from av.bitstream import BitStreamFilterContext

from scheduler.copies import Copy, CopyFault, Part, Shape

av.logging.set_level(av.logging.PANIC)  # hostile files are chatty, and nobody reads it
READ_AS = {
    "audio/ogg": "ogg",
    "audio/mpeg": "mp3",
    "audio/mp4": "mov",
    "audio/aac": "aac",
    "audio/amr": "amr",
    "audio/wav": "wav",
    "video/mp4": "mov",
    "video/quicktime": "mov",
    "video/3gpp": "mov",
    "video/webm": "matroska",
}
"""The one demuxer tried for each media type: never a play list, never a format that names other files."""
KEPT_UNITS = {"h264": "1-5|7-9", "hevc": "0-9|16-21|32-35"}
"""Units of the picture itself: slices, parameter sets, delimiters (ITU-T H.264 7.4.1, H.265 7.4.2.2)."""
_SETS = {"h264": frozenset({7, 8}), "hevc": frozenset({32, 33, 34})}
_START = re.compile(b"\0*\0\0\1")
_HEADS = {"opus": 19, "flac": 42, "aac": 16, "mp3": 0}
"""Bytes of set-up that belong to a sound; one with more is encoded anew, for words fit in there."""
_SOUND_AS = {"opus": "ogg", "flac": "ogg", "mp3": "mp3", "aac": "mp4"}
_PLAYED_IN = {"mp4": frozenset({"aac", "mp3", "opus"}), "webm": frozenset({"opus"})}
_PCM = frozenset({"pcm_s16le", "pcm_u8", "pcm_s24le"})
_NAMES = {"libvpx": "vp8", "libvpx-vp9": "vp9", "libopus": "opus", "mp3float": "mp3"}
SAID_LETTERS = 6
_OUR_TAGS = frozenset({"major_brand", "minor_version", "compatible_brands", "DURATION"})
_OUR_WORDS = ("VideoHandler", "SoundHandler", "Lav")
"""What the muxer writes itself, and writes again."""
_FILMS = {"h264": "mp4", "hevc": "mp4", "vp8": "webm", "vp9": "webm"}
_MIMES = {"ogg": "audio/ogg", "mp3": "audio/mpeg", "mp4": "audio/mp4", "wav": "audio/wav"}
_BARE: dict[str, dict[str, str]] = {"mp3": {"id3v2_version": "0", "write_id3v1": "0"}}
OPUS_RATE, OPUS_BITS = 48_000, 24_000
_MP3_RATES = (44_100, 48_000, 32_000)
_MP3_BITS = {  # kbit/s of layer III: https://www.iso.org/standard/22412.html, table in 2.4.2.3
    1: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}


def copy_of(content: bytes, mime: str) -> Copy:
    """The recording in a container that browsers play. Raises `CopyFault`."""
    try:
        with av.open(io.BytesIO(content), format=READ_AS[mime], metadata_errors="ignore") as source:
            said, media = _said(source), _media(content) if READ_AS[mime] == "mov" else None
            film = next((one for one in source.streams.video if _moving(one)), None)
            sound = next(iter(source.streams.audio), None)
            if film is None and sound is None:
                raise CopyFault("unsupported", "no sound and no picture")
            copy = _sound(source, sound, media) if film is None else _film(source, film, sound, media)
        if any(word in copy.parts[0].content for word in said):
            raise CopyFault("unreadable", "what it says of itself came through")
        return copy
    except (CopyFault, MemoryError):
        raise
    except Exception as error:  # FFmpeg's errors are one class each, and broken files raise plain ones too
        raise CopyFault("unreadable", type(error).__name__) from error


def _moving(stream: Any) -> bool:
    """A film, not the cover of a song."""
    return not stream.disposition & av.stream.Disposition.attached_pic and _name(stream) in _FILMS


def _name(stream: Any) -> str:
    found = str(stream.codec_context.name)
    return _NAMES.get(found, found)


def _said(source: Any) -> list[bytes]:
    """The words of its tags: none of them may be in the copy, though a broken table made them pass for sound."""
    tags = [source.metadata, *(one.metadata for one in source.streams), *(one["metadata"] for one in source.chapters())]
    words = {str(value) for tag in tags for name, value in tag.items() if name not in _OUR_TAGS}
    return [word.encode() for word in words if len(word) >= SAID_LETTERS and not word.startswith(_OUR_WORDS)]


def _media(content: bytes) -> list[range]:
    """Where an ISO file keeps its media (ISO/IEC 14496-12, 8.1.1); its tables may point anywhere."""
    found, at = [], 0
    while at + 8 <= len(content):
        size, head = int.from_bytes(content[at : at + 4], "big"), 8
        if size == 1:
            size, head = int.from_bytes(content[at + 8 : at + 16], "big"), 16
        end = len(content) if size == 0 else at + size
        if end < at + head:
            break
        if content[at + 4 : at + 8] == b"mdat":
            found.append(range(at + head, end + 1))
        at = end
    return found


def _inside(packet: Any, media: Sequence[range] | None) -> None:
    if media is None or not packet.size:
        return
    if not any(packet.pos in one and packet.pos + packet.size in one for one in media):
        raise CopyFault("unreadable", "a table points outside the media")


def _bare_sound(stream: Any) -> str:
    """The codec of a sound that may be carried over as it is, else ""."""
    name = _name(stream)
    return name if len(stream.codec_context.extradata or b"") <= _HEADS.get(name, -1) or name in _PCM else ""


def _film(source: Any, film: Any, sound: Any, media: Sequence[range] | None) -> Copy:
    name = _name(film)
    kind, out = _FILMS[name], io.BytesIO()
    with _new(out, kind) as target:
        picture = target.add_stream_from_template(film)
        units = _units(name, film, picture)
        lane = None
        if sound is not None:
            plays = _bare_sound(sound) in _PLAYED_IN[kind]
            lane = _Kept(target, sound) if plays else _Anew(target, "aac" if kind == "mp4" else "opus")
        for packet in source.demux([film] if lane is None else [film, sound]):
            _inside(packet, media)
            if lane is not None and packet.stream.index == sound.index:
                lane.take(packet)
                continue
            for one in units.filter(packet if packet.size else None) if units else [packet]:
                _mux(target, one, picture)
        if lane is not None:
            lane.end()
    return _made(out, Shape.FILM, f"video/{kind}")


def _units(name: str, film: Any, picture: Any) -> BitStreamFilterContext | None:
    """What drops the other units from the packets; those in the set-up it leaves, so they are dropped here."""
    if name not in KEPT_UNITS:
        picture.codec_context.extradata = b""  # these formats need none
        return None
    units = BitStreamFilterContext(f"filter_units=pass_types={KEPT_UNITS[name]}", film, picture)
    head = bytes(picture.codec_context.extradata or b"")
    if not head:
        return units
    if not _START.match(head):
        raise CopyFault("unsupported", "set-up of another form")
    kept = [unit for unit in _START.split(head) if unit and _unit_type(name, unit) in _SETS[name]]
    picture.codec_context.extradata = b"".join(b"\0\0\0\1" + unit for unit in kept)
    return units


def _unit_type(name: str, unit: bytes) -> int:
    return unit[0] & 31 if name == "h264" else unit[0] >> 1 & 63


def _sound(source: Any, sound: Any, media: Sequence[range] | None) -> Copy:
    name = _bare_sound(sound)
    kind, out = "wav" if name in _PCM else _SOUND_AS.get(name, "ogg"), io.BytesIO()
    with _new(out, kind) as target:
        lane = _Kept(target, sound) if name else _Anew(target, "opus")
        for packet in source.demux([sound]):
            _inside(packet, media)
            lane.take(packet)
        lane.end()
    return _made(out, Shape.SOUND, _MIMES[kind])


def _new(out: io.BytesIO, kind: str) -> Any:
    made = av.open(out, "w", format=kind, options={"fflags": "+bitexact"} | _BARE.get(kind, {}))
    made.metadata.clear()
    return made


def _made(out: io.BytesIO, shape: Shape, mime: str) -> Copy:
    if not out.getbuffer().nbytes:
        raise CopyFault("unreadable", "empty")
    return Copy(shape, (Part(out.getvalue(), mime),), 1)


class _Kept:
    """Sound carried over as it is."""

    def __init__(self, target: Any, source: Any) -> None:
        self._target, self._stream = target, target.add_stream_from_template(source)
        self._stream.metadata.clear()
        self._frames = _name(source) == "mp3"

    def take(self, packet: Any) -> None:
        for one in _mp3_frames(packet) if self._frames and packet.size else [packet]:
            _mux(self._target, one, self._stream)

    def end(self) -> None:
        """Nothing waits."""


class _Anew:
    """Sound decoded and encoded again."""

    def __init__(self, target: Any, codec: str) -> None:
        self._target = target
        self._stream = target.add_stream("libopus" if codec == "opus" else codec, rate=OPUS_RATE)
        self._stream.bit_rate = OPUS_BITS
        self._stream.layout = "mono"
        self._to = av.AudioResampler(format=self._stream.format, layout="mono", rate=OPUS_RATE)

    def take(self, packet: Any) -> None:
        for frame in packet.decode():
            for each in self._to.resample(frame):
                self._target.mux(self._stream.encode(each))

    def end(self) -> None:
        for each in self._to.resample(None):
            self._target.mux(self._stream.encode(each))
        self._target.mux(self._stream.encode(None))


def _mux(target: Any, packet: Any, stream: Any) -> None:
    if packet.dts is None or not packet.size:  # the end, or what a broken file left without a time
        return
    packet.stream = stream
    target.mux(packet)


def _mp3_frames(packet: Any) -> Iterator[Any]:
    """The packet cut to its frame: what stands between frames is where tags and other files hide."""
    head = bytes(packet)[:4]
    size = _mp3_size(head) if len(head) == 4 else 0
    if not size or size > packet.size:
        return
    if size == packet.size:
        yield packet
        return
    cut = av.Packet(bytes(packet)[:size])
    cut.pts, cut.dts, cut.duration, cut.time_base = packet.pts, packet.dts, packet.duration, packet.time_base
    yield cut


def _mp3_size(head: bytes) -> int:
    """Bytes of a layer III frame by its header, 0 for none."""
    if head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return 0
    version, bits, rate = head[1] >> 3 & 3, head[2] >> 4, head[2] >> 2 & 3
    if version == 1 or bits in (0, 15) or rate == 3:
        return 0
    first = version == 3
    hertz = _MP3_RATES[rate] // (1 if first else 2 if version == 2 else 4)
    return (144 if first else 72) * _MP3_BITS[1 if first else 2][bits] * 1000 // hertz + (head[2] >> 1 & 1)
