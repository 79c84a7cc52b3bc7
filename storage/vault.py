"""The file vault: every file sealed under its own key, written so that a power cut leaves a whole file or none.

The key of a file is kept with its entry (`storage.files`), so that whoever destroys a case's key makes its files
unreadable. Files put without a key, an upload nobody has sent yet, lie under the master.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from storage.case_keys import OwnSealer
from storage.keys import OWN_KEY, KeyRing, Sealer, sync_folder

PLACE = "vault.file"


class VaultFault(Exception):
    """The file could not be stored (disk full) or is not there."""


class FileVault:
    """Files `folder/ab/<id>.<part>`, AES-GCM bound to id and part. Blocking calls: run them off the event loop."""

    def __init__(self, folder: Path, keys: KeyRing, floor: int = 0) -> None:
        """With less than `floor` bytes free no file is taken: the room left is for words."""
        self.folder = folder
        self.floor = floor
        self._keys = keys

    @property
    def free(self) -> int:
        """Bytes free on the disk."""
        return shutil.disk_usage(self.folder if self.folder.exists() else self.folder.parent).free

    @property
    def takes_files(self) -> bool:
        """Whether there is room for files."""
        return not self.floor or self.free >= self.floor

    def put(self, file_id: str, content: bytes, part: str = "original", key: bytes = b"") -> str:
        """Store durably (temporary file, fsync, rename, fsync of the folder); returns the SHA-256 of the content."""
        target = self._path(file_id, part)
        try:
            if not self.takes_files:
                raise VaultFault("too little room left")
            if not target.parent.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                sync_folder(self.folder)  # the new folder itself must survive a power cut
        except OSError as error:
            raise VaultFault(str(error.strerror)) from error
        _write(target, self._sealer(key).seal_bytes(PLACE, f"{file_id}/{part}", content))
        return hashlib.sha256(content).hexdigest()

    def get(self, file_id: str, part: str = "original", key: bytes = b"") -> bytes:
        """The content; raises `VaultFault` when there is none, `SealBroken` when it does not open with this key."""
        try:
            return self._sealer(key).open_bytes(PLACE, f"{file_id}/{part}", self._path(file_id, part).read_bytes())
        except FileNotFoundError as error:
            raise VaultFault("no such file") from error

    def has(self, file_id: str, part: str = "original") -> bool:
        """Whether this part is stored."""
        return self._path(file_id, part).exists()

    def drop(self, file_id: str, but: str = "") -> None:
        """Erase every part, or every part but this."""
        for path in self._path(file_id, "").parent.glob(f"{file_id}.*"):
            if not but or path.name != f"{file_id}.{but}":
                path.unlink(missing_ok=True)

    def ids(self) -> set[str]:
        """Ids that have a file, uploads among them."""
        return {path.name.split(".")[0] for path in self.folder.glob("??/*")}

    def numbers(self) -> Iterator[tuple[str, str, int]]:
        """Every part of every file with the number of the key it is under."""
        for path in sorted(self.folder.glob("??/*")):
            file_id, _, part = path.name.partition(".")
            with contextlib.suppress(FileNotFoundError), path.open("rb") as file:
                first = file.read(1)
                if first and part and not part.endswith("tmp"):
                    yield file_id, part, first[0]

    def reseal(self, file_id: str, part: str, key: bytes) -> bool:
        """Write a part again under its own key, without one under the newest master. False: nothing to do.

        Raises `SealBroken`, `VaultFault`. Whoever reads meanwhile gets the former file or the new one, both whole.
        """
        target = self._path(file_id, part)
        try:
            sealed = target.read_bytes()
        except FileNotFoundError:
            return False
        if sealed[:1] == bytes((OWN_KEY if key else self._keys.newest,)):
            return False
        content = self._sealer(key).open_bytes(PLACE, f"{file_id}/{part}", sealed)
        again = self._sealer(key).seal_bytes(PLACE, f"{file_id}/{part}", content)
        _write(target, again)
        return True

    def _sealer(self, key: bytes) -> Sealer:
        return OwnSealer(self._keys, key) if key else self._keys

    def _path(self, file_id: str, part: str) -> Path:
        if not file_id.isalnum():
            raise VaultFault("bad file id")
        return self.folder / file_id[:2] / f"{file_id}.{part}"


def _write(target: Path, content: bytes) -> None:
    temporary = target.with_name(f"{target.name}.{os.urandom(8).hex()}.tmp")  # others may be writing the same
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
        sync_folder(target.parent)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise VaultFault(str(error.strerror)) from error
