"""A disk that fills up, again and again: what is confirmed is stored, nothing breaks, and room heals it at once."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import resource
import subprocess
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path

import pytest

from bot.app import App
from bot.channels.base import Unavailable
from bot.clock import SteppedClock
from bot.settings import read_settings
from bot.spine import Spine
from cases.messages import Address, FileKind, FileRef, Incoming
from cases.rules import Rules
from storage.database import open_database
from storage.migrate import upgrade
from storage.vault import FileVault, VaultFault
from storage.work import Office
from tests.conftest import MONDAY_MORNING
from tests.faults.driver import Order, Story
from tests.faults.scale import driver, times
from tests.faults.stories import residents
from tests.faults.test_power import key_of
from tests.faults.victim import CHANNELS, KEYS, own_line
from tests.handlers.cast import open_spine
from tests.web.stage import staged
from tests.web.visitor import visiting
from web.security import Session
from web.uploads import Upload, Uploads

POINTS = times(20, 200)
DISK = 40 * 1_048_576
LIMITED_BY = ("no room", "file size")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own in memory."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small disk needs root and a system that lets it")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


class Room:
    """Takes the room of a disk, or the allowed size of files, and gives it back."""

    def __init__(self, disk: Path, by: str) -> None:
        self._disk, self._by, self._ballast = disk, by, disk / "ballast"
        self._hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]

    def leave(self, size: int) -> None:
        """So many bytes and no more."""
        if self._by == "file size":
            journal = self._disk / "hoiam.db-wal"
            most = (journal.stat().st_size if journal.exists() else 0) + size
            resource.setrlimit(resource.RLIMIT_FSIZE, (most, self._hard))
            return
        there = os.statvfs(self._disk)
        with self._ballast.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, max(1, there.f_bavail * there.f_bsize - size))

    def give_back(self) -> None:
        """All of it."""
        resource.setrlimit(resource.RLIMIT_FSIZE, (self._hard, self._hard))
        self._ballast.unlink(missing_ok=True)


class Town:
    """Residents in the middle of their reports, on one small disk."""

    def __init__(self, disk: Path, spine: Spine) -> None:
        self._spine, self._vault = spine, FileVault(disk / "files", KEYS)
        self._uploads = Uploads(self._vault, KEYS)
        self._new = residents()
        self.open: list[Story] = []
        self.confirmed: list[str] = []
        self.uploaded: list[str] = []
        self.refused = 0

    async def step(self) -> None:
        """Everybody's next word or file; raises what they are refused with."""
        self.open = [story for story in self.open if not story.ended]
        self.open += islice(self._new, 3 - len(self.open))
        for story in self.open:
            await self._do(story, story.next)

    async def try_step(self) -> bool:
        """The same; False when somebody was refused."""
        try:
            await self.step()
        except (Unavailable, VaultFault):
            self.refused += 1
            return False
        return True

    async def _do(self, story: Story, order: Order) -> None:
        if "upload" in order:
            content = f"Tệp {order['upload']}".encode() + bytes(random.Random(order["id"]).randrange(200_000))
            file = f"{order['upload']}.pdf", "application/pdf", content
            gift = await self._uploads.store(Session(order["who"], 0), file)
            self.uploaded.append(gift.file_id)
            story.confirmed(f'{{"file_id": "{gift.file_id}", "size": {gift.size}}}')
            return
        files: tuple[FileRef, ...] = ()
        if story.gift:
            files = (Upload(story.gift["file_id"], FileKind.DOCUMENT, "a.pdf", story.gift["size"], "").ref(),)
        elif "file" in order:
            files = (FileRef(FileKind.DOCUMENT, order["file"], "a.txt", 100, "text/plain"),)
        address = Address(order.get("channel", CHANNELS[0]), order["who"])
        incoming = Incoming(address, order["id"], MONDAY_MORNING, text=order.get("text", ""), files=files)
        await self._spine.accept_noted(incoming, lambda unit: own_line(unit, incoming))
        self.confirmed.append(order["id"])
        story.confirmed("")

    def check(self, path: Path) -> None:
        """Everything that was confirmed is there, and the database is whole."""
        with closing(driver.connect(path)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            stored = {row[0] for row in connection.execute("SELECT message_id FROM seen_update")}
        assert {key_of(name) for name in self.confirmed} == stored
        assert all(self._vault.get(name, "upload").startswith("Tệp giấy-".encode()) for name in self.uploaded)
        assert self._vault.ids() == set(self.uploaded)


def copy(disk: Path) -> None:
    """A backup onto the same disk, however far it gets."""
    with (
        contextlib.suppress(driver.Error),
        closing(driver.connect(disk / "hoiam.db", timeout=1)) as source,
        closing(driver.connect(disk / "copy.db")) as target,
    ):
        source.backup(target)


@pytest.mark.parametrize("by", LIMITED_BY)
async def test_a_full_disk_confirms_nothing_that_is_lost(disk: Path, rules: Rules, by: str) -> None:
    """Full at many points of journal, files and copies: refused or stored, and taken again once there is room."""
    chance, room = random.Random(4), Room(disk, by)
    database = open_database(f"sqlite:///{disk / 'hoiam.db'}")
    try:
        await database.write(upgrade)
        town = Town(disk, open_spine(Office(database, KEYS, SteppedClock(MONDAY_MORNING)), rules))
        points = 0
        while points < POINTS:
            room.leave(chance.choice([0, chance.randrange(40_000), chance.randrange(400_000)]))
            if chance.random() < 0.3:
                await asyncio.to_thread(copy, disk)
            for _ in range(8):
                if not await town.try_step():
                    points += 1
                    break
            room.give_back()
            (disk / "copy.db").unlink(missing_ok=True)
            await town.step()
    finally:
        room.give_back()
        await database.close()
    print(f"\n{len(town.confirmed)} updates and {len(town.uploaded)} files confirmed, {town.refused} times full")
    town.check(disk / "hoiam.db")


async def test_words_are_taken_while_files_are_not(tmp_path: Path) -> None:
    """Below the floor a file is refused with a sentence; words are taken; above it files are taken again at once."""
    with staged(tmp_path, vault=FileVault(tmp_path, KEYS, floor=2**60)) as own:
        async with visiting(own.url) as visitor:
            refused = await visitor.upload(b"picture", "a.jpg", "image/jpeg")
            assert (refused.status, refused.json["error"]) == (507, "file_room")
            assert "chữ" in refused.json["say"]
            assert (await visitor.say("Đường hỏng")).status == 200
            own.services.vault.floor = 1
            assert (await visitor.upload(b"picture", "a.jpg", "image/jpeg")).status == 200


async def test_the_operator_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`/readyz` says that files are refused and how much room is left, and an alarm is raised."""

    async def opened(floor: int) -> None:
        app = App(read_settings(data_dir=tmp_path, free_space_mb=floor))
        await app.open()
        try:
            ready = dict(await app.ready())
            assert (ready["ok"], ready["files_taken"]) == (True, floor == 0)
            assert isinstance(ready["free_mb"], int)
            await app.watch_room(app.clock())
        finally:
            await app.close()

    await opened(10**9)
    assert "không nhận tệp" in capsys.readouterr().out
    await opened(0)
    assert "không nhận tệp" not in capsys.readouterr().out
