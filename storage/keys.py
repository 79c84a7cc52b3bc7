"""Keys and sealing: what a stolen disk or backup must not show is sealed under a key that lives outside the database.

AES-256-GCM with `table.column:row` as associated data, so that a sealed value moved to another place does not open.
Layout: one byte that names the key (the number of a master, or `OWN_KEY`), 12 bytes nonce, ciphertext with tag (29
bytes more than the text). Look-ups go through HMAC-SHA-256 under a separate key: phone numbers have too little entropy
for a bare hash.
"""

from __future__ import annotations

import hmac
import json
import logging
import os
import threading
import time
from abc import ABC, abstractmethod
from datetime import date
from pathlib import Path
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage.key_file import KEY_BYTES, Held, KeyFileError, derive, first_keys, make_key_file, read_keys, sync_folder

__all__ = ["KEY_BYTES", "KeyFileError", "KeyRing", "SealBroken", "Sealer", "load_or_make", "sync_folder"]

NONCE_BYTES = 12
OWN_KEY = 255
"""First byte of what is sealed under the key of its case or file; the numbers of masters are below 200."""
OUTSIDE = "outside.key"
"""Name of the file beside the master's that no backup holds: see `KeyRing.outside`."""
LOOK_EVERY = 10.0
"""Seconds after which a running process looks whether the key file has changed. Rotation waits longer than this."""

log = logging.getLogger(__name__)


class SealBroken(Exception):
    """A sealed value was changed, moved, or belongs to another key."""


class Sealer(ABC):
    """Seals and opens values; subclasses say under which key."""

    def seal(self, place: str, row: str, text: str) -> bytes:
        """Seal text for `place` (`table.column`) and this row's key."""
        return self.seal_bytes(place, row, text.encode("utf-8", "surrogatepass"))

    @abstractmethod
    def seal_bytes(self, place: str, row: str, content: bytes) -> bytes:
        """Seal bytes for `place` and row."""

    def open(self, place: str, row: str, sealed: bytes) -> str:
        """The text again; raises `SealBroken`."""
        return self.open_bytes(place, row, sealed).decode("utf-8", "surrogatepass")

    @abstractmethod
    def open_bytes(self, place: str, row: str, sealed: bytes) -> bytes:
        """The bytes again; raises `SealBroken`."""

    def seal_json(self, place: str, row: str, value: object) -> bytes:
        """Seal a JSON-able value; whole numbers of at most 64 bits come back exactly."""
        return self.seal_bytes(place, row, _dumps(value))

    def open_json(self, place: str, row: str, sealed: bytes) -> Any:
        """The value again; raises `SealBroken`."""
        return _loads(self.open_bytes(place, row, sealed))


class KeyRing(Sealer):
    """The master keys in use: seals with the newest, opens with any.

    With a `path` it follows the key file: a value under a key it does not know, and every `look_every` seconds of
    sealing, make it look whether the file was changed. It goes on sealing with the old key until it has seen the new
    one, so that nothing is ever sealed under a key that the file does not hold.
    """

    def __init__(
        self, masters: list[bytes] | Held, path: Path | None = None, *, look_every: float = LOOK_EVERY
    ) -> None:
        self._path = path
        self._look_every = look_every
        self._looked = time.monotonic()
        self._mark = _mark(path)
        self._reading = threading.Lock()
        self._outside: KeyRing | None = None
        self._take(first_keys(masters) if isinstance(masters, list) else masters)

    def _take(self, held: Held) -> None:
        self._sealers = {number: AESGCM(derive(master, b"field")) for number, master in held.masters.items()}
        self._lookup = held.lookup
        self._with = (bytes((held.newest,)), self._sealers[held.newest])  # one assignment: threads seal meanwhile

    @property
    def outside(self) -> KeyRing:
        """Keys in a file of their own beside the master's, which no backup holds; made when first needed."""
        if self._outside is None:
            self._outside = load_or_make(self._path.with_name(OUTSIDE)) if self._path is not None else self
        return self._outside

    @property
    def newest(self) -> int:
        """The number of the key that seals."""
        return self._with[0][0]

    @property
    def numbers(self) -> frozenset[int]:
        """Of all keys held."""
        return frozenset(self._sealers)

    def seal_bytes(self, place: str, row: str, content: bytes) -> bytes:
        if self._path is not None and time.monotonic() - self._looked > self._look_every:
            self.look()
        number, sealer = self._with
        nonce = os.urandom(NONCE_BYTES)
        return number + nonce + sealer.encrypt(nonce, content, f"{place}:{row}".encode())

    def open_bytes(self, place: str, row: str, sealed: bytes) -> bytes:
        if not sealed:
            raise SealBroken(place)
        sealer = self._sealers.get(sealed[0])
        if sealer is None and sealed[0] != OWN_KEY:
            self.look()
            sealer = self._sealers.get(sealed[0])
        if sealer is None:
            raise SealBroken(place)
        try:
            return sealer.decrypt(sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :], f"{place}:{row}".encode())
        except (ValueError, InvalidTag) as error:
            raise SealBroken(place) from error

    def lookup(self, purpose: str, value: str) -> str:
        """Keyed hash to find a row by a value that is stored only sealed; 32 hex digits."""
        message = f"{purpose}\0{value}".encode("utf-8", "surrogatepass")
        return hmac.digest(self._lookup, message, "sha256")[:16].hex()

    def look(self) -> bool:
        """Read the key file again if it was changed; True when it was. A file that cannot be read changes nothing."""
        with self._reading:
            self._looked = time.monotonic()
            mark = _mark(self._path)
            if self._path is None or mark is None or mark == self._mark:
                return False
            self._mark = mark
            try:
                self._take(read_keys(self._path))
            except KeyFileError as error:
                log.error("the changed key file is not used: %s", error)
                return False
            return True


def _mark(path: Path | None) -> tuple[int, int, int] | None:
    """What tells one version of a file from the next; it is replaced, never written over."""
    try:
        found = path.stat() if path is not None else None
    except OSError:
        return None
    return (found.st_ino, found.st_ctime_ns, found.st_size) if found is not None else None


def _dumps(value: object) -> bytes:
    try:
        return orjson.dumps(value)
    except TypeError:  # half an emoji (a lone surrogate), which a messenger's JSON may carry
        return json.dumps(value, default=_plain).encode()


def _plain(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def _loads(content: bytes) -> Any:
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        return json.loads(content)


def load_or_make(path: Path, *, look_every: float = LOOK_EVERY) -> KeyRing:
    """Read the key file, making it (mode 600) on the first run; raises `KeyFileError` naming the cure."""
    if not path.exists():
        make_key_file(path)
    mark = _mark(path)  # before reading: a file changed in between is read again
    ring = KeyRing(read_keys(path), path, look_every=look_every)
    ring._mark = mark
    return ring
