"""What a folder of backups holds and gives away: erased cases, other installations, full disks, prying eyes."""

from __future__ import annotations

import shutil
import subprocess
import sys
from datetime import timedelta
from functools import partial
from pathlib import Path

import orjson
import pytest

from cases.resident import forget_reporter
from storage.backup import OWNER, Target, make
from storage.backup_archive import BackupFault, decrypt
from storage.backup_folder import KEYS, backups
from storage.case_keys import case_key
from storage.erasing import erase_case
from storage.keys import OWN_KEY
from storage.restore import restore
from storage.work import StoredWork
from tests.trust.backup_kit import NOW, RECIPIENT, SECRET, House, canary, case_ids
from tests.trust.test_backup import _case, made, put_back, whole


async def test_what_was_erased_after_a_backup_does_not_come_back(tmp_path: Path) -> None:
    """Neither by a restore nor to somebody who reads the older backup with the secret key."""
    ids = case_ids(6)
    async with House(tmp_path) as house:
        await house.add(ids)
        older = made(house).path
        for one in ids[:2]:
            await house.office.write(partial(_erase, case_id=one))
        await house.office.write(partial(_forget, case_id=ids[2]))
    made(house, 3600)
    clear, keys = _read(older), b"".join(map(_read, (house.backups / name for name in KEYS)))
    assert all(one.encode() in clear for one in ids), "the older backup has their rows"
    assert [one for one in ids if one.encode() in keys] == ids[2:], "and the folder no key to them"
    assert _under_masters(clear, ids[:2]) == []
    assert f"ref{ids[2][:20]}".encode() not in keys, "whose identity was erased is in no file any more"
    assert b'"table":"reporter"' not in clear
    shutil.rmtree(house.data)
    done = await restore(older, SECRET, house.place(), house.clock)
    assert done.cases_erased_again == 2
    async with house:
        await whole(house, 4)
        assert await house.office.read(lambda unit: [one for one in ids[:2] if unit.cases.get(one)]) == []
        nameless = await house.office.read(partial(_case, case_id=ids[2]))
        assert nameless is not None
        assert nameless.reporter == ""


def _erase(unit: StoredWork, case_id: str) -> None:
    erase_case(unit, case_id)


def _forget(unit: StoredWork, case_id: str) -> None:
    found = unit.cases.get(case_id)
    assert found is not None
    forget_reporter(unit, found)
    unit.cases.save(found)


def _read(path: Path) -> bytes:
    lines: list[bytes] = []
    decrypt(path, SECRET, lines.append)
    return b"\n".join(lines)


def _under_masters(clear: bytes, ids: list[str]) -> list[str]:
    """Sealed values of these cases that open without the key of the case: by table and column."""
    from base64 import b64decode

    found, table, columns = [], "", []
    for line in clear.split(b"\n"):
        told = orjson.loads(line)
        if isinstance(told, dict):
            table, columns = told.get("table", ""), told.get("columns", [])
            continue
        row = {name: value for (name, _), value in zip(columns, told, strict=True)}
        if table == "audit_entry" or not {row.get("case_id"), row.get("id")} & set(ids):
            continue
        sealed = {name: value for name, value in row.items() if name.startswith("sealed_") and isinstance(value, str)}
        found += [
            f"{table}.{name}" for name, value in sealed.items() if b64decode(value)[:1] not in (b"", bytes((OWN_KEY,)))
        ]
    return sorted(set(found))


async def test_files_of_an_erased_case_leave_the_folder_of_backups(tmp_path: Path) -> None:
    """The store keeps what backups name, and nothing that was erased for good."""
    ids = case_ids(3)
    async with House(tmp_path) as house:
        await house.add(ids)
        made(house)
        assert len(list((house.backups / "files").glob("??/*"))) == 3
        await house.office.write(partial(_erase, case_id=ids[0]))
    made(house, 3600)
    assert len(list((house.backups / "files").glob("??/*"))) == 2


async def test_the_keys_of_another_installation_are_not_replaced(tmp_path: Path) -> None:
    """A new, empty installation pointed at the old folder would make every old backup worthless."""
    async with House(tmp_path / "old") as house:
        await house.add(case_ids(2), files=False)
    made(house)
    before = [(house.backups / name).read_bytes() for name in KEYS]
    async with House(tmp_path / "new") as fresh:
        with pytest.raises(BackupFault, match="another installation"):
            make(fresh.source, house.target, NOW + timedelta(hours=1))
    assert [(house.backups / name).read_bytes() for name in KEYS] == before


