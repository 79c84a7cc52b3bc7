"""The console in real Chromium: every page of the registry against axe in both lights, languages and sizes; no
complaint of the content policy; and what was typed survives a pause, a lost connection and a refusal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from playwright.sync_api import Route as PlaywrightRoute
from prometheus_client import CollectorRegistry

from cases import officers
from tests.cases.cast import a_case
from tests.web.browser import ABSENT, CHROMIUM, Tab, tab
from tests.web.console.desk import CAST, PASSWORD, Console, code, console_at
from tests.web.console.looking import accessible, looking, violations
from web.app import create_app

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM, reason=ABSENT)]
LOOKS: dict[str, dict[str, Any]] = {
    "desk, light, Vietnamese": {"width": 1280, "dark": False, "lang": "vi"},
    "phone, dark, English": {"width": 360, "dark": True, "lang": "en"},
}
MORE_LOOKS: dict[str, dict[str, Any]] = {
    "desk, dark, English": {"width": 1280, "dark": True, "lang": "en"},
    "phone, light, Vietnamese": {"width": 360, "dark": False, "lang": "vi"},
    "phone, dark, Vietnamese": {"width": 360, "dark": True, "lang": "vi"},
}
CASE = "PA-2026-000001"
NOT_A_PAGE = ("/console/awake",)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """A console with one case."""
    with console_at(tmp_path_factory.mktemp("looked")) as present:
        present.run(lambda unit: unit.cases.add(a_case(text="Đường nứt <b>to</b> & sâu."), "receipt"))
        yield present


def pages(desk: Console) -> list[tuple[str, str]]:
    """Every page without parameters (and those of the case), each with one of the cast who may see it."""
    site = create_app(replace(desk.stage.services, registry=CollectorRegistry()))
    found: list[tuple[str, str]] = []
    for route in site.console.routes:
        path = route.path.replace("/console/cases/{code}", f"/console/cases/{CASE}")
        if route.method != "GET" or not route.roles or "{" in path or path in NOT_A_PAGE:
            continue
        found += [(next(name for name, (_, roles) in CAST.items() if route.roles.intersection(roles)), path)]
    return sorted(found)


def crawl(desk: Console, browser: Browser, **look: Any) -> list[str]:
    """Everything wrong with any page, in this look."""
    wrong: list[str] = []
    for name in CAST:
        mine = [path for who, path in pages(desk) if who == name]
        if not mine:
            continue
        with looking(browser, desk, name, **look) as there:
            for path in mine:
                wrong += [f"{path} {one}" for one in faults(there, path)]
    return wrong


def faults(there: Tab, path: str) -> list[str]:
    """What axe, the policy and the width of the screen say against one page; files and parts are not pages."""
    answer = there.page.request.get(there.stage.url + path)
    if "text/html" not in answer.headers.get("content-type", "") or "<html" not in answer.text():
        return []
    page = there.open(path)
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    found = [*violations(page), *there.complaints, *([f"{wide} px too wide"] if wide > 0 else [])]
    there.complaints.clear()
    return found


@pytest.mark.parametrize("look", LOOKS)
def test_every_page_is_accessible_and_keeps_the_policy(desk: Console, chromium: Browser, look: str) -> None:
    """axe finds nothing, the console of the browser stays empty, nothing is wider than the screen."""
    assert crawl(desk, chromium, **LOOKS[look]) == []


@pytest.mark.slow
@pytest.mark.parametrize("look", MORE_LOOKS)
def test_every_page_is_accessible_in_the_other_looks(desk: Console, chromium: Browser, look: str) -> None:
    """The same for the rest of light, language and size."""
    assert crawl(desk, chromium, **MORE_LOOKS[look]) == []


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("dark", [False, True])
def test_an_invited_officer_gets_in_with_the_keyboard(desk: Console, chromium: Browser, width: int, dark: bool) -> None:
    """Link, name and password, authenticator, recovery codes, first page, sign out: each page accessible."""
    name = f"lan.tran{width}{'d' if dark else ''}"
    link = desk.run(lambda unit: officers.invite(unit, desk.officers["union"], unit.now))
    with tab(chromium, desk.stage, width=width, dark=dark) as there:
        page = there.open(f"/console/invite/{link}")
        accessible(page)
        page.keyboard.type(name)
        page.keyboard.press("Tab")
        page.keyboard.type("bon mua gio thoi dong")
        page.keyboard.press("Enter")
        expect(page.locator(".qr")).to_be_visible()
        accessible(page)
        page.locator("summary").click()
        secret = page.locator("code.code").inner_text().replace(" ", "")
        page.locator("#code").fill(code(desk.clock(), secret))
        page.keyboard.press("Enter")
        expect(page.locator(".codes li")).to_have_count(10)
        accessible(page)
        page.get_by_role("link", name="Đã cất mã").click()
        page.goto(desk.url + "/console/account")
        expect(page.locator("main dl")).to_contain_text(name)


NOTE = '<form method="post" action="/console/language">{hidden}<label>Note <textarea name="note"></textarea></label>'
HIDDEN = re.compile(r'<input type="hidden" name="(?:csrf|at)"[^>]*>')


def with_note(route: PlaywrightRoute) -> None:
    """The account page with one more form on it, as other pages have them."""
    answer = route.fetch()
    text = answer.text()
    form = NOTE.format(hidden="".join(HIDDEN.findall(text)[:2])) + "<button>Send</button></form></main>"
    route.fulfill(response=answer, body=text.replace("</main>", form))


def type_note(there: Tab, path: str) -> Page:
    """Open the page with the note, and write into it."""
    there.page.route("**/console/account*", with_note)
    page = there.open(path)
    page.locator("textarea[name=note]").press_sequentially("Mương tắc từ tuần trước")
    page.evaluate(UNTIL_STORED)
    return page


UNTIL_STORED = """() => new Promise((done) => {
  const kept = () => Object.keys(sessionStorage).some((name) => name.startsWith("typed:"));
  const look = () => kept() ? done() : setTimeout(look, 20);
  look();
})"""
STORED = "Object.entries(sessionStorage).filter(([name]) => name.startsWith('typed:')).map(([, value]) => value).join()"


def test_what_is_typed_is_kept_until_it_has_arrived(desk: Console, chromium: Browser) -> None:
    """In this tab only; the answer to the form makes the script forget it."""
    with looking(chromium, desk, "colleague") as there:
        page = type_note(there, "/console/account")
        assert "Mương tắc" in page.evaluate(STORED)
        page.get_by_role("button", name="Send").click()
        page.wait_for_load_state()
        assert page.evaluate(STORED) == ""


def test_a_lost_connection_keeps_the_text(desk: Console, chromium: Browser) -> None:
    """The form did not arrive (a proxy says so): the copy stays."""
    with looking(chromium, desk, "colleague") as there:
        page = type_note(there, "/console/account")
        page.route("**/console/language", lambda route: route.fulfill(status=502, body="no way through"))
        page.get_by_role("button", name="Send").click()
        expect(page.get_by_text("no way through")).to_be_visible()
        page.goto(desk.url + "/console/account")
        expect(page.locator("textarea[name=note]")).to_have_value("Mương tắc từ tuần trước")
        there.complaints.clear()


def test_signing_out_leaves_nothing_behind(desk: Console, chromium: Browser) -> None:
    """Neither the text nor the session."""
    with looking(chromium, desk, "colleague") as there:
        page = type_note(there, "/console/account")
        page.get_by_role("button", name="Đăng xuất", exact=True).click()
        expect(page.get_by_role("heading", name="Đăng nhập")).to_be_visible()
        assert page.evaluate(STORED) == ""


def test_a_pause_covers_the_page_and_gives_it_back(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> None:
    """The officer returns to the page she was at, and her text with her."""
    with console_at(tmp_path_factory.mktemp("pause")) as own, looking(chromium, own, "handler") as there:
        page = type_note(there, "/console/account?tab=2")
        own.clock.move(minutes=16)
        page.get_by_role("button", name="Send").click()
        accessible(page)
        expect(page.get_by_role("heading", name="Trang tạm khóa")).to_be_visible()
        page.locator("#proof").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/console/account?tab=2")
        page.reload()  # the answer to a redirect passes the test's hand by
        expect(page.locator("textarea[name=note]")).to_have_value("Mương tắc từ tuần trước")
        expect(page.locator("#live")).to_contain_text("Đã lấy lại")


def test_the_menu_works_on_a_phone_without_scripts(desk: Console, chromium: Browser) -> None:
    """`details` opens it; the first entry leads somewhere."""
    context = chromium.new_context(viewport={"width": 360, "height": 740}, java_script_enabled=False)
    context.add_cookies(desk.cookies("handler"))
    page = context.new_page()
    page.goto(desk.url + "/console/account")
    page.locator(".menu summary").click()
    expect(page.locator(".drawer .mine a")).to_be_visible()
    context.close()
