"""The list of cases in real Chromium: live, by keyboard, on a phone, in the dark, and without violations."""

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright.sync_api import Browser

from tests.web.console.desk import Console
from tests.web.console.looking import accessible, looking
from tests.web.console.test_inbox import CASES, NEW, put

FOCUSED = "() => document.activeElement.id"


@pytest.mark.parametrize(
    ("width", "dark", "lang"), [(1280, False, "vi"), (360, True, "vi"), (360, False, "en"), (1280, True, "en")]
)
def test_the_list_is_accessible(chromium: Browser, own: Console, width: int, *, dark: bool, lang: str) -> None:
    """At both sizes, in both lights and languages, with the filters open."""
    put(own, CASES)
    with looking(chromium, own, "handler", width=width, dark=dark, lang=lang) as tab:
        tab.page.goto(f"{own.url}/console/cases?haste=overdue&words=duong")
        tab.page.locator(".filters summary").click()
        accessible(tab.page)
        tab.page.goto(f"{own.url}/console/cases")
        accessible(tab.page)


def test_the_keyboard_moves_and_opens(chromium: Browser, own: Console) -> None:
    """j, k, o, / and ?; none of them while somebody types."""
    put(own, CASES)
    with looking(chromium, own, "handler") as tab:
        page = tab.page
        page.goto(f"{own.url}/console/cases")
        page.keyboard.press("j")
        page.keyboard.press("j")
        assert page.evaluate(FOCUSED) == "c-PA-2026-000002"
        page.keyboard.press("/")
        page.keyboard.type("jk?")
        assert page.input_value("#words") == "jk?"
        page.locator("h1").click()
        page.keyboard.press("?")
        accessible(page)
        page.keyboard.press("Escape")
        page.keyboard.press("j")
        page.keyboard.press("o")
        page.wait_for_url("**/console/cases/PA-2026-000001")


def test_new_cases_come_and_the_place_is_kept(chromium: Browser, own: Console) -> None:
    """The line in hand keeps the focus; the new one is announced."""
    put(own, CASES)
    with looking(chromium, own, "handler") as tab:
        page = tab.page
        page.goto(f"{own.url}/console/cases")
        page.locator("#c-PA-2026-000002").focus()
        put(own, [replace(NEW, code="PA-2026-000009")])
        page.evaluate("() => htmx.trigger('#inbox', 'look')")
        page.locator("#c-PA-2026-000009").wait_for()
        assert page.evaluate(FOCUSED) == "c-PA-2026-000002"
        assert page.locator("#live").inner_text() == "Có 1 hồ sơ mới trong danh sách."
        assert page.locator("#inbox-total").inner_text() == "4"
