"""Nothing that people said, and nobody's name or number, can be read from a disk, a database dump or the logs."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial
from pathlib import Path

import pytest
import structlog
from sqlalchemy import select, text

from bot.clock import SteppedClock
from bot.logs import OURS, configure
from cases.answers import record_reply, relay
from cases.authority import acknowledge
from cases.forwarding import forward
from cases.handling import triage
from cases.messages import Address, Contact, FileKind, FileRef, Outgoing, Place
from cases.model import Case, Officer, OfficerRole, State
from cases.rules import Rules
from storage.case_keys import PLACE_KEY as KEY
from storage.keys import KeyRing, SealBroken, Sealer
from storage.migrate import upgrade
from storage.tables import metadata
from storage.vault import FileVault
from storage.work import Office, StoredWork
from tests.bot.test_spine import stumbling
from tests.databases import opened
from tests.handlers.cast import Person, cases_of, open_spine
from tests.handlers.officer_cast import PIN, Bureau, an_answer
from tests.handlers.test_officer_actions import at
from tests.storage.marks import MARKS, forms, hits

TODAY = date(2026, 3, 2)


def on_disk(folder: Path) -> list[str]:
    """Marks found in any file below, journals and write-ahead logs included; in names too."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    found = [hit for path in files for hit in hits(path.read_bytes(), path.name)]
    return found + [hit for path in files for hit in hits(path.name.encode(), "a file name")]


async def in_tables(office: Office) -> list[str]:
    """Marks found in any column of any table."""

    def read(unit: StoredWork) -> Iterator[tuple[str, object]]:
        for table in metadata.sorted_tables:
            for row in unit.connection.execute(text(f'SELECT * FROM "{table.name}"')):
                yield from ((table.name, value) for value in row)

    values = await office.read(lambda unit: list(read(unit)))
    assert len(values) > 500
    content = {name: b"" for name, _ in values}
    for name, value in values:
        content[name] += (value if isinstance(value, bytes) else str(value).encode()) + b"\n"
    return [hit for name, found in content.items() for hit in hits(found, name)]


async def live(office: Office, rules: Rules, clock: SteppedClock, vault: FileVault) -> Case:
    """Residents and officers say every mark, on three channels, through the whole life of a case."""
    bureau = Bureau(office, rules, clock, open_spine(office, rules))
    await bureau.staff("lan", "tuan")
    await office.write(lambda unit: enter_officer(unit, MARKS["officer's name"]))
    resident = Person(bureau.spine, office, clock, "telegram", MARKS["resident's id"])
    case = await report(resident)
    lan = await at(bureau, case, "Hỏi người gửi")
    await lan.says(f"Xin hỏi {MARKS['question']} ạ")
    await lan.taps("Gửi")
    await resident._listen()
    await resident.taps("Trả lời")
    await resident.says(f"Thưa, {MARKS['answer']}")
    await resident.says("/bosung")
    await resident.taps(case.code)
    await resident.says(f"Thêm nữa là {MARKS['addition']} rất nặng mùi")
    await answer(bureau, resident, case)
    (evidence,) = await office.read(lambda unit: unit.files.of_case(case.id, "evidence"))
    vault.put(evidence.id, MARKS["file's content"].encode())
    await others(office, rules, clock)
    await office.write(lambda unit: enter_officer(unit, MARKS["officer's new name"]))
    await lan.says("/hopthu")
    await lan.says(PIN)
    return await bureau.now(case)


def enter_officer(unit: StoredWork, name: str) -> None:
    """Somebody in the register."""
    chat = unit.chats.load(Address("telegram", MARKS["officer's id"]))
    chat.officer_id = "officer"
    unit.chats.save(chat)
    officer = Officer("officer", "xa-mau", name, "mttq", (OfficerRole.HANDLER,), chat=chat.key, relatives=("lan",))
    unit.people.save_officer(officer)


