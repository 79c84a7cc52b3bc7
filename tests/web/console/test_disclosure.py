"""The registers of publicity in the console: whose duty, by when, and how a posting is shown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import aiohttp
import pytest

from storage.board_disclosure import DisclosureStore
from storage.board_open311 import senders
from tests.web.console.desk import MORNING, Clerk, Console, console_at

ROOT = "/console/disclosure"
ITEM = {"step": "add", "content": "D6", "owner": "ubnd", "due_on": "2026-11-30", "title": "Thủ tục chứng thực"}
PDF = b"%PDF-1.4 a letter"


@pytest.fixture
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """A console of one's own."""
    with console_at(tmp_path_factory.mktemp("disclosure")) as present:
        yield present


def items(console: Console) -> Any:
    """The register."""
    return console.run(lambda unit: DisclosureStore(unit).items("xa-mau"))


async def added(console: Console, clerk: Clerk, **changes: str) -> Any:
    """An item in the register."""
    assert (await clerk.post(ROOT, {**ITEM, **changes})).status == 303
    return items(console)[0]


async def test_all_nine_contents_stand_on_the_page(desk: Console) -> None:
    """The page names each, whether or not there is an entry."""
    async with desk.clerk("handler") as clerk:
        page = (await clerk.get(ROOT)).text
    assert [code for code in (f"D{n}." for n in range(1, 10)) if code not in page] == []


async def test_an_item_is_done_with_its_proof(desk: Console) -> None:
    """An address and a day are enough."""
    async with desk.clerk("contact") as clerk:
        item = await added(desk, clerk)
        form = {"step": "prove", "item": item.id, "form": "portal", "posted_on": "2026-11-20", "address": "mau.gov.vn"}
        assert (await clerk.post(ROOT, form)).status == 303
        page = (await clerk.get(ROOT)).text
    assert items(desk)[0].standing(MORNING.date()) == "done"
    assert "mau.gov.vn" in page


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"form": "office", "posted_on": "2026-11-20"}, "ghi công khai ở đâu"),
        ({"form": "document", "posted_on": "2026-11-20", "address": "x"}, "nơi nhận và số văn bản"),
        ({"form": "portal", "posted_on": "2026-12-20", "address": "x"}, "chưa đến"),
        ({"form": "portal", "posted_on": "hôm qua", "address": "x"}, "Chọn lại ngày"),
        ({"form": "flag", "posted_on": "2026-11-20", "address": "x"}, "bảy hình thức"),
    ],
)
async def test_a_posting_without_proof_is_refused(desk: Console, form: dict[str, str], said: str) -> None:
    """The sentence says what is missing and the item stays open (SV-3)."""
    async with desk.clerk("handler") as clerk:
        item = await added(desk, clerk)
        answer = await clerk.post(ROOT, {"step": "prove", "item": item.id, **form})
    assert (answer.status, said in answer.text, items(desk)[0].done) == (422, True, False)
    own_form = answer.text.index(f'id="i-{item.id}"'), answer.text.index(f'id="form-{item.id}"')
    assert own_form[0] < answer.text.index('id="fault"') < own_form[1], "the sentence stands where it can be mended"
    assert answer.text.count('id="fault"') == 1


async def test_a_file_proves_a_posting_and_can_be_opened(desk: Console) -> None:
    """The file is sealed in the vault and comes back as it was sent, as a download."""
    async with desk.clerk("handler") as clerk:
        item = await added(desk, clerk)
        form = aiohttp.FormData({"step": "prove", "item": item.id, "form": "office", "posted_on": "2026-11-20"})
        form.add_field("file", PDF, filename="bảng tin.pdf", content_type="application/pdf")
        assert (await clerk.post(ROOT, form)).status == 303
        answer = await clerk.get(f"{ROOT}/files/{items(desk)[0].proofs[0].file_id}")
    assert (answer.body, answer.headers["content-disposition"][:10]) == (PDF, "attachment")


async def test_only_pictures_and_pdf_are_taken(desk: Console) -> None:
    """A page that runs in a browser is no proof."""
    async with desk.clerk("handler") as clerk:
        item = await added(desk, clerk)
        form = aiohttp.FormData({"step": "prove", "item": item.id, "form": "office", "posted_on": "2026-11-20"})
        form.add_field("file", b"<html><script>", filename="a.pdf", content_type="application/pdf")
        answer = await clerk.post(ROOT, form)
    assert (answer.status, items(desk)[0].done) == (422, False)


async def test_a_body_keeps_only_its_own_entries(desk: Console) -> None:
    """The People's Committee's contact cannot write for the Party committee."""
    async with desk.clerk("contact") as clerk:
        answer = await clerk.post(ROOT, {**ITEM, "owner": "dang_uy"})
    assert (answer.status, items(desk)) == (422, [])
    assert answer.text.index('id="add"') < answer.text.index('id="fault"') < answer.text.index('id="title"')


async def test_what_is_overdue_is_found_with_its_owner(desk: Console) -> None:
    """The query that reminders are made from."""
    async with desk.clerk("handler") as clerk:
        await added(desk, clerk, due_on="2026-11-01", title="Kết luận kiểm tra", content="D1")
        await added(desk, clerk)
    late = desk.run(lambda unit: DisclosureStore(unit).overdue("xa-mau", MORNING.date()))
    assert [(one.title, one.owner) for one in late] == [("Kết luận kiểm tra", "ubnd")]


async def test_an_open311_key_is_shown_once_and_can_be_shut(desk: Console) -> None:
    """The list shows whose it is; the key itself is kept nowhere."""
    async with desk.clerk("admin") as clerk:
        made = (await clerk.post("/console/open311", {"step": "make", "name": "Cổng tỉnh"})).text
        key = made.split('class="key code">')[1].split("<")[0]
        assert key not in (await clerk.get("/console/open311")).text
        hashed = desk.run(lambda unit: senders(unit, "xa-mau"))[0].hash
        assert (await clerk.post("/console/open311", {"step": "shut", "key": hashed})).status == 303
    assert not desk.run(lambda unit: senders(unit, "xa-mau"))[0].active


async def test_keys_are_the_administrators_matter(desk: Console) -> None:
    """Nobody else sees that page."""
    async with desk.clerk("handler") as clerk:
        assert (await clerk.get("/console/open311")).status == 404
