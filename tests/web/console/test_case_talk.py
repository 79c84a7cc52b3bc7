"""The conversation with the sender, files of a case, notes and canned replies."""

from __future__ import annotations

import io
from functools import partial

import pytest
from PIL import Image

from cases import deskwork
from cases.messages import Address, FileKind, FileRef
from cases.model import Case
from cases.ports import CaseFile, FileState
from storage import copies
from storage.copies import CopyState
from storage.desk_canned import CannedReply, save_canned
from storage.work import StoredWork
from tests.web.console.case_kit import act, history, opened, report, shown, take, triaged
from tests.web.console.desk import Clerk, Console

QUESTION = "Hố sâu ở đoạn nào ạ?"


def picture() -> bytes:
    """A small JPEG."""
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(out, "JPEG")
    return out.getvalue()


def put(console: Console, case: Case, content: bytes, mime: str, *, clean: bytes = b"", **more: object) -> CaseFile:
    """A stored file of the case, as the worker leaves it."""
    told = {"kind": FileKind.PHOTO, "name": "ảnh đường.jpg", "purpose": "evidence", "state": FileState.STORED, **more}
    source = FileRef(told["kind"], "ref", str(told["name"]))  # type: ignore[arg-type]

    def step(unit: StoredWork) -> CaseFile:
        file = CaseFile(unit.new_id(), case.id, "", str(told["purpose"]), source, "web", unit.now)
        file.state, file.mime, file.size = told["state"], mime, len(content)  # type: ignore[assignment]
        unit.files.add(file)
        return file

    file: CaseFile = console.run(step)
    vault = console.stage.services.vault
    vault.put(file.id, content, key=file.key)
    if clean:
        vault.put(file.id, clean, "clean", file.key)

        def made(unit: StoredWork) -> None:
            copies.ask(unit, file.id)
            copies.end(unit, file.id, CopyState.MADE, shape="picture", parts=1, total=1, mime="image/jpeg")

        console.run(made)
    return file


# -- the conversation -----------------------------------------------------------------------------------------------


async def test_what_the_desk_writes_reaches_her_page(served: Console, handler: Clerk) -> None:
    """Through the outbox, with what became of it in the thread."""
    case = triaged(served, who="her")
    assert (await take(handler, case, "write", text=QUESTION)).status == 303

    def lines(unit: StoredWork) -> list[str]:
        chat = unit.chats.load(Address("web", "her"))
        return [message.text for _, _, _, message in unit.outbox.lines(chat.key, 0)]

    assert any(QUESTION in text for text in served.run(lines))
    assert f"{QUESTION} đã đưa lên trang trò chuyện" in shown(
        (await handler.part(f"/console/cases/{case.code}/thread")).text
    )


async def test_her_answer_stands_in_the_thread(served: Console, handler: Clerk) -> None:
    """Never with her name."""
    from cases.resident import add_information

    case = triaged(served, text="Đường hỏng")

    def add(unit: StoredWork) -> None:
        found = unit.cases.get(case.id)
        assert found is not None
        add_information(unit, served.rules, found, "Đoạn trước nhà văn hóa", 0, unit.now)

    served.run(add)
    thread = shown((await handler.part(f"/console/cases/{case.code}/thread")).text)
    assert "Đoạn trước nhà văn hóa" in thread
    assert "Nguyễn Văn An" not in thread


async def test_two_quick_presses_send_one_message(served: Console, handler: Clerk) -> None:
    """The same form twice; the same words from a fresh page are meant."""
    case = triaged(served)
    page = await opened(handler, case)
    for _ in range(2):
        assert (await take(handler, case, "write", page=page, text=QUESTION)).status == 303
    assert [event.what for event in history(served, case)].count("wrote") == 1
    await take(handler, case, "write", text=QUESTION)
    assert [event.what for event in history(served, case)].count("wrote") == 2


async def test_a_message_that_is_none_stays_in_its_box(served: Console, handler: Clerk) -> None:
    """With the reason beside it."""
    case = triaged(served)
    answer = await take(handler, case, "write", text="chào")
    assert answer.status == 422
    assert ">chào</textarea>" in answer.text
    assert 'id="write-fault"' in answer.text


