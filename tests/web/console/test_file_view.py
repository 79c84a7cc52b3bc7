"""Files in the console: the clean copy for everybody who reads the case, the original for a reason on record."""

from __future__ import annotations

from typing import Any

import pytest

from cases.messages import FileKind, FileRef
from cases.model import Case
from cases.ports import CaseFile, FileState
from storage import copies
from storage.copies import SCANNER, WORKING, CopyState, part_name
from storage.work import StoredWork
from tests.web.console.case_kit import history, opened, received, report, shown
from tests.web.console.desk import Clerk, Console

JPEG = b"\xff\xd8\xff\xe0 pixels"
REASON = "giám định ảnh theo yêu cầu"


def put(console: Console, case: Case, content: bytes = b"as it came", *parts: bytes, **how: Any) -> CaseFile:
    """A stored file of the case, with its copy as the worker leaves it."""
    purpose, state = how.pop("purpose", "evidence"), how.pop("state", CopyState.MADE)
    source = FileRef(FileKind.PHOTO, "ref", how.pop("name", "ảnh đường.jpg"))

    def step(unit: StoredWork) -> CaseFile:
        file = CaseFile(unit.new_id(), case.id, "", purpose, source, "web", unit.now, FileState.STORED)
        file.mime, file.size = "image/jpeg", len(content)
        unit.files.add(file)
        copies.ask(unit, file.id)
        told = {"shape": "picture", "parts": len(parts), "total": len(parts), "mime": "image/jpeg", **how}
        if state is not CopyState.ASKED:
            copies.end(unit, file.id, state, **told)
        elif fault := how.get("fault"):
            copies.later(unit, file.id, fault, 60, 0)
        return file

    file: CaseFile = console.run(step)
    vault = console.stage.services.vault
    vault.put(file.id, content, key=file.key)
    for number, part in enumerate(parts, 1):
        vault.put(file.id, part, part_name(number), file.key)
    return file


def at(case: Case, file: CaseFile, more: str = "") -> str:
    """The file's address."""
    return f"/console/cases/{case.code}/files/{file.id}{more}"


async def test_the_viewer_shows_the_copy_and_logs_the_opening(served: Console, handler: Clerk) -> None:
    """The bytes of the copy, inline; the page has the way to the original."""
    case = report(served)
    file = put(served, case, b"with place", JPEG)
    page = (await handler.get(at(case, file, "/view"))).text
    assert f'src="{at(case, file)}"' in page
    assert "Ghi lý do và tải bản gốc" in page
    assert (await handler.get(at(case, file))).body == JPEG
    assert history(served, case)[-1].what == "file_opened"


async def test_each_page_of_a_document_is_a_picture(served: Console, handler: Clerk) -> None:
    """And what was left out is said."""
    case = report(served)
    file = put(served, case, b"%PDF-1.7 /Launch", JPEG, b"\x89PNG two", shape="pages", total=9, name="đơn.pdf")
    page = shown((await handler.get(at(case, file, "/view"))).text)
    assert "Chỉ hiện 2 trang đầu trong 9 trang" in page
    second = await handler.get(at(case, file, "?page=2"))
    assert (second.body, second.headers["content-type"]) == (b"\x89PNG two", "image/png")
    assert [(await handler.get(at(case, file, f"?page={n}"))).status for n in ("0", "3", "x", "99999")] == [404] * 4


async def test_words_stand_escaped_on_the_page(served: Console, handler: Clerk) -> None:
    """And are handed out in no other way."""
    case = report(served)
    file = put(served, case, b"x", b"<script>alert(1)</script>", shape="text", mime="text/plain")
    page = (await handler.get(at(case, file, "/view"))).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert (await handler.get(at(case, file))).status == 404


async def test_a_player_gets_the_part_it_asks_for(served: Console, handler: Clerk) -> None:
    """Safari plays nothing without it."""
    case = report(served)
    file = put(served, case, b"x", b"0123456789", shape="film", mime="video/mp4")
    got = await handler.get(at(case, file), range="bytes=2-5")
    assert (got.status, got.body, got.headers["content-range"]) == (206, b"2345", "bytes 2-5/10")
    assert (await handler.get(at(case, file), range="bytes=7-")).body == b"789"
    assert (await handler.get(at(case, file), range="bytes=10-12")).status == 416


async def test_the_original_is_given_for_a_reason_on_record(served: Console, handler: Clerk) -> None:
    """As a download; case and audit chain tell who, which file and why."""
    case = report(served)
    file = put(served, case, b"with place", JPEG)
    got = await handler.post(at(case, file, "/original"), {"reason": REASON})
    assert (got.status, got.body, got.headers["content-type"]) == (200, b"with place", "application/octet-stream")
    assert got.headers["content-disposition"].startswith("attachment")
    last = history(served, case)[-1]
    assert (last.what, last.actor, last.data) == (
        "original_opened",
        handler.officer.id,
        {"file": file.id, "reason": REASON},
    )
    assert REASON in await opened(handler, case)
    assert audited(served, case) == 1


