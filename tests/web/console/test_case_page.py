"""The page of a case: who gets which of it, and nobody more."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest

from cases import authority, deskwork, handling
from cases.model import OfficerRole, Secrecy, Subject
from cases.resident import add_information
from storage.work import StoredWork
from tests.web.console.case_kit import (
    act,
    actions,
    add_officer,
    history,
    opened,
    received,
    report,
    shown,
    take,
    triaged,
)
from tests.web.console.desk import Clerk, Console

LATER = "Tối qua lại có người ngã, nhà tôi ngay cạnh."


def add(console: Console, case_id: str) -> None:
    """The resident's later words."""

    def step(unit: StoredWork) -> None:
        case = unit.cases.get(case_id)
        assert case is not None
        add_information(unit, console.rules, case, LATER, 1, unit.now)

    console.run(step)


async def test_what_was_said_stands_as_sent(served: Console, handler: Clerk) -> None:
    """Markup in it is text, and later words stand below."""
    case = report(served, text="<script>alert(1)</script> {{ 7*7 }} Đường hỏng\n\nnặng")
    add(served, case.id)
    page = await opened(handler, case)
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{ 7*7 }} Đường hỏng\n\nnặng</blockquote>" in page
    assert page.index("{{ 7*7 }}") < page.index(LATER)


@pytest.mark.parametrize("code", ["PA-2026-999999", "nonsense", "PA-2026-0001<"])
async def test_a_missing_case_is_not_found(handler: Clerk, code: str) -> None:
    """Whatever is typed."""
    assert (await handler.get(f"/console/cases/{code}")).status == 404


async def test_a_foreign_case_is_answered_as_a_missing_one(served: Console) -> None:
    """The union learns nothing of the Front's case, by any address of it."""
    case = triaged(served)
    async with served.clerk("union") as who:
        answers = [await who.get(f"/console/cases/{code}") for code in (case.code, "PA-2026-999999")]
        thread = await who.get(f"/console/cases/{case.code}/thread")
        posted = await who.post(f"/console/cases/{case.code}/do/take", {})
        identity = await who.post(f"/console/cases/{case.code}/identity", {"reason": "cần gọi lại"})
    assert {one.status for one in (*answers, thread, posted, identity)} == {404}
    assert answers[0].text.replace(case.code, "PA-2026-999999") == answers[1].text


@pytest.mark.parametrize("name", ["admin"])
async def test_an_administrator_has_no_such_page(served: Console, name: str) -> None:
    """Who runs the system reads no content."""
    case = report(served)
    async with served.clerk(name) as who:
        assert (await who.get(f"/console/cases/{case.code}")).status == 404


async def test_the_contact_sees_the_covered_text_and_none_of_the_desks_work(served: Console) -> None:
    """No notes, points, conversation, names at the desk; her own actions."""
    case = received(served)
    add(served, case.id)
    async with served.clerk("handler") as desk:
        await take(desk, case, "note", text="Gọi lại anh Bình")
        await take(desk, case, "points", point=["Vá đường trước mùa mưa"], met=["open"], where=[""])
    async with served.clerk("contact") as who:
        page = await opened(who, case)
    for hidden_part in ("Nguyễn Văn An", "0912 345 678", LATER, "Gọi lại anh Bình", 'id="points"', 'id="thread"'):
        assert hidden_part not in page
    assert served.officers["handler"].name not in page
    assert actions(page) == ["delegate", "record_reply", "extend", "return"]


async def test_the_contact_cannot_take_the_desks_steps(served: Console) -> None:
    """A forged form is refused with the page's own answer."""
    case = received(served)
    async with served.clerk("contact") as who:
        for step in ("note", "points", "write", "relay", "take"):
            answer = await take(who, case, step, text="Ai gửi đấy?", point=["x"], met=["open"], where=[""])
            assert answer.status == 422, step
    assert {event.what for event in history(served, case)}.isdisjoint({"points", "wrote", "relayed", "taken"})


async def test_a_step_of_others_tells_nothing(own: Console) -> None:
    """A forged form comes back with what was sent, not with the choices or hints of that step."""
    case = received(own)
    async with own.clerk("contact") as who:
        page = (await take(who, case, "correct_topic", topic="env.waste", reason="Nói về rác")).text
    assert "Nói về rác</textarea>" in page
    choices = page[page.index('id="correct_topic-topic"') :].split("</select>")[0]
    assert choices.count("<option") == 1
    assert "Mục gợi ý đứng đầu danh sách" not in page
    own.clock.set(own.clock() + timedelta(days=60))
    async with own.clerk("follow_up") as watcher:
        answer = await take(watcher, case, "correct_topic", topic="env.waste", reason="Nói về rác")
    assert (answer.status, "correct_topic" in answer.text) == (422, False)


