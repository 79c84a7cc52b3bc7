"""The end of a quarter and of a year: the software's draft becomes the paper that is signed and sent."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import openpyxl
import pytest
from playwright.sync_api import Browser, expect

from cases.model import Officer, OfficerRole
from storage import console
from storage.work import StoredWork
from tests.web.browser import ABSENT, CHROMIUM
from tests.web.console.days_cases import answered
from tests.web.console.days_house import House, installation
from tests.web.console.days_person import Person, at_browser, content, word
from tests.web.console.desk import PASSWORD, QUICK, SECRET

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM, reason=ABSENT)]
OPINION = "Mặt trận đề nghị xã ưu tiên sửa đường liên thôn trước mùa mưa."
FIRST = datetime(2026, 12, 1, 2, tzinfo=UTC)
ENDED = datetime(2026, 12, 15, 2, tzinfo=UTC)
"""The period of both reports ends on the 14th of December."""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One installation for both screens, with something to report and somebody at the Party committee."""
    with installation(tmp_path_factory.mktemp("days")) as present:
        for _ in range(3):
            answered(present)
        present.run(_party)
        present.clock.set(FIRST)
        present.round()
        yield present


def _party(unit: StoredWork) -> None:
    officer = Officer(unit.new_id(), "xa-mau", "Đinh Thị Thu", "dang_uy", (OfficerRole.CONTACT,))
    unit.people.save_officer(officer)
    console.save(unit, officer, "party", QUICK.hash(PASSWORD), SECRET, 0)


@pytest.mark.parametrize(
    ("who", "kind", "width", "lang"), [("party", "R124_Q", 1280, "vi"), ("handler", "RGS_Y", 360, "en")]
)
def test_a_draft_becomes_the_report(
    chromium: Browser, house: House, who: str, kind: str, width: int, lang: str
) -> None:
    """There on the first of the month; its words edited, both files downloaded, approved when the period is over."""
    house.clock.set(FIRST + timedelta(minutes=width))
    with at_browser(chromium, house, width=width, lang=lang) as officer:
        officer.refusals.add(422)
        officer.signs_in(who)
        officer.goes_to("reports")
        officer.looks("reports")
        officer.link(f"console_reports_kind_{kind}").first.click()
        _edits_the_words(officer)
        _downloads(officer)
        address = officer.page.url.removeprefix(house.url)
        officer.signs_out()

        house.clock.set(ENDED)
        officer.signs_in(who)
        officer.open(address)
        _approves(officer)
        officer.signs_out()


def _edits_the_words(officer: Person) -> None:
    """The first section gets a sentence of the officer's own; the generated ones stay."""
    section = officer.page.locator(".report-section:has(textarea)").first
    section.locator("summary").first.click()
    box = section.locator("textarea")
    box.fill(box.input_value() + "\n\n" + OPINION)
    officer.looks("report-words")
    section.get_by_role("button", name=officer.say("console_reports_save")).click()
    officer.done("reports_saved")
    officer.reads(OPINION)


def _downloads(officer: Person) -> None:
    """Word with the words, Excel that opens."""
    paper = word(officer.downloads(officer.link("console_reports_word")))
    assert OPINION in "\n".join(one.text for one in paper.paragraphs)
    book = openpyxl.load_workbook(io.BytesIO(content(officer.downloads(officer.link("console_reports_excel")))))
    assert any(sheet.max_row > 3 for sheet in book.worksheets)
    book.close()


def _approves(officer: Person) -> None:
    """Without its number it is refused beside the field, the rest stays; then it is final."""
    form = officer.page.locator("#approve")
    form.locator("#doc_date").fill("2026-12-15")
    form.locator("#signed_by").fill("Nguyễn Thị Hòa")
    form.locator("button").click()
    expect(officer.page.locator("#wrong-number")).to_be_visible()
    expect(form.locator("#signed_by")).to_have_value("Nguyễn Thị Hòa")
    form.locator("#number").fill("31")
    officer.looks("report-approve")
    form.locator("button").click()
    officer.done("reports_approved")
    expect(officer.page.locator("#approve")).to_have_count(0)
    officer.looks("report-final")
