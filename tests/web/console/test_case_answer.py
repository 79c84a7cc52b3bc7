"""The written answer with its file, the check of its points, and what follows: dialogue, requests, extension."""

from __future__ import annotations

import re
from datetime import date

from cases import answers, deskwork, points
from cases.model import State, WrittenReply
from cases.points import Met, Point
from tests.handlers.officer_cast import an_answer
from tests.web.console.case_kit import PDF, REPLY, act, fault, fetch, history, opened, received, shown, stored, take
from tests.web.console.case_kit import triaged as ready
from tests.web.console.desk import Clerk, Console, hidden


def answered(console: Console) -> WrittenReply:
    """An answer that fits the console's morning."""
    return an_answer(doc_date=date(2026, 11, 23), recorded_on=date(2026, 11, 23))


async def test_an_answer_needs_its_file(served: Console, handler: Clerk) -> None:
    """SV-15: with everything else there."""
    case = received(served)
    answer = await take(handler, case, "record_reply", **REPLY)
    assert (answer.status, bool(fault(answer.text, "record_reply", "file"))) == (422, True)


async def test_a_chosen_file_is_kept_while_the_rest_is_corrected(served: Console, handler: Clerk) -> None:
    """A browser cannot choose it again by itself."""
    case = received(served)
    page = (await take(handler, case, "record_reply", file=PDF, **{**REPLY, "signed_by": ""})).text
    assert "Tệp “tra-loi.pdf” đã nhận" in shown(page)
    kept = {f"kept_{name}": hidden(page, f"kept_{name}") for name in ("file_id", "kind", "name", "mime", "size")}
    assert (await take(handler, case, "record_reply", page=page, **REPLY, **kept)).status == 303
    assert fetch(served) >= 1
    reply = stored(served, case).reply
    assert reply is not None
    assert len(reply.file_sha256) == 64


async def test_a_kept_file_of_somebody_else_is_none(served: Console, handler: Clerk) -> None:
    """The handle proves its session."""
    case = received(served)
    page = (await take(handler, case, "record_reply", file=PDF, **{**REPLY, "signed_by": ""})).text
    kept = {f"kept_{name}": hidden(page, f"kept_{name}") for name in ("file_id", "kind", "name", "mime", "size")}
    async with served.clerk("contact") as other:
        answer = await take(other, case, "record_reply", **REPLY, **kept)
    assert (answer.status, bool(fault(answer.text, "record_reply", "file"))) == (422, True)


async def test_a_program_is_no_answer(served: Console, handler: Clerk) -> None:
    """Pictures, PDF, Word."""
    import aiohttp

    case = received(served)
    page = await opened(handler, case)
    form = aiohttp.FormData({"version": hidden(page, "version"), "seen": hidden(page, "seen")})
    form.add_field("file", b"MZ...", filename="x.exe", content_type="application/x-msdownload")
    answer = await handler.post(f"/console/cases/{case.code}/do/record_reply", form)
    assert (answer.status, "Chỉ nhận ảnh" in fault(answer.text, "record_reply", "file")) == (422, True)


async def test_an_answer_to_somebody_else_stops_no_clock(served: Console, handler: Clerk) -> None:
    """SV-16: the supervising subject is among the addressees."""
    case = received(served)
    answer = await take(handler, case, "record_reply", file=PDF, **{**REPLY, "addressees": ["dang_uy"]})
    assert answer.status == 422
    assert "nơi đã chuyển hồ sơ" in shown(answer.text)


async def test_the_answer_is_not_relayed_without_points(served: Console, handler: Clerk) -> None:
    """The console asks what the sender wanted to know."""
    case = received(served)
    act(served, answers.record_reply, "contact", case, answered(served))
    answer = await take(handler, case, "relay")
    assert (answer.status, stored(served, case).state) == (422, State.ANSWERED)
    assert "Chưa ghi người gửi hỏi những gì" in shown(answer.text)


