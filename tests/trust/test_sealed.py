"""A sealed report: what the server keeps of it, who may fetch the boxes, and what opens them again."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import aiohttp
import pytest

from cases import answers, authority, deskwork, forwarding, handling
from cases.casework import Refused
from cases.model import Case, OfficerRole, Outcome, Subject, WrittenReply
from storage import sealed_keys
from storage.sealed_box import key_id, public_of
from storage.search import index_case
from storage.work import StoredWork
from tests.trust.sealed_kit import (
    PRIVATE,
    STORY,
    UNION_PRIVATE,
    Resident,
    fetch,
    give_key,
    marked,
    picture,
    readable,
    readable_files,
    sealed_case,
    sealing_console,
)
from tests.web.console.case_kit import act, add_officer, stored, take
from tests.web.console.desk import Console

TOLD = {
    "phone": "0987612399",
    "name": "ĐặngThịQzs1",
    "file's name": "sổghinợQzs2",
    "file's content": "chữkýtayQzs3",
    "note": "ôngbéoQzs4",
    "place": "sauđìnhQzs5",
    "when": "đêmrằmQzs6",
    "addition": "thêmchứngcớQzs7",
    "added file": "ảnhthứhaiQzs8",
    "verdict": "vẫnvòitiềnQzs9",
}
MARKS: Mapping[str, str] = {**TOLD, **{f"word {number}": f"từlạQzw{number}x" for number in range(40)}}
"""Fifty words that occur nowhere else."""


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Console]:
    """A commune that seals."""
    with sealing_console(tmp_path) as present:
        yield present


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """One for the tests that do not mind each other; each tells as somebody else."""
    with sealing_console(tmp_path_factory.mktemp("shared")) as present:
        give_key(present, "hlhpn", UNION_PRIVATE, {})
        yield present


async def tell(resident: Resident, *, sealed: bool = True) -> str:
    """A whole report about the chairman with its marks, by the web chat; returns its number."""
    words = " ".join(MARKS[f"word {number}"] for number in range(40))
    await resident.says(f"{STORY} {words}")
    await resident.taps("Tôi đồng ý")
    early = await resident.taps("Nhũng nhiễu")
    assert ("niêm phong" in early) is sealed
    await resident.taps("Chủ tịch UBND")
    await resident.says(f"ở {MARKS['place']}")
    await resident.says(f"từ {MARKS['when']}")
    await resident.sends(picture(MARKS["file's content"]), MARKS["file's name"] + ".png")
    await resident.says(f"còn một chuyện nữa {MARKS['note']} hay ngồi quán")
    await resident.taps("Xong")
    before = await resident.taps("Chỉ Mặt trận")
    assert ("🔒" in before and "ứng dụng nhắn tin" in before) is sealed
    await resident.taps("Để lại tên")
    await resident.says(f"{MARKS['name']} {MARKS['phone']}")
    after = await resident.taps("Gửi")
    assert ("đã niêm phong" in after) is sealed
    return next(word.strip(",.") for word in after.split() if word.startswith("PA-"))


@pytest.fixture
async def told(console: Console) -> Case:
    """The report sent over HTTP, its picture sealed by the worker, and the words an index would take."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        resident = Resident(http, console)
        code = await tell(resident)
        assert {line["text"] for line in await resident.lines() if line["mine"]} == {"🔒"}
    fetch(console)
    case: Case = console.run(lambda unit: unit.cases.by_code("xa-mau", code))
    console.run(lambda unit: index_case(unit, case.id))
    return case


# -- what stays -----------------------------------------------------------


async def test_nothing_told_can_be_read_on_the_server(
    console: Console, told: Case, caplog: pytest.LogCaptureFixture
) -> None:
    """Fifty words in no column, file, journal or log, although the search opens all that the server's keys open."""
    with caplog.at_level(logging.DEBUG):
        columns, files = readable(console), readable_files(console)
    opened = [place for place, _ in columns if place.endswith(" opened")]
    assert {"case.sealed_content opened", "sealed_box.sealed_content opened", "chat.sealed_address opened"} <= {*opened}
    assert [name for name, _ in files if name.endswith("sealed opened")]
    assert marked(columns, MARKS) == []
    assert marked(files, MARKS) == []
    assert marked([("log", caplog.text.encode())], MARKS) == []


async def test_the_search_for_marks_finds_them_before_they_are_sealed(console: Console) -> None:
    """The same search on a report that is not sealed finds every mark: finding nothing means something."""
    console.run(lambda unit: sealed_keys.switch(unit, "xa-mau", "operator", on=False))
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        await tell(Resident(http, console), sealed=False)
    fetch(console)
    found = marked(readable(console) + readable_files(console), MARKS)
    absent = {what for what in MARKS if not any(hit.startswith(f"{what} in") for hit in found)}
    assert absent == {"addition", "added file", "verdict"}  # nobody said them here


async def test_what_routing_found_stays(console: Console, told: Case) -> None:
    """Receiving body, topic, term, state, and whom the conflict rules shut out: no more."""
    assert told.sealed_to == told.receiving_body == "mttq"
    assert (told.text, told.place, told.happened, told.subject_note, told.hamlet) == ("", "", "", "", "")
    assert "ubnd" in told.excluded_bodies
    assert told.subject_posts == ("ct_ubnd",)
    reporter = console.run(lambda unit: unit.people.reporter(told.reporter))
    assert (reporter.name, reporter.phone) == ("", "")
    assert reporter.chat_key


async def test_reports_about_matters_stay_ordinary(shared: Console) -> None:
    """Only reports about persons are sealed."""
    case = sealed_case(shared, subject=Subject.ENVIRONMENT, topic="env.waste", posts=())
    assert case.sealed_to == ""
    assert case.text == STORY


