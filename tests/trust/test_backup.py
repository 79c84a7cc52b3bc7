"""Backups under load and kills, put back whole on an empty machine; what was erased does not come back."""

from __future__ import annotations

import asyncio
import os
import random
import shutil
from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import inspect, select

from bot.clock import SteppedClock
from cases.model import Case
from cases.ports import CaseFile
from storage.audit_check import check_chain
from storage.backup import Made, make
from storage.backup_archive import BackupFault, Damaged, WrongKey, blob, encrypt, packed
from storage.backup_folder import KEYS
from storage.case_keys import case_key
from storage.drill import drill
from storage.outbox import outbox
from storage.restore import RESTORED, Place, restore
from storage.work import StoredWork
from tests.databases import fresh_postgres, opened
from tests.trust.backup_kit import NOW, OTHER_SECRET, RECIPIENT, SECRET, House, canary, case_ids, sums
from tests.trust.backup_victims import back_up, kill, start, write_for_ever

SOAK = bool(os.environ.get("HOIAM_SOAK"))
ROUNDS, FLIPS = (20, 100) if SOAK else (2, 10)
TOUCHED = {"audit_entry", "audit_head", "chore", "outbox"}
"""What a restore itself writes: its entry in the chain, its note, and the messages it holds."""


def made(house: House, seconds: int = 0) -> Made:
    """One backup now."""
    return make(house.source, house.target, NOW + timedelta(seconds=seconds))


async def put_back(archive: Path, place: Place, secret: str = SECRET) -> object:
    """Restore it."""
    return await restore(archive, secret, place, SteppedClock(NOW))


async def whole(house: House, expected: int | None = None) -> None:
    """Every case and file opens, the chain holds, and nothing waits to be sent."""
    ids = await house.office.read(lambda unit: unit.connection.execute(select(case_key.c.case_id)).scalars().all())
    assert expected is None or len(ids) == expected
    for one in ids:
        assert canary(one) in str(await house.office.read(partial(_case, case_id=one)))
        for file in await house.office.read(partial(_files, case_id=one)):
            assert canary(one).encode() in house.vault.get(file.id, key=file.key)
    assert (await house.office.read(check_chain)).whole
    waiting = select(outbox.c.id).where(outbox.c.done_at.is_(None), outbox.c.state != RESTORED)
    assert not await house.office.read(lambda unit: unit.connection.execute(waiting).all())


def _case(unit: StoredWork, case_id: str) -> Case | None:
    return unit.cases.get(case_id)


def _missing(unit: StoredWork, case_ids: list[str]) -> list[str]:
    return [one for one in case_ids if unit.cases.get(one) is None]


def _files(unit: StoredWork, case_id: str) -> Sequence[CaseFile]:
    return unit.files.of_case(case_id)


async def test_backups_under_load_and_kills_come_back_whole(tmp_path: Path) -> None:
    """Writer and backup are killed; what was confirmed before a backup is in it, and a quiet one is equal."""
    chance = random.Random(5)
    house, log = House(tmp_path), tmp_path / "confirmed"
    log.touch()
    async with house:
        await house.add(case_ids(5))
    for number in range(ROUNDS):
        writer = start(write_for_ever, str(tmp_path), house.url, str(log), f"round{number}")
        while len(log.read_text().split()) < 10 * (number + 1):
            writer.join(0.02)
        victim = start(back_up, str(tmp_path), house.url, NOW + timedelta(seconds=10 * number))
        victim.join(chance.random() * 0.3)
        kill(victim)
        confirmed = log.read_text().split()
        under_load = made(house, 10 * number + 1)
        kill(writer)
        elsewhere = House(tmp_path / f"under load {number}")
        await put_back(under_load.path, elsewhere.place())
        async with elsewhere:
            await whole(elsewhere)
            assert await elsewhere.office.read(partial(_missing, case_ids=confirmed)) == []
        async with house:
            before = await house.database.read(sums)
        quiet = made(house, 10 * number + 2)
        shutil.rmtree(house.data)
        await put_back(quiet.path, house.place())
        async with house:
            after = await house.database.read(sums)
            await whole(house)
        assert {name for name in before if before[name] != after[name]} <= TOUCHED
        assert not list(house.backups.glob(".*.tmp"))


