"""Publishing in the console: written by one officer, approved by another, on the board, and off it again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from cases.model import Case, Outcome, State, Subject, WrittenReply
from storage.board import Asked, BoardStore
from tests.cases.cast import a_case
from tests.web.console.desk import Clerk, Console, console_at

WORDS = {
    "summary": "Đường bê tông trong xã bị vỡ, trời mưa đọng nước. Bà con đề nghị sửa.",
    "answer": "Xã đã giao đơn vị duy tu vá lại mặt đường.",
    "place": "commune",
    "dates": "week",
    "body": "name",
}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """A console for this module."""
    with console_at(tmp_path_factory.mktemp("publish")) as present:
        yield present


def closed(console: Console, number: int, **changes: Any) -> Case:
    """A closed case with its answer."""
    day = date(2026, 11, 18)
    reply = WrittenReply(
        "45/UBND", day, "Trần Văn Bình", ("mttq",), "f1", "0" * 64, Outcome.UPHELD, "Đã vá đường.", day
    )
    case = a_case(
        **{
            "id": f"{number:032x}",
            "code": f"PA-2026-{number:06d}",
            "state": State.CLOSED,
            "hamlet": "thon-2",
            "text": "Đường trước nhà ông Nguyễn Văn Tám hỏng.",
            "reply": reply,
            "answered_at": datetime(2026, 11, 18, 3, tzinfo=UTC),
            "closed_at": datetime(2026, 11, 19, 3, tzinfo=UTC),
            **changes,
        }
    )
    console.run(lambda unit: unit.cases.add(case, f"receipt-{number}"))
    return case


async def step(clerk: Clerk, case: Case, name: str, version: int, **more: str) -> Any:
    """Press one of the page's buttons."""
    return await clerk.post(f"/console/publish/{case.code}", {"step": name, "version": version, **more})


def on_board(console: Console) -> list[str]:
    """Summaries that everybody can read."""
    return [one.summary for one in console.run(lambda unit: BoardStore(unit).results(Asked()))[0]]


async def test_a_result_goes_on_the_board_through_two_officers(desk: Console) -> None:
    """Written, asked, approved by the colleague; the case is then published."""
    case = closed(desk, 1)
    async with desk.clerk("handler") as author, desk.clerk("colleague") as second:
        assert (await step(author, case, "propose", 0, **WORDS)).status == 303
        assert (await step(second, case, "approve", 2)).status == 303
    assert WORDS["summary"] in on_board(desk)
    assert desk.run(lambda unit: unit.cases.get(case.id)).state is State.PUBLISHED


async def test_the_author_may_not_approve(desk: Console) -> None:
    """Nor does the page offer it."""
    case = closed(desk, 2)
    async with desk.clerk("handler") as author:
        await step(author, case, "propose", 0, **WORDS)
        assert 'value="approve"' not in (await author.get(f"/console/publish/{case.code}")).text
        answer = await step(author, case, "approve", 2)
    assert answer.status == 422
    assert "Người soạn không được tự duyệt" in answer.text


async def test_words_that_name_a_person_are_kept_off(desk: Console) -> None:
    """The proposal is refused, what was typed stays in the form, and each point is explained."""
    case = closed(desk, 3)
    named = {**WORDS, "summary": "Đường trước nhà ông Nguyễn Văn Tám hỏng, gọi 0912 345 678."}
    async with desk.clerk("handler") as author:
        answer = await step(author, case, "propose", 0, **named)
    assert answer.status == 422
    assert "giống tên người" in answer.text
    assert "gọi 0912 345 678" in answer.text
    assert named["summary"] not in on_board(desk)


async def test_coarser_words_are_proposed_and_pass(desk: Console) -> None:
    """The button rewrites the form and stores nothing."""
    case = closed(desk, 4)
    named = {**WORDS, "summary": "Đường Thôn 2 trước nhà ông Nguyễn Văn Tám hỏng từ ngày 12/3/2026."}
    async with desk.clerk("handler") as author:
        answer = await step(author, case, "coarser", 0, **named)
    assert "một người dân" in answer.text
    assert "tháng 3 năm 2026" in answer.text
    assert "Đăng được" in answer.text


async def test_a_changed_draft_must_be_approved_anew(desk: Console) -> None:
    """The second person agrees to the words she saw, not to others."""
    case = closed(desk, 5)
    async with desk.clerk("handler") as author, desk.clerk("colleague") as second:
        await step(author, case, "propose", 0, **WORDS)
        await step(author, case, "propose", 2, **{**WORDS, "answer": "Xã sẽ xem xét lại việc này trong quý sau."})
        answer = await step(second, case, "approve", 2)
    assert (answer.status, "vừa sửa bản này" in answer.text) == (422, True)


async def test_taking_off_needs_a_reason_and_erases_the_words(desk: Console) -> None:
    """The board forgets the text at once."""
    case = closed(desk, 6)
    words = {**WORDS, "summary": "Cống trong xã tắc nhiều ngày."}
    async with desk.clerk("handler") as author, desk.clerk("colleague") as second:
        await step(author, case, "propose", 0, **words)
        await step(second, case, "approve", 2)
        assert (await step(author, case, "withdraw", 3)).status == 422
        assert (await step(author, case, "withdraw", 3, reason="Nhận ra người")).status == 303
    assert words["summary"] not in on_board(desk)


async def test_a_report_about_a_person_waits_for_its_conclusion(desk: Console) -> None:
    """Without the concluding document nothing is proposed."""
    about = {"subject": Subject.OFFICIAL, "topic": "official.attitude", "subject_posts": ("cong_chuc",)}
    case = closed(desk, 7, **about)
    words = {
        **WORDS,
        "summary": "Phản ánh thái độ phục vụ.",
        "answer": "Đã nhắc nhở.",
        "dates": "month",
        "body": "kind",
    }
    async with desk.clerk("handler") as author:
        refused = await step(author, case, "propose", 0, **words)
        taken = await step(author, case, "propose", 0, **words, conclusion="12-KL/UBKT ngày 10/11/2026")
    assert (refused.status, taken.status) == (422, 303)


@pytest.mark.parametrize("name", ["contact", "follow_up", "admin"])
async def test_only_the_desk_publishes(desk: Console, name: str) -> None:
    """Authorities, watchers and administrators get the answer of a page that does not exist."""
    case = closed(desk, {"contact": 8, "follow_up": 9, "admin": 10}[name])
    async with desk.clerk(name) as other:
        assert (await other.get(f"/console/publish/{case.code}")).status == 404


async def test_another_unions_officer_does_not_see_it(desk: Console) -> None:
    """Not yours and not there are the same answer."""
    case = closed(desk, 11)
    async with desk.clerk("union") as other:
        assert (await other.get(f"/console/publish/{case.code}")).status == 404


async def test_the_list_shows_what_waits(desk: Console) -> None:
    """Closed cases that nobody began, and what waits for this officer."""
    ready, asked = closed(desk, 12), closed(desk, 13)
    async with desk.clerk("handler") as author, desk.clerk("colleague") as second:
        await step(author, asked, "propose", 0, **WORDS)
        page = (await second.get("/console/publish")).text
    assert ready.code in page
    assert "Chờ đồng chí duyệt" in page


async def test_looking_at_the_original_is_on_record(desk: Console) -> None:
    """The page shows what the resident wrote, so its opening is logged like the case's."""
    case = closed(desk, 14)
    async with desk.clerk("handler") as author:
        assert (await author.get(f"/console/publish/{case.code}")).status == 200
    assert "read" in [event.what for event in desk.run(lambda unit: unit.cases.history(case.id))]
