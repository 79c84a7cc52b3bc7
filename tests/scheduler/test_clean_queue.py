"""Copies of stored files: made after the file is safe, once, and nothing is shown that the scanner has not seen."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert, update

from cases.messages import FileKind, FileRef
from cases.ports import CaseFile, FileState
from scheduler.clean_queue import SCANNER_WAIT, SLOW_WAIT, Cleaner
from scheduler.cleaning import SCRATCH, Copier
from scheduler.virus import ScannerDown, scan
from storage import copies
from storage.copies import CleanCopy, CopyState, part_name
from storage.files import case_file, clean_copy
from storage.vault import FileVault
from storage.work import StoredWork
from tests.fakes.clamd import EICAR, NAME, Clamd, clamd
from tests.scheduler.stage import Stage
from tests.trust.marked import MARK, marked_picture


@dataclass
class Desk:
    """A cleaner with its vault."""

    stage: Stage
    vault: FileVault
    told: list[str] = field(default_factory=list)
    copier: Copier = field(default_factory=Copier)

    def cleaner(
        self, scanner: str = "", blocking: Callable[..., Awaitable[Any]] | None = None, alone: bool | None = None
    ) -> Cleaner:
        """As after a start."""

        async def alarm(sentence: str) -> None:
            self.told.append(sentence)

        return Cleaner(
            self.stage.office,
            self.vault,
            self.copier,
            scanner,
            alarm=alarm,
            monotonic=self.stage.time.monotonic,
            sleep=self.stage.time.sleep,
            blocking=blocking or self.stage.blocking,
            alone=alone,
        )

    async def store(self, file_id: str, content: bytes, mime: str, *, case_id: str = "c1", ask: bool = True) -> None:
        """A fetched file."""
        source = FileRef(FileKind.PHOTO, "ref", "ảnh.jpg")

        def step(unit: StoredWork) -> CaseFile:
            made = CaseFile(file_id, case_id, "chat", "evidence", source, "web", unit.now, FileState.STORED)
            made.mime, made.size = mime, len(content)
            unit.files.add(made)
            if ask:
                copies.ask(unit, file_id)
            return made

        file = await self.stage.office.write(step)
        self.vault.put(file_id, content, key=file.key)

    async def copy(self, file_id: str) -> CleanCopy:
        """How it stands."""
        return (await self.stage.office.read(lambda unit: copies.of_files(unit, [file_id])))[file_id]

    async def part(self, file_id: str, number: int = 1) -> bytes:
        """What the vault holds of it."""
        file = await self.stage.office.read(lambda unit: unit.files.get(file_id))
        assert file is not None
        return self.vault.get(file_id, part_name(number), file.key)


@pytest.fixture
def desk(stage: Stage, tmp_path: Path) -> Desk:
    """A cleaner of an empty vault."""
    return Desk(stage, FileVault(tmp_path / "files", stage.office.keys))


@pytest.fixture
def scanner(tmp_path: Path) -> Iterator[Clamd]:
    """On a socket, as packages install it."""
    with clamd(tmp_path) as present:
        yield present


PHOTO = marked_picture("JPEG")


async def test_a_copy_is_made_and_the_original_stays(desk: Desk) -> None:
    """The copy has the pixels; the original is as it came."""
    await desk.store("f1", PHOTO, "image/jpeg")
    assert await desk.cleaner().drain() == 1
    copy = await desk.copy("f1")
    assert (copy.state, copy.shape, copy.parts, copy.mime) == (CopyState.MADE, "picture", 1, "image/jpeg")
    assert MARK.encode() in PHOTO
    assert MARK.encode() not in await desk.part("f1")


async def test_drafts_wait_for_their_case(desk: Desk) -> None:
    """What is never sent is never read."""
    await desk.store("f1", PHOTO, "image/jpeg", case_id="")
    assert await desk.cleaner().drain() == 0
    await desk.stage.office.write(lambda unit: unit.files.claim_draft("chat", "c1"))
    assert await desk.cleaner().drain() == 1


async def test_what_cannot_be_copied_is_told_once(desk: Desk) -> None:
    """It stays as evidence and is not tried for ever."""
    await desk.store("f1", b"\xff\xd8\xff broken", "image/jpeg")
    assert await desk.cleaner().drain() == 1
    assert await desk.cleaner().drain() == 0
    assert ((await desk.copy("f1")).state, (await desk.copy("f1")).fault) == (CopyState.NONE, "unreadable")
    assert desk.vault.has("f1")


async def test_what_was_slow_is_tried_once_more(desk: Desk) -> None:
    """A crowded machine is not the file's fault, twice it is."""
    await desk.store("f1", PHOTO, "image/jpeg")
    desk.copier = Copier(seconds=0.01)
    assert await desk.cleaner().drain() == 1
    assert (await desk.copy("f1")).state is CopyState.ASKED
    desk.stage.time.seconds += SLOW_WAIT + 1
    assert await desk.cleaner().drain() == 1
    assert ((await desk.copy("f1")).state, (await desk.copy("f1")).fault) == (CopyState.NONE, "slow")


async def test_older_files_get_their_copy(desk: Desk) -> None:
    """Those stored before copies were made; copies of files that are gone are forgotten."""
    await desk.store("f1", PHOTO, "image/jpeg", ask=False)
    await desk.stage.office.write(lambda unit: copies.ask(unit, "gone"))
    assert await desk.cleaner().drain() == 1
    assert (await desk.copy("f1")).state is CopyState.MADE
    assert not await desk.stage.office.read(lambda unit: copies.of_files(unit, ["gone"]))


