"""Files that no row knows are erased in time, and no others."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

from bot.clock import system_clock
from cases.messages import FileKind, FileRef
from cases.ports import CaseFile
from storage.orphans import drop_orphans
from storage.vault import FileVault
from storage.work import Office

OLD = timedelta(days=2)


def age(vault: FileVault) -> None:
    """Make all that is there three days old."""
    then = (system_clock() - timedelta(days=3)).timestamp()
    for path in vault.folder.glob("??/*"):
        os.utime(path, (then, then))


async def test_only_what_no_row_knows_is_erased(any_office: Office, tmp_path: Path) -> None:
    """A file with a row stays with all its parts; one without goes, and so does what was half written."""
    vault = FileVault(tmp_path / "files", any_office.keys)
    for name in ("known", "lost"):
        vault.put(name, b"words")
        vault.put(name, b"words", "clean")
    (vault.folder / "ab").mkdir()
    (vault.folder / "ab" / "abandoned.tmp").write_bytes(b"half")
    entry = CaseFile("known", "", "chat", "evidence", FileRef(FileKind.PHOTO, "x"), "telegram", any_office.clock())
    await any_office.write(lambda unit: unit.files.add(entry))
    age(vault)
    assert await drop_orphans(any_office, vault, system_clock() - OLD) == 1
    assert sorted(path.name for path in vault.folder.glob("??/*")) == ["known.clean", "known.original"]


async def test_what_is_new_is_left_alone(office: Office, tmp_path: Path) -> None:
    """A file is stored before its row, and an upload waits for its message."""
    vault = FileVault(tmp_path / "files", office.keys)
    vault.put("lost", b"words")
    assert await drop_orphans(office, vault, system_clock() - OLD) == 0
    vault.drop("lost")
    vault.put("up0", b"words", "upload")
    age(vault)
    assert await drop_orphans(office, vault, system_clock() - OLD) == 0
    assert vault.ids() == {"up0"}
