"""SIGKILL at named points and random moments of intake: no accepted report is lost or doubled, no message missed."""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, text

from bot.clock import SteppedClock, system_clock
from cases.messages import Address
from cases.model import Case, Officer, OfficerRole
from cases.ports import CaseQuery, FileState
from storage.case_store import LEAP
from storage.migrate import upgrade
from storage.orphans import drop_orphans
from storage.outbox import outbox
from storage.vault import FileVault
from storage.work import Office, StoredWork
from tests.conftest import MONDAY_MORNING
from tests.databases import opened
from tests.faults.driver import Driver, Story, Toll, nursery
from tests.faults.stories import WORDS, residents
from tests.faults.victim import CHANNELS, KEYS, WEB
from tests.storage.test_migrations import downgrade
from tests.trust.figures import TENTH
from web.uploads import drop_stale

SOAK = int(os.environ.get("HOIAM_SOAK") or 0)  # 1, or how many kills at intake on each database
KILLS = (20_000 if SOAK == 1 else SOAK) or (2_000 if TENTH else 300)
ROUND = 2_000  # kills before everything is looked at and a new house begun
AT_ONCE = 6  # residents in the middle of a conversation
STEPS = ("begun", "before commit", "committed")
INTAKE = [
    *(f"{part}: {step}" for part in ("intake", "delivery", "files") for step in STEPS),
    *("intake: before answer", "delivery: before send", "delivery: after send"),
    *("vault: temporary", "vault: before rename", "vault: renamed", "upload: before answer"),
]
CODE = re.compile(r"PA-2026-\d+")
VARIES = re.compile(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){3}-[0-9A-Z]|\d+")


def sent(folder: Path) -> dict[str, list[str]]:
    """What the messenger was given, by person, in order."""
    heard: dict[str, list[str]] = defaultdict(list)
    for line in (folder / "sent").read_text(encoding="utf-8").splitlines():
        who, words = json.loads(line)
        heard[who].append(words)
    return heard


def repeats(heard: dict[str, list[str]]) -> int:
    """How many messages were given twice."""
    return sum(len(words) - len(set(words)) for words in heard.values())


async def prepare(url: str) -> None:
    """An empty database with one officer of the body that will get the reports."""

    def step(unit: StoredWork) -> None:
        chat = unit.chats.load(Address(CHANNELS[0], "officer"))
        chat.officer_id, chat.locality = "lan", "xa-mau"
        unit.chats.save(chat)
        unit.people.save_officer(
            Officer("lan", "xa-mau", "Chị Lan", "bgsdtcd", (OfficerRole.HANDLER, OfficerRole.TRIAGE), chat=chat.key)
        )

    async with opened(url) as database:
        await database.write(upgrade)
        await Office(database, KEYS, SteppedClock(MONDAY_MORNING)).write(step)


def drive(url: str, folder: Path, stories: Iterator[Story], **how: Any) -> tuple[list[Story], Toll]:
    """Have it all done by victims that die as often as told."""
    folder.mkdir()
    with nursery() as control:
        driver = Driver(control, url, folder, start=MONDAY_MORNING, **how)
        return driver.run(stories), driver.toll


async def test_no_report_is_lost_or_doubled(database_url: str, tmp_path: Path) -> None:
    """Every confirmed update counts once, every message goes out, files are whole, no number is given for nothing."""
    for number, begun in enumerate(range(0, KILLS, ROUND)):
        await prepare(database_url)
        folder = tmp_path / f"v{number}"
        await one_round(database_url, folder, min(ROUND, KILLS - begun), seed=number + 1)
        async with opened(database_url) as database:
            await database.write(downgrade)