async def test_without_a_key_in_force_nothing_is_said_to_be_sealed(tmp_path: Path) -> None:
    """A body without an agreed key gets an ordinary report, and the resident hears nothing of sealing."""
    with sealing_console(tmp_path, keys=False) as console:
        console.run(lambda unit: sealed_keys.switch(unit, "xa-mau", "operator", on=True))
        public = public_of(PRIVATE)
        console.run(lambda unit: sealed_keys.propose(unit, "xa-mau", "mttq", key_id(public), public, "first"))
        assert sealed_case(console).sealed_to == ""


def test_sealing_is_loaded_when_the_first_report_needs_it() -> None:
    """Neither libsodium nor the sheets are in memory of an idle process."""
    script = "import sys, bot.app, web.app; print([n for n in ('nacl', 'shamir_mnemonic') if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# -- what comes later -----------------------------------------------------


async def test_additions_and_their_files_are_sealed_too(console: Console) -> None:
    """Words and a picture sent to a sealed case later are as unreadable as the report."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        resident = Resident(http, console)
        code = await tell(resident)
        await resident.says("/bosung")
        await resident.taps(code)
        await resident.sends(picture(MARKS["addition"]), MARKS["added file"] + ".png")
        await resident.says("/bosung")
        await resident.taps(code)
        await resident.says(f"xin thêm {MARKS['addition']} ạ")
    fetch(console)
    assert marked(readable(console) + readable_files(console), MARKS) == []
    case = console.run(lambda unit: unit.cases.by_code("xa-mau", code))
    told = [box.what for box in console.run(lambda unit: unit.sealed.boxes(case))]
    assert sorted(told) == ["added", "added", "file", "file", "identity", "report"]


async def test_what_is_pushed_carries_no_content(shared: Console) -> None:
    """The answer and the desk's letters are announced, not told; they are read with the receipt code."""
    told = sealed_case(shared, posts=("truong_thon",))
    act(shared, deskwork.write_to_reporter, "handler", told, "Xin gặp tại nhà văn hóa Qzletter")
    answered = answer(shared, told)
    pushed = [inside for place, inside in readable(shared) if place.startswith(("web_line", "outbox"))]
    assert not [one for one in pushed if b"Qzletter" in one or b"Qzreply" in one]
    assert [one for one in pushed if "có tin mới".encode() in one]
    assert answered.reply is not None
    assert "Qzreply" in answered.reply.summary


async def test_letters_are_read_with_the_receipt_code(console: Console) -> None:
    """By number only the state is told; with the receipt code also what was written."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        resident = Resident(http, console)
        code = await tell(resident)
        receipt = next(word for word in resident.heard.split() if word.count("-") == 4)
        case = console.run(lambda unit: unit.cases.by_code("xa-mau", code))
        act(console, deskwork.write_to_reporter, "handler", case, "Xin gặp tại nhà văn hóa Qzletter")
        assert "Qzletter" not in await resident.says(code)
        await resident.says("/tracuu")
        assert "Qzletter" in await resident.says(receipt)


async def test_whoever_publishes_is_warned_that_nothing_was_compared(shared: Console) -> None:
    """The draft begins empty, and the page says that the check knows nothing of the sender's words."""
    case = answer(shared, sealed_case(shared, "publish", posts=("truong_thon",)))
    async with shared.clerk("handler") as clerk:
        page = (await clerk.get(f"/console/publish/{case.code}")).text
    assert "không so được" in page
    assert STORY[:20] not in page


def answer(console: Console, case: Case) -> Case:
    """Forwarded with the officer's own words, answered, passed on."""
    today = console.clock().date()
    act(console, handling.triage, "handler", case)
    act(console, forwarding.forward, "handler", case, "12/MTTQ", today, content="Xin xem lại một việc của cán bộ")
    act(console, authority.acknowledge, "contact", case, today)
    reply = WrittenReply(
        "9/BC", today, "Người ký", ("mttq",), "f1", "0" * 64, Outcome.UPHELD, "Đã xử lý Qzreply", today
    )
    act(console, answers.record_reply, "handler", case, reply)
    act(console, answers.relay, "handler", case)
    return stored(console, case)


CONTACTS = (OfficerRole.CONTACT,)


async def test_forwarding_needs_the_officers_own_words(shared: Console) -> None:
    """There is no text to propose, and an empty letter is refused."""
    case = sealed_case(shared)
    act(shared, handling.triage, "handler", case)
    add_officer(shared, body=stored(shared, case).competent_authority, roles=CONTACTS)
    with pytest.raises(Refused, match="sealed_no_words"):
        act(shared, forwarding.forward, "handler", case, "12/MTTQ", shared.clock().date())


async def test_the_forwarded_words_are_an_ordinary_paper(shared: Console) -> None:
    """What the officer writes goes to the authority and is readable there."""
    case = sealed_case(shared)
    act(shared, handling.triage, "handler", case)
    inspector = add_officer(shared, body=stored(shared, case).competent_authority, roles=CONTACTS)
    async with shared.clerk("handler") as clerk:
        form = {"doc_no": "12/MTTQ", "doc_date": "2026-11-23", "confirmed": "1"}
        done = await take(clerk, case, "forward", content="Một cán bộ bị phản ánh vòi tiền, xin xem xét", **form)
    assert done.status == 303, done.text
    told = shared.run(lambda unit: forwarding.text_for_authority(unit, stored_in(unit, case)))
    assert told == "Một cán bộ bị phản ánh vòi tiền, xin xem xét"
    assert inspector.body


def stored_in(unit: StoredWork, case: Case) -> Case:
    """The case as it stands."""
    found = unit.cases.get(case.id)
    assert found is not None
    return found
