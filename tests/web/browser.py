"""A real Chromium for tests of the chat page; anything the content policy or a script complains of is collected."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from tests.web.stage import Stage

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome") or ""
ABSENT = "Chromium is not installed: apt-get install chromium (or google-chrome) to run the browser tests"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
]
EXPECTED = ("Failed to load resource",)  # the browser's own words for refusals and lost connections

CONTRAST = """() => {
  const line = (v) => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => .2126 * line(r) + .7152 * line(g) + .0722 * line(b);
  const read = (text) => { const n = text.match(/[\\d.]+/g).map(Number); return n.length > 3 ? n : [...n, 1]; };
  const ground = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const colour = read(getComputedStyle(e).backgroundColor);
      if (colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const poor = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walk.nextNode());) {
    const e = node.parentElement;
    const box = e.getBoundingClientRect();
    const silent = ["SCRIPT", "NOSCRIPT", "STYLE"].includes(e.tagName);
    if (silent || !node.data.trim() || box.width < 2 || box.height < 2 || !e.checkVisibility()) continue;
    const [a, b] = [light(read(getComputedStyle(e).color)), light(ground(e))].sort((x, y) => y - x);
    const ratio = (a + .05) / (b + .05);
    if (ratio < 4.5) poor.push(`${ratio.toFixed(2)} ${e.tagName}.${e.className}: ${node.data.trim().slice(0, 40)}`);
  }
  return poor;
}"""
TARGETS = """() => {
  const wanted = "button, summary, input:not([type=hidden]), textarea, .card a, .button, .numbers a";
  return [...document.querySelectorAll(wanted)]
    .map((e) => [e.getBoundingClientRect(), e])
    .filter(([box, e]) => e.checkVisibility() && box.width > 2 && (box.width < 43.5 || box.height < 43.5))
    .map(([box, e]) => `${e.tagName}#${e.id} ${Math.round(box.width)}x${Math.round(box.height)}`);
}"""
NAMELESS = """() => {
  const wanted = "a, button, summary, input:not([type=hidden]), textarea, dialog, [role=log]";
  const named = (e) => e.getAttribute("aria-label") || e.getAttribute("aria-labelledby") || e.labels?.length;
  return [...document.querySelectorAll(wanted)]
    .filter((e) => !e.textContent.trim() && !named(e))
    .map((e) => e.outerHTML.slice(0, 80));
}"""
SIDEWAYS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@dataclass
class Tab:
    """One page of one browser context, with its complaints."""

    page: Page
    context: BrowserContext
    stage: Stage
    complaints: list[str] = field(default_factory=list)

    def hear(self, message: ConsoleMessage) -> None:
        """Keep what the console says, except the browser's notes on refused requests."""
        if message.type in ("error", "warning") and not message.text.startswith(EXPECTED):
            self.complaints.append(message.text)

    def open(self, path: str = "/chat") -> Page:
        """Go to a page of the stage."""
        self.page.goto(self.stage.url + path)
        return self.page

    def check(self, script: str) -> Any:
        """Run one of the checks above."""
        return self.page.evaluate(script)


@contextmanager
def launched() -> Iterator[Browser]:
    """Chromium, for as long as the block lasts."""
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def tab(browser: Browser, stage: Stage, *, width: int = 360, dark: bool = False, **options: Any) -> Iterator[Tab]:
    """A fresh context; fails when the page complained."""
    narrow = width < 600
    context = browser.new_context(
        viewport={"width": width, "height": 740},
        color_scheme="dark" if dark else "light",
        locale=options.pop("locale", "vi-VN"),
        has_touch=narrow,
        is_mobile=narrow,
        **options,
    )
    context.set_default_timeout(30_000)  # a shared machine may be slow
    page = context.new_page()
    present = Tab(page, context, stage)
    page.on("console", present.hear)
    page.on("pageerror", lambda error: present.complaints.append(str(error)))
    try:
        yield present
        assert present.complaints == []
    finally:
        context.close()
