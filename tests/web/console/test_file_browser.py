"""The page of a file in Chromium: pages, an iPhone's picture, a film and a voice note, on a wide screen and a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from cases.model import Case
from cases.ports import CaseFile
from scheduler.cleaning import Copier
from tests.trust.hostile_documents import pdf
from tests.trust.marked import marked_film, marked_picture, marked_sound
from tests.web.console.case_kit import report
from tests.web.console.desk import Console
from tests.web.console.looking import accessible, looking
from tests.web.console.test_file_view import at, put

SHOWN = "(all) => Promise.all(all.map((one) => one.decode().then(() => one.naturalWidth)))"
PLAYS = "(one) => new Promise((done) => { one.onloadedmetadata = () => done(one.duration); one.load(); })"


def kept(console: Console, case: Case, content: bytes, mime: str, name: str) -> CaseFile:
    """A file with the copy that the child makes of it."""
    copy = Copier().copy(content, mime)
    told = {"shape": copy.shape.value, "total": copy.total, "mime": copy.parts[0].mime}
    return put(console, case, content, *(part.content for part in copy.parts), name=name, **told)


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (360, True)])
def test_every_shape_is_shown(served: Console, chromium: Browser, width: int, dark: bool) -> None:
    """Pictures are drawn, recordings play, nothing breaks the content policy, axe finds nothing."""
    case = report(served)
    document = kept(served, case, pdf(), "application/pdf", "đơn.pdf")
    photo = kept(served, case, marked_picture("HEIF"), "image/heic", "IMG_0042.HEIC")
    film = kept(served, case, *marked_film("vp9", 1.0), "đường.webm")
    voice = kept(served, case, *marked_sound("voice note", 2.0), "voice.ogg")
    with looking(chromium, served, "handler", width=width, dark=dark) as there:
        page = there.page
        for file in (document, photo):
            page.goto(f"{served.url}{at(case, file, '/view')}")
            assert min(page.locator(".copy img").evaluate_all(SHOWN)) > 0
            accessible(page)
        for file, tag, least in ((film, "video", 0.8), (voice, "audio", 1.8)):
            page.goto(f"{served.url}{at(case, file, '/view')}")
            assert page.locator(tag).evaluate(PLAYS) >= least
            accessible(page)
        page.goto(f"{served.url}/console/cases/{case.code}")
        accessible(page)


def test_the_original_is_downloaded_with_its_reason(served: Console, chromium: Browser) -> None:
    """The form hands out the very bytes."""
    case = report(served)
    content = marked_picture("JPEG")
    file = kept(served, case, content, "image/jpeg", "ảnh.jpg")
    with looking(chromium, served, "handler") as there:
        there.page.goto(f"{served.url}{at(case, file, '/view')}")
        there.page.get_by_label("Lý do mở bản gốc").fill("giám định ảnh hiện trường")
        with there.page.expect_download() as given:
            there.page.get_by_role("button", name="Ghi lý do và tải bản gốc").click()
        with open(given.value.path(), "rb") as got:
            assert got.read() == content
