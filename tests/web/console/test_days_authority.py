"""The day of an authority's contact: receipt, a unit of the house, more time, and the written answer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from cases.model import State
from tests.web.browser import ABSENT, CHROMIUM
from tests.web.console.days_cases import forwarded, stored
from tests.web.console.days_house import House, installation
from tests.web.console.days_person import LETTER, at_browser

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM, reason=ABSENT)]
DONE = "Xã đã giao tổ giao thông vá mặt đường, xong trước ngày 30 tháng 4 năm 2027."


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One installation for both screens."""
    with installation(tmp_path_factory.mktemp("days")) as present:
        yield present


@pytest.mark.parametrize(("width", "lang"), [(360, "vi"), (1280, "en")])
def test_the_contact_answers_in_writing(chromium: Browser, house: House, width: int, lang: str) -> None:
    """She sees what was forwarded to her and nobody's name, and every step says what it did."""
    case = forwarded(house, f"1{width % 7}/MTTQ-BTT")
    with at_browser(chromium, house, width=width, lang=lang) as contact:
        contact.signs_in("contact")
        contact.page.locator(f"#c-{case.code}").click()
        contact.reads("tôi là •••")
        expect(contact.page.locator("body")).not_to_contain_text("Nguyễn Văn An")
        contact.takes("acknowledge")
        contact.reads("22/12/2026")  # the twentieth working day
        contact.looks("contact-term")
        contact.takes("delegate", unit_name="Tổ giao thông")
        contact.done("case_done_delegate", unit="Tổ giao thông")
        contact.takes(
            "extend", reason="Phải khảo sát cả tuyến", doc_no="44/UBND", signed_by="Trần Văn Bình, Phó Chủ tịch"
        )
        contact.reads(contact.say("console_case_extended_from", due="22/12/2026"))
        contact.looks("contact-extended")
        form = contact.step("record_reply")
        form.locator("[name='outcome']").select_option("upheld")
        form.locator("[name='file']").set_input_files(LETTER)
        contact.takes("record_reply", doc_no="45/UBND", signed_by="Trần Văn Bình, Chủ tịch", summary=DONE)
        contact.done("case_done_reply")
        contact.looks("contact-answered")
        contact.signs_out()
    house.round()
    found = stored(house, case)
    assert (found.state, found.reply and len(found.reply.file_sha256)) == (State.ANSWERED, 64)


def test_the_contact_finds_nothing_but_her_own(chromium: Browser, house: House) -> None:
    """Neither officers, settings, figures of others nor what is published belong to her."""
    with at_browser(chromium, house, width=360) as contact:
        contact.signs_in("contact")
        names = ("officers", "approvals", "publications", "settings")
        assert contact.menu().isdisjoint({contact.say(f"console_menu_{name}") for name in names})
        contact.refusals.add(404)
        for path in ("/console/settings/officers", "/console/publish", "/console/cases/PA-2026-009999"):
            contact.open(path)
            expect(contact.page.locator("h1")).to_have_text(contact.say("console_error_missing"))
            contact.looks("missing")
        contact.signs_out()