@pytest.mark.parametrize("damaged", [b"", b"{", b"[]", b'{"installation": "x"}', b"\xff\xfe"])
async def test_a_folder_that_no_longer_says_whose_it_is_is_left_alone(tmp_path: Path, damaged: bytes) -> None:
    """Keys that may be another installation's are not replaced; the file and the cure are named."""
    async with House(tmp_path) as house:
        await house.add(case_ids(1), files=False)
        made(house)
        before = [(house.backups / name).read_bytes() for name in KEYS]
        (house.backups / OWNER).write_bytes(damaged)
        with pytest.raises(BackupFault, match=f"{OWNER} is damaged.*another copy of the folder"):
            made(house, 3600)
        assert [(house.backups / name).read_bytes() for name in KEYS] == before


async def test_a_folder_that_cannot_be_made_names_its_setting(tmp_path: Path) -> None:
    """A path through a file, or to where this user may not write."""
    (tmp_path / "file").write_bytes(b"")
    async with House(tmp_path) as house:
        target = Target(tmp_path / "file" / "backups", (RECIPIENT,), reserve=0)
        with pytest.raises(BackupFault, match=r"HOIAM_BACKUP_DIR: .*file/backups cannot be written to"):
            make(house.source, target, NOW)


async def test_lost_cases_stop_the_backups_until_somebody_says_so(tmp_path: Path) -> None:
    """Erased cases are remembered; rows that are simply gone are a fault, and their keys must not go too."""
    async with House(tmp_path) as house:
        await house.add(case_ids(3), files=False)
        made(house)
        await house.office.write(lambda unit: unit.connection.execute(case_key.delete()))
        with pytest.raises(BackupFault, match="lost the keys of 3 case"):
            made(house, 3600)
        make(house.source, Target(house.backups, (RECIPIENT,), reserve=0, fewer=True), NOW + timedelta(hours=2))


async def test_a_restored_installation_goes_on_making_backups(tmp_path: Path) -> None:
    """It has fewer cases than the last backup knew, and that is as it should be."""
    async with House(tmp_path) as house:
        await house.add(case_ids(2), files=False)
        older = made(house).path
        await house.add(case_ids(2, "lost"), files=False)
    made(house, 3600)
    shutil.rmtree(house.data)
    house.clock.move(hours=1)
    await restore(older, SECRET, house.place(), house.clock)
    assert make(house.source, house.target, house.clock()).rows


async def test_a_full_disk_refuses_the_backup_and_keeps_the_old_ones(tmp_path: Path) -> None:
    """The room that residents' reports need is never taken."""
    async with House(tmp_path) as house:
        await house.add(case_ids(1), files=False)
    first = made(house).path
    with pytest.raises(BackupFault, match="MB free"):
        make(house.source, Target(house.backups, (RECIPIENT,), reserve=1 << 60), NOW + timedelta(hours=1))
    assert backups(house.backups) == [first]


LIMITED = """
import resource, sys
from datetime import timedelta
from pathlib import Path
from storage.backup import BackupFault, make
from tests.trust.backup_kit import NOW, House
house = House(Path(sys.argv[1]))
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, resource.RLIM_INFINITY))
try:
    make(house.source, house.target, NOW + timedelta(hours=1))
except OSError as error:
    print(error.strerror)
"""


@pytest.mark.parametrize("big", ["a file", "the rows"])
async def test_a_backup_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path, big: str) -> None:
    """The disk fills while it is written: no half file, and the backup before it still opens."""
    async with House(tmp_path) as house:
        await house.add(case_ids(1))
        first = made(house).path
        names = sorted(path.name for path in house.backups.iterdir())
        await house.add(case_ids(1 if big == "a file" else 50, "more"), pad=60_000 if big == "a file" else 0)
        await house.database.settle()  # type: ignore[attr-defined]
    told = subprocess.run([sys.executable, "-c", LIMITED, str(tmp_path)], capture_output=True, text=True, check=False)
    assert told.stdout.strip() == "File too large", told.stderr
    assert sorted(path.name for path in house.backups.iterdir()) == names
    assert not list(house.backups.rglob(".*.tmp"))
    shutil.rmtree(house.data)
    await put_back(first, house.place())


async def test_a_second_backup_at_once_is_refused(tmp_path: Path) -> None:
    """Two would write the same names."""
    from storage.backup_folder import alone

    async with House(tmp_path) as house:
        await house.add(case_ids(1), files=False)
    with alone(house.backups), pytest.raises(BackupFault, match="another backup"):
        made(house)


async def test_nothing_in_the_folder_of_backups_is_readable_without_the_key(tmp_path: Path) -> None:
    """No word, no id of a case, no master key."""
    ids = case_ids(3)
    async with House(tmp_path) as house:
        await house.add(ids)
    made(house)
    content = b"".join(path.read_bytes() for path in house.backups.rglob("*") if path.is_file())
    secrets = [(house.data / "master.key").read_bytes().split()[-1], *(one.encode() for one in ids)]
    secrets += [canary(one).encode() for one in ids]
    assert [one for one in secrets if one in content] == []