async def test_a_copy_cut_short_is_made_at_the_next_start(desk: Desk) -> None:
    """A process that ended in the middle left its mark; the next one does not wait for it."""
    await desk.store("f1", PHOTO, "image/jpeg")
    assert await desk.stage.office.write(copies.claim) is not None
    assert await desk.stage.office.write(copies.claim) is None
    assert await desk.cleaner().drain() == 1


async def test_a_row_that_cannot_be_read_stops_nobody(desk: Desk) -> None:
    """One damaged entry waits an hour at a time; the files behind it get their copies."""
    await desk.store("f1", PHOTO, "image/jpeg")
    await desk.store("f2", PHOTO, "image/jpeg")
    await desk.stage.office.write(spoil("f1"))
    assert await desk.cleaner().drain() == 1
    assert (await desk.copy("f2")).state is CopyState.MADE
    assert (await desk.copy("f1")).state is CopyState.ASKED


def spoil(file_id: str) -> Callable[[StoredWork], object]:
    """A flipped bit in what is sealed of a file."""
    damaged = update(case_file).where(case_file.c.id == file_id).values(sealed_source=b"\x01 nothing that opens")
    return lambda unit: unit.connection.execute(damaged)


@pytest.mark.parametrize("alone", [True, False])
async def test_what_a_killed_process_left_in_memory_is_removed(desk: Desk, alone: bool) -> None:
    """A document lies there in clear while LibreOffice reads it; what another process is reading stays."""
    with subprocess.Popen(["true"]) as ended:
        ended.wait()
    left, used = [Path(tempfile.mkdtemp(prefix=f"{SCRATCH}{one}-")) for one in (ended.pid, os.getppid())]
    (left / "document.docx").write_bytes(b"words")
    try:
        await desk.cleaner(alone=alone).drain()
        assert (left.exists(), used.exists()) == (False, True)
    finally:
        used.rmdir()


async def test_a_file_erased_meanwhile_leaves_no_copy(desk: Desk) -> None:
    """The copy that was under way goes with it."""
    await desk.store("f1", PHOTO, "image/jpeg")

    async def blocking(step: Callable[..., Any], *given: Any) -> Any:
        if step == desk.copier.copy:  # the resident erases her data while the child reads
            await desk.stage.office.write(lambda unit: unit.connection.execute(delete(case_file)))
            desk.vault.drop("f1")
        return await desk.stage.blocking(step, *given)

    assert await desk.cleaner(blocking=blocking).drain() == 1
    assert desk.vault.ids() == set()


async def test_a_virus_is_named_and_nothing_is_made(desk: Desk, scanner: Clamd) -> None:
    """The name is kept sealed; the original stays, unread by anybody."""
    await desk.store("f1", EICAR, "text/plain")
    await desk.cleaner(scanner.address).drain()
    copy = await desk.copy("f1")
    assert (copy.state, copy.finding, scanner.scanned) == (CopyState.LOCKED, NAME, [EICAR])
    assert (desk.vault.has("f1"), desk.vault.has("f1", part_name(1))) == (True, False)
    rows = await desk.stage.office.read(lambda unit: unit.connection.execute(clean_copy.select()).all())
    assert NAME.encode() not in repr(rows).encode()


async def test_a_clean_file_is_scanned_before_its_copy(desk: Desk, scanner: Clamd) -> None:
    """Whole, whatever its size."""
    await desk.store("f1", PHOTO, "image/jpeg")
    await desk.cleaner(scanner.address).drain()
    assert (scanner.scanned, (await desk.copy("f1")).state) == ([PHOTO], CopyState.MADE)


@pytest.mark.parametrize("answer", [None, b"stream: INSTREAM size limit exceeded. ERROR\0", b"\0", b"garbage"])
async def test_without_a_verdict_the_file_is_held(desk: Desk, scanner: Clamd, answer: bytes | None) -> None:
    """An operator is told once; `/readyz` counts it; once the scanner answers again it goes on by itself."""
    scanner.answer = answer
    await desk.store("f1", PHOTO, "image/jpeg")
    cleaner = desk.cleaner(scanner.address)
    await cleaner.drain()
    desk.stage.time.seconds += SCANNER_WAIT + 1
    await cleaner.drain()
    assert (await desk.stage.office.read(copies.held), len(desk.told)) == (1, 1)
    assert not desk.vault.has("f1", part_name(1))
    scanner.answer = b""
    desk.stage.time.seconds += SCANNER_WAIT + 1
    await cleaner.drain()
    assert (await desk.stage.office.read(copies.held), (await desk.copy("f1")).state) == (0, CopyState.MADE)


def test_a_scanner_on_a_port_of_this_machine() -> None:
    """Host and port do as well as a path; nobody there is told as down."""
    with clamd() as present:
        assert scan(present.address, b"x" * 700_000) == ""
        assert scan(present.address, b"ab" + EICAR) == NAME
    with pytest.raises(ScannerDown):
        scan(present.address, b"x")


async def test_many_old_files_are_asked_for_in_slices(desk: Desk) -> None:
    """An upgrade holds the database no longer than one slice at a time."""
    await desk.store("f1", PHOTO, "image/jpeg", ask=False)

    def many(unit: StoredWork) -> None:
        row = dict(unit.connection.execute(case_file.select()).one()._mapping)
        unit.connection.execute(insert(case_file), [{**row, "id": f"o{number}"} for number in range(1_200)])

    await desk.stage.office.write(many)
    sizes = [await desk.stage.office.write(copies.adopt) for _ in range(4)]
    assert (sum(sizes), max(sizes), sizes[-1]) == (1_201, copies.ADOPTED_AT_ONCE, 0)
