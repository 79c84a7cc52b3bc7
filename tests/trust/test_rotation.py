"""Changing the master key: killed again and again while people read and write, nothing is lost or left over."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import LargeBinary, select, update

from cases.messages import Address, FileKind, FileRef
from cases.model import CaseEvent, Secrecy
from cases.notes import Note
from cases.ports import CaseFile, FileState, Reporter
from storage.case_keys import case_key
from storage.case_store import PLACE_CONTENT, case
from storage.desk import Notes
from storage.files import case_file
from storage.key_file import add_key, read_keys, remove_keys
from storage.keys import OWN_KEY, KeyRing, SealBroken, Sealer, load_or_make
from storage.layout import metadata
from storage.migrate import upgrade
from storage.rotation import OF_A_CASE, ROWS, Rotation, sealed_columns
from storage.vault import FileVault
from storage.work import Office, StoredWork
from tests.cases.cast import a_case
from tests.databases import opened

WHOLE = bool(os.environ.get("HOIAM_SOAK"))
ROUNDS = 200 if not WHOLE else 2000  # of five sealed values each
KILLS = 5 if not WHOLE else 50
SWAPS = 100 if not WHOLE else 1000
NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)
TEXT = "Rác thải chợ đổ xuống mương"


def fill(unit: StoredWork, number: int, *, old: bool = False) -> str:
    """One case with an event, a note, who reported it, a conversation; `old`: as before cases had keys."""
    entry = a_case(id=f"{number:032x}", code=f"PA-2026-{number:06d}", text=f"{TEXT} {number}", reporter=f"r{number}")
    unit.cases.add(entry, f"receipt {number}")
    unit.cases.log(CaseEvent(entry.id, NOW, "noted", "lan", {"words": f"event {number}"}))
    Notes(unit).add(Note(f"n{number}", entry.id, "lan", NOW, f"note {number}"))
    unit.people.save_reporter(Reporter(f"r{number}", entry.id, f"c{number}", Secrecy.OPEN, name=f"Bà {number}"))
    chat = unit.chats.load(Address("telegram", str(number)))
    unit.chats.save(chat)
    if old:
        content = unit.case_keys.of(entry.id).open_bytes(PLACE_CONTENT, entry.id, _content(unit, entry.id))
        sealed = unit.keys.seal_bytes(PLACE_CONTENT, entry.id, content)
        unit.connection.execute(update(case).where(case.c.id == entry.id).values(sealed_content=sealed))
    return entry.id


def _content(unit: StoredWork, case_id: str) -> bytes:
    return bytes(unit.connection.execute(select(case.c.sealed_content).where(case.c.id == case_id)).scalar_one())


def read_all(unit: StoredWork, number: int) -> None:
    """Everything of one case; raises `SealBroken` when one value does not open."""
    case_id = f"{number:032x}"
    entry = unit.cases.get(case_id)
    assert entry is not None
    assert entry.text == f"{TEXT} {number}"
    assert unit.cases.history(case_id)[0].data == {"words": f"event {number}"}
    assert [note.text for note in Notes(unit).of_case(case_id)] == [f"note {number}"]
    person = unit.people.reporter(f"r{number}")
    assert person is not None
    assert person.name == f"Bà {number}"
    assert unit.chats.load(Address("telegram", str(number))).address.id == str(number)


class Bystanders:
    """Somebody who reads and somebody who writes, all the time, in another process than the rotation's."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.reads = self.writes = 0
        self._stop = asyncio.Event()
        self._next = ROUNDS

    async def __aenter__(self) -> Bystanders:
        self._going = [asyncio.ensure_future(self._read()), asyncio.ensure_future(self._write())]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._stop.set()
        await asyncio.gather(*self._going)

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stop.wait(), seconds)

    async def _read(self) -> None:
        chance = random.Random(1)
        while not self._stop.is_set():
            number = chance.randrange(self._next)
            await self.office.read(lambda unit, one=number: read_all(unit, one))  # type: ignore[misc]
            self.reads += 1
            await self._pause(0.01)

    async def _write(self) -> None:
        while not self._stop.is_set():
            await self.office.write(lambda unit, one=self._next: fill(unit, one))  # type: ignore[misc]
            self._next += 1
            await self.office.write(lambda unit, one=self.writes % ROUNDS: rewrite(unit, one))  # type: ignore[misc]
            self.writes += 1
            await self._pause(0.03)


