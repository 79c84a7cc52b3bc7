"""Forms of a case: faults stand beside their fields, nothing typed is lost, two officers do not overrun each other."""

from __future__ import annotations

import re
from datetime import date

import pytest
from starlette.datastructures import FormData

from cases import authority, forwarding, handling
from cases.model import Priority, State
from tests.web.console.case_kit import act, fault, history, opened, report, shown, stored, take
from tests.web.console.case_kit import triaged as ready
from tests.web.console.desk import Clerk, Console
from web.console.forms import Form

LETTER = {"doc_no": "12/MTTQ", "doc_date": "2026-11-23", "content": "Đường Thôn 2 hỏng nặng", "confirmed": "1"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"doc_no": "MTTQ"}, "doc_no"),
        ({"doc_date": "2026-12-01"}, "doc_date"),
        ({"doc_date": "hôm kìa"}, "doc_date"),
        ({"doc_date": "2026-11-20"}, "doc_date"),
        ({"content": " "}, "content"),
        ({"content": "x" * 10_001}, "content"),
        ({"confirmed": ""}, "confirmed"),
    ],
)
async def test_what_is_wrong_stands_beside_its_field(
    served: Console, handler: Clerk, change: dict[str, str], field: str
) -> None:
    """And the case stays where it is."""
    case = ready(served)
    answer = await take(handler, case, "forward", **{**LETTER, **change})
    assert answer.status == 422
    assert fault(answer.text, "forward", field)
    assert stored(served, case).state is State.TRIAGED


async def test_nothing_typed_is_lost(served: Console, handler: Clerk) -> None:
    """The good fields as they were, the bad one as well."""
    case = ready(served)
    told = {**LETTER, "doc_no": "không số", "content": "Đường <b>hỏng</b> nặng ở Thôn 2"}
    page = (await take(handler, case, "forward", **told)).text
    assert 'value="không số"' in page
    assert "Đường &lt;b&gt;hỏng&lt;/b&gt; nặng ở Thôn 2</textarea>" in page
    assert re.search(r'id="forward-confirmed"[^>]*checked', page)


async def test_all_faults_are_told_at_once(served: Console, handler: Clerk) -> None:
    """Not one a round."""
    page = (await take(handler, ready(served), "forward")).text
    assert all(fault(page, "forward", name) for name in ("doc_no", "doc_date", "content", "confirmed"))


async def test_faults_are_told_in_the_officers_language(served: Console) -> None:
    """Those of the rules too."""
    case = ready(served)
    async with served.clerk("handler", lang="en") as who:
        page = (await take(who, case, "forward", **{**LETTER, "doc_date": "2026-11-20"})).text
    assert "before" in fault(page, "forward", "doc_date")


async def test_a_day_may_be_written_as_people_do(served: Console, handler: Clerk) -> None:
    """Where the browser has no date field."""
    case = ready(served)
    assert (await take(handler, case, "forward", **{**LETTER, "doc_date": "23/11"})).status == 303
    assert stored(served, case).forward_doc_date == date(2026, 11, 23)


async def test_a_forged_choice_is_no_choice(served: Console, handler: Clerk) -> None:
    """A body that is involved is not taken because somebody typed its code."""
    case = report(served, hidden_from=("cong_an_xa",))
    answer = await take(handler, case, "triage", authority="cong_an_xa", priority="normal")
    assert answer.status == 422
    assert fault(answer.text, "triage", "authority")


async def test_an_unknown_step_is_not_there(served: Console, handler: Clerk) -> None:
    """As any missing page."""
    case = ready(served)
    assert (await handler.post(f"/console/cases/{case.code}/do/explode", {})).status == 404


async def test_the_text_for_the_authority_is_proposed_covered(served: Console, handler: Clerk) -> None:
    """Name and number of the sender are gone before the officer looks."""
    page = await opened(handler, ready(served))
    preview = page[page.index('id="forward-content"') :].split("</textarea>")[0]
    assert "Tôi là •••, số •••" in preview


async def test_what_the_officer_left_as_proposed_is_not_stored_twice(served: Console, handler: Clerk) -> None:
    """Only a changed text is kept with the letter."""
    case = ready(served)
    page = await opened(handler, case)
    proposed = shown(page[page.index('id="forward-content"') :].split(">", 1)[1].split("</textarea>")[0])
    await take(handler, case, "forward", page=page, **{**LETTER, "content": proposed})
    assert [event.data["content"] for event in history(served, case) if event.what == "forwarded"] == [""]


