"""The day of the Front's officer and of her colleague: from a resident's first word to the result on the board."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.web.browser import ABSENT, CHROMIUM
from tests.web.console.days_house import House, installation
from tests.web.console.days_person import LETTER, Person, Resident, at_browser, word

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM, reason=ABSENT)]
ANSWER = "Ủy ban nhân dân xã giao tổ giao thông vá toàn bộ mặt đường trước ngày 30 tháng 4 năm 2027."


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One installation for both screens."""
    with installation(tmp_path_factory.mktemp("days")) as present:
        yield present


@pytest.mark.parametrize(("width", "lang"), [(1280, "vi"), (360, "en")])
def test_the_front_brings_a_report_to_its_end(chromium: Browser, house: House, width: int, lang: str) -> None:
    """From the list that fills by itself, through letter, receipt, answer and verdict, to the board."""
    with (
        at_browser(chromium, house, Resident, width=360) as resident,
        at_browser(chromium, house, width=width, lang=lang) as officer,
    ):
        officer.signs_in("handler")
        code = resident.reports()
        _triages(officer, resident, code)
        _makes_the_letter(officer, code)
        _forwards(officer, resident, code)
        officer.signs_out()

        house.later(days=7)
        officer.signs_in("handler")
        _records_the_answer(officer, code)
        _relays(officer, resident, code)
        officer.signs_out()

        house.later(days=16)  # the sender's ten working days are over
        officer.signs_in("handler")
        _closes_and_drafts(officer, code, words := f"Mặt đường liên thôn hỏng, bà con đề nghị vá ({width}).")
        officer.signs_out()
    with at_browser(chromium, house, width=360 if width == 1280 else 1280, lang=lang) as second:
        _approves(second, code, words)


def _triages(officer: Person, resident: Resident, code: str) -> None:
    """The new case comes without a reload; a question goes to the phone and its answer comes back."""
    officer.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # the list looks each 20 seconds
    new = officer.page.locator(f"#c-{code}")
    expect(new).to_be_visible()
    officer.looks("inbox")
    new.click()
    officer.takes("ask_info", question="Đoạn hỏng ở trước hay sau cầu ạ?")
    officer.done("case_done_question")
    resident.hears("Đoạn hỏng ở trước hay sau cầu")
    resident.looks("chat-question")
    resident.taps("Trả lời", "Bà con nhắn thông tin")
    resident.writes("Ở sau cầu, khoảng trăm mét.", f"Đã ghi vào hồ sơ {code}")
    officer.page.reload()
    officer.reads("Ở sau cầu, khoảng trăm mét.")
    officer.looks("case-answered")
    officer.takes("triage")
    officer.done("case_done_triage")


def _makes_the_letter(officer: Person, code: str) -> None:
    """Numbered, downloaded, opened as Word: what was reported is in it."""
    officer.link("console_case_papers").click()
    officer.page.locator(".paper-choice", has_text=officer.say("console_paper_forwarding")).click()
    officer.page.locator("#signer").fill("Nguyễn Thị Hòa")
    officer.looks("paper-form")
    officer.button("console_paper_make").click()
    officer.looks("paper-made")
    paper = word(officer.downloads(officer.link("console_papers_word")))
    said = "\n".join([one.text for one in paper.paragraphs])
    assert "ổ gà" in said
    officer.link("console_paper_then_go").click()


def _forwards(officer: Person, resident: Resident, code: str) -> None:
    """The letter's number stands there already; then receipt with its proof."""
    form = officer.step("forward")
    expect(form.locator("[name='doc_no']")).to_have_value(re.compile(r"\d\d/MTTQ-BTT"))
    form.locator("[name='confirmed']").check()
    officer.takes("forward")
    officer.reads(code)
    officer.takes("record_receipt", proof="Sổ công văn đến số 118")
    officer.looks("case-received")
    resident.looks("chat-received")


def _records_the_answer(officer: Person, code: str) -> None:
    """The paper that came by post, with its scan."""
    officer.page.locator(f"#c-{code}").click()
    form = officer.step("record_reply")
    form.locator("[name='outcome']").select_option("upheld")
    form.locator("[name='file']").set_input_files(LETTER)
    officer.takes("record_reply", doc_no="45/UBND", signed_by="Trần Văn Bình, Chủ tịch", summary=ANSWER)
    officer.done("case_done_reply")


def _relays(officer: Person, resident: Resident, code: str) -> None:
    """Point by point first; the resident reads it and says what she thinks."""
    points = officer.page.locator("#points")
    for number in range(points.locator("[name='met']").count()):
        points.locator("[name='met']").nth(number).select_option("answered")
        points.locator("[name='where']").nth(number).fill("Mục 2")
    officer.looks("case-points")
    officer.button("console_case_submit_points").click()
    officer.takes("relay")
    officer.done("case_done_relay", n=1)
    resident.hears("trước ngày 30 tháng 4")
    resident.looks("chat-answer")
    if officer.lang == "vi":
        resident.taps("Hài lòng", "kết thúc")  # which closes the case
        return
    resident.taps("Chưa rõ", "còn điều gì chưa rõ")
    resident.writes("Bao giờ thì làm đoạn sau cầu?", "Đã ghi")
    officer.page.reload()
    expect(officer.page.locator("form[action$='/do/close']")).to_have_count(0)  # she may still say more
    officer.reads("Bao giờ thì làm đoạn sau cầu?")


def _closes_and_drafts(officer: Person, code: str, words: str) -> None:
    """Closed, and put into words of the Front for the board."""
    officer.open(f"/console/cases/{code}")
    officer.looks("case-verdict")
    if officer.page.locator("form[action$='/do/close']").count():
        officer.takes("close")
        officer.done("case_done_close")
    officer.link("console_case_publish").click()
    officer.page.locator("#summary").fill(words)
    officer.page.locator("#answer").fill("Xã vá toàn bộ mặt đường trước mùa mưa.")
    officer.looks("publish-draft")
    officer.button("console_publish_propose").click()
    officer.done("publish_done_asked")


def _approves(second: Person, code: str, words: str) -> None:
    """The colleague reads exactly these words and lets them out; everybody can read them."""
    second.signs_in("colleague")
    second.goes_to("publications")
    second.page.locator(f"a[href$='/publish/{code}']").click()
    looked = second.page.locator("[name='looked']")
    if looked.count():
        looked.check()
    second.looks("publish-approve")
    second.button("console_publish_approve").click()
    second.done("publish_done_published")
    second.signs_out()
    second.open("/")
    second.reads(words)
    second.looks("board")
