"""A power cut at any moment: what was confirmed is on the disk, and what is on the disk is whole."""

from __future__ import annotations

import asyncio
import json
import random
import shutil
from collections import Counter
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from cases.messages import Address
from storage.vault import FileVault
from tests.conftest import MONDAY_MORNING
from tests.faults.disk import CALLS, LONGEST, Call, Disk, trace
from tests.faults.driver import Driver, nursery
from tests.faults.scale import driver, times
from tests.faults.stories import WORDS, residents
from tests.faults.test_kills import prepare
from tests.faults.victim import CHANNELS, KEYS, WEB

STRACE = shutil.which("strace")
CONFIRMED = times(100, 1_000)
CUTS = times(60, 600)
TURNS = len(WORDS)

pytestmark = pytest.mark.skipif(STRACE is None, reason="strace is not installed")


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    """A folder as it was, the same as residents left it, and the calls in between."""
    folder = tmp_path_factory.mktemp("power")
    data, before, log = folder / "data", folder / "before", folder / "calls"
    data.mkdir()
    url = f"sqlite:///{data / 'hoiam.db'}"
    asyncio.run(prepare(url))
    shutil.copytree(data, before)
    options = ["-f", "-y", "-xx", "-qq", "--seccomp-bpf", "-s", str(LONGEST), "-e", f"trace={CALLS}", "-o", str(log)]
    with nursery([str(STRACE), *options]) as control:
        driver = Driver(control, url, data, points=[""], kills=10**9, start=MONDAY_MORNING, at_once=3, calm=True)
        driver.run(islice(residents(), CONFIRMED // TURNS + 1))
    return data, before, log


class Books:
    """What the residents and the messenger were told up to now."""

    def __init__(self) -> None:
        self.confirmed: list[str] = []
        self.uploads: list[str] = []
        self.fetched = 0
        self.sent = Counter[str]()

    def take(self, call: Call) -> bool:
        """Whether this call told somebody something."""
        if call.name == "sendto" and call.strings and call.strings[0].startswith(b"ok "):
            for line in call.strings[0].decode().splitlines():
                _, name, *gift = line.split(" ", 2)
                if gift:
                    self.uploads.append(json.loads(gift[0])["file_id"])
                else:
                    self.confirmed.append(name)
            return True
        if call.name == "unlink" and call.strings[0].endswith(b".upload"):
            self.uploads.remove(Path(call.strings[0].decode()).stem)  # it became a file of its case
            self.fetched += 1
        if call.name == "write" and call.file.endswith("/sent"):
            self.sent[json.loads(call.strings[0])[0]] += 1
            return True
        return False


def check(folder: Path, books: Books) -> None:
    """The database is whole and knows all that was confirmed; the messenger was given nothing that is not in it."""
    with closing(driver.connect(folder / "hoiam.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        stored = {row[0] for row in connection.execute("SELECT message_id FROM seen_update")}
        rows = Counter(dict(connection.execute("SELECT chat_key, count(*) FROM outbox GROUP BY 1").fetchall()))
        files = [row[0] for row in connection.execute("SELECT id FROM case_file WHERE state = 'stored'")]
    lost = [name for name in books.confirmed if key_of(name) not in stored]
    assert not lost, f"confirmed and lost: {lost}"
    assert all(several <= rows[chat_key(CHANNELS[0], who)] for who, several in books.sent.items()), "said, not stored"
    vault = FileVault(folder / "files", KEYS)
    assert len(files) >= books.fetched
    assert all(vault.has(name) for name in files)
    for handle in books.uploads:
        assert vault.get(handle, "upload").startswith("Tệp giấy-".encode())


def chat_key(channel: str, who: str) -> str:
    """A chat's key in the database."""
    return KEYS.lookup("chat", f"{channel}\0{Address(channel, who).id}")


def key_of(order: str) -> str:
    """What the database knows an update by."""
    who = order.split(".")[0]
    channel = CHANNELS[0] if int(who.removeprefix("resident")) % 2 else WEB
    return KEYS.lookup("update", f"{chat_key(channel, who)}\0{order}")


def replay(story: tuple[Path, Path, Path], at: Any, scratch: Path) -> int:
    """Rebuild wherever `at(call number, told somebody?)` says so, by its dice or without any; how often."""
    data, before, log = story
    disk, books, cuts = Disk(before), Books(), 0
    disk._folder = str(before)
    for number, call in enumerate(trace(log)):
        told = books.take(call)
        disk.take(moved(call, data, before))
        wanted, dice = at(number, told)
        if wanted:
            shutil.rmtree(scratch, ignore_errors=True)
            scratch.mkdir()
            disk.cut(scratch, dice)
            check(scratch, books)
            cuts += 1
    return cuts


def moved(call: Call, data: Path, before: Path) -> Call:
    """The same call as if it had been made in the copied folder."""

    def there(text: str) -> str:
        return str(before) + text.removeprefix(str(data)) if text.startswith(str(data)) else text

    if call.name in ("write", "pwrite64", "sendto"):
        strings = call.strings
    else:
        strings = tuple(there(text.decode()).encode() for text in call.strings)
    return Call(call.name, there(call.file), strings, call.words, call.returned)


def test_nothing_is_confirmed_before_it_is_on_the_disk(story: tuple[Path, Path, Path], tmp_path: Path) -> None:
    """The moment after each confirmation, with everything lost that was not synced: it is there."""
    told = replay(story, lambda number, told: (told, None), tmp_path / "disk")
    print(f"\n{told} confirmations")
    assert told >= CONFIRMED


def test_any_power_cut_leaves_a_whole_database(story: tuple[Path, Path, Path], tmp_path: Path) -> None:
    """At any moment, with any part of what was not synced: whole, and nothing confirmed is lost."""
    chance = random.Random(2)
    calls = sum(1 for _ in trace(story[2]))
    where = set(chance.sample(range(calls), min(CUTS, calls)))
    cuts = replay(story, lambda number, told: (number in where, chance), tmp_path / "disk")
    assert cuts == min(CUTS, calls)