def rewrite(unit: StoredWork, number: int) -> None:
    """Somebody works on a case that the rotation may be at."""
    entry = unit.cases.get(f"{number:032x}")
    assert entry is not None
    unit.cases.save(entry)


async def rotate_and_die(url: str, key_file: Path, vault: Path, chance: random.Random, *, kill: bool) -> int:
    """Begin (or go on) in a process of its own; killed after a moment, or left to end."""
    words = (sys.executable, "-m", "tests.trust.rotator", url, str(key_file), str(vault))
    process = await asyncio.create_subprocess_exec(*words, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    assert await process.stdout.readline() == b"rotating\n"
    if kill:
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), chance.uniform(0.02, 0.25))
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGKILL)
    return await process.wait()


async def test_killed_again_and_again_it_ends_with_everything_under_the_new_key(
    database_url: str, tmp_path: Path
) -> None:
    """Readers and writers go on, no value is unreadable at any moment, none is left under the old key."""
    key_file, folder, chance = tmp_path / "key" / "master.key", tmp_path / "files", random.Random(17)
    async with opened(database_url) as database:
        await database.write(upgrade)
        office = Office(database, load_or_make(key_file, look_every=0.05), lambda: NOW)
        for first in range(0, ROUNDS, 50):
            await office.write(lambda unit, at=first: [fill(unit, n, old=n % 2 == 0) for n in range(at, at + 50)])  # type: ignore[misc]
        vault = FileVault(folder, office.keys)
        files = await store_files(office, vault)
        assert sorted((await Rotation(office, vault).left()).items()) == []
        add_key(key_file)
        async with Bystanders(office) as people:
            ends = [await rotate_and_die(database_url, key_file, folder, chance, kill=True) for _ in range(KILLS)]
            assert await rotate_and_die(database_url, key_file, folder, chance, kill=False) == 0
        assert ends.count(-signal.SIGKILL) >= KILLS * 0.8
        assert people.reads > KILLS
        assert people.writes > KILLS
        await Rotation(office, vault).run()  # what the writer sealed before it knew the new key
        assert await Rotation(office, vault).left() == {}
        remove_keys(key_file, {0})
        strict = Office(database, KeyRing(read_keys(key_file)), lambda: NOW)
        await strict.read(lambda unit: list(map(partial(read_all, unit), range(ROUNDS + people.writes))))
        for file_id, content in files.items():
            assert await content_of(strict, FileVault(folder, strict.keys), file_id) == content
        assert await by_key(strict) == {1, OWN_KEY}


async def by_key(office: Office) -> set[int]:
    """Under which keys anything lies, in any table."""

    def step(unit: StoredWork) -> set[int]:
        return {
            bytes(value)[0]
            for one in sealed_columns()
            for value in unit.connection.execute(select(one.column).where(one.column.is_not(None))).scalars()
        }

    return await office.read(step)


async def store_files(office: Office, vault: FileVault) -> dict[str, bytes]:
    """Twelve files of cases: with keys of their own, and as they lay before files had keys."""
    found = {}
    for number in range(12):
        file_id, content = f"{number:032x}", f"ảnh {number}".encode()
        source = FileRef(FileKind.PHOTO, "ref", "ảnh.jpg")
        file = CaseFile(file_id, f"{number:032x}", "", "evidence", source, "web", NOW, state=FileState.STORED)
        await office.write(lambda unit, one=file: unit.files.add(one))  # type: ignore[misc]
        if number % 2:
            await office.write(lambda unit, one=file: no_key(unit, one))  # type: ignore[misc]
            file.key = b""
        vault.put(file_id, content, key=file.key)
        found[file_id] = content
    return found


def no_key(unit: StoredWork, file: CaseFile) -> None:
    """As an earlier version stored it."""
    unit.connection.execute(update(case_file).where(case_file.c.id == file.id).values(sealed_key=None))


async def content_of(office: Office, vault: FileVault, file_id: str) -> bytes:
    """The bytes, opened with the key of the entry."""
    file = await office.read(lambda unit: unit.files.get(file_id))
    assert file is not None
    assert file.key
    return vault.get(file_id, key=file.key)