async def test_an_erased_sender_cannot_be_written_to(served: Console, handler: Clerk) -> None:
    """The page says so before anybody tries."""
    case = triaged(served)
    served.run(lambda unit: unit.people.drop_reporter(case.reporter))
    page = await opened(handler, case)
    assert "Kênh của người gửi hiện không nhận tin" in page
    assert (await take(handler, case, "write", text=QUESTION)).status == 422
    assert "wrote" not in [event.what for event in history(served, case)]


async def test_canned_replies_are_offered_to_be_edited(served: Console, handler: Clerk) -> None:
    """One's own body's and everybody's; nothing is sent by picking."""
    for body, title in (("", "Cảm ơn bà con"), ("hlhpn", "Của Hội")):
        served.run(partial(save_canned, entry=CannedReply("", "xa-mau", body, title, "…")))
    page = await opened(handler, triaged(served))
    assert ">Cảm ơn bà con</option>" in page
    assert "Của Hội" not in page


async def test_a_note_is_deleted_by_its_writer(served: Console, handler: Clerk) -> None:
    """Only she has the button."""
    case = report(served)
    await take(handler, case, "note", text="Gọi lại anh Bình")
    async with served.clerk("colleague") as other:
        page = await opened(other, case)
    assert "Gọi lại anh Bình" in page
    assert "do/drop_note" not in page
    mine = await opened(handler, case)
    note = mine.split('name="note" value="')[1][:32]
    assert (await take(handler, case, "drop_note", note=note)).status == 303
    assert "Gọi lại anh Bình" not in await opened(handler, case)


async def test_what_the_desk_wrote_is_in_the_time_line(served: Console, handler: Clerk) -> None:
    """Also after the outbox forgot it."""
    case = triaged(served)
    act(served, deskwork.write_to_reporter, "colleague", case, QUESTION)
    assert f"nhắn người gửi : {QUESTION}" in shown(await opened(handler, case))


# -- files ----------------------------------------------------------------------------------------------------------


async def test_a_picture_is_shown_as_its_clean_copy(served: Console, handler: Clerk) -> None:
    """Inline, not to be kept by the browser, its opening on record."""
    case = report(served)
    file = put(served, case, b"with place", "image/jpeg", clean=picture())
    answer = await handler.get(f"/console/cases/{case.code}/files/{file.id}")
    assert (answer.status, answer.body, answer.headers["content-type"]) == (200, picture(), "image/jpeg")
    assert answer.headers["content-disposition"].startswith("inline")
    assert (answer.headers["x-content-type-options"], answer.headers["cache-control"]) == (
        "nosniff",
        "private, no-store",
    )
    assert history(served, case)[-1].data == {"file": file.id, "purpose": "evidence"}


@pytest.mark.parametrize("name", ["union", "contact", "oversight"])
async def test_files_are_for_those_who_read_the_case(served: Console, name: str) -> None:
    """Before it was forwarded not even the authority; a missing file is answered alike."""
    case = report(served)
    file = put(served, case, b"x", "image/jpeg", clean=picture())
    async with served.clerk(name) as who:
        answers = [await who.get(f"/console/cases/{case.code}/files/{one}") for one in (file.id, "0" * 32)]
    assert [one.status for one in answers] == [404, 404]
    assert [event.what for event in history(served, case)] == ["submitted"]


async def test_a_file_of_another_case_is_not_found(served: Console, handler: Clerk) -> None:
    """Its own case's address opens it."""
    case, other = report(served), report(served, who="neighbour")
    file = put(served, other, b"x", "image/jpeg", clean=picture())
    assert (await handler.get(f"/console/cases/{case.code}/files/{file.id}")).status == 404
    assert (await handler.get(f"/console/cases/{other.code}/files/{file.id}")).status == 200


async def test_a_file_still_on_its_way_is_named_not_served(served: Console, handler: Clerk) -> None:
    """The page says so."""
    case = report(served)
    file = put(served, case, b"x", "", state=FileState.PENDING)
    assert "Đang nhận tệp" in await opened(handler, case)
    assert (await handler.get(f"/console/cases/{case.code}/files/{file.id}")).status == 404
