"""The public board and its console pages in real Chromium: sizes, light and dark, axe, the content policy, print."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from storage.work import StoredWork
from tests.web.board_kit import answered, board_at, result, several
from tests.web.browser import ABSENT, CHROMIUM, launched, tab
from tests.web.console.desk import Console, console_at
from tests.web.console.looking import accessible, looking
from tests.web.console.test_publish import closed
from tests.web.stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM, reason=ABSENT)]
PAGES = (
    "/", "/?q=duong&topic=infra", "/cases/road000001", "/figures", "/how", "/how?at=thon-2",
    "/how/sheet?at=duong-thon-2", "/embed",
)  # fmt: skip
SIZES = [(360, False), (360, True), (1280, False), (1280, True)]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One Chromium for the module."""
    with launched() as present:
        yield present


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A board with results and figures."""

    def fill(unit: StoredWork) -> None:
        several(unit, 25)
        result(unit, public_id="road000001")
        for number in range(1, 12):
            topic = ("infra.road", "env.waste", "project.quality")[number % 3]
            unit.cases.add(answered(number, topic=topic), f"receipt-{number}")

    with board_at(tmp_path_factory.mktemp("board"), fill) as stage:
        yield stage


@pytest.mark.parametrize(("width", "dark"), SIZES)
def test_every_public_page_is_accessible(chromium: Browser, board: Stage, width: int, dark: bool) -> None:
    """No violation, nothing wider than the screen, no complaint of the content policy."""
    with tab(chromium, board, width=width, dark=dark) as there:
        for path in PAGES:
            accessible(there.open(path))


def test_english_pages_are_accessible_too(chromium: Browser, board: Stage) -> None:
    """The same in the second language."""
    with tab(chromium, board, locale="en-GB") as there:
        for path in PAGES:
            accessible(there.open(path))


def test_the_filters_work_by_keyboard(chromium: Browser, board: Stage) -> None:
    """Search, open the filters, choose, read the answer."""
    with tab(chromium, board, width=1280) as there:
        page = there.open("/")
        page.get_by_label("Tìm trong kết quả").press_sequentially("việc")
        page.keyboard.press("Enter")
        page.wait_for_url("**q=vi%E1%BB%87c**")
        page.get_by_text("Lọc kết quả").press("Enter")
        page.get_by_label("Kết quả", exact=True).select_option("not_upheld")
        page.get_by_role("button", name="Tìm").last.press("Enter")
        page.wait_for_url("**outcome=not_upheld**")
        assert page.get_by_text("Không có kết quả nào khớp").is_visible()


def test_the_sheet_prints_on_one_page(chromium: Browser, board: Stage) -> None:
    """A4 with its codes."""
    with tab(chromium, board, width=1280) as there:
        page = there.open("/how/sheet?at=duong-thon-2")
        paper = page.pdf(format="A4", prefer_css_page_size=True)
    assert paper.count(b"/Type /Page\n") == 1


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """A console with something to publish."""
    with console_at(tmp_path_factory.mktemp("desk")) as present:
        closed(present, 1)
        yield present


@pytest.mark.parametrize(("width", "dark"), SIZES)
def test_the_pages_that_publish_are_accessible(chromium: Browser, desk: Console, width: int, dark: bool) -> None:
    """The list, the draft with its points, the registers."""
    with looking(chromium, desk, "handler", width=width, dark=dark) as there:
        for path in ("/console/publish", "/console/publish/PA-2026-000001", "/console/disclosure?content=D7"):
            accessible(there.open(path))
    with looking(chromium, desk, "admin", width=width, dark=dark) as there:
        accessible(there.open("/console/open311"))


def test_from_draft_to_the_board_and_off_it(chromium: Browser, desk: Console) -> None:
    """Two officers and a reader, each in a browser of their own."""
    words = "Đường bê tông trong xã vỡ nhiều chỗ, bà con đề nghị sửa."
    with looking(chromium, desk, "handler") as author:
        page = author.open("/console/publish/PA-2026-000001")
        page.get_by_label("Bà con phản ánh việc gì").fill(words)
        page.get_by_label("xã Mẫu", exact=True).check()
        page.get_by_role("button", name="Lưu và xin duyệt").click()
        page.get_by_text("Đã chuyển người thứ hai duyệt").wait_for()
    with looking(chromium, desk, "colleague", width=360) as second:
        page = second.open("/console/publish/PA-2026-000001")
        page.get_by_role("button", name="Duyệt và đăng").click()
        page.get_by_text("Đã đăng lên bảng công khai").wait_for()
    with tab(chromium, desk.stage) as reader:
        assert reader.open("/").get_by_text(words).is_visible()
    with looking(chromium, desk, "handler") as author:
        page = author.open("/console/publish/PA-2026-000001")
        page.get_by_label("Lý do").fill("Nhầm hồ sơ")
        page.get_by_role("button", name="Gỡ khỏi bảng công khai").click()
        page.get_by_text("Đã gỡ").first.wait_for()
    with tab(chromium, desk.stage) as reader:
        assert not reader.open("/").get_by_text(words).is_visible()
