"""Canaries through every field of chat and console: none lies anywhere on the disk, in the log or in figures."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.clock import SteppedClock
from cases.model import OfficerRole
from storage.key_file import add_key
from storage.keys import OWN_KEY
from storage.orphans import unknown
from storage.rotation import Rotation, sealed_columns
from storage.work import StoredWork
from tests.databases import EmbeddedServer, fresh_postgres
from tests.e2e.house import House, open_house
from tests.storage.test_sweep import logged
from tests.trust.canaries import CORE, WORD, Canaries, columns_with, on_disk
from tests.trust.canary_life import (
    PHONE,
    case_of,
    cases_of,
    clerk_of,
    every_form,
    fail,
    handled,
    judge,
    kept,
    looked_for,
    more,
    report,
    resident,
)
from tests.web.console.desk import Clerk

CHANNELS = ("web", "telegram", "zalo-oa", "zalo-bot")
WHOLE = 200
CLEAR = {
    "case.assigned_unit": "the unit of the authority that works on it: a column of lists, typed by the authority",
    "case.forward_doc_no": "number of the forwarding letter: looked up and sorted by",
}
"""Columns that hold typed words in clear, and why."""


UNUSED = {
    *("clean_copy.sealed_finding", "disclosure_proof.sealed_proof", "emergency_access.sealed_reason"),
    *("identity_request.sealed_words", "info_request.sealed_words", "legal_hold.sealed_reason"),
    *("meeting.sealed_words", "outbox.sealed_body", "paper_number.sealed_reason", "publication.sealed_draft"),
    *("report_recipient.sealed_opinion", "rule_edit.sealed_note", "sealed_box.sealed_content"),
}
"""Sealed columns that nothing in this life fills; they are sealed and opened in the tests of their stores."""


@dataclass
class Life:
    """What was lived, and what was heard meanwhile."""

    house: House
    told: Canaries
    error_pages: list[str]
    metrics: bytes
    desk: Clerk
    pages: tuple[str, ...]


@asynccontextmanager
async def lived(folder: Path, url: str, clock: SteppedClock) -> AsyncIterator[Life]:
    """The whole house, with a case on each channel and every form of the console filled in."""
    told = Canaries()
    told.extra.append(PHONE)
    async with open_house(folder, url, clock) as house, AsyncExitStack() as stack:
        desk = await stack.enter_async_context(clerk_of(house, told, "mttq", OfficerRole.HANDLER, OfficerRole.TRIAGE))
        office = await stack.enter_async_context(clerk_of(house, told, "ubnd", OfficerRole.CONTACT))
        admin = await stack.enter_async_context(clerk_of(house, told, "mttq", OfficerRole.ADMIN))
        watch = await stack.enter_async_context(clerk_of(house, told, "ubkt_dang_uy", OfficerRole.OVERSIGHT))
        phones = {one: await stack.enter_async_context(resident(house, one, told)) for one in CHANNELS}
        for channel, phone in phones.items():
            await report(phone, told)
            await more(phone, told)
            case = await case_of(house, channel)
            await house.app.fetcher.drain()
            if channel in ("web", "telegram"):
                await handled(house, told, desk, office, case)
                await judge(phone, told, case.code)
        await fail(house, told)
        await every_form(house, told, [desk, office, watch, admin], case)
        await kept(told, desk, office, admin)
        pages = await looked_for(house, told, desk, case)
        metrics = (await desk.get("/metrics")).body
        await house.until_settled()
        told.extra += [house.telegram.token]
        read = tuple(f"/console/cases/{one.code}" for one in await cases_of(house))
        lists = ("/console/cases", "/console/registers/session", "/console/papers")
        yield Life(house, told, pages, metrics, desk, (*read, *lists))


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Temporary files of this process go where they are searched."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


async def test_nothing_is_found_on_the_disk_or_in_the_log(
    tmp_path: Path, scratch: Path, clock: SteppedClock, capsys: pytest.CaptureFixture[str]
) -> None:
    """SQLite: database, journal, vault, temporary files, while open and when closed; log, metrics, error pages."""
    with logged():
        async with lived(tmp_path / "data", "", clock) as life:
            told = life.told
            assert len(told.what) >= WHOLE
            found, plain = await columns_with(life.house.app.office, told)
            assert found == []
            assert sorted(plain) == sorted(CLEAR)
            excused = set().union(*plain.values())
            assert on_disk(tmp_path, told, excused) == []
            await rotated(life)
        assert on_disk(tmp_path, told, excused) == []
        assert any((tmp_path / "data" / "files").glob("??/*"))
    assert life.error_pages == []
    assert told.hits(life.metrics, "the metrics") == []
    said = capsys.readouterr().err
    assert said.count("\n") > 5
    assert told.hits(said.encode(), "the log") == []


async def rotated(life: Life) -> None:
    """Every value the house has stored, in whichever table, opens and goes under a new key; files have their own."""
    app = life.house.app
    parts = {part: number for _, part, number in app.vault.numbers()}
    assert set(parts.values()) == {OWN_KEY}, parts
    assert await app.office.read(lambda unit: unknown(unit, app.vault.ids())) == set(), "files taken for lost ones"
    add_key(app.settings.key_file)
    done = await Rotation(app.office, app.vault, pause=0).run()
    assert done.broken == set()
    assert done.values > 50
    assert await Rotation(app.office, app.vault).left() == {}
    for path in life.pages:
        assert (await life.desk.get(path)).status == 200, path
    used = await app.office.read(filled_columns)
    assert {one.place for one in sealed_columns()} - used <= UNUSED


def filled_columns(unit: StoredWork) -> set[str]:
    """Sealed columns with a value in them."""
    run = unit.connection.execute
    return {
        one.place for one in sealed_columns() if run(select(one.column).where(one.column.is_not(None)).limit(1)).first()
    }


@pytest.fixture
def own_server() -> Iterator[tuple[EmbeddedServer, str]]:
    """A server of PostgreSQL whose folder may be looked through, and an empty database on it."""
    with EmbeddedServer() as server, fresh_postgres(server.address) as url:
        yield server, url


@pytest.mark.postgres
async def test_nothing_is_found_in_the_data_folder_of_postgresql(
    own_server: tuple[EmbeddedServer, str], tmp_path: Path, scratch: Path, clock: SteppedClock
) -> None:
    """A server of its own: tables, indexes and write-ahead log as they lie on its disk."""
    server, url = own_server
    async with lived(tmp_path / "data", url, clock) as life:
        found, plain = await columns_with(life.house.app.office, life.told)
        assert found == []
        excused = set().union(*plain.values())
        await asyncio.to_thread(server.run, "CHECKPOINT")
        assert any((server.folder / "pg_wal").iterdir())
        assert on_disk(server.folder, life.told, excused) == []
        assert on_disk(tmp_path, life.told, excused) == []


def test_the_search_is_not_blind(tmp_path: Path) -> None:
    """A canary in any form is found, an excused one only when it stands there plainly."""
    told = Canaries()
    word, other = told("story"), told.bare("reason")
    for form in (word.encode(), word.encode("utf-16-le"), word.encode().hex().encode()):
        (tmp_path / "file").write_bytes(b"\0" + form + b"\1")
        assert on_disk(tmp_path, told) != []
    (tmp_path / "file").write_bytes(other.encode())
    assert (on_disk(tmp_path, told, {2}), len(on_disk(tmp_path, told))) == ([], 1)
    assert (CORE in word, WORD[0] in word) == (True, True)
