"""Rows 12 and 16 in a real Chromium: of two hundred scripts sent in, none runs, none even meets the policy."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from storage.database import storable
from storage.work import StoredWork
from tests.trust.figures import figure
from tests.trust.payloads import XSS
from tests.web.board_kit import board_at, result
from tests.web.browser import ABSENT, CHROMIUM, launched
from tests.web.console.case_kit import report
from tests.web.console.desk import Console, console_at

pytestmark = pytest.mark.browser
WATCH = """
window.booms = 0; window.refused = [];
window.boom = () => { window.booms += 1; };
const note = (e) => window.refused.push(e.violatedDirective + " " + e.blockedURI);
document.addEventListener("securitypolicyviolation", note);
"""
AROUND = ("{}", 'x">{}', "x'>{}", "</p>{}", "-->{}", "{}{}", "<b>{}")


def scripts() -> list[str]:
    """Two hundred, or a tenth of each kind."""
    whole = [storable(way.format(one, one)) for way, one in product(AROUND, XSS)]
    return whole[:200] if figure(10) == 10 else whole[:32:2] + whole[33:70:7]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for the module."""
    if not CHROMIUM:
        pytest.skip(ABSENT)
    with launched() as present:
        yield present


def look(page: Page, address: str) -> tuple[int, list[str]]:
    """How often a script ran on this page, and what the policy had to stop."""
    page.goto(address, wait_until="load")
    page.evaluate("() => document.querySelectorAll('details').forEach((e) => { e.open = true; })")
    booms, refused = page.evaluate("() => [window.booms, window.refused]")
    return int(booms), list(refused)


def watched(browser: Browser, **more: Any) -> Page:
    """A page that counts."""
    context = browser.new_context(**more)
    context.add_init_script(WATCH)
    return context.new_page()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """A console of one's own."""
    with console_at(tmp_path_factory.mktemp("scripts")) as present:
        yield present


def test_no_script_runs_in_the_console(browser: Browser, desk: Console) -> None:
    """On the page of the case and, together, in the inbox and in a search for it."""
    page = watched(browser)
    page.context.add_cookies(desk.cookies("handler"))
    for number, text in enumerate(scripts()):
        case = report(desk, f"s{number}", text=text, place=text[:200], happened=text[:200])
        assert look(page, f"{desk.url}/console/cases/{case.code}") == (0, []), text
        assert page.locator("main").inner_text().find("boom") >= 0 or "boom" not in text
    assert look(page, f"{desk.url}/console/cases") == (0, [])
    assert look(page, f"{desk.url}/console/cases?words=%3Cscript%3Eboom()%3C/script%3E") == (0, [])
    page.context.close()


def test_no_script_runs_on_the_board(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> None:
    """On each result's page and on the list."""

    def fill(unit: StoredWork) -> None:
        for number, text in enumerate(scripts()):
            result(unit, public_id=f"p{number:09d}", summary=text, answer=text)

    with board_at(tmp_path_factory.mktemp("board"), fill) as stage:
        page = watched(browser)
        for number, text in enumerate(scripts()):
            assert look(page, f"{stage.url}/cases/p{number:09d}") == (0, []), text
        assert look(page, f"{stage.url}/") == (0, [])
        page.context.close()


def test_the_counter_counts(browser: Browser, desk: Console) -> None:
    """A page that does run a script, and one whose policy stops it, are seen: the tests above can fail."""
    page = watched(browser)
    page.goto("data:text/html,<script>boom()</script>")
    assert page.evaluate("() => window.booms") == 1
    page.context.add_cookies(desk.cookies("handler"))
    page.goto(f"{desk.url}/console/cases")
    page.evaluate(
        "() => { const s = document.createElement('script'); s.textContent = 'boom()'; document.body.append(s); }"
    )
    page.wait_for_function("() => window.refused.length > 0")
    page.context.close()
