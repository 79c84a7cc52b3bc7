"""The page of refusals under review: who sees which case, who may decide, and what those see who only count."""

from __future__ import annotations

import re

from cases import appeals, refusals
from cases.intake import Draft, submit
from cases.messages import Address
from cases.model import Case, Secrecy, Subject
from storage.work import StoredWork
from tests.web.console.case_kit import act, actions, opened, report, shown
from tests.web.console.desk import Console


def appealed(console: Console, number: int = 1) -> Case:
    """A report that two persons refused and whose sender disagrees."""

    def step(unit: StoredWork) -> Case:
        chat = unit.chats.load(Address("telegram", f"resident-{number}"))
        chat.locality = "xa-mau"
        unit.chats.save(chat)
        draft = Draft("Đường Thôn 2 hỏng nặng, xe hay ngã", subject=Subject.LOCAL_SERVICE, topic="infra.road")
        draft.suggested_topic, draft.secrecy, draft.hamlet = "infra.road", Secrecy.OPEN, "thon-2"
        case = submit(unit, console.rules, chat, draft, unit.now).case
        first, second = console.officers["handler"], console.officers["colleague"]
        refusals.propose_refusal(unit, console.rules, first, case, "spam", "quảng cáo", unit.now)
        refusals.confirm_refusal(unit, console.rules, second, case, unit.now)
        appeals.appeal(unit, console.rules, case, unit.now)
        return case

    made: Case = console.run(step)
    return made


async def test_the_desk_sees_what_waits_and_until_when(own: Console) -> None:
    """With the reason, who refused, and that she may not refuse it again."""
    case = appealed(own)
    async with own.clerk("handler") as clerk:
        page = (await clerk.get("/console/appeals")).text
    assert case.code in page
    assert "26/11" in page  # Tuesday 24 November is a day off
    assert "Tin rác" in page
    assert "Chỉ được nhận hồ sơ" in page


async def test_whoever_only_counts_sees_no_case_and_no_small_number(own: Console) -> None:
    """One or two would be known in a commune."""
    case = appealed(own)
    async with own.clerk("oversight") as clerk:
        page = (await clerk.get("/console/appeals")).text
    assert case.code not in page
    assert "dưới 3" in page


async def test_three_are_counted_for_those_who_watch(own: Console) -> None:
    """Figures of refusals are how anybody learns that refusing has become a habit."""
    for number in range(3):
        appealed(own, number)
    async with own.clerk("follow_up") as clerk:
        page = (await clerk.get("/console/appeals")).text
    assert "<td>3</td>" in page


async def test_a_union_sees_nothing_of_the_fronts_cases(own: Console) -> None:
    """Not theirs and not there are one answer."""
    appealed(own)
    async with own.clerk("union") as clerk:
        page = (await clerk.get("/console/appeals")).text
    assert "Không có việc nào chờ xem lại" in page
    assert "<td>3</td>" not in page


async def test_the_page_of_the_case_says_that_it_is_under_review(own: Console) -> None:
    """Whoever opens it from the list sees the objection and its last day before the words of the report."""
    case = appealed(own)
    async with own.clerk("handler") as clerk:
        page = await opened(clerk, case)
    told = "Người gửi không đồng ý với việc không thụ lý. Hạn xem lại: 26/11/2026."
    assert page.index(told) < page.index('id="story"')


async def test_a_proposal_stands_first_for_the_second_person(own: Console) -> None:
    """Open, before every other step; both of them read who waits for whom."""
    case = report(own)
    act(own, refusals.propose_refusal, "handler", case, "spam", "quảng cáo")
    async with own.clerk("handler") as first, own.clerk("colleague") as second:
        proposed, asked = await opened(first, case), await opened(second, case)
    assert "Đồng chí đã đề nghị không thụ lý hồ sơ này." in shown(proposed)
    assert "Nguyễn Thị Hoa đề nghị không thụ lý hồ sơ này." in shown(asked)
    assert actions(asked)[0] == "confirm_refusal"
    assert "confirm_refusal" not in actions(proposed)
    assert re.search(r'<details class="step main-step" open[^>]*>\s*<summary>Xem đề nghị không thụ lý', asked)
