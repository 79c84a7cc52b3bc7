"""Files that no row knows are erased in time, and no others."""

from __future__ import annotations

import os
import random
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from bot.clock import system_clock
from cases.messages import FileKind, FileRef
from cases.ports import CaseFile
from storage.layout import metadata
from storage.orphans import drop_orphans, unknown
from storage.vault import FileVault
from storage.work import Office
from tests.trust.backup_kit import any_row

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


@pytest.mark.parametrize("place", ["rule_edit.about", "case.matter", "check_in.alarm_case", "report.snapshot"])
async def test_a_file_is_wanted_whatever_the_column_is_called(any_office: Office, place: str) -> None:
    """A table of tomorrow that keeps its file's id under another name than `…_id` must not lose it."""
    table_name, _, column = place.partition(".")
    file_id = "f" * 32
    values = any_row(metadata.tables[table_name], "0" * 32, random.Random(3)) | {column: file_id}
    await any_office.write(lambda unit: unit.connection.execute(insert(metadata.tables[table_name]), values) and None)
    assert await any_office.read(lambda unit: unknown(unit, [file_id, "e" * 32])) == {"e" * 32}
