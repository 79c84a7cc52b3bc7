"""Two cases of one person cannot be told from two cases of two persons by anything staff are shown.

Four cases alike in everything but who sent them: the same person twice, and two others. Every page of every role,
exports, what officers read in chat, notices and the audit are compared: what the same person's two cases share, the
others' cases must share as well. A planted leak shows that the comparison can see one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

import pytest
from sqlalchemy import select

from cases import handling, identity, resident
from cases.identity import alias
from cases.intake import submit
from cases.messages import Address, FileKind, FileRef
from cases.model import Case, CaseEvent, Secrecy
from cases.ports import CaseFile, FileState
from storage.audit import entry_table
from storage.outbox import PLACE_BODY, outbox, unpack
from storage.search import index_some
from storage.work import StoredWork
from tests.cases.cast import a_draft
from tests.web.console.case_kit import act
from tests.web.console.desk import CAST, Console, console_at
from tests.web.console.test_routes import PARAMETER, routes

TOKEN = re.compile(r"[^\W_]{3,}(?:[-.:/][^\W_]+)*")
STORY = "Đường thôn hỏng nặng, xe máy đi hay ngã, đề nghị xã sửa sớm."
OFFICER_CHATS = ("officer-1", "officer-2")


@dataclass(frozen=True)
class Sender:
    """Somebody with a phone, a name, and a way of naming files."""

    chat: str
    name: str
    phone: str
    file: str


TWICE = Sender("chat77001nhung", "Lò Thị Nhung Zu", "0981770017", "IMG_Nhung_may_Oppo.jpg")
OTHERS = (
    Sender("chat88002khanh", "Kpă Văn Khánh Ây", "0981880028", "anh_cua_Khanh.jpg"),
    Sender("chat99003diep", "Sùng A Điệp Ứ", "0981990039", "DSC_Diep_0003.jpg"),
)


@dataclass
class House:
    """The console with four cases: two of `TWICE` at the ends, one of each other person between them."""

    console: Console
    cases: list[Case] = field(default_factory=list)
    canaries: set[str] = field(default_factory=set)

    def apart(self, texts: list[str]) -> set[str]:
        """What only the same person's two texts share; one text for each case, in their order."""
        first, one, other, last = (set(TOKEN.findall(self.blank(text))) for text in texts)
        return (first & last) - one - other

    def blank(self, text: str) -> str:
        """The text without the numbers and names of the cases, which are each its own."""
        for case in self.cases:
            mine = self.console.run(partial(alias, rules=self.console.rules, case=case))
            text = text.replace(mine, "ALIAS").replace(case.code, "CODE")
        return text


def fill(house: House) -> None:
    """Report, attach, add, triage; the officers have chats."""
    console = house.console

    def officers(unit: StoredWork) -> None:
        for name, key in zip(("handler", "colleague"), OFFICER_CHATS, strict=True):
            chat = unit.chats.load(Address("telegram", key))
            chat.locality, chat.officer_id = "xa-mau", console.officers[name].id
            unit.chats.save(chat)
            console.officers[name].chat = chat.key
            unit.people.save_officer(console.officers[name])

    console.run(officers)
    for sender in (TWICE, *OTHERS, TWICE):
        house.cases.append(console.run(partial(send, house=house, sender=sender)))
    for case in house.cases:
        act(console, handling.triage, "handler", case)
        act(console, identity.ask, "handler", case, "cần gặp để đo lại")
    console.run(lambda unit: index_some(unit))


