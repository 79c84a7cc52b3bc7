"""Exports in the console: what is in the file, what is not, who may have senders, and the log of it all."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import date, datetime

import pytest
from openpyxl import load_workbook

from cases.model import Subject
from storage.api_exports import exports_of
from tests.web.console.case_kit import STORY, report
from tests.web.console.desk import Clerk, Console
from tests.web.visitor import Answer

PATH = "/console/export"


async def export(clerk: Clerk, **form: str) -> Answer:
    """Ask for a file."""
    return await clerk.post(PATH, {"form": "json", **form})


def rows(answer: Answer) -> list[dict[str, object]]:
    """The cases of a JSON file."""
    found: list[dict[str, object]] = json.loads(answer.body)
    return found


async def test_the_desk_takes_out_its_cases_with_their_text(own: Console) -> None:
    """One row a case, dates as the contract writes them."""
    case = report(own)
    async with own.clerk("handler") as clerk:
        (row,) = rows(await export(clerk))
    assert (row["code"], row["text"], row["state"]) == (case.code, STORY, "submitted")
    assert row["submitted_at"] == "2026-11-23T02:00:00Z"


async def test_what_may_not_be_seen_is_not_in_the_file(own: Console) -> None:
    """A union's officer and the authority that has not got the case yet take out nothing."""
    report(own)
    for name in ("union", "contact", "follow_up"):
        async with own.clerk(name) as clerk:
            assert rows(await export(clerk)) == []


async def test_a_case_at_its_conflict_check_stays_with_triage(own: Console) -> None:
    """COI-5: a handler of the same body does not even find its number."""
    report(own, subject=Subject.OFFICIAL, topic="official.attitude", posts=("khac",))
    async with own.clerk("colleague") as colleague, own.clerk("handler") as triage:
        assert (len(rows(await export(colleague))), len(rows(await export(triage)))) == (0, 1)


async def test_a_spreadsheet_has_real_dates_and_no_formulas(own: Console) -> None:
    """Text that begins like a formula stays text; the day of sending is a date in Vietnam's time."""
    case = report(own, text='=HYPERLINK("http://x","bấm") đường hỏng nặng')
    async with own.clerk("handler") as clerk:
        answer = await export(clerk, form="xlsx", names="1")
    sheet = load_workbook(io.BytesIO(answer.body)).active
    assert sheet is not None
    head = [cell.value for cell in sheet[1]]
    row = dict(zip(head, sheet[2], strict=True))
    assert row["Mã hồ sơ"].value == case.code
    assert row["Gửi lúc"].value == datetime.fromisoformat("2026-11-23T09:00:00")
    assert (row["Nội dung"].data_type, str(row["Nội dung"].value)[:11]) == ("s", "=HYPERLINK(")
    assert row["Lĩnh vực"].value == "Đường, cầu hư hỏng"
    assert b"<f>" not in zipfile.ZipFile(io.BytesIO(answer.body)).read("xl/worksheets/sheet1.xml")


async def test_a_csv_cell_is_never_a_formula(own: Console) -> None:
    """Excel would run it on opening the file."""
    report(own, text="+84 912 gọi tôi, đường hỏng")
    async with own.clerk("handler") as clerk:
        answer = await export(clerk, form="csv")
    (row,) = csv.DictReader(io.StringIO(answer.body.decode("utf-8-sig")))
    assert row["text"].startswith("'+84")


async def test_no_file_holds_senders(own: Console) -> None:
    """Not even for a reason: who sent a case is opened by two persons on its page."""
    report(own, text="Đường hỏng nặng")
    async with own.clerk("handler") as clerk:
        assert 'name="identity"' not in (await clerk.get(PATH)).text
        answer = await export(clerk, identity="1", reason="xác minh nơi xảy ra")
    assert "reporter_name" not in rows(answer)[0]
    assert "Nguyễn Văn An" not in answer.text


async def test_each_export_is_logged(own: Console) -> None:
    """Who, when, in which form, how many; what was asked is kept sealed."""
    report(own)
    async with own.clerk("handler") as clerk:
        await export(clerk, form="jsonl", state="submitted")
        page = await clerk.get(PATH)
    (line,) = own.run(lambda unit: exports_of(unit, own.officers["handler"].id))
    assert (line.form, line.rows, line.with_identity) == ("jsonl", 1, False)
    assert line.request["states"] == ["submitted"]
    assert "JSONL" in page.text


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"since": "hôm qua"}, "Ngày không đọc được"),
        ({"since": "2026-11-20", "until": "2026-11-01"}, "Ngày đầu ở sau ngày cuối"),
        ({"form": "exe"}, "Xin chọn một dạng tệp"),
    ],
)
async def test_a_mistake_is_said_beside_its_field(handler: Clerk, form: dict[str, str], said: str) -> None:
    """And nothing is exported."""
    answer = await export(handler, **form)
    assert answer.status == 422
    assert said in answer.text


async def test_administrators_export_no_cases(served: Console) -> None:
    """They run the system and read no content."""
    async with served.clerk("admin") as clerk:
        assert (await clerk.get(PATH)).status == 404


async def test_only_the_days_asked_for(own: Console) -> None:
    """Both days are included, in Vietnam's calendar."""
    report(own)
    async with own.clerk("handler") as clerk:
        today, later = date(2026, 11, 23), date(2026, 11, 24)
        found = [len(rows(await export(clerk, since=str(day), until=str(day)))) for day in (today, later)]
    assert found == [1, 0]
