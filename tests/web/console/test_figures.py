"""Dashboard, deadline calendar, map: every number equals its list, and who only counts sees no small cell."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import date

import pytest

from bench.crowd import Crowd, fill
from cases.periods import period
from tests.web.console.desk import Clerk, Console, console_at
from web.console.map_page import draw

LINK = re.compile(r'href="(/console/figures/list\?[^"]+)"[^>]*>\s*([\d.]+)\s*<')
COUNT = re.compile(r'id="count">(\d+)')


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """A console with three hundred cases of the last fourteen months."""
    with console_at(tmp_path_factory.mktemp("crowded")) as console:
        directory = console.rules.directory("xa-mau", console.clock())
        crowd = Crowd(console.rules, directory, date(2025, 9, 20), date(2026, 11, 20))
        console.run(lambda unit: fill(unit, crowd, 300))
        yield console


async def numbers(clerk: Clerk, path: str) -> dict[str, int]:
    """Every number of a page that opens a list."""
    page = await clerk.get(path)
    assert page.status == 200, page.text[-900:]
    found = LINK.findall(page.text)
    return {html.unescape(address): int(text.replace(".", "")) for address, text in found}


@pytest.mark.parametrize("path", ["/console/figures?period=2026-Q4", "/console/map"])
async def test_every_number_opens_a_list_of_that_length(crowded: Console, path: str) -> None:
    """Followed one by one: the list says as many lines as the number."""
    async with crowded.clerk("handler") as clerk:
        found = await numbers(clerk, path)
        assert len(found) > 8
        for address, number in found.items():
            page = await clerk.get(address)
            told = COUNT.search(page.text)
            assert told is not None, address
            assert int(told[1]) == number, address


async def test_a_list_is_a_table_with_a_line_for_each_case(crowded: Console) -> None:
    """The lines are there, not only their number."""
    async with crowded.clerk("handler") as clerk:
        page = await clerk.get("/console/figures/list?figure=standing.overdue&period=2026-Q4")
        told = COUNT.search(page.text)
        assert told is not None
        assert page.text.count('class="code"') == int(told[1]) > 0


async def test_who_only_counts_opens_no_list_and_sees_no_small_cell(crowded: Console) -> None:
    """Follow-up sees figures without content: cells of one or two are covered, and nothing can be pressed."""
    async with crowded.clerk("follow_up") as clerk:
        page = await clerk.get("/console/figures?period=2026-Q4")
        assert "&lt;3" in page.text
        assert re.search(r"figure=(kind|hamlet|topic|channel)\.", page.text) is None
        listed = await clerk.get("/console/figures/list?figure=intake&period=2026-Q4")
        codes = set(re.findall(r"PA-\d{4}-\d{6}", listed.text))
        overdue = await clerk.get("/console/figures/list?figure=standing.overdue&period=2026-Q4")
        assert codes <= set(re.findall(r"PA-\d{4}-\d{6}", overdue.text))


async def test_looks_at_identities_are_told_as_a_number_alone(crowded: Console) -> None:
    """No list says whose identity was looked at."""
    async with crowded.clerk("handler") as clerk:
        page = await clerk.get("/console/figures/list?figure=identity_read&period=2026")
        assert page.status == 404


async def test_a_period_that_cannot_be_read_is_said_and_this_quarter_shown(crowded: Console) -> None:
    """A guess without a word would put numbers under a wrong heading."""
    async with crowded.clerk("handler") as clerk:
        page = await clerk.get("/console/figures?period=26-Q9")
        assert page.status == 422
        assert "2026-Q4, 2026-H2" in page.text


async def test_two_days_make_a_period(crowded: Console) -> None:
    """As browsers send them, or as people write them."""
    async with crowded.clerk("handler") as clerk:
        one = await numbers(clerk, "/console/figures?from=2026-10-01&to=2026-10-31")
        other = await numbers(clerk, "/console/figures?from=01/10/2026&to=31/10/2026")
        assert one == other


async def test_the_list_as_csv_has_the_same_lines(crowded: Console) -> None:
    """One head and as many lines as the page says."""
    async with crowded.clerk("handler") as clerk:
        page = await clerk.get("/console/figures/list?figure=intake&period=2026-Q4")
        csv = await clerk.get("/console/figures/list.csv?figure=intake&period=2026-Q4")
        told = COUNT.search(page.text)
        assert told is not None
        assert len(csv.text.strip().splitlines()) == int(told[1]) + 1


@pytest.mark.parametrize("view", ["month", "week"])
async def test_deadlines_stand_on_their_days(crowded: Console, view: str) -> None:
    """The calendar shows what is due, and the holiday of the 24th."""
    async with crowded.clerk("handler") as clerk:
        page = await clerk.get(f"/console/calendar?view={view}&day=2026-11-24")
        assert page.status == 200
        assert page.text.count("data-day=") == (7 if view == "week" else 42)
        assert "Ngày Văn hóa Việt Nam" in page.text
        assert "/console/cases/PA-" in page.text or "haste=overdue" in page.text


async def test_no_place_of_fewer_than_three_is_drawn(crowded: Console) -> None:
    """Squares of half a kilometre, and none that holds one or two cases."""
    officer = crowded.officers["handler"]
    drawing = crowded.run(lambda unit: draw(unit, crowded.rules, officer, period("2026")))
    assert drawing.points
    assert min(point.count for point in drawing.points) >= 3


async def test_who_only_counts_is_drawn_no_place(crowded: Console) -> None:
    """Places are content."""
    async with crowded.clerk("oversight") as clerk:
        page = await clerk.get("/console/map")
        assert page.status == 200
        assert 'class="place"' not in page.text


@pytest.mark.parametrize("path", ["figures", "calendar", "map", "reports", "registers"])
@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("name", ["union", "contact", "follow_up", "oversight"])
async def test_every_page_opens_for_everybody_it_is_for(crowded: Console, name: str, path: str, lang: str) -> None:
    """In both languages."""
    async with crowded.clerk(name, lang) as clerk:
        page = await clerk.get(f"/console/{path}")
        assert page.status == 200, page.text[-600:]
