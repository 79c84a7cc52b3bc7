"""Pages of the rules in real Chromium: nothing axe objects to, nothing wider than a phone, in light and dark."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.web.console.desk import Console
from tests.web.console.looking import accessible, looking

ROOT = "/console/settings"
PAGES = [
    "",
    "/calendar",
    "/wording/news_refused_spam",
    "/taxonomy/infra.road",
    "/deadlines",
    "/directory",
    "/officers/+",
]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_usable_by_everybody(chromium: Browser, served: Console, page: str) -> None:
    """On a dark phone in English and on a light desk in Vietnamese."""
    for width, dark, lang in ((360, True, "en"), (1280, False, "vi")):
        with looking(chromium, served, "admin", width=width, dark=dark, lang=lang) as there:
            there.page.goto(served.url + ROOT + page)
            accessible(there.page)


def test_a_day_off_from_the_form_to_the_year(chromium: Browser, own: Console) -> None:
    """Typed, previewed, saved, and seen in the year view, by keyboard and mouse."""
    with looking(chromium, own, "admin", width=360) as there:
        page = there.page
        page.goto(own.url + ROOT + "/calendar?year=2026")
        page.get_by_label("Ngày", exact=True).fill("2026-12-02")
        page.get_by_label("Tên").fill("Nghỉ chống bão")
        page.get_by_label("Lý do").first.fill("Bão số 9")
        page.get_by_role("button", name="Xem trước tác động").click()
        expect(page.get_by_role("heading", name="Tác động")).to_be_visible()
        accessible(page)
        page.get_by_role("button", name="Lưu").click()
        expect(page.locator("#flash")).to_contain_text("Đã lưu lịch")
        expect(page.get_by_role("cell", name="Nghỉ chống bão")).not_to_have_count(0)


def test_a_wrong_text_keeps_what_was_typed(chromium: Browser, own: Console) -> None:
    """The sentence stands beside the field, and the text is still there."""
    with looking(chromium, own, "admin") as there:
        page = there.page
        page.goto(own.url + ROOT + "/wording/news_closed")
        page.get_by_label("Tiếng Việt").fill("Xong {ma}.")
        page.get_by_role("button", name="Xem trước tác động").click()
        expect(page.get_by_label("Tiếng Việt")).to_have_value("Xong {ma}.")
        expect(page.locator(".fault").first).to_contain_text("{ma}")
        accessible(page)


def test_fields_of_a_row_stand_at_one_height(chromium: Browser, own: Console) -> None:
    """A hint or a fault below one of them moves neither it nor its neighbours."""
    with looking(chromium, own, "admin") as there:
        page = there.page
        for path, names in (("/officers/+", ("post", "hamlet")), ("/calendar?year=2026", ("day", "for_day"))):
            page.goto(own.url + ROOT + path)
            tops = [page.locator(f"#f-{name}").bounding_box() for name in names]
            assert len({round(box["y"]) for box in tops if box}) == 1, path
