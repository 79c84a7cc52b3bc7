"""The public board over HTTP: list, search, filters, one result, feeds, caching, and what never shows."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Iterator
from xml.etree import ElementTree as Tree

import pytest

from cases.publication import Stage as PublicationStage
from cases.reidentification import PublicText
from storage.board import Asked, BoardStore
from storage.work import StoredWork
from tests.web.board_kit import board_at, result, several
from tests.web.stage import Stage
from tests.web.visitor import Visitor, visiting
from web.board_feeds import cell

ATOM = "{http://www.w3.org/2005/Atom}"
HOSTILE = '=HYPERLINK("http://x")<script>alert(1)</script> & ]]> \x0b'


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A board of a few results."""

    def fill(unit: StoredWork) -> None:
        result(unit, public_id="road000001")
        result(unit, public_id="rac0000002", topic="env.waste", summary="Rác ở chợ không thu gom.", hamlet="")
        result(unit, public_id="person0003", topic="official.attitude", authority="~state", by_month=True, hamlet="")
        odd = {"summary": HOSTILE, "answer": "@SUM(1)", "topic": "infra.drainage", "outcome": "not_upheld"}
        result(unit, public_id="hostile004", **odd)

    with board_at(tmp_path_factory.mktemp("board"), fill) as stage:
        yield stage


@pytest.fixture
async def reader(board: Stage) -> AsyncIterator[Visitor]:
    """Somebody who reads it."""
    async with visiting(board.url) as visitor:
        yield visitor


async def found(reader: Visitor, query: str) -> set[str]:
    """Public ids on the page for this query."""
    page = (await reader.get(f"/?{query}")).text
    return {part.split('"')[0].split("?")[0] for part in page.split('href="/cases/')[1:]}


async def test_the_first_page_tells_what_this_is_and_what_was_answered(reader: Visitor) -> None:
    """How to write, whom to call in danger, and the results."""
    page = (await reader.get("/")).text
    assert "Nhắn cho Mặt trận" in page
    assert 'href="tel:114"' in page
    assert 'href="/cases/road000001"' in page
    assert 'href="https://zalo.me/1"' in page


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("q=rác", {"rac0000002"}),
        ("q=rac", {"rac0000002"}),
        ("q=duong+betong", set()),
        ("q=duong+be+tong", {"road000001", "person0003"}),
        ("q=đường+vỡ", {"road000001", "person0003"}),
        ("q=dương", set()),
        ("topic=env", {"rac0000002"}),
        ("topic=env.waste", {"rac0000002"}),
        ("topic=nothing", set()),
        ("hamlet=thon-2", {"road000001", "hostile004"}),
        ("authority=~state", {"person0003"}),
        ("outcome=not_upheld", {"hostile004"}),
        ("topic=infra&outcome=upheld", {"road000001"}),
        ("q=%25", {"road000001", "rac0000002", "person0003", "hostile004"}),
        ("q=%00%27%3B--", {"road000001", "rac0000002", "person0003", "hostile004"}),
        ("page=999999", {"road000001", "rac0000002", "person0003", "hostile004"}),
    ],
)
async def test_search_and_filters(reader: Visitor, query: str, ids: set[str]) -> None:
    """Words with and without diacritics, topics and their groups, places, bodies, outcomes; odd input does no harm."""
    assert await found(reader, query) == ids


async def test_one_result_has_a_page_with_rounded_dates(reader: Visitor) -> None:
    """The week, never the day."""
    page = (await reader.get("/cases/road000001")).text
    assert "tuần 05/10 – 11/10/2026" in page
    assert "Xã đã vá lại mặt đường." in page
    assert "Thôn 2, xã Mẫu" in page


async def test_a_report_about_a_person_names_month_and_kind_only(reader: Visitor) -> None:
    """No hamlet, no body, no week."""
    page = (await reader.get("/cases/person0003")).text
    assert "cơ quan nhà nước" in page
    assert "tháng 10/2026" in page
    assert "Thôn 2" not in page


async def test_markup_in_a_result_is_text(reader: Visitor) -> None:
    """On the list and on its page."""
    for path in ("/", "/cases/hostile004"):
        assert "<script>alert" not in (await reader.get(path)).text


async def test_the_table_runs_no_formula(reader: Visitor) -> None:
    """What begins like a formula gets a quote in front; the header row names the columns."""
    table = (await reader.get("/board.csv")).body.decode("utf-8-sig")
    rows = {row["public_id"]: row for row in csv.DictReader(io.StringIO(table))}
    assert rows["hostile004"]["summary"].startswith("'=HYPERLINK")
    assert rows["hostile004"]["answer"] == "'@SUM(1)"
    assert (rows["road000001"]["received_on"], rows["road000001"]["dates_to"]) == ("2026-10-05", "week")


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\t=1", "\r=1", " =1", "＝1", "\ufeff=1", "\n=1"])
def test_every_way_to_begin_a_formula_is_covered(text: str) -> None:
    """Full width and leading blanks too."""
    assert cell(text).startswith("'")


