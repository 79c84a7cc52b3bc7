"""What goes wrong in a working day: a slip in a form, two at one case, a lost line, a long pause, a foreign page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from cases.model import Case, State
from tests.web.browser import ABSENT, CHROMIUM
from tests.web.console.days_cases import forwarded, reported, stored
from tests.web.console.days_house import House, installation
from tests.web.console.days_person import Person, at_browser
from tests.web.console.desk import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM, reason=ABSENT)]
BOTH = pytest.mark.parametrize(("width", "lang"), [(1280, "en"), (360, "vi")])
PROOF = "Sổ công văn đến, trang 12, số 118"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One installation for all of it."""
    with installation(tmp_path_factory.mktemp("days")) as present:
        yield present


def at_case(officer: Person, case: Case, who: str = "handler") -> None:
    """Signed in, the case open."""
    officer.signs_in(who)
    officer.open(f"/console/cases/{case.code}")


@BOTH
def test_a_slip_is_told_beside_its_field(chromium: Browser, house: House, width: int, lang: str) -> None:
    """In the officer's language, the field in view, and everything typed still there."""
    case = forwarded(house)
    with at_browser(chromium, house, width=width, lang=lang) as officer:
        officer.refusals.add(422)
        at_case(officer, case)
        officer.takes("record_receipt", received_on="2027-05-03", proof=PROOF)
        fault = officer.page.locator("#record_receipt-received_on-fault")
        expect(fault).to_have_text(officer.say("console_case_wrong_future"))
        expect(fault).to_be_in_viewport()
        expect(officer.page.locator("#record_receipt-proof")).to_have_value(PROOF)
        expect(officer.page.locator("#record_receipt-received_on")).to_have_value("2027-05-03")
        officer.looks("fault-form")


@BOTH
def test_the_second_of_two_officers_sees_what_changed(chromium: Browser, house: House, width: int, lang: str) -> None:
    """Her words are kept, and what the other did stands at the top."""
    case = reported(house)
    with (
        at_browser(chromium, house, width=width, lang=lang) as first,
        at_browser(chromium, house, width=width, lang=lang) as second,
    ):
        at_case(first, case)
        second.refusals.add(409)
        at_case(second, case, "colleague")
        form = second.step("ask_info")
        form.locator("textarea").fill("Đoạn nào hỏng nhất ạ?")
        first.takes("triage")
        first.done("case_done_triage")
        form.locator("button").click()
        second.reads(second.say("console_case_changed_title"))
        second.reads("Nguyễn Thị Hoa")
        expect(second.page.locator("#ask_info-question")).to_have_value("Đoạn nào hỏng nhất ạ?")
        second.looks("fault-two")
    assert stored(house, case).state is State.TRIAGED


@BOTH
def test_a_lost_line_loses_nothing(chromium: Browser, house: House, width: int, lang: str) -> None:
    """The page says so and stays as it is; when the line is back one press sends it."""
    case = forwarded(house)
    with at_browser(chromium, house, width=width, lang=lang) as officer:
        at_case(officer, case)
        officer.context.set_offline(True)
        officer.takes("record_receipt", proof=PROOF)
        expect(officer.page.locator("#live")).to_have_text(officer.say("console_lost"))
        officer.looks("fault-offline")
        officer.context.set_offline(False)
        officer.takes("record_receipt")
        officer.reads(PROOF)
    assert stored(house, case).state is State.RECEIVED


@BOTH
def test_a_pause_too_long_leads_back_to_the_same_page(chromium: Browser, house: House, width: int, lang: str) -> None:
    """The content is covered; after the password it is the same page with the same words."""
    case = forwarded(house)
    with at_browser(chromium, house, width=width, lang=lang) as officer:
        officer.refusals.add(401)
        at_case(officer, case)
        form = officer.step("record_receipt")
        form.locator("[name='proof']").press_sequentially(PROOF)
        house.clock.move(minutes=16)
        form.locator("button").click()
        expect(officer.page.locator("body")).not_to_contain_text("Thôn 2")
        officer.looks("fault-covered")
        officer.page.locator("#proof").fill(PASSWORD)
        officer.button("console_unlock_do").click()
        officer.page.wait_for_url(f"**/console/cases/{case.code}")
        expect(officer.step("record_receipt").locator("[name='proof']")).to_have_value(PROOF)
        officer.looks("fault-back")
        officer.takes("record_receipt")
        officer.reads(PROOF)
    assert stored(house, case).state is State.RECEIVED


@BOTH
def test_what_one_may_not_see_looks_like_what_is_not_there(
    chromium: Browser, house: House, width: int, lang: str
) -> None:
    """A case of another desk, a number never given, a page of other roles: the same words, the same status."""
    case = reported(house)
    seen = set()
    with at_browser(chromium, house, width=width, lang=lang) as officer:
        officer.refusals.add(404)
        officer.signs_in("union")
        for path in (f"cases/{case.code}", "cases/PA-2026-000999", "settings/officers", "nothing"):
            answer = officer.page.goto(f"{house.url}/console/{path}")
            assert answer is not None
            seen.add((answer.status, officer.page.locator("main").inner_text().replace(path, "")))
        officer.looks("fault-missing")
    assert len(seen) == 1
