"""The pages for everybody in real Chromium: both sizes, light and dark, keyboard only, without scripts, printed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.web.browser import ABSENT, CHROMIUM, CONTRAST, NAMELESS, SIDEWAYS, TARGETS, Tab, launched, tab
from tests.web.stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM, reason=ABSENT)]
ATTACK = "<script>window.hit=1</script><img src=x onerror='window.hit=1'>\"'><svg onload=window.hit=1> javascript:hit=1"
LOOKS = {"phone": (360, False), "phone dark": (360, True), "desk": (1280, False), "desk dark": (1280, True)}
PAGES = ("/", "/console", "/nowhere", "/chat", "/chat?start=xa-mau", "/?lang=en")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for the module."""
    with launched() as present:
        yield present


@pytest.fixture(
    params=[(360, False), (360, True), (1280, False), (1280, True)], ids=["phone", "phone dark", "desk", "desk dark"]
)
def look(request: pytest.FixtureRequest, browser: Browser, stage: Stage) -> Iterator[Tab]:
    """Both sizes, light and dark."""
    width, dark = request.param
    with tab(browser, stage, width=width, dark=dark) as present:
        yield present


def accessible(there: Tab) -> None:
    """Contrast 4.5, targets of 44 pixels, names for everything that can be used, nothing wider than the screen."""
    assert there.check(CONTRAST) == []
    assert there.check(TARGETS) == []
    assert there.check(NAMELESS) == []
    assert there.check(SIDEWAYS) <= 0


def keep(there: Tab, name: str) -> None:
    """Save a picture for people to look at, where HOIAM_SHOTS names a folder."""
    if folder := os.environ.get("HOIAM_SHOTS"):
        there.page.screenshot(path=Path(folder) / f"{name}-{there.page.viewport_size['width']}.png")  # type: ignore[index]


def test_pages_are_accessible(look: Tab) -> None:
    """Every page as it opens."""
    for path in PAGES:
        look.open(path)
        accessible(look)
        keep(look, f"page{PAGES.index(path)}")


def test_the_checks_see_what_is_wrong(browser: Browser, stage: Stage) -> None:
    """Pale words, small buttons, nameless links and wide pages are found."""
    with tab(browser, stage) as there:
        page = there.open("/")
        page.evaluate("""() => {
          const bad = document.createElement("div");
          bad.innerHTML = "<button>x</button><a href='/'></a><pre>pale</pre>";
          document.querySelector("main").append(bad);
          Object.assign(bad.querySelector("pre").style, { width: "900px", color: "#aaa" });
        }""")
        assert [len(there.check(check)) for check in (CONTRAST, TARGETS, NAMELESS)] == [1, 1, 1]
        assert there.check(SIDEWAYS) > 0


def test_the_chat_is_accessible_in_use(look: Tab) -> None:
    """With bubbles, buttons, menus, tray, dialog, failure and banner."""
    page = look.open()
    page.get_by_role("button", name="Bắt đầu").click()
    page.locator("#log").get_by_role("button", name="Phản ánh mới").click()
    page.locator("#log").get_by_role("button", name="Gửi vị trí").click()
    accessible(look)
    keep(look, "dialog")
    page.get_by_role("button", name="Đóng").click()
    page.locator("#plus").click()
    accessible(look)
    page.locator("summary").first.click()
    accessible(look)
    page.locator("summary").last.click()
    accessible(look)
    page.keyboard.press("Escape")
    look.stage.desk.busy = True
    page.locator("#text").fill("một tin dài " * 30)
    page.locator("#send").click()
    expect(page.locator(".failed")).to_be_visible()
    look.stage.desk.busy = False
    accessible(look)
    look.context.set_offline(True)
    expect(page.locator("#banner")).to_be_visible()
    accessible(look)
    keep(look, "trouble")
    look.context.set_offline(False)
    expect(page.locator(".failed, .pending")).to_have_count(0)


def test_type_is_large(look: Tab) -> None:
    """Words of the conversation are at least 18 pixels high."""
    page = look.open()
    sizes = page.evaluate(
        "['.text', '#text', '.choices button'].map((s) => getComputedStyle(document.querySelector(s)).fontSize)"
    )
    assert all(float(size.removesuffix("px")) >= 18 for size in sizes)