@pytest.fixture
def two_postgres(postgres: str) -> Iterator[tuple[str, str]]:
    """Two empty PostgreSQL databases."""
    with fresh_postgres(postgres) as first, fresh_postgres(postgres) as second:
        yield first, second


@pytest.mark.postgres
async def test_postgresql_comes_back_on_both_databases(tmp_path: Path, two_postgres: tuple[str, str]) -> None:
    """The form is neutral: from PostgreSQL to PostgreSQL, and to SQLite; new rows get new numbers."""
    first, second = two_postgres
    house = House(tmp_path, first)
    async with house:
        await house.add(case_ids(12))
        before = await house.database.read(sums)
    archive = (await asyncio.to_thread(made, house)).path
    for database in (second, ""):
        again = House(tmp_path / ("pg" if database else "lite"), database)
        await put_back(archive, again.place())
        async with again:
            after = await again.database.read(sums)
            await whole(again, 12)
            await again.add(case_ids(1, "later"))
        assert {name for name in before if before[name] != after[name]} <= TOUCHED


@pytest.mark.postgres
async def test_a_damaged_backup_leaves_postgresql_empty_and_a_full_one_alone(
    tmp_path: Path, two_postgres: tuple[str, str]
) -> None:
    """The rows are put in by one transaction; a database with tables is never touched."""
    empty, full = two_postgres
    async with House(tmp_path) as house, House(tmp_path / "full", full) as living:
        await house.add(case_ids(3))
        await living.add(case_ids(2, "living"))
        before = await living.database.read(sums)
    archive = made(house).path
    again = House(tmp_path / "again", empty)
    with pytest.raises(BackupFault, match="not empty"):
        await put_back(archive, again.place(full))
    for path in (house.backups / "files").glob("??/*"):
        path.write_bytes(b"nonsense")
    with pytest.raises(Damaged, match="file of the backup"):
        await put_back(archive, again.place())
    async with living:
        assert await living.database.read(sums) == before
    async with opened(empty) as database:
        assert await database.read(lambda connection: inspect(connection).get_table_names()) == []


