"""People at their browsers: an officer from the door to signing out, a resident on a small phone."""

from __future__ import annotations

import contextlib
import io
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from docx import Document
from docx.document import Document as Paper
from playwright.sync_api import Browser, BrowserContext, Download, FilePayload, Locator, Page, Response, expect

from tests.web.browser import EXPECTED, SIDEWAYS
from tests.web.console.case_kit import PDF
from tests.web.console.days_house import House
from tests.web.console.desk import PASSWORD, SECRET, code

PICTURES = "HOIAM_TEST_PICTURES"
STORY = "Mặt đường liên thôn đầy ổ gà, xe máy đi hay ngã. Đề nghị xã vá đường trước mùa mưa. Bao giờ xã sửa?"
LETTER: FilePayload = {"name": "tra-loi.pdf", "mimeType": "application/pdf", "buffer": PDF}

expect.set_options(timeout=20_000)  # a shared machine may be slow


@dataclass
class Person:
    """One browser of one person, in one language; whatever a page complained of is kept."""

    house: House
    page: Page
    context: BrowserContext
    lang: str
    complaints: list[str] = field(default_factory=list)
    refusals: set[int] = field(default_factory=set)

    def say(self, key: str, **values: object) -> str:
        """A sentence of the pages in her language."""
        return self.house.say(key, self.lang, **values)

    def open(self, path: str) -> None:
        """Type an address."""
        self.page.goto(self.house.url + path)

    def button(self, key: str, **values: object) -> Locator:
        """A button by what it says."""
        return self.page.get_by_role("button", name=self.say(key, **values), exact=True)

    def link(self, key: str, **values: object) -> Locator:
        """A link by what it says."""
        return self.page.get_by_role("link", name=self.say(key, **values), exact=True)

    def reads(self, words: str) -> None:
        """See these words on the page."""
        expect(self.page.locator("body")).to_contain_text(words)

    def downloads(self, link: Locator) -> Download:
        """Click and keep what comes."""
        with self.page.expect_download() as coming:
            link.click()
        return coming.value

    # -- at the console ---------------------------------------------------------------------------------------------

    def signs_in(self, login: str, secret: str = SECRET) -> None:
        """Name, password and the code of the authenticator, from the console's own address."""
        self.house.clock.move(seconds=30)  # a code is good once
        self.open(f"/console/login?lang={self.lang}")
        self.page.locator("#login").fill(login.replace("_", "."))
        self.page.locator("#password").fill(PASSWORD)
        self.page.locator("#code").fill(code(self.house.clock(), secret))
        self.button("console_login_do").click()
        expect(self.page.locator("header.bar")).to_be_visible()

    def signs_out(self) -> None:
        """By the link in the bar or, on a phone, in the menu; the way back shows the door."""
        self._uncovered(self.button("console_logout")).click()
        expect(self.button("console_login_do")).to_be_visible()
        self.page.go_back()
        expect(self.page.locator(".side, .bar")).to_have_count(0)

    def goes_to(self, menu: str) -> None:
        """Through the navigation."""
        name = self.say(f"console_menu_{menu}")
        self._uncovered(self.page.get_by_role("link", name=name, exact=True)).click()

    def _uncovered(self, wanted: Locator) -> Locator:
        """What lies in the navigation, or on a small screen in its drawer, which is opened first."""
        shown, drawer = wanted.locator("visible=true"), self.page.locator(".bar .menu summary").locator("visible=true")
        expect(shown.or_(drawer).first).to_be_visible()  # the page may still be on its way
        if not shown.count():
            drawer.click()
        return shown.first

    def menu(self) -> set[str]:
        """What the navigation offers."""
        return {one.strip() for one in self.page.locator(".bar .drawer nav a").all_text_contents()}

    def step(self, name: str) -> Locator:
        """The form of an action on a case, its fold opened."""
        fold = self.page.locator(f"details.step:has(form[action$='/do/{name}'])")
        if fold.get_attribute("open") is None:
            fold.locator("summary").click()
        return fold.locator("form")

    def takes(self, name: str, **fields: str) -> None:
        """Fill in the form of an action and send it."""
        self.house.clock.move(seconds=20)
        form = self.step(name)
        for field_name, value in fields.items():
            form.locator(f"[name='{field_name}']").fill(value)
        form.get_by_role("button", name=self.say(f"console_case_submit_{name}"), exact=True).click()

    def done(self, key: str, **values: object) -> None:
        """The page says that it is done, and is not wider than the screen."""
        expect(self.page.locator("#flash")).to_have_text(self.say(f"console_{key}", **values))
        assert self.page.evaluate(SIDEWAYS) <= 0

    def looks(self, name: str) -> None:
        """Keep a picture of the page as it stands, when the environment names a folder for them."""
        if folder := os.environ.get(PICTURES):
            width = (self.page.viewport_size or {"width": 0})["width"]
            self.page.screenshot(path=f"{folder}/{name}-{width}-{self.lang}.png", full_page=True)


