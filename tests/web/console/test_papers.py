"""Official papers in the console: from the form proposed to the Word file kept, each officer within her own limits."""

from __future__ import annotations

import hashlib
from datetime import date

import pytest

from cases import forwarding
from cases.model import Secrecy
from storage.papers import PaperStore
from tests.web.console.case_kit import act, history, received, triaged
from tests.web.console.desk import Console
from tests.web.console.papers_kit import LETTERS, form_of, made, offered, path, send, words


async def test_the_page_offers_what_fits_the_state(own: Console) -> None:
    """A case ready to be forwarded: the forwarding letter first."""
    async with own.clerk("handler") as clerk:
        page = await clerk.get(path(triaged(own)))
    assert offered(page.text) == ["forwarding", "receipt"]


async def test_the_contact_of_the_authority_makes_two_papers_only(own: Console) -> None:
    """The reply and the extension notice."""
    case = received(own)
    async with own.clerk("contact") as clerk:
        assert offered((await clerk.get(path(case))).text) == ["reply_cover", "extension"]
        assert (await clerk.get(path(case, "/new/result"))).status == 404


@pytest.mark.parametrize("who", ["oversight", "admin", "union"])
async def test_whoever_may_not_see_the_case_finds_nothing(own: Console, who: str) -> None:
    """The same answer as for a case that does not exist."""
    case = triaged(own)
    async with own.clerk(who) as clerk:
        assert (await clerk.get(path(case))).status == 404
        assert (await clerk.get(path(case, "/new/forwarding"))).status == 404


async def test_a_letter_is_made_with_its_number_and_kept(own: Console) -> None:
    """Number, entry, history and the sealed bytes belong together."""
    case = triaged(own)
    async with own.clerk("handler") as clerk:
        answer = await send(clerk, case, "forwarding")
        (paper,) = made(own, case)
        file = await clerk.get(path(case, f"/{paper.id}/word"))
    assert (answer.status, paper.doc_no, paper.made_by) == (303, "01/MTTQ-BTT", own.officers["handler"].id)
    assert hashlib.sha256(file.body).hexdigest() == paper.sha256
    assert history(own, case)[-1].what in ("paper_made", "read")
    assert "paper_made" in [event.what for event in history(own, case)]


async def test_the_forwarding_letter_does_not_tell_who_wrote(own: Console) -> None:
    """Neither name nor number of the sender, even of one who let the authority know."""
    case = triaged(own)
    async with own.clerk("handler") as clerk:
        await send(clerk, case, "forwarding")
        text = words((await clerk.get(path(case, f"/{made(own, case)[0].id}/word"))).body)
    assert "Đường Thôn 2 hỏng nặng" in text
    assert "Nguyễn Văn An" not in text
    assert "0912" not in text


async def test_the_case_opens_with_its_papers(own: Console) -> None:
    """A paper made stands among the files of its case."""
    case = triaged(own)
    async with own.clerk("handler") as clerk:
        await send(clerk, case, "forwarding")
        page = await clerk.get(f"/console/cases/{case.code}")
    assert page.status == 200
    assert made(own, case)[0].doc_no in page.text


async def test_a_name_typed_back_is_refused(own: Console) -> None:
    """What the clerk adds by hand is looked at too, and nothing typed is lost."""
    case = triaged(own, secrecy=Secrecy.CONFIDENTIAL)
    async with own.clerk("handler") as clerk:
        answer = await send(clerk, case, "forwarding", part_content="Ông Nguyễn Văn An nói đường hỏng.")
    assert (answer.status, made(own, case)) == (422, [])
    assert "Ông Nguyễn Văn An nói đường hỏng." in answer.text
    assert "part-content" in answer.text
    assert "content-fault" in answer.text


async def test_a_draft_has_no_number_and_takes_none(own: Console) -> None:
    """The next one proposed stays the same, and the sheet says what it is."""
    case = triaged(own)
    async with own.clerk("handler") as clerk:
        await send(clerk, case, "forwarding", "draft")
        (paper,) = made(own, case)
        page = await clerk.get(path(case, f"/{paper.id}"))
    assert (paper.number, paper.doc_no) == (None, "")
    assert "DỰ THẢO" in page.text
    assert own.run(lambda unit: PaperStore(unit).next_number(LETTERS)) == 1


async def test_a_draft_is_gone_on_with(own: Console) -> None:
    """What it said stands in the form again."""
    case = triaged(own)
    async with own.clerk("handler") as clerk:
        await send(clerk, case, "forwarding", "draft", part_closing="Xin cảm ơn.")
        page = await clerk.get(path(case, f"/new/forwarding?from={made(own, case)[0].id}"))
    assert "Xin cảm ơn." in page.text