async def test_every_flipped_bit_is_noticed(tmp_path: Path) -> None:
    """In the rows, in the keys, in a file: the restore names what is damaged and puts nothing in place."""
    chance = random.Random(13)
    house = House(tmp_path)
    async with house:
        await house.add(case_ids(4))
    archive = made(house).path
    stored = sorted((house.backups / "files").glob("??/*"))
    for number in range(FLIPS):
        target = [[archive], [house.backups / name for name in KEYS], [chance.choice(stored)]][number % 3]
        clean = [path.read_bytes() for path in target]
        for path, content in zip(target, clean, strict=True):
            place = chance.randrange(8 * len(content))
            spoilt = bytearray(content)
            spoilt[place // 8] ^= 1 << place % 8
            path.write_bytes(spoilt)
        if number % 2:
            archive.with_suffix(".json").unlink(missing_ok=True)  # age itself must notice
        with pytest.raises(Damaged, match=r"damaged|not what was noted|is not"):
            await put_back(archive, Place(tmp_path / "new", tmp_path / "new" / "master.key", _lite(tmp_path / "new")))
        assert not (tmp_path / "new").exists()
        for path, content in zip(target, clean, strict=True):
            path.write_bytes(content)


def _lite(folder: Path) -> str:
    return f"sqlite:///{folder / 'hoiam.db'}"


async def test_one_damaged_copy_of_the_keys_is_made_up_for_by_the_other(tmp_path: Path) -> None:
    """They are the only place where the keys of cases are kept."""
    async with House(tmp_path) as house:
        await house.add(case_ids(2))
    archive = made(house).path
    (house.backups / KEYS[0]).write_bytes(b"age-encryption.org/v1\n")
    shutil.rmtree(house.data)
    done = await restore(archive, SECRET, house.place(), house.clock)
    assert done.used_copy_of_keys
    async with house:
        await whole(house, 2)


async def test_what_was_broken_before_comes_back_and_is_told(tmp_path: Path) -> None:
    """One lost file must not keep a commune from its cases; a drill says so, every month."""
    async with House(tmp_path) as house:
        await house.add(case_ids(3))
    next((house.data / "files").glob("??/*")).unlink()
    archive = made(house).path
    with pytest.raises(BackupFault, match="1 thing"):
        await drill(archive, SECRET, tmp_path, 0, house.clock)
    shutil.rmtree(house.data)
    done = await restore(archive, SECRET, house.place(), house.clock)
    assert (len(done.broken), done.files_opened) == (1, 2)


async def test_own_templates_come_back(tmp_path: Path) -> None:
    """What a commune laid into its data folder."""
    async with House(tmp_path) as house:
        await house.add(case_ids(1), files=False)
    (house.data / "papers").mkdir()
    (house.data / "papers" / "cong-van.docx").write_bytes(b"template")
    archive = made(house).path
    shutil.rmtree(house.data)
    await put_back(archive, house.place())
    assert (house.data / "papers" / "cong-van.docx").read_bytes() == b"template"


@pytest.mark.parametrize("cut", ["the end", "the middle", "everything"])
async def test_a_cut_backup_is_refused(tmp_path: Path, cut: str) -> None:
    """A disk that filled up or a copy that was broken off."""
    async with House(tmp_path) as house:
        await house.add(case_ids(2), files=False)
    archive = made(house).path
    content = archive.read_bytes()
    archive.write_bytes(content[: {"the end": -1, "the middle": len(content) // 2, "everything": 0}[cut]])
    archive.with_suffix(".json").unlink()
    shutil.rmtree(house.data)
    with pytest.raises(Damaged, match=archive.name):
        await put_back(archive, house.place())


async def test_a_wrong_key_is_told_plainly(tmp_path: Path) -> None:
    """It names the key that was given, and a mistyped one is refused before anything is read."""
    async with House(tmp_path) as house:
        await house.add(case_ids(1), files=False)
    archive = made(house).path
    shutil.rmtree(house.data)
    with pytest.raises(WrongKey, match="this key does not open"):
        await put_back(archive, house.place(), OTHER_SECRET)
    with pytest.raises(BackupFault, match="mistyped"):
        await put_back(archive, house.place(), SECRET[:-1] + ("A" if SECRET[-1] != "A" else "C"))
    assert not house.data.exists()


async def test_a_key_typed_from_paper_may_have_blanks_and_small_letters(tmp_path: Path) -> None:
    """As people type: in groups, in small letters, over two lines."""
    async with House(tmp_path) as house:
        await house.add(case_ids(1), files=False)
    archive = made(house).path
    shutil.rmtree(house.data)
    typed = "# khóa sao lưu\n" + SECRET[:40].lower() + "\n  " + " ".join(SECRET[40:].lower()) + "\n"
    await put_back(archive, house.place(), typed)
    assert (house.data / "hoiam.db").exists()


async def test_a_living_installation_is_never_written_over(tmp_path: Path) -> None:
    """Database, key or files: any of them refuses the restore and stays as it is."""
    async with House(tmp_path) as house:
        await house.add(case_ids(1))
    archive = made(house).path
    for left in ("hoiam.db", "master.key", "files"):
        before = house.everything()
        with pytest.raises(BackupFault, match="already"):
            await put_back(archive, house.place())
        assert house.everything() == before
        path = house.data / left
        shutil.rmtree(path) if path.is_dir() else path.unlink()


async def test_a_backup_of_a_newer_program_is_refused(tmp_path: Path) -> None:
    """Its tables are not known here."""
    async with House(tmp_path) as house:
        await house.add(case_ids(1), files=False)
    archive = made(house).path
    head = {"hoiam": "backup", "form": 1, "made_at": NOW, "revision": "9999"}
    encrypt([packed([head, blob("master.key", b"")])], archive, [RECIPIENT])
    archive.with_suffix(".json").unlink()
    shutil.rmtree(house.data)
    with pytest.raises(BackupFault, match="newer program"):
        await put_back(archive, house.place())