async def report(resident: Person) -> Case:
    """The report with everything a resident can tell."""
    await resident.says(f"Rác thải chợ đổ xuống {MARKS['story']} bốc mùi hôi thối không ai dọn")
    for label in ("Tôi đồng ý", "Rác thải"):
        await resident.taps(label)
    await resident._send(place=Place(10.7, 106.7, MARKS["shared place"]))
    await resident.says(f"từ hôm {MARKS['when']}")
    photo = FileRef(FileKind.PHOTO, MARKS["file's handle"], MARKS["file's name"], 1000)
    await resident._send(files=(photo,))
    await resident.says(f"còn cả {MARKS['more of the story']} khắp nơi")
    await resident.taps("Xong")
    await resident.taps("Để lại tên")
    await resident.says(f"{MARKS['name']} {MARKS['phone']}")
    await resident.taps("Gửi")
    return (await cases_of(resident.office))[-1]


async def answer(bureau: Bureau, resident: Person, case: Case) -> None:
    """The written answer comes back and the resident judges it."""
    await bureau.act(triage, "lan", case)
    await bureau.act(forward, "lan", case, "12/MTTQ-BTT", TODAY)
    await bureau.act(acknowledge, "tuan", case, TODAY)
    reply = an_answer(summary=f"Xã {MARKS['reply']} ngay", signed_by=MARKS["signer"], doc_no="45/UBND")
    await bureau.act(record_reply, "tuan", case, reply)
    await bureau.act(relay, "lan", case)
    await resident._listen()
    await resident.taps("Chưa")
    await resident.says(f"Tôi thấy {MARKS['verdict']} như cũ")


async def others(office: Office, rules: Rules, clock: SteppedClock) -> None:
    """A draft left open, an update that fails, a contact shared, and the web chat with a place in words."""
    spine = open_spine(office, rules)
    await Person(spine, office, clock, "zalo-oa", "1").says(f"Đường làng {MARKS['draft']} trượt, đi lại khó khăn")
    await Person(open_spine(office, stumbling(rules)), office, clock, "zalo-bot", "2").says(
        f"Bị {MARKS['failing']} luôn"
    )
    await Person(spine, office, clock, "telegram", "3")._send(contact=Contact(MARKS["contact"], MARKS["name"]))
    web = Person(spine, office, clock, "web", "4")
    for words in (f"Nước thải chảy ra đường, {MARKS['web']} cho cán bộ xem", f"ở {MARKS['place']}"):
        await spine.accept_noted(web.update(text=words), partial(own_words, words=words))


def own_words(unit: StoredWork, words: str) -> None:
    """The web page shows people what they wrote."""
    key = unit.chats.key_of(Address("web", "4"))
    unit.outbox.add_line(key, Outgoing(words), f"web:{unit.new_id()}:mine", mine=True)


async def test_the_marks_were_really_said(office: Office, rules: Rules, clock: SteppedClock, tmp_path: Path) -> None:
    """The case and the vault hold what was told, so that finding nothing elsewhere means something."""
    case = await live(office, rules, clock, FileVault(tmp_path / "files", office.keys))
    kept = repr(case) + repr(await office.read(lambda unit: unit.people.reporter(case.reporter)))
    kept += repr(await office.read(lambda unit: unit.cases.history(case.id)))
    kept += repr(await office.read(lambda unit: unit.files.of_case(case.id)))
    absent = {what for what, mark in MARKS.items() if mark not in kept}
    elsewhere = {"resident's id", "officer's id", "officer's name", "officer's new name", "file's content", "draft"}
    assert absent == elsewhere | {"failing", "web", "place", "contact", "PIN"}
    assert case.state is State.RELAYED


async def test_nothing_lies_on_the_disk_or_in_the_logs(
    tmp_path: Path, rules: Rules, keys: KeyRing, clock: SteppedClock, capsys: pytest.CaptureFixture[str]
) -> None:
    """Database, write-ahead log, lock and vault while open and when closed, and the log at DEBUG."""
    with logged():
        async with opened(f"sqlite:///{tmp_path / 'hoiam.db'}") as database:
            await database.write(upgrade)
            await live(Office(database, keys, clock), rules, clock, FileVault(tmp_path / "files", keys))
            assert {".db", ".original"} <= {path.suffix for path in tmp_path.rglob("*")}
            assert on_disk(tmp_path) == []
        assert on_disk(tmp_path) == []
    said = capsys.readouterr().err
    assert "update kept" in said
    assert hits(said.encode(), "the log") == []


