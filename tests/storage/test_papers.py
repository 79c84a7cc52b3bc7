"""Numbers of papers: unique, in order, without unexplained gaps, from 1 each year; papers made are kept sealed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from storage.database import open_database
from storage.keys import KeyRing
from storage.migrate import upgrade
from storage.papers import MadePaper, NumberFault, PaperStore, Series
from storage.work import Office, StoredWork

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
LETTERS = Series("xa-mau", "mttq", 2026, "CV")


@pytest.fixture
async def office(database_url: str) -> AsyncIterator[Office]:
    """A store on each kind of database, its tables made."""
    database = open_database(database_url)
    await database.write(upgrade)
    yield Office(database, KeyRing([bytes(range(32))]), lambda: NOW)
    await database.close()


async def give(office: Office, number: int, reason: str = "", of: Series = LETTERS) -> None:
    """A clerk confirms a number."""
    await office.write(lambda unit: PaperStore(unit).take(of, number, f"p{number}", "an", reason))


async def next_of(office: Office, of: Series = LETTERS) -> int:
    """What would be proposed."""
    return await office.read(lambda unit: PaperStore(unit).next_number(of))


async def test_a_series_begins_at_one(office: Office) -> None:
    """The first number proposed in a year is 1."""
    assert await next_of(office) == 1


async def test_the_next_number_follows_the_last_one_given(office: Office) -> None:
    """Asking changes nothing; giving does."""
    await give(office, 1)
    assert [await next_of(office), await next_of(office)] == [2, 2]


async def test_a_number_is_given_once(office: Office) -> None:
    """The second clerk hears that it is taken and what is free."""
    await give(office, 1)
    with pytest.raises(NumberFault) as told:
        await give(office, 1)
    assert (told.value.code, told.value.next) == ("taken", 2)


async def test_a_gap_needs_a_reason(office: Office) -> None:
    """A number passed over without a word is refused, and nothing is given."""
    await give(office, 1)
    with pytest.raises(NumberFault) as told:
        await give(office, 4)
    assert (told.value.code, await next_of(office)) == ("gap", 2)


async def test_a_gap_is_written_down_with_its_reason(office: Office) -> None:
    """Each number passed over stands in the register."""
    await give(office, 1)
    await give(office, 4, "Số 2, 3 cấp cho văn bản giấy")
    lines = await office.read(lambda unit: PaperStore(unit).register(LETTERS))
    assert [(line.number, line.paper_id, bool(line.reason)) for line in lines] == [
        (1, "p1", False),
        (2, "", True),
        (3, "", True),
        (4, "p4", False),
    ]


async def test_a_number_passed_over_is_not_given_later(office: Office) -> None:
    """Numbers and days run the same way."""
    await give(office, 1)
    await give(office, 3, "nhầm")
    with pytest.raises(NumberFault) as told:
        await give(office, 2)
    assert told.value.code == "taken"


async def test_a_register_kept_on_paper_may_be_taken_over_at_any_number(office: Office) -> None:
    """What came before the first number here is not this register's matter."""
    await give(office, 57)
    lines = await office.read(lambda unit: PaperStore(unit).register(LETTERS))
    assert ([line.number for line in lines], await next_of(office)) == ([57], 58)


async def test_a_number_before_the_first_one_is_too_low(office: Office) -> None:
    """It was given on paper, or never."""
    await give(office, 57)
    with pytest.raises(NumberFault) as told:
        await give(office, 12)
    assert told.value.code == "too_low"


async def test_a_jump_of_hundreds_is_a_slip(office: Office) -> None:
    """2 typed as 2000 does not write two thousand lines."""
    await give(office, 1)
    with pytest.raises(NumberFault) as told:
        await give(office, 2000, "nhảy số")
    assert told.value.code == "too_far"


@pytest.mark.parametrize(
    "other",
    [
        Series("xa-mau", "mttq", 2027, "CV"),
        Series("xa-mau", "mttq", 2026, "TB"),
        Series("xa-mau", "hnd", 2026, "CV"),
        Series("xa-khac", "mttq", 2026, "CV"),
    ],
    ids=["year", "kind", "body", "commune"],
)
async def test_every_series_counts_for_itself(office: Office, other: Series) -> None:
    """By commune, body, year and kind."""
    await give(office, 1)
    await give(office, 2)
    assert await next_of(office, other) == 1


async def test_of_clerks_who_confirm_one_number_at_once_one_gets_it(office: Office) -> None:
    """Eight clerks, one number: one paper has it, seven hear why not."""

    async def attempt(clerk: int) -> str:
        try:
            await office.write(lambda unit: PaperStore(unit).take(LETTERS, 1, f"p{clerk}", f"c{clerk}"))
        except NumberFault as told:
            return told.code
        return "given"

    told = await asyncio.gather(*(attempt(clerk) for clerk in range(8)))
    assert sorted(told) == ["given", *["taken"] * 7]


def paper(**values: str) -> MadePaper:
    """A forwarding letter as the register keeps it."""
    return MadePaper(
        id="a" * 32,
        case_id="c1",
        locality="xa-mau",
        body="mttq",
        paper="forwarding",
        kind="CV",
        year=2026,
        sha256="0" * 64,
        size=9,
        made_by="an",
        made_at=NOW,
        number=12,
        doc_no="12/MTTQ-BTT",
        doc_date=date(2026, 11, 23),
        values=values,
    )


def add(made: MadePaper) -> object:
    """A step that keeps this paper."""

    def step(unit: StoredWork) -> None:
        PaperStore(unit).add(made, "12-MTTQ-BTT.docx")

    return step


async def test_a_made_paper_is_found_again_with_all_it_was_made_from(office: Office) -> None:
    """By case and by id."""
    made = paper(content="Mương thối")
    await office.write(add(made))  # type: ignore[arg-type]
    found = await office.read(lambda unit: (PaperStore(unit).of_case("c1"), PaperStore(unit).get(made.id)))
    assert found == ([made], made)


async def test_a_made_paper_stands_among_the_files_of_its_case(office: Office) -> None:
    """So that it lives and is erased with them."""
    await office.write(add(paper()))  # type: ignore[arg-type]
    files = await office.read(lambda unit: unit.files.of_case("c1", "paper"))
    assert [(one.id, one.sha256, one.source.name) for one in files] == [("a" * 32, "0" * 64, "12-MTTQ-BTT.docx")]


async def test_texts_of_a_paper_lie_sealed(tmp_path: Path) -> None:
    """Neither what a paper says nor why a number was passed over is readable in the database's file."""
    database = open_database(f"sqlite:///{tmp_path}/papers.db")
    await database.write(upgrade)
    office = Office(database, KeyRing([bytes(range(32))]), lambda: NOW)
    await office.write(add(paper(content="muongthoiQzk")))  # type: ignore[arg-type]
    await give(office, 1)
    await give(office, 3, "lydoQzk")
    await database.close()
    assert b"Qzk" not in (tmp_path / "papers.db").read_bytes()