def test_keyboard_only(browser: Browser, stage: Stage) -> None:
    """Begin, choose and write without a pointer; the focus is never lost."""
    with tab(browser, stage, width=1280) as there:
        page = there.open()
        page.get_by_role("button", name="Bắt đầu").focus()
        page.keyboard.press("Enter")
        page.locator("#log").get_by_role("button", name="Hồ sơ của tôi").wait_for()
        assert page.evaluate("document.activeElement.id") == "text"
        while page.evaluate("document.activeElement.textContent") != "Trợ giúp":
            page.keyboard.press("Shift+Tab")
        page.keyboard.press("Space")
        expect(page.locator(".line.mine .text").last).to_have_text("Trợ giúp")
        page.keyboard.type("dòng một")
        page.keyboard.press("Shift+Enter")
        page.keyboard.type("dòng hai")
        page.keyboard.press("Enter")
        expect(page.get_by_text("Bot nghe: dòng một")).to_be_visible()
        assert stage.desk.heard[-1].text == "dòng một\ndòng hai"


def test_escape_closes_what_is_open(browser: Browser, stage: Stage) -> None:
    """Menus and the tray close and give the focus back."""
    with tab(browser, stage, width=1280) as there:
        page = there.open()
        page.locator("summary").last.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("link", name="English")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("link", name="English")).to_be_hidden()
        assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
        page.locator("#plus").press("Enter")
        page.keyboard.press("Escape")
        expect(page.locator("#tray")).to_be_hidden()
        assert page.evaluate("document.activeElement.id") == "plus"


@pytest.mark.parametrize("width", [360, 1280])
def test_without_scripts(browser: Browser, stage: Stage, tmp_path: Path, width: int) -> None:
    """The same page as plain forms: tap, write, attach, read."""
    picture = tmp_path / "a.jpg"
    picture.write_bytes(b"\xff\xd8\xff")
    with tab(browser, stage, width=width, java_script_enabled=False) as there:
        page = there.open()
        page.get_by_role("button", name="Bắt đầu").click()
        page.locator("#log").get_by_role("button", name="Phản ánh mới").click()
        expect(page.get_by_text("Việc xảy ra ở đâu?")).to_be_visible()
        page.locator("#text").fill("Ngoài đường lớn")
        page.get_by_label("Gửi kèm tệp").set_input_files(picture)
        page.get_by_role("button", name="Gửi", exact=True).click()
        expect(page.get_by_text("Đã nhận 1 tệp.")).to_be_visible()
        keep(there, "plain")
    assert (stage.desk.heard[-1].text, len(stage.desk.heard[-1].files)) == ("Ngoài đường lớn", 1)


def test_attacks_are_words(browser: Browser, stage: Stage) -> None:
    """Markup typed by a person is shown as typed, live and after a reload; nothing runs."""
    with tab(browser, stage) as there:
        page = there.open()
        page.locator("#text").fill(ATTACK)
        page.locator("#send").click()
        expect(page.locator("[data-id]")).to_have_count(2)
        page.reload()
        assert page.locator(".line.mine .text").last.inner_text() == ATTACK
        assert page.evaluate("window.hit") is None


def test_a_screen_reader_hears_who_speaks(browser: Browser, stage: Stage) -> None:
    """The log is a polite live region; every bubble says whose it is."""
    with tab(browser, stage) as there:
        page = there.open()
        page.get_by_role("button", name="Bắt đầu").click()
        expect(page.locator("[data-id]")).to_have_count(2)
        assert page.get_by_role("log").get_attribute("aria-live") == "polite"
        assert page.locator("[data-id] .who").all_text_contents() == ["Bà con", "Mặt trận"]


def test_printed_it_is_the_conversation_only(browser: Browser, stage: Stage) -> None:
    """No composer, menus or buttons on paper."""
    with tab(browser, stage) as there:
        page = there.open()
        page.emulate_media(media="print")
        expect(page.locator(".composer")).to_be_hidden()
        expect(page.locator(".choices").first).to_be_hidden()
        expect(page.locator(".text").first).to_be_visible()


def test_less_motion_where_wished(browser: Browser, stage: Stage) -> None:
    """The typing sign stands still."""
    with tab(browser, stage, reduced_motion="reduce") as there:
        page = there.open()
        assert page.evaluate("getComputedStyle(document.querySelector('#typing i')).animationName") == "none"
