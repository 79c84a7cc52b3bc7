"""One backup as one file: JSON lines, packed by gzip and encrypted by age to keys whose secret half is elsewhere.

The lines: a header, tables with their rows, small files (`blob`), what lies in the store of files (`file`), and an end
that says how much there was. age refuses a file that was changed or cut; the end says that nothing is missing.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import zlib
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson

from storage.keys import sync_folder

FORM = 1
CHUNK = 1 << 20
LONGEST_LINE = 512 << 20  # bytes; a line is one row or one small file


class BackupFault(Exception):
    """A backup cannot be made or read; the sentence says why, and what to do about it."""


class WrongKey(BackupFault):
    """The key given does not open this file."""


class Damaged(BackupFault):
    """A file of a backup is not what it was when it was made."""


def recipient(text: str) -> Any:
    """An age recipient (`age1…`); raises BackupFault."""
    from pyrage import RecipientError, x25519  # type: ignore[import-untyped]

    try:
        return x25519.Recipient.from_str(text.strip())
    except (RecipientError, ValueError) as error:
        raise BackupFault("not a backup key: it begins with age1 and is printed by `hoiam backup key`") from error


def identity(text: str) -> Any:
    """The secret half (`AGE-SECRET-KEY-1…`), found among comments and blanks as they are typed from paper."""
    from pyrage import IdentityError, x25519

    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.strip().startswith("#")]
    words = "".join("".join(lines).split()).upper()
    try:
        return x25519.Identity.from_str(words)
    except (IdentityError, ValueError) as error:
        raise BackupFault(
            "this is not a secret backup key: it begins with AGE-SECRET-KEY-1 and has 74 letters and digits in all; "
            "one mistyped letter is enough to be refused here"
        ) from error


def new_pair() -> tuple[str, str]:
    """A fresh secret half and its public half."""
    from pyrage import x25519

    secret = x25519.Identity.generate()
    return str(secret), str(secret.to_public())


def public_half(secret: str) -> str:
    """The recipient that belongs to a secret half."""
    return str(identity(secret).to_public())


# -- writing --------------------------------------------------------------------------------------------------------


class Spool:
    """Lines packed into a temporary file, so that a transaction ends before anything is encrypted."""

    def __init__(self, path: Path) -> None:
        self._file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        self._gzip = gzip.GzipFile(fileobj=self._file, mode="wb", compresslevel=1, mtime=0)

    def line(self, content: bytes) -> None:
        """Add one."""
        self._gzip.write(content + b"\n")

    def close(self) -> None:
        """No more lines."""
        self._gzip.close()
        self._file.close()


def packed(lines: Iterable[object]) -> bytes:
    """Lines packed in memory: the header and what stands at the end."""
    return gzip.compress(b"".join(orjson.dumps(line) + b"\n" for line in lines), 1, mtime=0)


def blob(name: str, content: bytes) -> dict[str, str]:
    """A small file as a line."""
    return {"blob": name, "data": b64encode(content).decode()}


def unblob(line: dict[str, Any]) -> bytes:
    """Its content again."""
    return b64decode(line["data"])


def encrypt(parts: Sequence[Path | bytes], target: Path, recipients: Sequence[str]) -> tuple[str, int]:
    """Encrypt the parts one after the other; whole and on the disk, or not there. Returns SHA-256 and size."""
    import pyrage

    temporary = target.with_name(f".{target.name}.tmp")
    try:
        with _Parts(parts) as source, temporary.open("wb") as file:
            sink = _Counted(file)
            pyrage.encrypt_io(source, sink, [recipient(one) for one in recipients])
            file.flush()
            os.fsync(file.fileno())
        if digest_of(temporary) != (sink.sha256.hexdigest(), sink.size):
            raise Damaged(f"{target.name} was not written as it should be: the disk may be failing")
        temporary.chmod(0o600)
        temporary.replace(target)
        sync_folder(target.parent)
    finally:
        temporary.unlink(missing_ok=True)
    return sink.sha256.hexdigest(), sink.size


def digest_of(path: Path) -> tuple[str, int]:
    """SHA-256 and size of a file, read from the disk where the system can be told to."""
    found, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        while chunk := file.read(CHUNK):
            found.update(chunk)
            size += len(chunk)
    return found.hexdigest(), size


class _Parts(io.RawIOBase):
    """Several files and bytes as one stream."""

    def __init__(self, parts: Sequence[Path | bytes]) -> None:
        self._parts = iter(parts)
        self._now: Any = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer)
        while True:
            if self._now is None:
                part = next(self._parts, None)
                if part is None:
                    return 0
                self._now = io.BytesIO(part) if isinstance(part, bytes) else part.open("rb")
            count = self._now.readinto(view)
            if count:
                return int(count)
            self._now.close()
            self._now = None

    def close(self) -> None:
        if self._now is not None:
            self._now.close()
        super().close()


class _Counted:
    """A file that knows what was written to it."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self.sha256 = hashlib.sha256()
        self.size = 0

    def write(self, content: bytes) -> int:
        self.sha256.update(content)
        self.size += len(content)
        self._file.write(content)
        return len(content)

    def flush(self) -> None:
        self._file.flush()


# -- reading --------------------------------------------------------------------------------------------------------


def decrypt(path: Path, secret: str, line: Callable[[bytes], None]) -> None:
    """Give every line to `line`; raises `WrongKey`, `Damaged` naming the file, or what `line` raised."""
    import pyrage

    sink = _Lines(line)
    key = identity(secret)
    try:
        with path.open("rb") as file:
            pyrage.decrypt_io(file, sink, [key])
        sink.finish()
    except FileNotFoundError as error:
        raise Damaged(f"{path.name} is missing: {path}") from error
    except (pyrage.DecryptError, OSError, zlib.error, EOFError, ValueError) as error:
        if sink.raised is not None:
            raise sink.raised from None
        if isinstance(error, pyrage.DecryptError) and "matching" in str(error).lower():
            raise WrongKey(
                f"this key does not open {path.name}: it belongs to {public_half(secret)}; the backup was made for "
                "another one (its .json names which)"
            ) from error
        raise Damaged(f"{path.name} is damaged ({error}); take another copy of it, or the backup before it") from error


class _Lines:
    """Unpacks what is written to it and hands on whole lines."""

    def __init__(self, line: Callable[[bytes], None]) -> None:
        self._line = line
        self._unpack = zlib.decompressobj(31)
        self._rest = b""
        self.raised: Exception | None = None

    def write(self, content: bytes) -> int:
        try:
            self._take(bytes(content))
        except Exception as error:  # kept, and raised again: the library between would turn it into another one
            self.raised = error
            raise
        return len(content)

    def flush(self) -> None:
        """Nothing is held back."""

    def finish(self) -> None:
        """The stream ended: it must have ended where a packed part ends."""
        if self._rest or not (self._unpack.eof or self._fresh):
            raise EOFError("it ends too early")

    @property
    def _fresh(self) -> bool:
        return not self._started

    _started = False

    def _take(self, content: bytes) -> None:
        while content:
            if self._unpack.eof:
                self._unpack = zlib.decompressobj(31)
            self._started = True
            self._cut(self._unpack.decompress(content))
            content = self._unpack.unused_data

    def _cut(self, clear: bytes) -> None:
        *lines, self._rest = (self._rest + clear).split(b"\n")
        if len(self._rest) > LONGEST_LINE:
            raise ValueError("a line without end")
        for line in lines:
            self._line(line)


def packed_lines(content: bytes) -> Iterator[Any]:
    """The lines of something packed in memory."""
    for line in gzip.decompress(content).splitlines():
        yield orjson.loads(line)
