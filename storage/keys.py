"""Keys and sealing: what a stolen disk or backup must not show is sealed under a key that lives outside the database.

AES-256-GCM with `table.column:row` as associated data, so that a sealed value moved to another place does not open.
Layout: one byte key version, 12 bytes nonce, ciphertext with tag (38 bytes more than the text).
Look-ups go through HMAC-SHA-256 under a separate key: phone numbers have too little entropy for a bare hash.
"""

from __future__ import annotations

import contextlib
import hmac
import json
import os
import stat
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
NONCE_BYTES = 12


class KeyFileError(Exception):
    """The key file is missing, unreadable, readable by others, or not a key."""


class SealBroken(Exception):
    """A sealed value was changed, moved, or belongs to another key."""


class KeyRing:
    """The keys in use: seals with the newest, opens with any."""

    def __init__(self, masters: list[bytes]) -> None:
        if not masters or any(len(master) != KEY_BYTES for master in masters):
            raise KeyFileError(f"a key ring needs keys of {KEY_BYTES} bytes")
        self._sealers = [AESGCM(_derive(master, b"field")) for master in masters]
        self._lookup = _derive(masters[0], b"lookup")
        self._newest = len(masters) - 1

    def seal(self, place: str, row: str, text: str) -> bytes:
        """Seal text for `place` (`table.column`) and this row's key."""
        return self.seal_bytes(place, row, text.encode("utf-8", "surrogatepass"))

    def seal_bytes(self, place: str, row: str, content: bytes) -> bytes:
        """Seal bytes for `place` and row."""
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._sealers[self._newest].encrypt(nonce, content, f"{place}:{row}".encode())
        return bytes((self._newest,)) + nonce + sealed

    def open(self, place: str, row: str, sealed: bytes) -> str:
        """The text again; raises `SealBroken`."""
        return self.open_bytes(place, row, sealed).decode("utf-8", "surrogatepass")

    def open_bytes(self, place: str, row: str, sealed: bytes) -> bytes:
        """The bytes again; raises `SealBroken`."""
        try:
            sealer = self._sealers[sealed[0]]
            return sealer.decrypt(sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :], f"{place}:{row}".encode())
        except (IndexError, ValueError, InvalidTag) as error:
            raise SealBroken(place) from error

    def seal_json(self, place: str, row: str, value: object) -> bytes:
        """Seal a JSON-able value; whole numbers of at most 64 bits come back exactly."""
        return self.seal_bytes(place, row, _dumps(value))

    def open_json(self, place: str, row: str, sealed: bytes) -> Any:
        """The value again; raises `SealBroken`."""
        return _loads(self.open_bytes(place, row, sealed))

    def lookup(self, purpose: str, value: str) -> str:
        """Keyed hash to find a row by a value that is stored only sealed; 32 hex digits."""
        message = f"{purpose}\0{value}".encode("utf-8", "surrogatepass")
        return hmac.digest(self._lookup, message, "sha256")[:16].hex()


def _derive(master: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=b"hoiam/" + purpose).derive(master)


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


def load_or_make(path: Path) -> KeyRing:
    """Read the key file, making it (mode 600) on the first run; raises `KeyFileError` naming the cure.

    The file holds one key per line in hex, oldest first.
    """
    if not path.exists():
        _make(path)
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise KeyFileError(f"{path} can be read by others: run `chmod 600 {path}`")
    try:
        lines = path.read_text(encoding="ascii").split()
        return KeyRing([bytes.fromhex(line) for line in lines])
    except (OSError, ValueError, KeyFileError) as error:
        raise KeyFileError(f"{path} cannot be read as a key file: {error}; put it back from its copy") from error


def _make(path: Path) -> None:
    """A whole key file or none, whatever dies; of several processes that start at once one makes it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.")  # mode 600
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(os.urandom(KEY_BYTES).hex() + "\n")
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(name, path)
    finally:
        os.unlink(name)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
