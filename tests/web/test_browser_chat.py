"""The chat page in real Chromium: a conversation from the first tap to files, place, voice and lost connections."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from cases.messages import Choice, Outgoing
from tests.web.browser import ABSENT, CHROMIUM, Tab, launched, tab
from tests.web.stage import Stage, finish

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM, reason=ABSENT)]
HERE = {"latitude": 21.59, "longitude": 105.84}
RED = b"\x89PNG\r\n\x1a\n" + bytes.fromhex(
    "0000000d49484452000000010000000108020000009077" + "53de0000000c4944415408d763f8cfc0000003010100"
    "18dd8db00000000049454e44ae426082"
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for the module."""
    with launched() as present:
        yield present


@pytest.fixture(params=[360, 1280])
def chat(request: pytest.FixtureRequest, browser: Browser, stage: Stage) -> Iterator[Tab]:
    """The page on a small phone and on a desk."""
    with tab(browser, stage, width=request.param) as present:
        present.open()
        yield present


@pytest.fixture
def phone(browser: Browser, stage: Stage) -> Iterator[Tab]:
    """The page on a small phone."""
    with tab(browser, stage) as present:
        present.open()
        yield present


def last(page: Page, side: str = "them") -> str:
    """Text of the last bubble of a side."""
    return page.locator(f".line.{side} .text").last.inner_text()


def say(page: Page, words: str) -> None:
    """Type and send."""
    page.locator("#text").fill(words)
    page.locator("#send").click()


def session(there: Tab) -> str:
    """Id of this browser's conversation."""
    return next(cookie["value"].split(".")[0] for cookie in there.context.cookies() if cookie["name"] == "hoiam")


def test_a_conversation_by_taps(chat: Tab) -> None:
    """Begin, choose: the tap becomes one's own bubble, and its buttons go."""
    page = chat.page
    page.get_by_role("button", name="Bắt đầu").click()
    page.locator("#log").get_by_role("button", name="Phản ánh mới").click()
    expect(page.locator(".line.mine .text").last).to_have_text("Phản ánh mới")
    expect(page.locator("#log").get_by_role("button", name="Thôn 1")).to_be_visible()
    expect(page.locator("#log").get_by_role("button", name="Hồ sơ của tôi")).to_have_count(0)


def test_words_are_answered_without_a_reload(chat: Tab) -> None:
    """The own bubble appears at once, the answer comes live, and the typing sign goes."""
    say(chat.page, "Đường hỏng rồi")
    expect(chat.page.get_by_text("Bot nghe: Đường hỏng rồi")).to_be_visible()
    expect(chat.page.locator("#typing")).to_be_hidden()
    expect(chat.page.locator(".line.mine.pending")).to_have_count(0)


def test_a_reload_shows_the_same(chat: Tab) -> None:
    """What the script drew and what the server draws are the same lines in the same order."""
    say(chat.page, "một <b>hai</b> https://example.org/a?b=1&c=2")
    expect(chat.page.locator("[data-id]")).to_have_count(2)
    drawn = chat.page.locator("[data-id] .text").all_inner_texts()
    chat.page.reload()
    assert chat.page.locator("[data-id] .text").all_inner_texts() == drawn


def test_something_said_by_itself_arrives_live(phone: Tab) -> None:
    """A notice reaches an open page, with its buttons; they stay when something else is said."""
    say(phone.page, "chào")
    expect(phone.page.locator("[data-id]")).to_have_count(2)
    notice = Outgoing("Hồ sơ đã có trả lời", (Choice("s.0", "Hài lòng"),))
    finish(phone.stage.desk.notify(session(phone), notice, f"notice:{session(phone)}"))
    expect(phone.page.get_by_role("button", name="Hài lòng")).to_be_visible()
    say(phone.page, "chuyện khác")
    expect(phone.page.get_by_text("Bot nghe: chuyện khác")).to_be_visible()
    expect(phone.page.get_by_role("button", name="Hài lòng")).to_be_visible()


def test_a_double_tap_is_one_answer(phone: Tab) -> None:
    """Two quick taps on a button make one message."""
    heard = len(phone.stage.desk.heard)
    phone.page.get_by_role("button", name="Bắt đầu").dblclick()
    expect(phone.page.locator("[data-id]")).to_have_count(2)
    assert len(phone.stage.desk.heard) == heard + 1


