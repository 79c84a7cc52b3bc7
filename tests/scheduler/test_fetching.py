"""Fetching files: stored whole with a clean copy, tried again while unreachable, given up in plain words."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from cases.messages import FileFault
from cases.ports import CaseFile, FileState
from scheduler.fetching import FileFetcher
from storage import copies
from storage.copies import CopyState
from storage.keys import KeyRing
from storage.vault import FileVault
from storage.work import StoredWork
from tests.scheduler.file_desk import HOUR, PHOTO, WORDS, Answer, Desk, Messenger
from tests.scheduler.stage import Stage
from tests.scheduler.test_clean_queue import spoil
from tests.scheduler.test_pictures import huge_png


@pytest.fixture
def desk(stage: Stage, tmp_path: Path) -> Desk:
    """A fetcher whose messenger has a photo and a text."""
    return Desk(stage, tmp_path, Messenger(photo=PHOTO, words=WORDS))


async def test_a_photo_is_stored_as_sent_and_its_copy_asked_for(desk: Desk) -> None:
    """The original lies in the vault unread; the copy is made afterwards, in a child."""
    await desk.add("photo")
    assert await desk.fetcher.drain() == 1
    assert await desk.content("photo") == PHOTO
    asked = await desk.stage.office.read(lambda unit: copies.of_files(unit, ["photo"]))
    assert asked["photo"].state is CopyState.ASKED


async def test_the_row_tells_what_is_stored(desk: Desk) -> None:
    """Checksum, size and media type by content."""
    await desk.add("photo", size=5)
    await desk.fetcher.drain()
    file = await desk.file("photo")
    assert file is not None
    assert (file.state, file.mime, file.size, file.fault) == (FileState.STORED, "image/jpeg", len(PHOTO), "")
    assert file.sha256 == hashlib.sha256(PHOTO).hexdigest()


async def test_an_archive_that_is_no_document_is_refused(desk: Desk) -> None:
    """Its directory is read in a child."""
    desk.messenger.files["zip"] = b"PK\x03\x04" + b"\0" * 60
    await desk.add("zip")
    await desk.fetcher.drain()
    assert desk.failed == [("zip", "wrong_type")]


FINAL = {
    "too_large": FileFault("too_large"),
    "gone": FileFault("gone"),
    "refused_host": FileFault("refused_host"),
    "wrong_type": b"MZ\x90\0" + b"\0" * 100,
}


@pytest.mark.parametrize(("fault", "answer"), FINAL.items(), ids=FINAL.keys())
async def test_what_cannot_mend_is_given_up_at_once(desk: Desk, fault: str, answer: Answer) -> None:
    """One try, one report, nothing in the vault; the other files go on."""
    desk.messenger.files["bad"] = answer
    await desk.add("bad", "words")
    await desk.run_for(HOUR)
    assert (await desk.state("bad"), desk.failed) == ((FileState.FAILED, fault), [("bad", fault)])
    assert (desk.messenger.asked.count("bad"), desk.vault.ids()) == (1, {"words"})


async def test_a_row_that_cannot_be_read_stops_nobody(desk: Desk) -> None:
    """One damaged entry waits an hour at a time; the evidence of everybody else is fetched."""
    await desk.add("damaged", "photo")
    await desk.stage.office.write(spoil("damaged"))
    assert await desk.fetcher.drain() == 1
    assert await desk.content("photo") == PHOTO
    assert await desk.fetcher.drain() == 0


async def test_more_than_the_cap_is_too_large(desk: Desk) -> None:
    """A channel that returns more than it was allowed is not believed; a size told beforehand is not fetched."""
    desk.messenger.files["long"] = b"x" * 100_001
    await desk.add("long")
    await desk.add("huge", size=100_001)
    await desk.fetcher.drain()
    assert sorted(desk.failed) == [("huge", "too_large"), ("long", "too_large")]
    assert desk.messenger.asked == ["long"]


async def test_a_bomb_is_kept_unopened(desk: Desk) -> None:
    """A small file that would unpack to 50,000 by 50,000 pixels is evidence like any other; nobody unpacks it here."""
    desk.messenger.files["bomb"] = bomb = huge_png(50_000, 50_000)
    await desk.add("bomb")
    await desk.fetcher.drain()
    assert (desk.failed, await desk.content("bomb")) == ([], bomb)


async def test_an_unreachable_file_is_tried_again(desk: Desk) -> None:
    """After an outage of the file host the file is stored by itself."""
    desk.messenger.files["late"] = [*[FileFault("unreachable")] * 3, WORDS]
    await desk.add("late")
    await desk.run_for(600)
    assert (await desk.state("late"), desk.failed) == ((FileState.STORED, ""), [])


async def test_after_two_days_an_unreachable_file_is_given_up(desk: Desk) -> None:
    """Tries become rarer, up to two hours apart, and end after two days with a report."""
    desk.messenger.files["lost"] = FileFault("unreachable")
    desk.fetcher = desk.new_fetcher(poll=120)
    await desk.add("lost")
    await desk.run_for(47 * HOUR)
    assert (await desk.state("lost"))[0] is FileState.PENDING
    await desk.run_for(4 * HOUR)
    assert (await desk.state("lost"), desk.failed) == ((FileState.FAILED, "unreachable"), [("lost", "unreachable")])
    assert 25 < len(desk.messenger.asked) < 50


async def test_a_mistake_in_a_channel_stops_no_other_file(desk: Desk) -> None:
    """An unexpected error is treated as unreachable."""
    desk.messenger.files["odd"] = [ZeroDivisionError(), WORDS]
    await desk.add("odd", "words")
    await desk.run_for(60)
    assert {await desk.state("odd"), await desk.state("words")} == {(FileState.STORED, "")}


async def test_a_case_that_cannot_be_told_keeps_its_file(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    """The evidence is stored once and not fetched for ever; what was half written of the telling is not kept."""

    def damaged(unit: StoredWork, file: CaseFile) -> None:
        unit.files.add(replace(file, id="half"))
        raise ZeroDivisionError

    desk.fetcher = desk.new_fetcher(on_stored=damaged)
    await desk.add("photo")
    await desk.run_for(HOUR)
    assert (await desk.state("photo"), await desk.content("photo")) == ((FileState.STORED, ""), PHOTO)
    assert (desk.messenger.asked, await desk.file("half")) == (["photo"], None)
    assert "its case could not be told" in caplog.text


async def test_a_channel_switched_off_is_waited_for(desk: Desk) -> None:
    """Without the channel's token its files stay pending."""
    await desk.add("photo", channel="zalo")
    await desk.fetcher.drain()
    assert await desk.state("photo") == (FileState.PENDING, "unreachable")