def test_every_sealed_column_is_covered() -> None:
    """What is named `sealed_*` is re-sealed, bound as its place in the code says; exceptions name columns there are."""
    columns = sealed_columns()
    known = {one.place for one in columns}
    named = {f"{t.name}.{c.name}" for t in metadata.sorted_tables for c in t.columns if c.name.startswith("sealed_")}
    binary = {
        f"{t.name}.{c.name}" for t in metadata.sorted_tables for c in t.columns if isinstance(c.type, LargeBinary)
    }
    assert known == named & binary
    source = "".join(path.read_text() for path in Path("storage").glob("*.py"))
    assert {place for place in known if f'"{place}"' not in source} == set()
    for table, names in ROWS.items():
        assert set(names) <= set(metadata.tables[table].c.keys())
    assert {name for name in OF_A_CASE if name not in {one.table.name for one in columns}} == set()


async def test_dropping_a_case_leaves_only_its_own_values_unreadable(any_office: Office, tmp_path: Path) -> None:
    """Content, history, note, reporter and file of that case, also with the master key; the next case stays whole."""
    vault = FileVault(tmp_path, any_office.keys)
    await any_office.write(lambda unit: [fill(unit, number) for number in (0, 1)])
    await store_files(any_office, vault)
    await any_office.write(lambda unit: unit.case_keys.drop(f"{0:032x}"))
    for read in (
        lambda unit: unit.cases.get(f"{0:032x}"),
        lambda unit: unit.cases.history(f"{0:032x}"),
        lambda unit: Notes(unit).of_case(f"{0:032x}"),
        lambda unit: unit.people.reporter("r0"),
        lambda unit: unit.files.get(f"{0:032x}"),
    ):
        with pytest.raises(SealBroken):
            await any_office.read(read)
    with pytest.raises(SealBroken):
        vault.get(f"{0:032x}")
    await any_office.read(lambda unit: read_all(unit, 1))


async def test_a_drafts_file_goes_under_the_cases_key_with_the_report(any_office: Office, tmp_path: Path) -> None:
    """Stored before there was a case, its bytes are not written again; dropping the case ends them."""
    vault = FileVault(tmp_path, any_office.keys)
    draft = CaseFile("f" * 32, "", "chat", "evidence", FileRef(FileKind.PHOTO, "ref", "a.jpg"), "web", NOW)
    await any_office.write(lambda unit: unit.files.add(draft))
    vault.put(draft.id, b"content", key=draft.key)
    assert await any_office.write(lambda unit: unit.files.claim_draft("chat", fill(unit, 7))) == 1
    assert await content_of(any_office, vault, draft.id) == b"content"
    await any_office.write(lambda unit: unit.case_keys.drop(f"{7:032x}"))
    with pytest.raises(SealBroken):
        await any_office.read(lambda unit: unit.files.get(draft.id))


async def test_exchanged_ciphertexts_are_refused(any_office: Office) -> None:
    """Between rows, columns and cases: whatever is put elsewhere does not open there, with any key there is."""
    await any_office.write(lambda unit: [fill(unit, number, old=number % 3 == 0) for number in range(30)])
    chance, sealers = random.Random(5), await any_office.read(sealers_of)
    found: list[tuple[str, str, bytes]] = []

    def step(unit: StoredWork) -> None:
        for one in sealed_columns():
            rows = unit.connection.execute(one.rows(OWN_KEY, None, 10**6))
            found.extend((one.place, one.bound_to(row), bytes(row.value)) for row in rows)

    await any_office.read(step)
    swapped = [chance.sample(found, 2) for _ in range(SWAPS)]
    assert not any(opens(sealer, one[0], one[1], other[2]) for one, other in swapped for sealer in sealers)
    assert all(any(opens(sealer, *one) for sealer in sealers) for one in chance.sample(found, 20))


def sealers_of(unit: StoredWork) -> list[Sealer]:
    """The masters, and every case's own."""
    ids = list(unit.connection.execute(select(case_key.c.case_id)).scalars())
    unit.case_keys.load(ids)
    return [unit.keys, *(unit.case_keys.of(one) for one in ids)]


def opens(sealer: Sealer, place: str, row: str, sealed: bytes) -> bool:
    """Whether it opens there."""
    try:
        sealer.open_bytes(place, row, sealed)
    except SealBroken:
        return False
    return True