def test_a_picture_with_progress(chat: Tab, tmp_path: Path) -> None:
    """Chosen, shown at once, uploaded, sent, answered."""
    picture = tmp_path / "ổ gà.png"
    picture.write_bytes(RED)
    chat.page.locator("#plus").click()
    with chat.page.expect_file_chooser() as chooser:
        chat.page.locator("#pick-photo").click()
    chooser.value.set_files(picture)
    expect(chat.page.get_by_text("Đã nhận 1 tệp.")).to_be_visible()
    assert chat.stage.desk.heard[-1].files[0].name == "ổ gà.png"
    expect(chat.page.locator(".files img")).to_be_visible()


def test_a_broken_upload_can_be_tried_again(phone: Tab, tmp_path: Path) -> None:
    """The file stays in the page; one tap sends it."""
    picture = tmp_path / "a.png"
    picture.write_bytes(RED)
    phone.page.route("**/chat/files*", lambda route: route.abort())
    phone.page.locator("#plus").click()
    with phone.page.expect_file_chooser() as chooser:
        phone.page.locator("#pick-photo").click()
    chooser.value.set_files(picture)
    expect(phone.page.locator(".failed")).to_be_visible()
    phone.page.unroute("**/chat/files*")
    phone.page.get_by_role("button", name="Gửi lại").click()
    expect(phone.page.get_by_text("Đã nhận 1 tệp.")).to_be_visible()


def test_an_upload_can_be_cancelled(phone: Tab, tmp_path: Path) -> None:
    """The bubble goes, nothing is sent."""
    heard = len(phone.stage.desk.heard)
    picture = tmp_path / "a.png"
    picture.write_bytes(RED)
    phone.page.route("**/chat/files*", lambda route: None)
    phone.page.locator("#plus").click()
    with phone.page.expect_file_chooser() as chooser:
        phone.page.locator("#pick-photo").click()
    chooser.value.set_files(picture)
    phone.page.get_by_role("button", name="Hủy gửi a.png").click()
    expect(phone.page.locator(".line.mine")).to_have_count(0)
    assert len(phone.stage.desk.heard) == heard


def test_unwanted_files_are_named_plainly(phone: Tab, tmp_path: Path) -> None:
    """Before anything is uploaded."""
    for name, content in (("a.exe", b"MZ"), ("b.jpg", b"")):
        (tmp_path / name).write_bytes(content)
    phone.page.locator("#plus").click()
    with phone.page.expect_file_chooser() as chooser:
        phone.page.locator("#pick-file").click()
    chooser.value.set_files([tmp_path / "a.exe", tmp_path / "b.jpg"])
    expect(phone.page.get_by_text("Tệp a.exe không thuộc loại nhận được")).to_be_visible()
    expect(phone.page.get_by_text("Tệp b.jpg không có nội dung")).to_be_visible()


def test_the_place_by_the_browser(browser: Browser, stage: Stage) -> None:
    """Explained first, then asked, then sent."""
    with tab(browser, stage, permissions=["geolocation"], geolocation=HERE) as there:
        page = there.open()
        page.locator("#plus").click()
        page.locator("#pick-place").click()
        expect(page.get_by_text("Vị trí chỉ được gửi khi bà con bấm")).to_be_visible()
        page.get_by_role("button", name="Gửi vị trí của tôi").click()
        expect(page.get_by_text("Đã nhận vị trí.")).to_be_visible()


def test_without_permission_the_hamlets_remain(phone: Tab) -> None:
    """Refusal is explained; a hamlet is an ordinary answer."""
    phone.page.locator("#plus").click()
    phone.page.locator("#pick-place").click()
    phone.page.get_by_role("button", name="Gửi vị trí của tôi").click()
    expect(phone.page.get_by_text("Trình duyệt chưa cho phép lấy vị trí")).to_be_visible()
    phone.page.get_by_role("button", name="Xóm Đình").click()
    expect(phone.page.get_by_text("Bot nghe: Xóm Đình")).to_be_visible()


def test_a_question_for_a_place_offers_it(phone: Tab) -> None:
    """The place button stands among the answers."""
    phone.page.get_by_role("button", name="Bắt đầu").click()
    phone.page.locator("#log").get_by_role("button", name="Phản ánh mới").click()
    phone.page.locator("#log").get_by_role("button", name="Gửi vị trí").click()
    expect(phone.page.get_by_role("dialog")).to_be_visible()


