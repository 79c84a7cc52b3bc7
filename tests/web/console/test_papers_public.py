"""Papers without content and papers for everybody, and the pages in a browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser

from papers.build import template
from papers.pdf import available
from tests.web.console.case_kit import received, triaged
from tests.web.console.desk import Console
from tests.web.console.looking import accessible, looking
from tests.web.console.papers_kit import form_of, made, offered, path, send, with_reply


async def test_follow_up_urges_without_reading_the_content(own: Console) -> None:
    """Number, topic and dates; nothing of what was said."""
    case = received(own)
    own.clock.move(days=60)
    async with own.clerk("follow_up") as clerk:
        assert offered((await clerk.get(path(case))).text) == ["urging"]
        assert (await send(clerk, case, "urging")).status == 303
        page = await clerk.get(path(case, f"/{made(own, case)[0].id}"))
    assert case.code in page.text
    assert "Đường Thôn 2" not in page.text
    assert made(own, case)[0].doc_no == "01-CV/BXDĐ"


async def test_the_loudspeaker_script_is_spelt_out_and_bears_no_code(own: Console) -> None:
    """No digit, no case number, at most 200 words."""
    case = with_reply(own)
    async with own.clerk("handler") as clerk:
        form = await form_of(clerk, case, "loudspeaker")
        assert not re.search(r"\d", form["part_content"])
        long = await send(clerk, case, "loudspeaker", part_content="bà con " * 101)
        coded = await send(clerk, case, "loudspeaker", part_content=f"Hồ sơ {case.code}")
        good = await send(clerk, case, "loudspeaker", part_period="Trong tuần")
    assert [long.status, coded.status, good.status] == [422, 422, 303]


@pytest.mark.slow
@pytest.mark.skipif(not available(), reason="neither LibreOffice nor Chromium is installed")
async def test_a_paper_is_given_as_pdf_and_kept(own: Console) -> None:
    """Made at the first request; the second gives the same bytes."""
    case = triaged(own)
    async with own.clerk("handler") as clerk:
        await send(clerk, case, "forwarding")
        address = path(case, f"/{made(own, case)[0].id}/pdf")
        first, second = await clerk.get(address), await clerk.get(address)
    assert (first.status, first.headers["content-type"], first.body[:5]) == (200, "application/pdf", b"%PDF-")
    assert first.body == second.body


async def test_a_communes_own_template_is_used(own: Console) -> None:
    """A file of the same name in the folder `papers` beside the vault."""
    folder = own.stage.services.vault.folder.parent / "papers"
    folder.mkdir()
    (folder / "forwarding.docx").write_bytes(template({"parts": [{"p": "Mẫu của xã: {{ request }}"}]}))
    case = triaged(own)
    async with own.clerk("handler") as clerk:
        page = await send(clerk, case, "forwarding", "look")
    assert "Mẫu của xã: Đề nghị" in page.text


async def test_a_broken_template_is_told_and_nothing_is_made(own: Console) -> None:
    """The clerk hears whom to tell, and the number stays free."""
    folder = own.stage.services.vault.folder.parent / "papers"
    folder.mkdir()
    (folder / "forwarding.docx").write_bytes(b"not a Word file")
    case = triaged(own)
    async with own.clerk("handler") as clerk:
        answer = await send(clerk, case, "forwarding")
    assert (answer.status, made(own, case)) == (422, [])
    assert "báo người quản trị" in answer.text


@pytest.mark.browser
@pytest.mark.parametrize(("width", "dark", "lang"), [(1280, False, "vi"), (360, True, "en")])
def test_the_pages_are_accessible(own: Console, chromium: Browser, width: int, dark: bool, lang: str) -> None:
    """The list, the form with its preview, a made paper, the register: no violation, nothing too wide."""
    case = triaged(own)
    with looking(chromium, own, "handler", width=width, dark=dark, lang=lang) as there:
        page = there.open(path(case))
        accessible(page)
        page.goto(own.url + path(case, "/new/forwarding"))
        page.fill("#signer", "Nguyễn Thị Hòa")
        page.click("button[value=look]")
        accessible(page)
        page.click("button[value=make]")
        page.wait_for_selector("code")
        accessible(page)
        page.goto(own.url + "/console/papers")
        accessible(page)