async def test_a_number_taken_meanwhile_is_told_beside_the_field(own: Console) -> None:
    """The second clerk keeps what she typed and is told the next number."""
    case = triaged(own)
    async with own.clerk("handler") as first, own.clerk("colleague") as second:
        form = await form_of(second, case, "forwarding", part_closing="Xin cảm ơn.")
        await send(first, case, "forwarding")
        answer = await second.post(path(case, "/new/forwarding"), form | {"do": "make"})
    assert (answer.status, len(made(own, case))) == (422, 1)
    assert "number-fault" in answer.text
    assert "Số tiếp theo là 2" in answer.text
    assert "Xin cảm ơn." in answer.text


async def test_a_gap_asks_for_its_reason(own: Console) -> None:
    """With the reason it goes through, and the register tells it."""
    case = triaged(own)
    async with own.clerk("handler") as clerk:
        await send(clerk, case, "forwarding")
        assert (await send(clerk, case, "forwarding", number="4")).status == 422
        assert (await send(clerk, case, "forwarding", number="4", reason="Số 2, 3 làm tay")).status == 303
        page = await clerk.get("/console/papers")
    assert page.text.count("Số 2, 3 làm tay") == 2
    assert len(own.run(lambda unit: PaperStore(unit).register(LETTERS))) == 4


async def test_the_preview_shows_the_paper_and_makes_nothing(own: Console) -> None:
    """The words of the form, on a sheet."""
    case = triaged(own)
    async with own.clerk("handler") as clerk:
        answer = await send(clerk, case, "forwarding", "look", part_closing="Chỉ để xem.")
    sheet = answer.text[answer.text.index("paper-sheet") :]
    assert (answer.status, made(own, case)) == (200, [])
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in sheet
    assert "Chỉ để xem." in sheet


async def test_markup_in_a_report_is_shown_as_text(own: Console) -> None:
    """In the preview and in the file."""
    case = triaged(own, text="Đường hỏng <script>alert(1)</script> {{ 7*7 }} & {% raw %} dài đủ để gửi đi.")
    async with own.clerk("handler") as clerk:
        page = await send(clerk, case, "forwarding", "look")
        await send(clerk, case, "forwarding")
        file = await clerk.get(path(case, f"/{made(own, case)[0].id}/word"))
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert(1)" in page.text
    assert "<script>alert(1)</script> {{ 7*7 }} & {% raw %}" in words(file.body)


async def test_a_fact_of_the_case_cannot_be_typed_over(own: Console) -> None:
    """What was posted for it is left aside."""
    case = received(own)
    async with own.clerk("contact") as clerk:
        typed = {"part_case_code": "PA-1999-000001", "part_received_on": "01/01/1999"}
        answer = await send(clerk, case, "extension", **typed)
        assert answer.status == 303, answer.text
        text = words((await clerk.get(path(case, f"/{made(own, case)[0].id}/word"))).body)
    assert case.code in text
    assert "1999" not in text


async def test_the_authority_signs_with_its_own_number(own: Console) -> None:
    """Its register counts apart from the Front's."""
    case = received(own)
    async with own.clerk("contact") as clerk:
        await send(clerk, case, "extension")
    assert made(own, case)[0].doc_no == "01/TB-UBND"


async def test_the_authority_reads_what_was_sent_to_it_and_nothing_else(own: Console) -> None:
    """The desk's receipt slip is not for it."""
    case = triaged(own)
    async with own.clerk("handler") as desk:
        await send(desk, case, "receipt")
        await send(desk, case, "forwarding")
    act(own, forwarding.forward, "handler", case, "01/MTTQ-BTT", date(2026, 11, 23))
    papers = {one.paper: one.id for one in made(own, case)}
    async with own.clerk("contact") as clerk:
        statuses = [(await clerk.get(path(case, f"/{papers[one]}/word"))).status for one in ("forwarding", "receipt")]
        page = await clerk.get(path(case))
    assert (statuses, papers["receipt"] in page.text) == ([200, 404], False)


async def test_a_paper_is_found_only_under_its_own_case(own: Console) -> None:
    """Another case's number in the address leads nowhere."""
    case, other = triaged(own), triaged(own, who="another")
    async with own.clerk("handler") as clerk:
        await send(clerk, case, "forwarding")
        answer = await clerk.get(path(other, f"/{made(own, case)[0].id}/word"))
    assert answer.status == 404


async def test_an_empty_part_is_named(own: Console) -> None:
    """The mistake stands beside its field."""
    case = triaged(own)
    async with own.clerk("handler") as clerk:
        answer = await send(clerk, case, "forwarding", part_request="  ")
    assert (answer.status, "request-fault" in answer.text) == (422, True)


async def test_what_was_not_made_leaves_nothing_in_the_vault(own: Console) -> None:
    """The bytes are sealed before the number is known to be free."""
    case = triaged(own)
    async with own.clerk("handler") as clerk:
        await send(clerk, case, "forwarding")
        before = own.stage.services.vault.ids()
        await send(clerk, case, "forwarding", number="1")
    assert own.stage.services.vault.ids() == before