def test_a_voice_message(phone: Tab) -> None:
    """Recorded, stopped, sent as a voice."""
    phone.page.locator("#mic").click()
    expect(phone.page.locator("#recorded")).to_have_text("0:01")
    phone.page.get_by_role("button", name="Dừng và gửi").click()
    expect(phone.page.get_by_text("Đã nhận 1 tệp.")).to_be_visible()
    assert phone.stage.desk.heard[-1].files[0].kind == "voice"


def test_words_survive_a_lost_connection(phone: Tab) -> None:
    """Kept on the device, shown as waiting, sent when the connection is back."""
    phone.context.set_offline(True)
    say(phone.page, "gửi lúc mất mạng")
    expect(phone.page.get_by_text("Mất kết nối mạng")).to_be_visible()
    expect(phone.page.get_by_text("Chờ có mạng")).to_be_visible()
    phone.context.set_offline(False)
    expect(phone.page.get_by_text("Bot nghe: gửi lúc mất mạng")).to_be_visible()
    expect(phone.page.locator("#banner")).to_be_hidden()


def test_unsent_words_survive_a_reload(phone: Tab) -> None:
    """A reload in the middle loses nothing and doubles nothing."""
    phone.page.route("**/chat/messages*", lambda route: route.abort())
    say(phone.page, "chưa gửi được")
    expect(phone.page.get_by_text("Chờ có mạng")).to_be_visible()
    phone.page.unroute("**/chat/messages*")
    phone.page.reload()
    expect(phone.page.get_by_text("Bot nghe: chưa gửi được")).to_be_visible()
    expect(phone.page.get_by_text("chưa gửi được", exact=True)).to_have_count(1)


def test_an_answer_lost_on_the_way_doubles_nothing(phone: Tab) -> None:
    """The server took it, the page does not know: the retry is the same message."""
    heard = len(phone.stage.desk.heard)
    lost: list[int] = []

    def lose(route: object) -> None:
        lost.append(1)
        route.fetch()  # type: ignore[attr-defined]
        route.abort()  # type: ignore[attr-defined]

    phone.page.route("**/chat/messages*", lose, times=1)
    say(phone.page, "một lần thôi")
    expect(phone.page.get_by_text("Bot nghe: một lần thôi")).to_be_visible()
    expect(phone.page.locator(".pending")).to_have_count(0)
    assert (len(lost), len(phone.stage.desk.heard)) == (1, heard + 1)


def test_while_nothing_can_be_stored_the_page_says_so_and_tries_again(phone: Tab) -> None:
    """The server's sentence stands in the bubble; the message goes through later."""
    phone.stage.desk.busy = True
    say(phone.page, "khi bận")
    expect(phone.page.get_by_text("Hệ thống đang bận")).to_be_visible()
    phone.stage.desk.busy = False
    phone.page.get_by_role("button", name="Gửi lại").click()
    expect(phone.page.get_by_text("Bot nghe: khi bận")).to_be_visible()


def test_without_live_events_the_page_asks(browser: Browser, stage: Stage) -> None:
    """Where a proxy breaks the stream, polling brings the lines."""
    with tab(browser, stage) as there:
        there.page.route("**/chat/live*", lambda route: route.abort())
        page = there.open()
        say(page, "chào")
        expect(page.get_by_text("Bot nghe: chào")).to_be_visible()
        finish(stage.desk.notify(session(there), Outgoing("tin sau"), f"poll:{session(there)}"))
        expect(page.get_by_text("tin sau")).to_be_visible()


def test_the_deep_link_is_used_once(browser: Browser, stage: Stage) -> None:
    """It goes with the first message and leaves the address bar."""
    with tab(browser, stage) as there:
        page = there.open("/chat?start=xa-mau")
        page.get_by_role("button", name="Bắt đầu").click()
        expect(page.locator("[data-id]")).to_have_count(2)
        say(page, "tiếp")
        expect(page.locator("[data-id]")).to_have_count(4)
        assert page.url.endswith("/chat")
    assert [heard.start for heard in stage.desk.heard[-2:]] == ["xa-mau", ""]


def test_leaving_clears_the_page(phone: Tab) -> None:
    """Nothing of the conversation remains on this device."""
    say(phone.page, "chào 90210")
    expect(phone.page.get_by_text("Bot nghe: chào 90210")).to_be_visible()
    phone.page.locator("summary").last.click()
    phone.page.get_by_role("button", name="Xóa khỏi máy này").click()
    expect(phone.page.get_by_text(re.compile("90210"))).to_have_count(0)
    assert phone.context.cookies() == []