async def test_the_feeds_are_well_formed_and_hold_text(reader: Visitor) -> None:
    """Atom and RSS parse, carry every result, and the words are as published but for what XML cannot hold."""
    feed = Tree.fromstring((await reader.get("/board.atom")).body)
    titles = {entry.findtext(f"{ATOM}id"): entry.findtext(f"{ATOM}summary") for entry in feed.iter(f"{ATOM}entry")}
    assert titles["urn:hoiam:result:hostile004"] == HOSTILE.replace("\x0b", "")
    rss = Tree.fromstring((await reader.get("/board.rss")).body)
    assert any("&lt;script&gt;" in (item.findtext("description") or "") for item in rss.iter("item"))


async def test_feeds_say_the_day_only(reader: Visitor) -> None:
    """When in the day an officer published is nobody's matter."""
    feed = Tree.fromstring((await reader.get("/board.atom")).body)
    assert {entry.findtext(f"{ATOM}updated") for entry in feed.iter(f"{ATOM}entry")} == {"2026-11-22T00:00:00+00:00"}


async def test_nothing_tells_of_the_case_behind(reader: Visitor, board: Stage) -> None:
    """Neither number nor id of a case, nor who published, in any public form."""
    inside = board.run(
        lambda unit: [one.case_id for one in BoardStore(unit).at_stage("xa-mau", list(PublicationStage))]
    )
    pages = ("/", "/cases/road000001", "/board.csv", "/board.atom", "/board.rss", "/embed")
    for path in (*pages, "/open311/v2/requests.json"):
        text = (await reader.get(path)).text
        assert "PA-2026" not in text
        assert not any(case_id in text for case_id in inside)


async def test_unknown_and_taken_off_look_the_same(reader: Visitor) -> None:
    """404 with the same body, whatever the id."""
    answers = [await reader.get(f"/cases/{name}", accept="text/html") for name in ("nope", "PA-2026-000001")]
    assert [answer.status for answer in answers] == [404, 404]
    assert len({answer.text.replace("nope", "").replace("PA-2026-000001", "") for answer in answers}) == 1


async def test_an_unchanged_page_is_not_sent_again(reader: Visitor) -> None:
    """304 for the known tag; another language is another page."""
    first = await reader.get("/")
    again = await reader.get("/", **{"if-none-match": first.headers["etag"]})
    other = await reader.get("/?lang=en", **{"if-none-match": first.headers["etag"]})
    assert (again.status, again.body, other.status) == (304, b"", 200)
    assert first.headers["vary"] == "accept-language"
    assert "public" in first.headers["cache-control"]


async def test_english_is_whole(reader: Visitor) -> None:
    """Every public page speaks it."""
    for path in ("/", "/figures", "/how", "/how/sheet", "/embed", "/cases/road000001"):
        assert 'lang="en"' in (await reader.get(f"{path}?lang=en")).text


async def test_the_embeddable_list_shows_the_newest(reader: Visitor) -> None:
    """As many as asked for, links lead out of the frame."""
    page = (await reader.get("/embed?limit=2")).text
    assert page.count("/cases/") == 2
    assert 'target="_blank" rel="noopener"' in page


async def test_only_the_embeddable_list_may_be_framed(reader: Visitor) -> None:
    """Everything else stays out of the frames of others."""
    framed = (await reader.get("/embed")).headers
    assert "frame-ancestors *" in framed["content-security-policy"]
    assert "frame-ancestors 'none'" not in str(list(framed.items()))
    assert "x-frame-options" not in framed
    for path in ("/", "/figures", "/how", "/cases/road000001"):
        assert "frame-ancestors 'none'" in (await reader.get(path)).headers["content-security-policy"]


async def test_long_boards_have_pages(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Twenty a page, the newest first, links keep the search."""
    with board_at(tmp_path_factory.mktemp("long"), lambda unit: several(unit, 45)) as stage:
        async with visiting(stage.url) as reader:
            first, third = (await reader.get("/?q=viec")).text, (await reader.get("/?q=viec&page=2")).text
    assert (first.count("/cases/"), third.count("/cases/")) == (20, 5)
    assert "/?q=viec&amp;page=1#results" in first
    assert "Việc thứ 0 trong xã." in first


async def test_what_is_taken_off_is_gone_at_once(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The kept page is not served any more, though a minute has not passed."""
    with board_at(tmp_path_factory.mktemp("off"), lambda unit: several(unit, 1)) as stage:
        async with visiting(stage.url) as reader:
            assert "Việc thứ 0" in (await reader.get("/")).text
            stage.services.clock.move(seconds=1)  # type: ignore[attr-defined]
            stage.run(_take_off)
            assert "Việc thứ 0" not in (await reader.get("/")).text


def _take_off(unit: StoredWork) -> None:
    store = BoardStore(unit)
    entry = store.at_stage("xa-mau", [PublicationStage.PUBLISHED])[0]
    entry.stage, entry.text = PublicationStage.WITHDRAWN, PublicText("", "")
    store.save(entry)


def test_a_draft_never_stands_in_clear(board: Stage) -> None:
    """Until it is on the board its words are sealed."""
    board.run(
        lambda unit: result(unit, stage=PublicationStage.DRAFT, summary="Lời chưa duyệt Qzk77", published_at=None)
    )
    content = b"".join(path.read_bytes() for path in board.folder.glob("web.db*"))
    assert b"Qzk77" not in content
    assert "Qzk77" not in str(board.run(lambda unit: BoardStore(unit).results(Asked(words="Qzk77"))))
