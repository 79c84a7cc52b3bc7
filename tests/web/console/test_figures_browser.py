"""Figures, deadlines, map, reports and registers in Chromium: no accessibility fault, both sizes, keys work."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from playwright.sync_api import Browser, expect

from bench.crowd import Crowd, fill
from cases.figures_kinds import Reporting
from cases.periods import period
from storage.figures_drafts import new_draft
from storage.reports import Reports
from storage.work import StoredWork
from tests.web.console.desk import Console, console_at
from tests.web.console.looking import accessible, looking

pytestmark = pytest.mark.browser
PAGES = (
    "/console/figures?period=2026", "/console/figures/list?figure=intake&period=2026-Q4", "/console/calendar",
    "/console/calendar?view=week", "/console/map?period=2026", "/console/reports", "/console/registers",
    "/console/registers/criticism/new",
)  # fmt: skip


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """A console with two hundred cases and a draft."""
    with console_at(tmp_path_factory.mktemp("seen")) as console:
        directory = console.rules.directory("xa-mau", console.clock())

        def store(unit: StoredWork) -> None:
            fill(unit, Crowd(console.rules, directory, date(2025, 9, 20), date(2026, 11, 20)), 200)
            Reports(unit).add(new_draft(unit, directory, Reporting().kinds["RGS_H"], "mttq", period("2026-H2")))

        console.run(store)
        yield console


@pytest.mark.parametrize(("width", "dark", "lang"), [(1280, False, "vi"), (360, True, "en")])
def test_every_page_is_accessible(chromium: Browser, crowded: Console, width: int, dark: bool, lang: str) -> None:
    """On a desktop by day in Vietnamese, on a telephone by night in English."""
    report = crowded.run(lambda unit: Reports(unit).all(["xa-mau"])[0])
    with looking(chromium, crowded, "handler", width=width, dark=dark, lang=lang) as tab:
        for path in (*PAGES, f"/console/reports/{report.id}"):
            tab.page.goto(crowded.url + path)
            accessible(tab.page)


def test_arrow_keys_move_through_the_days(chromium: Browser, crowded: Console) -> None:
    """Down is a week later, PageDown the next month."""
    with looking(chromium, crowded, "handler") as tab:
        tab.page.goto(crowded.url + "/console/calendar?day=2026-11-10")
        tab.page.locator('[data-day="2026-11-10"]').focus()
        for key in ("ArrowDown", "ArrowRight", "ArrowUp"):
            tab.page.keyboard.press(key)
        expect(tab.page.locator('[data-day="2026-11-11"]')).to_be_focused()
        tab.page.keyboard.press("PageDown")
        expect(tab.page.locator("h2").first).to_contain_text("Tháng 12 năm 2026")
