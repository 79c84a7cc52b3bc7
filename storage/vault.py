"""The file vault: every file sealed under its id, written so that a power cut leaves a whole file or none."""

from __future__ import annotations

import contextlib
import hashlib
import os
from pathlib import Path

from storage.keys import KeyRing, sync_folder

PLACE = "vault.file"


class VaultFault(Exception):
    """The file could not be stored (disk full) or is not there."""


class FileVault:
    """Files under `folder/ab/<id>[.part]`, AES-GCM bound to their id. Blocking calls: run them off the event loop."""

    def __init__(self, folder: Path, keys: KeyRing) -> None:
        self.folder = folder
        self._keys = keys

    def put(self, file_id: str, content: bytes, part: str = "original") -> str:
        """Store durably (temporary file, fsync, rename, fsync of the folder); returns the SHA-256 of the content."""
        target = self._path(file_id, part)
        temporary = target.with_suffix(".tmp")
        try:
            if not target.parent.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                sync_folder(self.folder)  # the new folder itself must survive a power cut
            with temporary.open("wb") as file:
                file.write(self._keys.seal_bytes(PLACE, f"{file_id}/{part}", content))
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(target)
            sync_folder(target.parent)
        except OSError as error:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise VaultFault(str(error.strerror)) from error
        return hashlib.sha256(content).hexdigest()

    def get(self, file_id: str, part: str = "original") -> bytes:
        """The content; raises `VaultFault` when there is none."""
        try:
            return self._keys.open_bytes(PLACE, f"{file_id}/{part}", self._path(file_id, part).read_bytes())
        except FileNotFoundError as error:
            raise VaultFault("no such file") from error

    def has(self, file_id: str, part: str = "original") -> bool:
        """Whether this part is stored."""
        return self._path(file_id, part).exists()

    def drop(self, file_id: str) -> None:
        """Erase every part."""
        for path in self._path(file_id, "").parent.glob(f"{file_id}.*"):
            path.unlink(missing_ok=True)

    def ids(self) -> set[str]:
        """Ids that have a file: housekeeping compares them with the table."""
        return {path.name.split(".")[0] for path in self.folder.glob("??/*")}

    def _path(self, file_id: str, part: str) -> Path:
        if not file_id.isalnum():
            raise VaultFault("bad file id")
        return self.folder / file_id[:2] / f"{file_id}.{part}"