async def test_the_answer_is_not_relayed_with_open_points(served: Console, handler: Clerk) -> None:
    """It says how many are left."""
    case = received(served)
    act(served, answers.record_reply, "contact", case, answered(served))
    wanted = [Point("Vá đường", Met.ANSWERED, "Mục 2"), Point("Bao giờ?")]
    act(served, points.keep_points, "handler", case, wanted)
    answer = await take(handler, case, "relay")
    assert (answer.status, "Còn 1 trong 2 điểm" in shown(answer.text)) == (422, True)


async def test_points_typed_wrong_come_back_as_typed(served: Console, handler: Clerk) -> None:
    """The fault stands beside the row."""
    case = received(served)
    act(served, answers.record_reply, "contact", case, answered(served))
    rows = {"point": ["Vá đường", "Bao giờ xong"], "met": ["answered", "not"], "where": ["", ""]}
    answer = await take(handler, case, "points", **rows)
    assert answer.status == 422
    assert "Bao giờ xong</textarea>" in answer.text
    assert 'id="where-fault-0"' in answer.text
    assert 'id="where-fault-1"' not in answer.text


async def test_points_are_proposed_from_the_senders_words(served: Console, handler: Clerk) -> None:
    """To be corrected and saved; nothing is stored by looking."""
    case = ready(served)
    page = await opened(handler, case)
    assert "Bao giờ xã sửa?</textarea>" in page
    assert "points" not in [event.what for event in history(served, case)]


async def test_a_dialogue_is_asked_for_held_and_closed(served: Console, handler: Clerk) -> None:
    """The minutes are proposed as what the case ends with."""
    case = received(served)
    act(served, answers.record_reply, "contact", case, answered(served))
    act(served, answers.relay, "handler", case)
    assert (await take(handler, case, "open_dialogue", topic="Làm rõ thời gian", planned="Thứ Hai")).status == 303
    told = {"held_on": "2026-11-23", "present": "Hai bên", "minutes": "Vá xong trước Tết"}
    assert (await take(handler, case, "held", **told)).status == 303
    page = await opened(handler, case)
    assert "Vá xong trước Tết</textarea>" in page
    assert (await take(handler, case, "close", note="Vá xong trước Tết")).status == 303
    assert stored(served, case).state is State.CLOSED


async def test_information_is_asked_for_and_comes(served: Console, handler: Clerk) -> None:
    """With its day, and what came."""
    case = received(served)
    assert (await take(handler, case, "documents", what="Hồ sơ nghiệm thu", due_on="2026-12-01")).status == 303
    page = await opened(handler, case)
    request = re.search(r'id="came-request".*?<option value="(\w{32})"', page, re.DOTALL)
    assert request
    told = {"request": request[1], "received_on": "2026-11-23", "note": "Biên bản 3 trang"}
    assert (await take(handler, case, "came", **told)).status == 303
    assert "nhận 23/11/2026 Biên bản 3 trang" in shown(await opened(handler, case))


async def test_the_authority_extends_and_returns(served: Console) -> None:
    """Each with its paper or reason."""
    case, other = received(served), received(served, who="neighbour")
    longer = {"until": "2026-12-30", "reason": "Phức tạp", "doc_no": "50/UBND", "doc_date": "2026-11-23"}
    async with served.clerk("contact") as who:
        assert (await take(who, case, "extend", signed_by="Trần Văn Bình, Chủ tịch", **longer)).status == 303
        assert (await take(who, other, "return", reason="Đường của tỉnh", proposed="")).status == 303
    assert stored(served, case).extended_due_on == date(2026, 12, 30)
    assert stored(served, other).state is State.RETURNED


async def test_taking_a_case_over(served: Console) -> None:
    """From a colleague, in one press."""
    case = ready(served)
    async with served.clerk("colleague") as who:
        assert (await take(who, case, "take")).status == 303
    assert stored(served, case).assignee == served.officers["colleague"].id
    assert not deskwork.may_take(
        served.officers["colleague"], stored(served, case), served.rules.directory("xa-mau", served.clock())
    )