async def test_a_fetch_cut_short_is_taken_up_at_the_next_start(desk: Desk) -> None:
    """A process that ends in the middle leaves a file that the next one fetches at once."""
    desk.messenger.before = lambda: desk.stage.time.sleep(100)
    await desk.add("words")
    await desk.run_for(10)
    desk.messenger.before = lambda: asyncio.sleep(0)
    assert await desk.new_fetcher().drain() == 1
    assert await desk.state("words") == (FileState.STORED, "")


async def test_a_worker_that_ends_in_order_gives_back_what_it_was_at(desk: Desk) -> None:
    """Where several fetch, another takes it up at once instead of ten minutes later."""
    desk.fetcher = desk.new_fetcher(alone=False)
    desk.messenger.before = lambda: desk.stage.time.sleep(100)
    await desk.add("words", "photo")
    await desk.run_for(10)
    desk.messenger.before = lambda: asyncio.sleep(0)
    assert await desk.new_fetcher(alone=False).drain() == 2
    assert {await desk.state("words"), await desk.state("photo")} == {(FileState.STORED, "")}


async def test_a_crash_between_vault_and_row_doubles_nothing(desk: Desk) -> None:
    """A file that lies in the vault while its row still says pending is fetched and stored over itself."""
    desk.vault.put("photo", b"half of a", "clean")
    desk.vault.put("photo", b"former try")
    await desk.add("photo")
    await desk.fetcher.drain()
    assert (await desk.content("photo"), desk.vault.ids()) == (PHOTO, {"photo"})


async def test_a_draft_thrown_away_meanwhile_leaves_nothing(desk: Desk) -> None:
    """When the resident cancels while a file is on its way, the vault keeps no orphan."""

    async def cancel() -> None:
        await desk.stage.office.write(lambda unit: unit.files.drop_draft("chat"))

    desk.messenger.before = cancel
    await desk.add("photo", case_id="")
    await desk.fetcher.drain()
    assert (await desk.file("photo"), desk.vault.ids()) == (None, set())


async def test_a_draft_that_becomes_a_case_meanwhile_keeps_its_file(desk: Desk) -> None:
    """The report is submitted while its photo is on its way: the file belongs to the case and is stored."""

    async def submit() -> None:
        await desk.stage.office.write(lambda unit: unit.files.claim_draft("chat", "c9"))

    desk.messenger.before = submit
    await desk.add("photo", case_id="")
    await desk.fetcher.drain()
    file = await desk.file("photo")
    assert file is not None
    assert (file.case_id, file.state) == ("c9", FileState.STORED)


async def test_a_full_disk_is_waited_out(desk: Desk) -> None:
    """Nothing is given up for want of room; the operator is told once, and within a minute of room it goes on."""
    blocker = desk.vault.folder / "wo"  # where its folder should be: nothing can be written
    blocker.parent.mkdir(parents=True, exist_ok=True)
    blocker.write_bytes(b"")
    await desk.add("words")
    await desk.run_for(HOUR / 4)
    assert (await desk.state("words"), len(desk.told)) == ((FileState.PENDING, "disk"), 1)
    blocker.unlink()
    await desk.run_for(60)
    assert await desk.state("words") == (FileState.STORED, "")


async def test_a_report_that_fails_leaves_the_file_settled(desk: Desk) -> None:
    """When the resident cannot be told, the file is given up all the same."""

    def broken(unit: StoredWork, file: CaseFile) -> None:
        raise KeyError(file.id)

    desk.fetcher.on_failed = broken
    desk.messenger.files["bad"] = FileFault("gone")
    await desk.add("bad")
    await desk.fetcher.drain()
    assert await desk.state("bad") == (FileState.FAILED, "gone")


async def test_waking_looks_at_once(desk: Desk) -> None:
    """A wake spares the wait for the next look."""
    running = asyncio.ensure_future(desk.fetcher.run())
    await desk.stage.play_for(running, 1)
    await desk.add("words")
    desk.fetcher.wake({"fake"})
    await desk.stage.play_for(running, 0.5)
    assert await desk.state("words") == (FileState.STORED, "")
    await desk.stage.stop(running)


async def test_two_workers_never_take_one_file(any_stage: Stage, tmp_path: Path, keys: KeyRing) -> None:
    """Two fetchers on one database share thirty files between them, each fetched once."""
    messenger = Messenger(**{f"file{n}": WORDS for n in range(30)})
    desk = Desk(any_stage, tmp_path, messenger)
    await desk.add(*messenger.files)
    vault = FileVault(tmp_path / "files", keys)
    workers = [FileFetcher(any_stage.office, vault, {"fake": messenger.fetch}, alone=False) for _ in range(2)]
    await asyncio.gather(*(worker.drain() for worker in workers))
    assert sorted(messenger.asked) == sorted(messenger.files)
