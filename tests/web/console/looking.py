"""The console in real Chromium: signed in at a size and in a light, checked by axe, its complaints collected."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page

from tests.web.browser import SIDEWAYS, Tab, tab
from tests.web.console.desk import Console

RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
}


@contextmanager
def looking(
    browser: Browser, console: Console, name: str, *, width: int = 1280, dark: bool = False, lang: str = "vi"
) -> Iterator[Tab]:
    """A tab in which one of the cast is signed in; fails when a page broke the content policy or a script failed."""
    with tab(browser, console.stage, width=width, dark=dark, locale="en-GB" if lang == "en" else "vi-VN") as there:
        there.context.add_cookies(console.cookies(name, lang))
        yield there


def violations(page: Page) -> list[str]:
    """What axe finds wrong with the page as it stands; the script is evaluated, for the policy forbids to add it."""
    page.evaluate(AXE_SCRIPT)
    found: list[dict[str, Any]] = page.evaluate("(rules) => axe.run(document, rules)", RULES)["violations"]
    return [f"{one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]


def accessible(page: Page) -> None:
    """No violation, and nothing wider than the screen."""
    assert violations(page) == []
    assert page.evaluate(SIDEWAYS) <= 0
