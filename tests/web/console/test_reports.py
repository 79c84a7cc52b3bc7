"""Periodic reports in the console: made, edited, downloaded, approved and frozen, delivered, judged by recipients."""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

from bench.crowd import Crowd, fill
from storage.reports import Report, Reports
from tests.web.console.desk import Clerk, Console, console_at

AFTER = datetime(2026, 12, 15, 2, 0, tzinfo=UTC)  # the day on which the year's reports are due
LINK = re.compile(r'href="(/console/figures/list\?[^"]+)"[^>]*>\s*([\d.]+)\s*<')
COUNT = re.compile(r'id="count">(\d+)')
SIGNED = {"number": "12", "doc_date": "2026-12-15", "signed_by": "Nguyễn Văn A"}


@pytest.fixture
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """A console on the due day, with a hundred and fifty cases."""
    with console_at(tmp_path_factory.mktemp("reports"), AFTER) as console:
        directory = console.rules.directory("xa-mau", console.clock())
        crowd = Crowd(console.rules, directory, date(2025, 12, 20), date(2026, 12, 10))
        console.run(lambda unit: fill(unit, crowd, 150))
        yield console


async def made(clerk: Clerk, kind: str = "RGS_H", period: str = "2026-H2", author: str = "mttq") -> str:
    """A draft; its address."""
    answer = await clerk.post("/console/reports", {"kind": kind, "period": period, "author": author})
    assert answer.status == 303, answer.text[-400:]
    return answer.headers["location"]


def stored(console: Console, address: str) -> Report:
    """The report as it is kept."""
    found: Report = console.run(lambda unit: Reports(unit).get(address.rsplit("/", 1)[1]))
    return found


async def version(clerk: Clerk, address: str) -> str:
    """The version the forms of its page carry."""
    found = re.search(r'name="version" value="(\d+)"', (await clerk.get(address)).text)
    assert found is not None
    return found[1]


def words_of(docx: bytes) -> str:
    """The text of a Word file."""
    with zipfile.ZipFile(io.BytesIO(docx)) as parts:
        return re.sub(r"<[^>]+>", " ", parts.read("word/document.xml").decode())


async def test_every_number_of_a_report_opens_its_list(office: Console) -> None:
    """The list is that of the report, as long as the number, though its reader may see other cases besides."""
    async with office.clerk("handler") as clerk:
        page = await clerk.get(await made(clerk))
        found = {html.unescape(one): int(number) for one, number in LINK.findall(page.text)}
        assert len(found) > 20
        for address, number in found.items():
            told = COUNT.search((await clerk.get(address)).text)
            assert told is not None
            assert int(told[1]) == number, address


async def test_edited_words_stay_and_the_rest_follows_the_figures(office: Console) -> None:
    """What was not touched is written from the figures again, what was touched is kept as written."""
    async with office.clerk("handler") as clerk:
        address = await made(clerk)
        form = {"version": await version(clerk, address), "text": "Đường sá đi lại khó.\n\nĐề nghị bổ sung kinh phí.",
                "intake": "như cũ", "was_intake": "như cũ"}  # fmt: skip
        answer = await clerk.post(f"{address}/words", form)
        assert answer.status == 303
        assert set(stored(office, address).narrative) == {"text"}
        assert "Đề nghị bổ sung kinh phí." in (await clerk.get(address)).text


async def test_two_officers_on_one_report_lose_nothing(office: Console) -> None:
    """The second is told, and finds what she wrote."""
    async with office.clerk("handler") as first, office.clerk("colleague") as second:
        address = await made(first)
        old = await version(second, address)
        await first.post(f"{address}/words", {"version": old, "text": "Một"})
        answer = await second.post(f"{address}/words", {"version": old, "text": "Hai, lời của người sau"})
        assert answer.status == 422
        assert "Hai, lời của người sau" in answer.text
        assert stored(office, address).narrative == {"text": "Một"}


async def test_an_approved_report_does_not_change_with_its_cases(office: Console) -> None:
    """Figures and words are those of the approval, byte for byte, whatever happens to the cases later."""
    async with office.clerk("handler") as clerk:
        address = await made(clerk)
        form = {**SIGNED, "version": await version(clerk, address)}
        assert (await clerk.post(f"{address}/approve", form)).status == 303
        before = [(await clerk.get(f"{address}/file/{style}")).body for style in ("docx", "xlsx")]
        crowd = Crowd(
            office.rules, office.rules.directory("xa-mau", office.clock()), date(2026, 7, 1), date(2026, 12, 1)
        )
        office.run(lambda unit: fill(unit, crowd, 60, 1000))
        after = [(await clerk.get(f"{address}/file/{style}")).body for style in ("docx", "xlsx")]
        assert before == after
        assert "12/BC-MTTQ-BTT" in words_of(after[0])


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [("number", "12/BC", "Cần ghi số thứ tự"), ("doc_date", "2027-01-01", "Cần ngày của văn bản"),
     ("doc_date", "", "Cần ngày của văn bản"), ("signed_by", " ", "Cần tên người ký")],
)  # fmt: skip
async def test_an_approval_says_what_is_missing(office: Console, field: str, value: str, said: str) -> None:
    """Beside the field; the report stays a draft."""
    async with office.clerk("handler") as clerk:
        address = await made(clerk)
        form = {**SIGNED, "version": await version(clerk, address), field: value}
        answer = await clerk.post(f"{address}/approve", form)
        assert answer.status == 422
        assert said in answer.text
        assert not stored(office, address).is_final