def send(unit: StoredWork, house: House, sender: Sender) -> Case:
    """One report with a photo and an addition."""
    chat = unit.chats.load(Address("telegram", sender.chat))
    chat.locality, chat.consent_version = "xa-mau", house.console.rules.consent_version
    unit.chats.save(chat)
    draft = a_draft(STORY, name=sender.name, phone=sender.phone, secrecy=Secrecy.CONFIDENTIAL)
    case = submit(unit, house.console.rules, chat, draft, unit.now).case
    resident.add_information(unit, house.console.rules, case, "Hôm nay lại có người ngã.", 0, unit.now)
    source = FileRef(FileKind.PHOTO, f"vendor-{sender.chat}", sender.file, 5, "image/jpeg")
    file = CaseFile(unit.new_id(), case.id, chat.key, "evidence", source, "telegram", unit.now, state=FileState.STORED)
    file.mime, file.size, file.sha256 = "image/jpeg", 5, "ab" * 32
    unit.files.add(file)
    unit.files.save(file)
    house.canaries |= {sender.chat, sender.name, sender.phone, chat.key, case.reporter, *sender.name.split()[:1]}
    house.canaries |= {f"vendor-{sender.chat}"}
    return case


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Built once: the tests only look."""
    with console_at(tmp_path_factory.mktemp("links")) as present:
        house = House(present)
        fill(house)
        yield house


def paths(house: House, code: str) -> list[str]:
    """Every page there is, about this case where it is about one."""
    found = [route.path for route in routes(house.console) if route.method == "GET"]
    return [PARAMETER.sub(lambda one: code if one[1] == "code" else "none", path) for path in found]


@pytest.mark.parametrize("role", sorted(CAST))
async def test_no_page_tells_that_two_cases_are_one_persons(house: House, role: str) -> None:
    """Whatever the page, whoever looks; and nothing of the vault is on any."""
    async with house.console.clerk(role) as who:
        seen = 0
        for several in zip(*(paths(house, case.code) for case in house.cases), strict=True):
            texts = [answer.text for answer in [await who.get(path) for path in dict.fromkeys(several)]]
            for text in texts:
                assert [canary for canary in house.canaries if canary in text] == [], several[0]
            if len(texts) == 4:
                seen += 1
                assert house.apart([re.sub(r"(csrf|x-csrf)[^>]*", "", text) for text in texts]) == set(), several[0]
    assert seen > 3


async def test_no_export_tells_it(house: House) -> None:
    """Row by row, in the form with most in it."""
    async with house.console.clerk("handler") as who:
        answer = await who.post("/console/export", {"form": "jsonl"})
    rows = [next(row for row in answer.text.splitlines() if case.code in row) for case in house.cases]
    assert house.apart(rows) == set()
    assert [canary for canary in house.canaries if canary in answer.text] == []


def test_no_notice_and_no_entry_of_the_audit_tells_it(house: House) -> None:
    """What officers were sent, and what is kept of what they did."""

    def step(unit: StoredWork) -> tuple[list[str], list[str]]:
        notices, entries = [], []
        for case in house.cases:
            rows = unit.connection.execute(select(outbox).where(outbox.c.case_id == case.id)).all()
            mine = [row for row in rows if row.sealed_body and any(row.effect_key.endswith(o.id) for o in officers)]
            bodies = [unit.keys.open_bytes(PLACE_BODY, row.effect_key, row.sealed_body) for row in mine]
            notices.append(" ".join(unpack(body).text for body in bodies))
            chain = unit.connection.execute(select(entry_table).where(entry_table.c.case_id == case.id)).all()
            entries.append(" ".join(f"{row.what} {row.actor} {unit.audit.detail(row)}" for row in chain))
        return notices, entries

    officers = list(house.console.officers.values())
    notices, entries = house.console.run(step)
    assert house.apart(notices) == set()
    assert house.apart(entries) == set()
    assert all("identity_asked" in entry for entry in entries)


def test_names_for_staff_differ(house: House) -> None:
    """Four cases, four names."""
    names = house.console.run(lambda unit: [alias(unit, house.console.rules, case) for case in house.cases])
    assert len(set(names)) == 4


def test_erasing_ones_data_is_no_mark_in_ones_cases(house: House) -> None:
    """It happens to all cases of a person in one moment; no time line tells it."""
    from cases.timeline import Reading, looks, steps

    def step(unit: StoredWork) -> list[str]:
        officer = house.console.officers["handler"]
        directory = house.console.rules.directory_of(house.cases[0], unit.now)
        reading = Reading(officer, directory, {officer.id: officer}, True)
        marks = [CaseEvent("c", unit.now, what, "resident") for what in ("identity_erased", "identity_corrected")]
        return [line.what for line in (*steps(marks, reading), *looks(marks, reading))]

    assert house.console.run(step) == []


async def test_the_comparison_sees_a_leak(house: House) -> None:
    """A word that the same person's two cases share stands out."""
    texts = [f"{case.code} Người gửi {'dấu vân tay' if n in (0, 3) else n}" for n, case in enumerate(house.cases)]
    assert house.apart(texts) == {"dấu", "vân", "tay"}
