"""A case from new to relayed in Chromium, by the desk and the authority's contact, on a wide screen and a phone."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page

from cases import deskwork
from cases.model import Case, State
from tests.web.console.case_kit import PDF, act, fetch, received, report, stored, triaged
from tests.web.console.desk import Console
from tests.web.console.looking import accessible, looking

STEPS = "details.step:has(form[action$='/do/{}'])"


@contextlib.contextmanager
def at(browser: Browser, console: Console, name: str, case: Case, **how: Any) -> Iterator[Page]:
    """The case's page as this officer has it open."""
    with looking(browser, console, name, **how) as there:
        there.page.goto(f"{console.url}/console/cases/{case.code}")
        yield there.page


def step(page: Page, name: str) -> Locator:
    """The form of an action, its fold opened."""
    fold = page.locator(STEPS.format(name))
    if fold.get_attribute("open") is None:
        fold.locator("summary").click()
    return fold


def send(form: Locator, **fields: str) -> None:
    """Fill in and send."""
    for name, value in fields.items():
        form.locator(f"[name='{name}']").fill(value)
    form.locator("button").click()


@pytest.mark.parametrize("width", [1280, 360])
def test_a_case_goes_from_new_to_relayed(chromium: Browser, own: Console, width: int) -> None:
    """With every page on the way accessible and no wider than the screen."""
    case = report(own)
    with (
        at(chromium, own, "handler", case, width=width) as desk,
        at(chromium, own, "contact", case, width=width) as office,
    ):
        step(desk, "triage").locator("button").click()
        accessible(desk)
        form = step(desk, "forward")
        form.locator("[name='confirmed']").check()
        send(form, doc_no="12/MTTQ-BTT")
        assert "Đã chuyển" in desk.locator("#flash").inner_text()

        office.goto(f"{own.url}/console/cases/{case.code}")
        step(office, "acknowledge").locator("button").click()
        accessible(office)
        send(step(office, "delegate"), unit_name="Tổ giao thông")
        form = step(office, "record_reply")
        form.locator("[name='outcome']").select_option("upheld")
        form.locator("[name='file']").set_input_files(
            {"name": "tra-loi.pdf", "mimeType": "application/pdf", "buffer": PDF}
        )
        send(
            form, doc_no="45/UBND", signed_by="Trần Văn Bình, Chủ tịch", summary="Xã sẽ vá đường trước ngày 30 tháng 4."
        )
        accessible(office)

        desk.reload()
        points = desk.locator("#points")
        for number in (0, 1):
            points.locator("[name='met']").nth(number).select_option("answered")
            points.locator("[name='where']").nth(number).fill("Mục 2")
        points.locator("button").click()
        step(desk, "relay").locator("button").click()
        accessible(desk)
    assert stored(own, case).state is State.RELAYED
    assert fetch(own) == 1


@pytest.mark.parametrize(("dark", "lang"), [(False, "en"), (True, "vi")])
def test_the_page_is_accessible_in_each_light_and_language(
    chromium: Browser, own: Console, dark: bool, lang: str
) -> None:
    """With a running term, a conversation, a fold open."""
    case = received(own)
    act(own, deskwork.write_to_reporter, "handler", case, "Hố sâu ở đoạn nào ạ?")
    with at(chromium, own, "handler", case, width=360, dark=dark, lang=lang) as page:
        step(page, "record_reply")
        accessible(page)


def test_a_fault_is_in_view_and_in_focus(chromium: Browser, own: Console) -> None:
    """On a phone the field would else be far below."""
    case = triaged(own)
    with at(chromium, own, "handler", case, width=360) as page:
        form = step(page, "forward")
        form.locator("[name='confirmed']").check()
        send(form, doc_no="không số")
        field = page.locator("#forward-doc_no")
        assert (field.input_value(), field.evaluate("e => e === document.activeElement")) == ("không số", True)
        page.evaluate("scrollTo(0, 0)")  # else the bar lies over a part of what axe measures
        accessible(page)


def test_the_conversation_grows_by_itself(chromium: Browser, own: Console) -> None:
    """What is being typed stays where it is."""
    case = triaged(own)
    with at(chromium, own, "handler", case) as page:
        page.locator("#write-text").fill("Chưa gửi")
        act(own, deskwork.write_to_reporter, "colleague", case, "Hố sâu ở đoạn nào ạ?")
        page.evaluate("htmx.trigger('.thread-box', 'refresh')")
        page.locator(".thread .desk", has_text="Hố sâu").wait_for(timeout=20_000)
        assert page.locator("#write-text").input_value() == "Chưa gửi"