async def test_a_period_that_still_runs_cannot_be_approved(served: Console) -> None:
    """Its figures would not be the period's."""
    async with served.clerk("handler") as clerk:
        address = await made(clerk)
        form = {**SIGNED, "doc_date": "2026-11-20", "version": await version(clerk, address)}
        answer = await clerk.post(f"{address}/approve", form)
        assert answer.status == 422
        assert "14/12/2026" in answer.text


async def test_a_draft_says_so_and_carries_the_party_head_for_the_party(office: Console) -> None:
    """Regulation 124's report is the Party committee's, in its own style; the Front's carries the nation's name."""
    async with office.clerk("follow_up") as party, office.clerk("handler") as front:
        of_party = words_of((await party.get(f"{await made(party, 'R124_Y', '2026', 'dang_uy')}/file/docx")).body)
        of_front = words_of((await front.get(f"{await made(front)}/file/docx")).body)
        assert "ĐẢNG CỘNG SẢN VIỆT NAM" in of_party
        assert "CỘNG HÒA" not in of_party
        assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in of_front


async def test_recipients_are_recorded_and_their_opinions_followed(office: Console) -> None:
    """The People's Committee gives its own opinion in its own account; the others still show as silent."""
    async with office.clerk("handler") as front, office.clerk("contact") as committee:
        address = await made(front)
        await front.post(f"{address}/approve", {**SIGNED, "version": await version(front, address)})
        assert [one.body for one in stored(office, address).recipients] == ["dang_uy", "hdnd", "ubnd"]
        await front.post(f"{address}/recipients/ubnd", {"delivered_on": "2026-12-15", "way": "Văn thư"})
        answer = await committee.post(
            f"{address}/recipients/ubnd", {"opinion_on": "2026-12-15", "opinion": "Thống nhất.", "delivered_on": ""}
        )
        assert answer.status == 303
        kept = stored(office, address).recipients[2]
        assert (kept.delivered_on, kept.opinion, kept.way) == (date(2026, 12, 15), "Thống nhất.", "Văn thư")
        assert (await front.get(address)).text.count("chưa có ý kiến") == 2


@pytest.mark.parametrize("name", ["contact", "union", "oversight", "follow_up"])
async def test_a_draft_of_others_is_as_if_it_were_not_there(office: Console, name: str) -> None:
    """Until it is approved only its author's people open it."""
    async with office.clerk("handler") as front, office.clerk(name) as other:
        address = await made(front)
        assert (await other.get(address)).status == 404
        assert (await other.get(f"{address}/file/docx")).status == 404
        assert (await other.post(f"{address}/take")).status == 404


@pytest.mark.parametrize("period", ["2026-Q4", "2026", "2027-H1", "x"])
async def test_a_period_of_another_rhythm_is_refused(served: Console, period: str) -> None:
    """A half-yearly report is about a half-year that has begun."""
    async with served.clerk("handler") as clerk:
        answer = await clerk.post("/console/reports", {"kind": "RGS_H", "period": period, "author": "mttq"})
        assert answer.status == 422


async def test_what_is_proposed_can_be_made_as_it_stands(served: Console) -> None:
    """The period that is filled in suits the kind that is chosen."""
    async with served.clerk("handler") as clerk:
        page = (await clerk.get("/console/reports")).text
        kind, author = (re.findall(rf'name="{name}"><option value="(\w+)"', page)[0] for name in ("kind", "author"))
        period = re.findall(r'name="period" value="([^"]+)"', page)[0]
        assert await made(clerk, kind, period, author)


async def test_the_cut_off_day_is_a_setting(office: Console) -> None:
    """A locality that counts to the 20th has periods that end there."""
    async with office.clerk("handler") as clerk:
        assert (await clerk.post("/console/reports/settings", {"day": "20", "due": "25"})).status == 303
        page = await clerk.get(await made(clerk))
        assert "21/06/2026 đến 20/12/2026" in page.text
        assert (await clerk.post("/console/reports/settings", {"day": "0", "due": "25"})).status == 422