async def test_a_watcher_gets_a_notice_once_it_is_overdue(own: Console) -> None:
    """Number, topic and dates; before that the case is not there."""
    case = received(own)
    async with own.clerk("follow_up") as who:
        assert (await who.get(f"/console/cases/{case.code}")).status == 404
    own.clock.set(own.clock() + timedelta(days=60))
    async with own.clerk("follow_up") as who:
        page = await opened(who, case)
        assert (await take(who, case, "urge")).status == 303
    assert case.code in page
    assert "Đường Thôn 2" not in page
    assert [event.what for event in history(own, case)][-1] == "urged"


async def test_reading_is_on_record(served: Console, handler: Clerk) -> None:
    """And shown to the desk under "who opened it"."""
    case = report(served)
    await opened(handler, case)
    page = shown(await opened(handler, case))
    assert [event.what for event in history(served, case)] == ["submitted", "read"]
    assert "Ai đã mở (1)" in page


async def test_only_steps_of_this_state_are_there(served: Console, handler: Clerk) -> None:
    """A new case is triaged, not closed."""
    assert actions(await opened(handler, report(served))) == [
        *("triage", "ask_info", "correct_topic", "correct_kind", "reroute", "merge", "refuse", "take"),
    ]
    assert actions(await opened(handler, triaged(served))) == [
        *("forward", "correct_topic", "correct_kind", "reroute", "merge"),
    ]


async def test_an_unknown_post_is_for_triage_officers_only(served: Console) -> None:
    """COI-5: they record it; for a plain handler there is no such case."""
    case = report(served, topic="official.attitude", subject=Subject.OFFICIAL)
    async with served.clerk("handler") as who:
        assert actions(await opened(who, case))[:2] == ["post", "nobody"]
    async with served.clerk("colleague") as who:
        assert (await who.get(f"/console/cases/{case.code}")).status == 404


async def test_who_is_shut_out_is_said_with_the_rule(served: Console, handler: Clerk) -> None:
    """A report about the chairman: the Committee and its units."""
    told: dict[str, Any] = {"topic": "official.attitude", "subject": Subject.OFFICIAL, "posts": ("ct_ubnd",)}
    page = shown(await opened(handler, report(served, **told)))
    assert "do người bị phản ánh đứng đầu hoặc điều hành (COI-1)" in page
    assert "không được dự khi tập thể này xem xét" in page


async def test_every_day_of_the_term_is_explained(served: Console, handler: Clerk) -> None:
    """Twenty counted days, the holiday by its name, the last day marked."""
    case = received(served)
    page = await opened(handler, case)
    strip = page[page.index('class="strip"') : page.index("</table>", page.index('class="strip"'))]
    assert shown(strip).count("ngày làm việc thứ") == 20
    assert "Ngày Văn hóa Việt Nam" in shown(page)
    assert "ngày làm việc thứ 20 hạn" in shown(strip)


async def test_days_over_the_term_are_counted(own: Console) -> None:
    """Up to today."""
    case = received(own)
    own.clock.set(own.clock() + timedelta(days=36))
    async with own.clerk("handler") as who:
        page = shown(await opened(who, case))
    assert "Quá hạn 5 ngày làm việc (hạn 22/12/2026)" in page
    assert "quá hạn 5 ngày" in page


async def test_a_returned_case_is_not_late_with_its_first_receipt(own: Console) -> None:
    """The authority sent it back in time; what runs is forwarding it anew, from the day it came back."""
    case = received(own)
    act(own, authority.return_case, "contact", case, "Đường này do tỉnh quản lý", "")
    own.clock.set(own.clock() + timedelta(days=1))
    async with own.clerk("handler") as who:
        page = shown(await opened(who, case))
    assert "Trễ" not in page
    assert "Cơ quan xác nhận đã nhận" not in page
    assert "Chuyển cơ quan có thẩm quyền hạn 01/12/2026" in page


async def test_what_waits_for_its_sender_is_not_late(own: Console) -> None:
    """The desk's clocks stand until the answer; then they run from it, on this page as in the list."""
    case = report(own)
    act(own, handling.ask_info, "handler", case, "Đoạn hỏng dài bao nhiêu?")
    own.clock.set(own.clock() + timedelta(days=10))
    async with own.clerk("handler") as who:
        page = shown(await opened(who, case))
        assert "Trễ" not in page
        assert "Chờ người gửi bổ sung; hết hạn thì tự kết thúc hạn 15/12/2026" in page
        add(own, case.id)
        page = shown(await opened(who, case))
        assert "Trễ" not in page
        assert "Phân loại hạn 07/12/2026" in page
        assert "07/12/2026" in shown((await who.get("/console/cases")).text)


