"""The list of cases over HTTP: what stands in it, for whom, and how it is narrowed, saved and kept up to date."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from cases.model import Case, CaseEvent, Priority, State
from storage.search import index_some
from storage.work import StoredWork
from tests.cases.cast import a_case, about
from tests.web.console.desk import MORNING, Clerk, Console

LATE = a_case(code="PA-2026-000001", due_on=date(2026, 11, 20), hamlet="thon-1", text="Đường hỏng, nhiều ổ gà")
TODAY = a_case(code="PA-2026-000002", due_on=date(2026, 11, 23), topic="env.waste")
NEW = a_case(
    code="PA-2026-000003", state=State.SUBMITTED, submitted_at=MORNING - timedelta(hours=1), forwarded_at=None,
    due_on=None, competent_authority="", priority=Priority.URGENT,
)  # fmt: skip
DONE = a_case(code="PA-2026-000004", state=State.CLOSED)
CASES = [LATE, TODAY, NEW, DONE]


def put(console: Console, cases: Sequence[Case]) -> None:
    """Store cases and index their words."""

    def step(unit: StoredWork) -> None:
        for number, one in enumerate(cases):
            unit.cases.add(replace(one, id=f"{one.code}{number}"), f"{one.code} {unit.new_id()}")
            unit.cases.log(CaseEvent(f"{one.code}{number}", MORNING, "submitted", "resident"))
        index_some(unit, 500)

    console.run(step)


def codes(page: str) -> list[str]:
    """The last digits of the numbers on the page, in order."""
    return re.findall(r'href="/console/cases/PA-2026-00000(\d)"', page)


async def test_the_most_urgent_stands_first(own: Console) -> None:
    """Overdue, due today, within three days; what is done is left out."""
    put(own, CASES)
    async with own.clerk("handler") as clerk:
        page = (await clerk.get("/console/cases")).text
    assert codes(page) == ["1", "2", "3"]
    assert [words in page for words in ("Quá hạn", "Hạn hôm nay", "quá 1 ngày làm việc", "Hạn phân loại")] == [True] * 4


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("haste=overdue", ["1"]),
        ("state=new", ["3"]),
        ("state=done", ["4"]),
        ("state=all&topic=env.waste", ["2"]),
        ("hamlet=thon-1", ["1"]),
        ("priority=urgent", ["3"]),
        ("words=o+ga", ["1"]),
        ("words=pa+2026+4", ["4"]),
        ("words=pa+2026+4&state=&topic=&body=&order=", ["4"]),
        ("words=pa+2026+4&state=open", []),
        ("since=2026-11-23", ["3"]),
        ("assignee=me", []),
        ("state=nonsense&haste=nonsense&since=9999-99-99&after=nonsense", ["1", "2", "3"]),
    ],
)
async def test_the_list_is_narrowed_by_its_address(served_cases: Clerk, query: str, expected: list[str]) -> None:
    """Every filter works without a script, and nonsense is left out."""
    answer = await served_cases.get(f"/console/cases?{query}")
    assert (answer.status, codes(answer.text)) == (200, expected)


@pytest.fixture
async def served_cases(own: Console) -> Any:
    """The Front's officer before a list of four cases."""
    put(own, CASES)
    async with own.clerk("handler") as clerk:
        yield clerk


@pytest.mark.parametrize(("name", "expected"), [("contact", ["1", "2"]), ("oversight", ["1"]), ("union", [])])
async def test_everybody_sees_her_own(own: Console, name: str, expected: list[str]) -> None:
    """The authority what it has, oversight what is overdue, another union nothing."""
    put(own, CASES)
    async with own.clerk(name) as clerk:
        assert codes((await clerk.get("/console/cases")).text) == expected


async def test_a_notice_tells_no_hamlet(own: Console) -> None:
    """Oversight sees number, topic, bodies and dates, and no place, sender's channel or filter of them."""
    put(own, CASES)
    async with own.clerk("oversight") as clerk:
        page = (await clerk.get("/console/cases")).text
        filtered = (await clerk.get("/console/cases?hamlet=thon-1")).text
    assert "Thôn 1" not in page
    assert 'name="channel"' not in page
    assert codes(filtered) == []


async def test_a_conflict_hides_the_case(own: Console) -> None:
    """Whose body is complained of gets neither the line nor its number among the counts."""
    put(own, [about("ct_mttq", code="PA-2026-000005")])
    async with own.clerk("handler") as clerk:
        page = (await clerk.get("/console/cases?state=all")).text
    assert codes(page) == []
    assert 'id="inbox-total">0<' in page