# -- two officers ---------------------------------------------------------------------------------------------------


async def test_the_second_officer_sees_what_changed_and_keeps_her_text(served: Console) -> None:
    """Nothing is overwritten; sent again, it is taken."""
    case = report(served)
    async with served.clerk("handler") as one, served.clerk("colleague") as second:
        page = await opened(second, case)
        await take(one, case, "triage", authority="dang_uy", priority="high")
        answer = await take(second, case, "reroute", page=page, body="hlhpn", reason="Việc của chị em")
        assert answer.status == 409
        assert "Nguyễn Thị Hoa: phân loại" in shown(answer.text)
        assert "Việc của chị em</textarea>" in answer.text
        again = await take(second, case, "reroute", page=answer.text, body="hlhpn", reason="Việc của chị em")
    assert again.status == 303
    assert stored(served, case).receiving_body == "hlhpn"


async def test_a_step_that_is_gone_still_shows_what_was_typed(served: Console) -> None:
    """The question was not asked: the case had moved on."""
    case = report(served)
    async with served.clerk("handler") as one, served.clerk("colleague") as second:
        page = await opened(second, case)
        await take(one, case, "triage", authority="ubnd", priority="normal")
        answer = await take(second, case, "ask_info", page=page, question="Ở đoạn nào ạ?")
        assert (answer.status, "Ở đoạn nào ạ?</textarea>" in answer.text) == (409, True)
        again = await take(second, case, "ask_info", page=answer.text, question="Ở đoạn nào ạ?")
    assert (again.status, "Ở đoạn nào ạ?</textarea>" in again.text) == (422, True)


async def test_ones_own_second_tab_is_no_stranger(served: Console, handler: Clerk) -> None:
    """What one did oneself needs no telling."""
    case = report(served)
    page = await opened(handler, case)
    await take(handler, case, "correct_topic", topic="env.waste", reason="Nói về rác")
    assert (await take(handler, case, "triage", page=page, authority="ubnd", priority="high")).status == 303
    assert stored(served, case).priority is Priority.HIGH


async def test_the_schedulers_look_is_no_change(served: Console, handler: Clerk) -> None:
    """It counts the version up and changes nothing an officer would want to know."""
    case = report(served)
    page = await opened(handler, case)
    now = stored(served, case)
    served.run(lambda unit: unit.cases.save(now))
    assert (await take(handler, case, "triage", page=page, authority="ubnd", priority="normal")).status == 303


async def test_a_note_needs_no_fresh_page(served: Console) -> None:
    """Notes stand beside each other."""
    case = report(served)
    async with served.clerk("colleague") as second:
        page = await opened(second, case)
        act(served, handling.triage, "handler", case)
        assert (await take(second, case, "note", page=page, text="Đã gọi")).status == 303


@pytest.mark.parametrize(
    ("step", "field", "value"), [("correct_topic", "topic", "env.waste"), ("correct_kind", "kind", "petition")]
)
async def test_a_correction_says_why(served: Console, handler: Clerk, step: str, field: str, value: str) -> None:
    """The reason stands in the time line."""
    case = report(served)
    assert (await take(handler, case, step, **{field: value})).status == 422
    assert (await take(handler, case, step, reason="Người gửi nói rõ", **{field: value})).status == 303
    assert "Người gửi nói rõ" in shown(await opened(handler, case))


def test_a_nul_byte_in_a_field_is_no_text() -> None:
    """PostgreSQL would fail at it wherever a field is stored or looked up; here it comes in as U+FFFD, as in chats."""
    form = Form(FormData([("no", "12\0/CV"), ("no", "\0")]))
    assert (form.get("no"), form.all("no")) == ("\ufffd", ["12\ufffd/CV", "\ufffd"])


async def test_a_reason_that_ends_a_sentence_ends_it_once(served: Console, handler: Clerk) -> None:
    """The words of the body that returned the case stand in a sentence of ours."""
    case = ready(served)
    act(served, forwarding.forward, "handler", case, "12/MTTQ", date(2026, 11, 23))
    act(served, authority.return_case, "contact", case, "Việc này do tỉnh quản lý.", "ubnd_tinh")
    page = shown(await opened(handler, case))
    assert "Bị trả lại vì: Việc này do tỉnh quản lý. Nơi trả lại đề nghị" in page
