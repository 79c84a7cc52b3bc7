"""Row 12: whatever is written comes out of every sink as it went in, and nothing else of it changes.

What a form cannot hold is changed in one known way: half an emoji and NUL become U+FFFD on the way in; XML has no
place for control characters; spreadsheets get an apostrophe before what they would run.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from xml.etree import ElementTree as Tree

import pytest
from openpyxl import load_workbook

from cases.exporting import safe_cell
from cases.model import Case
from storage.work import StoredWork
from tests.trust.injection_kit import EVIL, GOING_IN, Page, flat, same_cell, strange
from tests.web.board_kit import board_at, result
from tests.web.console.case_kit import opened, report
from tests.web.console.desk import Console, console_at
from tests.web.stage import Stage
from tests.web.visitor import Visitor, visiting

PLAIN = "Đường Thôn 2 hỏng nặng, đề nghị sửa"

# -- pages and files of the console ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Console, dict[str, Case]]]:
    """A console with one case for each payload, and a harmless one."""
    with console_at(tmp_path_factory.mktemp("injected")) as console:
        texts = dict.fromkeys(text for _, text in GOING_IN if text.strip())  # some are alike once taken in
        found = {text: report(console, f"r{n}", text=text) for n, text in enumerate(texts)}
        found[PLAIN] = report(console, "plain", text=PLAIN)
        yield console, found


async def test_the_case_page_shows_it_and_grows_no_tag(told: tuple[Console, dict[str, Case]]) -> None:
    """Every tag with its attributes is one that our own templates write; the words are those that were sent."""
    console, found = told
    async with console.clerk("handler") as clerk:
        own = {tag for plain in (PLAIN, *list(found)[:3]) for tag in Page(await opened(clerk, found[plain])).tags}
        for text, case in found.items():
            page = Page(await opened(clerk, case))
            assert flat(text) in page.text, text
            strange = {
                tag for tag in page.tags - own if any(name.startswith("on") for name in tag[1:]) or tag[0] in EVIL
            }
            assert strange == set(), text


async def test_csv_json_and_lines_give_it_back(told: tuple[Console, dict[str, Case]]) -> None:
    """The JSON file holds the very text; a CSV cell is the text, behind an apostrophe where it would be run."""
    console, found = told
    by_code = {case.code: text for text, case in found.items()}
    async with console.clerk("handler") as clerk:
        rows = json.loads((await clerk.post("/console/export", {"form": "json"})).body)
        table = (await clerk.post("/console/export", {"form": "csv"})).body.decode("utf-8-sig")
        lines = (await clerk.post("/console/export", {"form": "jsonl"})).body.decode()
    assert {row["code"]: row["text"] for row in rows} == by_code
    assert {row["code"]: row["text"] for row in map(json.loads, filter(None, lines.split("\n")))} == by_code
    cells = {row["code"]: row["text"] for row in csv.DictReader(io.StringIO(table, newline=""))}
    assert cells == {code: safe_cell(text) for code, text in by_code.items()}
    assert [cell for cell in cells.values() if re.match(r"[=+\-@\t\r\n]", cell)] == []


async def test_a_spreadsheet_gives_it_back_and_runs_nothing(told: tuple[Console, dict[str, Case]]) -> None:
    """Every cell is a string; what XML cannot hold is left out or written by number."""
    console, found = told
    async with console.clerk("handler") as clerk:
        answer = await clerk.post("/console/export", {"form": "xlsx"})
    sheet = load_workbook(io.BytesIO(answer.body)).active
    assert sheet is not None
    head = {str(cell.value): place for place, cell in enumerate(sheet[1])}
    rows = list(sheet.iter_rows(min_row=2))
    at = next(place for name, place in head.items() if name in ("Nội dung", "text"))
    shown = {str(row[0].value): row[at] for row in rows}
    assert {cell.data_type for cell in shown.values()} == {"s"}
    wrong = [text for text, case in found.items() if case.code in shown and not same_cell(shown[case.code].value, text)]
    assert wrong == []


async def test_search_takes_it_for_words(told: tuple[Console, dict[str, Case]]) -> None:
    """No error, no more than what a search may find, and the words stand in the field again."""
    console, found = told
    async with console.clerk("handler") as clerk:
        for text in list(found)[:: max(len(found) // 44, 1)]:
            answer = await clerk.get("/console/cases?words=" + _quoted(text[:200]))
            assert answer.status == 200, text
            assert not {tag for tag in Page(answer.text).tags if any(name.startswith("on") for name in tag[1:])}


def _quoted(text: str) -> str:
    from urllib.parse import quote

    return quote(text, safe="")


# -- the public board -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A board with one result for each payload, as summary and as answer."""

    def fill(unit: StoredWork) -> None:
        for number, (_, text) in enumerate(GOING_IN):
            result(unit, public_id=f"p{number:09d}", summary=text or "-", answer=f"{text} xong")

    with board_at(tmp_path_factory.mktemp("board"), fill) as stage:
        yield stage


async def test_the_board_shows_it_as_written(board: Stage) -> None:
    """One page a result."""
    async with visiting(board.url) as visitor:
        plain = Page((await visitor.get("/cases/p000000000")).text).tags
        for number, (name, text) in enumerate(GOING_IN):
            answer = await visitor.get(f"/cases/p{number:09d}")
            page = Page(answer.text)
            assert answer.status == 200, text
            assert flat(text) in page.text, (name, text)
            assert strange(page.tags - plain) == set()


async def _all(visitor: Visitor, path: str) -> bytes:
    answer = await visitor.get(path)
    assert answer.status == 200
    return answer.body


async def test_the_boards_table_and_feeds_give_it_back(board: Stage) -> None:
    """CSV, Atom and RSS read by other programs; the feeds hold the newest thirty."""
    texts = {f"p{number:09d}": text for number, (_, text) in enumerate(GOING_IN)}
    async with visiting(board.url) as visitor:
        table = (await _all(visitor, "/board.csv")).decode("utf-8-sig")
        atom = Tree.fromstring(await _all(visitor, "/board.atom"))
        rss = Tree.fromstring(await _all(visitor, "/board.rss"))
    rows = {row["public_id"]: row["summary"] for row in csv.DictReader(io.StringIO(table, newline=""))}
    assert set(rows) == set(texts)
    assert [
        one for one, shown in rows.items() if flat(shown.removeprefix("'")) != flat(texts[one].removeprefix("'"))
    ] == []
    assert [shown for shown in rows.values() if re.match(r"\s*[=+\-@＝]", shown)] == []
    known = [flat(text) for text in texts.values()]
    for tree, item in ((atom, "{http://www.w3.org/2005/Atom}entry"), (rss, "item")):
        entries = list(tree.iter(item))
        assert 0 < len(entries) <= 30
        for entry in entries:
            words = flat(" ".join(entry.itertext()))
            assert any(text in words for text in known), words
    assert {node.tag for node in rss.iter("item")} == {"item"}


async def test_open311_gives_it_back_in_xml_and_json(board: Stage) -> None:
    """One request each."""
    async with visiting(board.url) as visitor:
        for number, (name, text) in enumerate(GOING_IN):
            xml = await visitor.get(f"/open311/v2/requests/p{number:09d}.xml")
            row = json.loads((await visitor.get(f"/open311/v2/requests/p{number:09d}.json")).body)[0]
            assert flat(row["description"]) == flat(text), name
            tree = Tree.fromstring(xml.body)
            assert [flat(node.text or "") for node in tree.iter("description")] == [flat(text)], name
            assert len(list(tree.iter("request"))) == 1