async def one_round(database_url: str, folder: Path, kills: int, seed: int) -> None:
    """So many kills, and what they left."""
    stories, toll = await asyncio.to_thread(
        drive, database_url, folder, residents(), points=INTAKE, kills=kills, at_once=AT_ONCE, seed=seed
    )
    heard = sent(folder)
    async with opened(database_url) as database:
        office = Office(database, KEYS, SteppedClock(MONDAY_MORNING))
        cases = await office.read(lambda unit: unit.cases.find(CaseQuery()))
        assert len(cases) == len(stories)
        await tidy(office, folder)
        codes = {case.code for case in cases}
        assert len(codes) == len(cases)
        assert max(int(code[-6:]) for code in codes) <= LEAP * len(cases), "a number was given out for nothing"
        await check_owners(office, cases, folder)
        await check_queue(office)
        said = await office.read(said_to_each)
        pages = await office.read(lambda unit: {who: page_of(unit, who) for who in sorted(by_page(stories))})
    again = {who: len(words) - said[who] for who, words in heard.items()}
    officer = heard.pop("officer")
    assert {code for words in officer for code in CODE.findall(words)} <= codes
    check_talk(heard, len(stories) - len(pages))
    check_talk(pages, len(stories) // 2)
    assert repeats(pages) == 0  # fetched, not pushed
    print(f"\n{len(stories)} reports, {sum(again.values())} messages repeated, {toll}")
    assert min(toll.points[point] for point in INTAKE) >= kills // 50
    assert min(again.values()) == 0
    # At a messenger's pace hardly more than one message is under way; two where the disk is slow.
    assert sum(again.values()) <= 2 * toll.kills


def check_talk(heard: dict[str, list[str]], residents: int) -> None:
    """Everybody heard the same conversation in the same order, nothing skipped; only repeats differ."""
    talks = {tuple(VARIES.sub("#", words) for words in dict.fromkeys(heard[who])) for who in heard}
    assert len(heard) == residents
    assert len(talks) == 1
    (talk,) = talks
    assert "Mã biên nhận" in talk[-1]
    assert len(talk) == len(set(talk))


def by_page(stories: Sequence[Story]) -> set[str]:
    """Who used the web page."""
    return {story.orders[0]["who"] for story in stories if "channel" in story.orders[0]}


def page_of(unit: StoredWork, who: str) -> list[str]:
    """What a web chat shows, but one's own words."""
    lines = unit.outbox.lines(unit.chats.key_of(Address(WEB, who)), 0)
    assert sum(mine for _, mine, _, _ in lines) == len(WORDS)
    return [message.text for _, mine, _, message in lines if not mine]


def said_to_each(unit: StoredWork) -> Counter[str]:
    """How many messages each person was to get."""
    said = Counter[str]()
    for key, several in unit.connection.execute(select(outbox.c.chat_key, func.count()).group_by(outbox.c.chat_key)):
        chat = unit.chats.get(key)
        assert chat is not None
        said[chat.address.id] = several
    return said


async def tidy(office: Office, folder: Path) -> None:
    """What housekeeping does to the vault once everything is old enough."""
    later = system_clock() + timedelta(days=30)
    drop_stale(folder / "files", later)
    await drop_orphans(office, FileVault(folder / "files", KEYS), later)


async def check_owners(office: Office, cases: Sequence[Case], folder: Path) -> None:
    """Each resident owns one case, each case has its one document, stored whole, and the vault holds nothing else."""

    def look(unit: StoredWork) -> tuple[Counter[str], list[str]]:
        owners, names = Counter[str](), []
        for case in cases:
            reporter = unit.people.reporter(case.reporter)
            assert reporter is not None
            (file,) = unit.files.of_case(case.id)
            assert file.state is FileState.STORED
            chat = unit.chats.get(reporter.chat_key)
            assert chat is not None
            owners[chat.address.id] += 1
            assert (
                FileVault(folder / "files", KEYS).get(file.id, key=file.key) == f"Tệp giấy-{chat.address.id}".encode()
            )
            names.append(file.id)
        return owners, names

    owners, names = await office.read(look)
    assert set(owners.values()) == {1}
    assert FileVault(folder / "files", KEYS).ids() == set(names)
    assert not list((folder / "files").rglob("*.tmp"))


async def check_queue(office: Office) -> None:
    """Nothing waits any more and no update had to be kept for an operator."""
    waiting = select(func.count()).select_from(outbox).where(outbox.c.done_at.is_(None))
    assert await office.read(lambda unit: unit.connection.execute(waiting).scalar()) == 0
    failed = await office.read(
        lambda unit: unit.connection.execute(text("SELECT error FROM failed_update")).scalars().all()
    )
    assert list(failed) == []