@pytest.mark.parametrize("reason", ["", "  ", "xem"])
async def test_without_a_reason_there_is_no_original(served: Console, handler: Clerk, reason: str) -> None:
    """The page comes back and says what is missing; a link alone opens nothing."""
    case = report(served)
    file = put(served, case, b"with place", JPEG)
    answer = await handler.post(at(case, file, "/original"), {"reason": reason})
    assert (answer.status, b"with place" in answer.body) == (422, False)
    assert "Cần ghi lý do" in answer.text
    assert (await handler.get(at(case, file, "?original=1"))).body == JPEG
    assert (await handler.get(at(case, file, "/original"))).status in (404, 405)
    assert audited(served, case) == 0


async def test_the_authority_gets_no_original_of_a_resident(served: Console, handler: Clerk) -> None:
    """The copy, yes; of what offices sent, both."""
    case = received(served)
    hers, theirs = put(served, case, b"with place", JPEG), put(served, case, b"signed", JPEG, purpose="reply")
    async with served.clerk("contact") as who:
        assert (await who.get(at(case, hers))).body == JPEG
        assert "Ghi lý do" not in (await who.get(at(case, hers, "/view"))).text
        assert (await who.post(at(case, hers, "/original"), {"reason": REASON})).status == 404
        assert (await who.post(at(case, theirs, "/original"), {"reason": REASON})).body == b"signed"


@pytest.mark.parametrize("name", ["union", "contact", "oversight"])
async def test_who_reads_no_content_gets_neither(served: Console, name: str) -> None:
    """Foreign and missing are one answer."""
    case = report(served)
    file = put(served, case, b"with place", JPEG)
    missing = CaseFile("0" * 32, case.id, "", "evidence", file.source, "web", file.added_at)
    async with served.clerk(name) as who:
        for one in (file, missing):
            assert (await who.get(at(case, one, "/view"))).status == 404
            assert (await who.post(at(case, one, "/original"), {"reason": REASON})).status == 404
    assert audited(served, case) == 0


async def test_malware_is_named_and_locked(served: Console, handler: Clerk) -> None:
    """No copy, no original, for nobody in the console."""
    case = report(served)
    file = put(served, case, b"EICAR", state=CopyState.LOCKED, finding="Win.Test.EICAR_HDB-1")
    page = shown(await opened(handler, case))
    assert "Mã độc: Win.Test.EICAR_HDB-1" in page
    assert "Ghi lý do" not in (await handler.get(at(case, file, "/view"))).text
    assert (await handler.get(at(case, file))).status == 404
    assert (await handler.post(at(case, file, "/original"), {"reason": REASON})).status == 404


@pytest.mark.parametrize("fault", [SCANNER, WORKING])
async def test_what_waits_for_the_scanner_is_opened_by_nobody(served: Console, handler: Clerk, fault: str) -> None:
    """The page says that the file is held until it was scanned, and held it is: no original either, with any reason."""
    case = report(served)
    file = put(served, case, b"not scanned", state=CopyState.ASKED, fault=fault)
    assert "Ghi lý do" not in (await handler.get(at(case, file, "/view"))).text
    answer = await handler.post(at(case, file, "/original"), {"reason": REASON})
    assert (answer.status, audited(served, case)) == (404, 0)


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"state": CopyState.ASKED}, "Đang làm bản sạch"),
        ({"state": CopyState.NONE, "fault": "no_office"}, "không có LibreOffice"),
        ({"state": CopyState.NONE, "fault": "encrypted"}, "đặt mật khẩu"),
    ],
)
async def test_why_there_is_no_copy_is_said(served: Console, handler: Clerk, how: Any, words: str) -> None:
    """On the case and on the file's own page; nothing of the file is shown meanwhile."""
    case = report(served)
    file = put(served, case, **how)
    assert words in shown(await opened(handler, case))
    assert words in shown((await handler.get(at(case, file, "/view"))).text)
    assert (await handler.get(at(case, file))).status == 404


def audited(console: Console, case: Case) -> int:
    """Openings of this case's originals in the audit chain."""
    from sqlalchemy import func, select

    from storage.audit import entry_table as entry

    found = select(func.count()).select_from(entry).where(entry.c.what == "original_opened", entry.c.case_id == case.id)
    return int(console.run(lambda unit: unit.connection.execute(found).scalar_one()))