async def test_the_page_is_there_in_english(served: Console) -> None:
    """Every text of it."""
    case = received(served)
    async with served.clerk("handler", lang="en") as who:
        page = shown(await opened(who, case))
    assert "Term for the answer" in page
    assert "Damaged roads" in page
    assert "Việc làm tiếp" not in page


async def test_a_confidential_sender_is_for_the_front_alone(served: Console) -> None:
    """The step is not offered to the authority."""
    case = received(served, secrecy=Secrecy.CONFIDENTIAL)
    async with served.clerk("contact") as who:
        assert "/identity" not in await opened(who, case)


async def test_cases_of_a_matter_lead_to_each_other(served: Console, handler: Clerk) -> None:
    """Merged by number, split off again."""
    one, other = triaged(served), triaged(served, who="neighbour")
    assert (await take(handler, one, "merge", other=other.code)).status == 303
    assert f'href="/console/cases/{other.code}"' in await opened(handler, one)
    assert (await take(handler, one, "split", reason="Hai đoạn khác nhau")).status == 303
    assert "Cùng vụ việc" not in await opened(handler, one)


async def test_a_case_handed_to_another_desk_is_left_behind(served: Console) -> None:
    """A union that hands its case on sees it no more, and is led to its first page."""
    case = report(served, chosen_body="hlhpn")
    async with served.clerk("union") as who:
        answer = await take(who, case, "reroute", body="mttq", reason="Việc của Mặt trận")
        assert (answer.status, answer.headers["location"]) == (303, "/console")
        assert (await who.get(f"/console/cases/{case.code}")).status == 404


async def test_a_refusal_takes_two_persons(served: Console) -> None:
    """Whoever proposed it is not asked to decide."""
    case = report(served)
    async with served.clerk("handler") as one, served.clerk("colleague") as second:
        assert (await take(one, case, "refuse", reason="spam", note="Quảng cáo")).status == 303
        page = await opened(one, case)
        assert "confirm_refusal" not in actions(page)
        assert not re.search(r"<details class=.step[^>]* open", page)  # a colleague decides first
        assert "Quảng cáo" in await opened(second, case)
        assert (await take(second, case, "confirm_refusal", decision="agree", note="")).status == 303
    assert [event.what for event in history(served, case)][-1] == "refused"


async def test_papers_and_publication_are_linked(served: Console, handler: Clerk) -> None:
    """Publication only once there is something to publish."""
    case = triaged(served)
    page = await opened(handler, case)
    assert f'href="/console/cases/{case.code}/papers"' in page
    assert "/console/publish/" not in page


async def test_a_confirm_by_a_role_without_it_is_not_offered(served: Console) -> None:
    """A follow-up officer has no page of a case that is not overdue, whatever the role of the route."""
    assert OfficerRole.FOLLOW_UP in served.officers["follow_up"].roles
    case = triaged(served)
    act(served, handling.ask_info, "handler", report(served), "Ở đoạn nào ạ?")
    act(served, deskwork.take, "colleague", case)
    async with served.clerk("oversight") as who:
        assert (await who.get(f"/console/cases/{case.code}")).status == 404
        assert (await who.post(f"/console/cases/{case.code}/do/urge", {})).status == 404
    assert date(2026, 11, 23) == served.clock().date()


async def test_the_province_opens_a_communes_case_by_number_and_place(own: Console) -> None:
    """Each commune numbers by itself; the forms keep the place, another place has no such case."""
    told: dict[str, Any] = {"topic": "official.attitude", "subject": Subject.OFFICIAL, "posts": ("ct_mttq",)}
    case = report(own, **told)
    own.officers["province"] = add_officer(
        own, id="province", locality="tinh-mau", body="mttq_tinh", roles=(OfficerRole.HANDLER,)
    )
    async with own.clerk("province") as who:
        page = (await who.get(f"/console/cases/{case.code}@xa-mau")).text
        assert f'action="/console/cases/{case.code}@xa-mau/do/triage"' in page
        assert (await who.get(f"/console/cases/{case.code}@xa-khac")).status == 404
    async with own.clerk("handler") as front:
        assert (await front.get(f"/console/cases/{case.code}@xa-mau")).status == 404
