"""What must come back beside the cases themselves: details of the audit, proofs of publicity, what was damaged."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from cases.messages import FileKind, FileRef
from cases.ports import CaseFile, FileState
from storage import holds
from storage.audit_check import check_chain
from storage.backup_archive import BackupFault, encrypt, packed
from storage.backup_folder import KEYS
from storage.case_keys import case_key
from storage.erasing import erase_case, erase_identity
from storage.files import case_file, new_file_key
from storage.restore import restore
from storage.sealed import box as sealed_box
from storage.work import StoredWork
from tests.trust.audit_kit import entries
from tests.trust.backup_kit import NOW, RECIPIENT, SECRET, House, case_ids
from tests.trust.test_backup import _case, made

PROOF = "proof000000000000000000000000000"


async def test_the_chain_of_an_older_backup_holds_although_a_case_was_erased_since(tmp_path: Path) -> None:
    """Entries outlive their case, so their details may not lie under its key."""
    (one,) = case_ids(1)
    async with House(tmp_path) as house:
        await house.add([one], files=False)
        await house.office.write(lambda unit: holds.set_hold(unit, one, "lan", "tòa án", NOW.date()))
        older = made(house).path
        await house.office.write(lambda unit: erase_case(unit, one))
    made(house, 3600)
    shutil.rmtree(house.data)
    done = await restore(older, SECRET, house.place(), house.clock)
    assert (done.cases_erased_again, done.broken) == (1, [])
    async with house:
        assert (await house.office.read(check_chain)).whole
        (hold, _restored) = await house.office.read(entries)
        assert hold.detail == {"until": NOW.date().isoformat()}


async def test_a_file_that_belongs_to_no_case_comes_back(tmp_path: Path) -> None:
    """A proof of publicity lies under a key of its register's entry."""

    def prove(unit: StoredWork) -> None:
        source = FileRef(FileKind.DOCUMENT, "", "niem-yet.pdf", 5, "application/pdf")
        entry = CaseFile(PROOF, "an item of a register", "", "disclosure", source, "web", NOW, FileState.STORED)
        entry.key = key
        unit.files.add(entry)

    key = new_file_key()
    async with House(tmp_path) as house:
        await house.add(case_ids(1), files=False)
        house.vault.put(PROOF, b"proof", key=key)
        await house.office.write(prove)
    archive = made(house).path
    shutil.rmtree(house.data)
    done = await restore(archive, SECRET, house.place(), house.clock)
    assert (done.broken, done.files_opened) == ([], 1)
    async with house:
        found = await house.office.read(lambda unit: unit.files.get(PROOF))
        assert found is not None
        assert house.vault.get(PROOF, key=found.key) == b"proof"


async def test_a_damaged_entry_of_a_file_is_told_and_keeps_nobody_from_the_rest(tmp_path: Path) -> None:
    """As a lost file is."""
    spoil = update(case_file).where(case_file.c.case_id == case_ids(2)[0]).values(sealed_key=b"\xff nonsense")
    async with House(tmp_path) as house:
        await house.add(case_ids(2))
        await house.office.write(lambda unit: unit.connection.execute(spoil) and None)
    archive = made(house).path
    shutil.rmtree(house.data)
    done = await restore(archive, SECRET, house.place(), house.clock)
    assert (len(done.broken), done.files_opened) == (1, 1)


async def test_an_identity_erased_since_does_not_come_back_in_its_sealed_box(tmp_path: Path) -> None:
    """Who sent a sealed report lies in a box among the rows of its case, and not with the identities."""
    (one,) = case_ids(1)
    ref = f"ref{one[:20]}"

    def boxed(unit: StoredWork) -> None:
        for what in ("identity", "report"):
            values = {"id": what, "case_id": one, "what": what, "file_id": "", "at": NOW, "sealed_content": None}
            unit.connection.execute(insert(sealed_box), values)

    async with House(tmp_path) as house:
        await house.add([one], files=False)
        await house.office.write(boxed)
        older = made(house).path
        await house.office.write(lambda unit: erase_identity(unit, ref))
        assert await house.office.read(_boxes) == ["report"]
    made(house, 3600)
    shutil.rmtree(house.data)
    done = await restore(older, SECRET, house.place(), house.clock)
    assert done.identities_erased_again == 1
    async with house:
        assert await house.office.read(_boxes) == ["report"]
        assert [case.reporter for case in [await house.office.read(partial(_case, case_id=one))] if case] == [""]


async def test_keys_of_cases_that_came_later_are_kept_for_the_newer_backup(tmp_path: Path) -> None:
    """Whoever put an older backup back by mistake has lost nothing: the next backup still holds their keys."""
    first, later = case_ids(2)
    async with House(tmp_path) as house:
        await house.add([first], files=False)
        older = made(house).path
        await house.add([later], files=False)
    newer = made(house, 3600).path
    shutil.rmtree(house.data)
    await restore(older, SECRET, house.place(), house.clock)
    made(house, 7200)
    shutil.rmtree(house.data)
    await restore(newer, SECRET, house.place(), house.clock)
    async with house:
        assert set(await house.office.read(_keys)) == {first, later}
        assert await house.office.read(partial(_text, case_id=later))


async def test_an_older_backup_beside_keys_of_a_newer_program_is_refused(tmp_path: Path) -> None:
    """The file of keys is replaced by every backup, so that it may be newer than the one that is put back."""
    async with House(tmp_path) as house:
        await house.add(case_ids(1), files=False)
    archive = made(house).path
    head = {"hoiam": "keys", "form": 1, "made_at": NOW, "revision": "9999"}
    end = {"end": {"cases": 0, "erased": 0, "identities": 0}}
    for name in KEYS:
        encrypt([packed([head, end])], house.backups / name, [RECIPIENT])
    shutil.rmtree(house.data)
    with pytest.raises(BackupFault, match="newer program"):
        await restore(archive, SECRET, house.place(), house.clock)


def _boxes(unit: StoredWork) -> list[str]:
    return list(unit.connection.execute(select(sealed_box.c.what)).scalars())


def _keys(unit: StoredWork) -> list[str]:
    return list(unit.connection.execute(select(case_key.c.case_id)).scalars())


def _text(unit: StoredWork, case_id: str) -> str:
    found = unit.cases.get(case_id)
    return found.text if found is not None else ""