class Resident(Person):
    """Somebody of the commune in the web chat, in Vietnamese on a small phone."""

    def writes(self, words: str, until: str) -> None:
        """Type and send, and wait for an answer with these words."""
        self.house.clock.move(seconds=20)
        self.page.locator("#text").fill(words)
        self.page.locator("#send").click()
        self.hears(until)

    def taps(self, label: str, until: str) -> None:
        """Tap the newest button that says this, and wait for an answer."""
        self.page.locator("#log").get_by_role("button", name=label).last.click()
        self.hears(until)

    def hears(self, words: str) -> None:
        """The newest bubble of the other side says this."""
        expect(self.page.locator(".line.them .text").last).to_contain_text(words)

    def reports(self) -> str:
        """From the first word to the number of the case: a road full of holes."""
        self.open("/chat")
        self.writes(STORY, "Trước khi gửi")
        self.taps("Tôi đồng ý", "mục nào")
        self.taps("Đường, cầu hư hỏng", "ở đâu")
        self.taps("Thôn 2", "khi nào")
        self.taps("Đang diễn ra", "có ảnh")
        self.taps("Bỏ qua", "XEM LẠI")
        self.taps("Gửi", "Mã hồ sơ")
        return case_number(self.page.locator(".line.them .text").last.inner_text())


@contextlib.contextmanager
def at_browser(
    browser: Browser, house: House, kind: type[Person] = Person, *, width: int = 1280, lang: str = "vi"
) -> Iterator[Any]:
    """A fresh browser of this width; at its end no page may have complained, nor answered with a refusal."""
    narrow = width < 600
    context = browser.new_context(
        viewport={"width": width, "height": 740},
        locale="en-GB" if lang == "en" else "vi-VN",
        has_touch=narrow,
        is_mobile=narrow,
    )
    context.set_default_timeout(30_000)  # a shared machine may be slow
    context.clock.set_fixed_time(house.clock())
    person = kind(house, context.new_page(), context, lang)
    _listen(person)
    try:
        yield person
        assert person.complaints == []
    finally:
        context.close()


def _listen(person: Person) -> None:
    def answered(response: Response) -> None:
        if response.status >= 400 and response.status not in person.refusals:
            person.complaints.append(f"{response.status} {response.url}")

    def said(message: Any) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(EXPECTED):
            person.complaints.append(message.text)

    person.page.on("response", answered)
    person.page.on("console", said)
    person.page.on("pageerror", lambda error: person.complaints.append(str(error)))
    person.page.on("dialog", lambda dialog: dialog.accept())


def word(download: Download) -> Paper:
    """A downloaded Word file, opened."""
    return Document(io.BytesIO(content(download)))


def content(download: Download) -> bytes:
    """What was downloaded."""
    with open(download.path(), "rb") as file:
        return file.read()


def case_number(text: str) -> str:
    """The number of a case in what was said."""
    found = re.search(r"PA-\d{4}-\d{6}", text)
    assert found, text
    return found[0]
