"""The key file: the master keys by number and the key of look-ups, for its owner only, whole or not at all.

A file made at the first run is one line, the first master in hex; look-ups are derived from it. From the first
rotation on it reads

    hoiam-keys 2
    lookup <64 hex digits>
    key 1 <64 hex digits>

so that masters can go without the look-ups changing: a keyed hash is what rows are found by, and is not rotated.
"""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
MOST_KEYS = 200
"""Numbers of masters are below this and never used again; what lies above says how else a value is sealed."""
_HEAD = ["hoiam-keys", "2"]


class KeyFileError(Exception):
    """The key file is missing, unreadable, readable by others, or not a key."""


@dataclass(frozen=True, slots=True, repr=False)
class Held:
    """What a key file holds: masters by number, the highest seals; the key of look-ups."""

    masters: Mapping[int, bytes]
    lookup: bytes

    def __post_init__(self) -> None:
        keys = [*self.masters.values(), self.lookup]
        if not self.masters or any(len(key) != KEY_BYTES for key in keys):
            raise KeyFileError(f"a key ring needs keys of {KEY_BYTES} bytes")
        if not all(0 <= number < MOST_KEYS for number in self.masters):
            raise KeyFileError(f"keys are numbered from 0 to {MOST_KEYS - 1}")

    @property
    def newest(self) -> int:
        """The number of the key that seals."""
        return max(self.masters)


def first_keys(masters: list[bytes]) -> Held:
    """Keys of a file of bare lines, oldest first; look-ups are derived from the first."""
    if not masters:
        raise KeyFileError("a key ring needs a key")
    return Held(dict(enumerate(masters)), derive(masters[0], b"lookup"))


def derive(master: bytes, purpose: bytes) -> bytes:
    """A key for one purpose."""
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=b"hoiam/" + purpose).derive(master)


def read_keys(path: Path) -> Held:
    """Read the file; raises `KeyFileError` naming the cure."""
    try:
        if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise KeyFileError(f"{path} can be read by others: run `chmod 600 {path}`")
        words = path.read_text(encoding="ascii").split()
        return _parsed(words[2:]) if words[:2] == _HEAD else first_keys([bytes.fromhex(word) for word in words])
    except (OSError, ValueError, StopIteration, _NotAKey) as error:
        raise KeyFileError(f"{path} cannot be read as a key file: {error}; put it back from its copy") from error
    except KeyFileError as error:
        if "can be read by others" in str(error):
            raise
        raise KeyFileError(f"{path} cannot be read as a key file: {error}; put it back from its copy") from error


class _NotAKey(Exception):
    """A word that has no place in a key file; the words themselves are never told."""


def _parsed(words: list[str]) -> Held:
    rest, masters, lookup = iter(words), {}, b""
    for word in rest:
        if word == "lookup":
            lookup = bytes.fromhex(next(rest))
        elif word == "key":
            number = int(next(rest))
            masters[number] = bytes.fromhex(next(rest))
        else:
            raise _NotAKey("a line begins with neither `lookup` nor `key`")
    return Held(masters, lookup)


def make_key_file(path: Path) -> None:
    """A whole key file or none, whatever dies; of several processes that start at once one makes it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with _whole(path, os.urandom(KEY_BYTES).hex() + "\n") as name, contextlib.suppress(FileExistsError):
        os.link(name, path)
    sync_folder(path.parent)


def add_key(path: Path) -> int:
    """Add a new master, durably and in one step; returns its number. Whoever runs meanwhile learns it by looking."""
    with _alone(path):
        held = read_keys(path)
        number = held.newest + 1
        if number >= MOST_KEYS:
            raise KeyFileError(f"{path} has had {MOST_KEYS} keys: begin a new installation")
        _replace(path, Held({**held.masters, number: os.urandom(KEY_BYTES)}, held.lookup))
    return number


def remove_keys(path: Path, numbers: set[int]) -> None:
    """Take masters out for good; the newest stays whatever is asked."""
    with _alone(path):
        held = read_keys(path)
        kept = {number: key for number, key in held.masters.items() if number not in numbers or number == held.newest}
        _replace(path, Held(kept, held.lookup))


def _replace(path: Path, held: Held) -> None:
    lines = [" ".join(_HEAD), f"lookup {held.lookup.hex()}"]
    lines += [f"key {number} {key.hex()}" for number, key in sorted(held.masters.items())]
    before = path.stat()
    with _whole(path, "\n".join(lines) + "\n") as name:
        if os.name == "posix" and os.geteuid() != before.st_uid:
            os.chown(name, before.st_uid, before.st_gid)  # rotated by root, read by the service
        os.replace(name, path)
    sync_folder(path.parent)


@contextlib.contextmanager
def _whole(path: Path, content: str) -> Iterator[str]:
    """The name of a file beside `path` that durably holds the content; gone afterwards if it was not moved."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.")  # mode 600
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        yield name
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name)


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold the folder of the key file, so that two who change it do so one after the other."""
    import fcntl

    handle = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