async def test_nothing_stands_in_any_table(
    any_office: Office, rules: Rules, clock: SteppedClock, tmp_path: Path
) -> None:
    """A dump of every table of either database shows nothing."""
    await live(any_office, rules, clock, FileVault(tmp_path, any_office.keys))
    assert await in_tables(any_office) == []


async def test_the_sweep_is_not_blind(office: Office, rules: Rules, clock: SteppedClock, tmp_path: Path) -> None:
    """A mark left in a table is found there and in the open database's files, whatever form it has."""
    await live(office, rules, clock, FileVault(tmp_path / "files", office.keys))
    await office.write(lambda unit: unit.ledger.once(f"x {MARKS['story']}", unit.now))
    assert {hit.partition(" (")[0] for hit in await in_tables(office)} == {"story in ledger"}
    assert any(hit.startswith("story in hoiam.db") for hit in on_disk(tmp_path))
    for way, form in forms(MARKS["name"]).items():
        assert hits(b"\0\1" + form + b"\2", "a file"), way


SEALED = {
    "case": ("id", "sealed_content"),
    "case_event": ("row_key", "sealed_data"),
    "case_file": ("id", "sealed_source"),
    "case_file ": ("id", "sealed_key"),
    "case_key": ("case_id", "sealed_key"),
    "failed_update": ("id", "sealed_update"),
    "officer": ("id", "sealed_person"),
    "outbox": ("effect_key", "sealed_body"),
    "reporter": ("ref", "sealed_identity"),
    "web_line": ("effect_key", "sealed_body"),
    "chat": ("key", "sealed_address"),
    "chat ": ("key", "sealed_talk"),
}


async def test_no_sealed_value_opens_in_another_place(
    any_office: Office, rules: Rules, clock: SteppedClock, tmp_path: Path
) -> None:
    """Thousands of exchanges between rows, columns and tables: each opens where it was sealed and nowhere else."""
    await live(any_office, rules, clock, FileVault(tmp_path, any_office.keys))

    def read(unit: StoredWork) -> list[tuple[str, str, bytes]]:
        found = []
        for name, (key, column) in SEALED.items():
            table = metadata.tables[name.strip()]
            rows = unit.connection.execute(select(table.c[key], table.c[column]).where(table.c[column].is_not(None)))
            found += [(f"{table.name}.{column}", row, sealed) for row, sealed in rows]
        return found

    values = await any_office.read(read)
    sealers = await any_office.read(lambda unit: sealers_of(unit, [row for place, row, _ in values if place == KEY]))
    assert {place for place, _, _ in values} == {f"{name.strip()}.{column}" for name, (_, column) in SEALED.items()}
    opened_at = [
        (place == own_place and row == own_row)
        for own_place, own_row, sealed in values
        for place, row, _ in values
        if any(_opens(sealer, place, row, sealed) for sealer in sealers)
    ]
    assert len(values) ** 2 > 1000
    assert opened_at == [True] * len(values)


def sealers_of(unit: StoredWork, case_ids: list[str]) -> list[Sealer]:
    """The masters, and each case's own."""
    unit.case_keys.load(case_ids)
    return [unit.keys, *(unit.case_keys.of(case_id) for case_id in case_ids)]


def _opens(keys: Sealer, place: str, row: str, sealed: bytes) -> bool:
    try:
        keys.open_bytes(place, row, sealed)
    except SealBroken:
        return False
    return True


@contextmanager
def logged() -> Iterator[None]:
    """Everything ours says goes to standard error for a while."""
    root = logging.getLogger()
    handlers, level, kept = root.handlers[:], root.level, logging.raiseExceptions
    configure("debug", "json")
    yield
    root.handlers[:], logging.raiseExceptions = handlers, kept
    root.setLevel(level)
    for name in OURS:
        logging.getLogger(name).setLevel(logging.NOTSET)
    structlog.reset_defaults()