async def test_administrators_have_no_list(own: Console) -> None:
    """They run the system and read no cases."""
    async with own.clerk("admin") as clerk:
        assert (await clerk.get("/console/cases")).status == 404


def live_of(page: str) -> str:
    """The address at which the open page asks for news."""
    found = re.search(r'hx-get="([^"]+)"', page)
    mark = re.search(r'data-mark="([^"]+)"', page)
    assert found
    assert mark
    return f"{found[1].replace('&amp;', '&')}&mark={mark[1]}"


async def test_nothing_new_is_answered_with_nothing(served_cases: Clerk) -> None:
    """As long as no case changes."""
    address = live_of((await served_cases.get("/console/cases")).text)
    assert (await served_cases.part(address)).status == 204


async def test_asked_for_by_hand_it_leads_to_the_page(served_cases: Clerk) -> None:
    """A part of a page is no page; the filter is kept."""
    answer = await served_cases.get("/console/inbox?haste=overdue&mark=1.2")
    assert (answer.status, answer.headers["location"]) == (303, "/console/cases?haste=overdue")


async def test_a_new_case_comes_into_the_open_page(own: Console, served_cases: Clerk) -> None:
    """Without loading it again; the counts come with it."""
    address = live_of((await served_cases.get("/console/cases")).text)
    put(own, [replace(NEW, code="PA-2026-000006")])
    answer = await served_cases.part(address)
    assert (answer.status, sorted(codes(answer.text))) == (200, ["1", "2", "3", "6"])


async def test_a_change_elsewhere_only_moves_the_mark(own: Console, served_cases: Clerk) -> None:
    """What the list does not show does not redraw it."""
    address = live_of((await served_cases.get("/console/cases?haste=overdue")).text)
    put(own, [replace(DONE, code="PA-2026-000007")])
    answer = await served_cases.part(address)
    assert (answer.status, "inbox-mark" in answer.headers["hx-trigger"]) == (204, True)


async def test_a_view_is_saved_shared_and_removed(own: Console, served_cases: Clerk) -> None:
    """Colleagues of the same body see a shared one, others do not, and only its owner removes it."""
    form = {"name": "Rác quá hạn", "shared": "1", "query": "topic=env.waste&haste=overdue"}
    kept = await served_cases.post("/console/views", form)
    page = (await served_cases.get(kept.headers["location"])).text
    found = re.search(r'action="(/console/views/\w+/delete)"', page)
    assert found
    async with own.clerk("colleague") as colleague, own.clerk("contact") as stranger:
        assert "Rác quá hạn" in (await colleague.get("/console/cases")).text
        assert "Rác quá hạn" not in (await stranger.get("/console/cases")).text
        assert (await colleague.post(found[1])).status == 404
    assert (await served_cases.post(found[1])).status == 303
    assert "Rác quá hạn" not in (await served_cases.get("/console/cases?haste=today")).text


async def test_a_view_needs_a_name(served_cases: Clerk) -> None:
    """The form says so beside the field and keeps the filter."""
    answer = await served_cases.post("/console/views", {"name": " ", "query": "haste=overdue"})
    assert (answer.status, codes(answer.text)) == (422, ["1"])
    assert "Hãy đặt tên cho danh sách." in answer.text


async def test_a_long_list_has_pages(own: Console) -> None:
    """The second page goes on where the first ended."""
    put(own, [replace(LATE, code=f"PA-2026-{number:06d}") for number in range(1, 71)])
    async with own.clerk("handler") as clerk:
        first = (await clerk.get("/console/cases")).text
        after = re.search(r'rel="next" href="([^"]+)"', first)
        assert after
        second = (await clerk.get(after[1].replace("&amp;", "&"))).text
    numbers = [re.findall(r'id="c-PA-2026-0000(\d\d)"', page) for page in (first, second)]
    assert sorted(numbers[0] + numbers[1]) == [f"{number:02d}" for number in range(1, 71)]


async def test_an_empty_list_says_what_to_do(own: Console) -> None:
    """In both languages."""
    said: Callable[[str], bool] = lambda text: "appear here by themselves" in text  # noqa: E731
    async with own.clerk("handler", "en") as clerk:
        assert said((await clerk.get("/console/cases")).text)
        assert "No case matches." in (await clerk.get("/console/cases?words=xyz")).text


async def test_two_thousand_lines_weigh_little(own: Console) -> None:
    """A full page stays under 60 kB as it leaves the server."""
    put(own, [replace(LATE, code=f"PA-2026-{number:06d}", urgings=2, assignee="x") for number in range(1, 121)])
    async with own.clerk("handler") as clerk:
        assert len((await clerk.get("/console/cases?state=all&hamlet=thon-1&words=duong")).text.encode()) < 60_000
