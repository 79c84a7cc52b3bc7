"""The board's queries on both databases: words, pages, groups of topics, months in Vietnam, the registers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.clock import SteppedClock
from cases.disclosure import Content, Item, Proof, PublicityForm
from storage.board import Asked, BoardStore
from storage.board_disclosure import DisclosureStore
from storage.board_figures import counted
from storage.board_words import keep_words
from storage.keys import KeyRing
from storage.migrate import upgrade
from storage.work import Office, StoredWork
from tests.databases import opened
from tests.web.board_kit import NOW, answered, result, rules, several


@pytest.fixture
async def office(database_url: str) -> AsyncIterator[Office]:
    """An empty installation."""
    async with opened(database_url) as database:
        await database.write(upgrade)
        yield Office(database, KeyRing([bytes(range(32))]), SteppedClock(NOW))


@pytest.mark.parametrize(
    ("words", "count"),
    [("đường", 1), ("duong", 1), ("dương", 0), ("DUONG Be", 1), ("uong", 0), ("50%", 1), ("_", 1), ("'; --", 1)],
)
async def test_words_are_found_by_their_beginnings(office: Office, words: str, count: int) -> None:
    """With diacritics exactly, without them any; signs are no words."""

    def step(unit: StoredWork) -> int:
        result(unit, summary="Đường bê tông hỏng 50% mặt.")
        return len(BoardStore(unit).results(Asked(words=words))[0])

    assert await office.write(step) == count


async def test_pages_follow_each_other(office: Office) -> None:
    """The newest first, and whether there are more."""

    def step(unit: StoredWork) -> list[tuple[str, bool]]:
        several(unit, 5)
        found = [BoardStore(unit).results(Asked(page=page, size=2)) for page in range(3)]
        return [(results[0].summary, more) for results, more in found]

    pages = await office.write(step)
    assert pages == [(f"Việc thứ {n} trong xã.", n < 4) for n in (0, 2, 4)]


async def test_cases_alike_are_of_the_group_the_hamlet_and_the_year(office: Office) -> None:
    """What a neighbour would think of."""

    def step(unit: StoredWork) -> int:
        old = datetime(2025, 1, 1, tzinfo=UTC)
        told = [{}, {"topic": "infra.drainage"}, {"topic": "env.waste"}, {"hamlet": "thon-1"}, {"submitted_at": old}]
        for number, changes in enumerate(told, 1):
            unit.cases.add(answered(number, **changes), f"r{number}")  # type: ignore[arg-type]
        return BoardStore(unit).alike("xa-mau", "infra", "thon-2", NOW - timedelta(days=365))

    assert await office.write(step) == 2


async def test_months_are_those_of_vietnam(office: Office) -> None:
    """What was sent at seven in the evening UTC on the last of August came in September."""

    def step(unit: StoredWork) -> dict[str, int]:
        unit.cases.add(answered(1, submitted_at=datetime(2026, 8, 31, 19, tzinfo=UTC)), "r1")
        unit.cases.add(answered(2, submitted_at=datetime(2026, 8, 31, 16, tzinfo=UTC)), "r2")
        found = counted(unit, rules().calendar, "xa-mau", NOW - timedelta(days=365), NOW)
        return dict(found.months)

    assert await office.write(step) == {"2026-09": 1, "2026-08": 1}


async def test_a_register_keeps_items_and_proofs(office: Office) -> None:
    """What is open first, by its day; overdue ones are found, titles come back as written."""

    def step(unit: StoredWork) -> tuple[list[str], list[str]]:
        store = DisclosureStore(unit)
        for title, due in (("sau", date(2026, 12, 1)), ("trễ", date(2026, 11, 1)), ("xong", date(2026, 10, 1))):
            item = Item(unit.new_id(), "xa-mau", Content.PROCEDURES, "ubnd", due, title, "o", NOW)
            store.add(item)
            if title == "xong":
                store.prove(item, Proof(PublicityForm.OFFICE, date(2026, 9, 30), "Trụ sở"))
        late = store.overdue("xa-mau", date(2026, 11, 23))
        return [one.title for one in store.items("xa-mau")], [one.title for one in late]

    assert await office.write(step) == (["trễ", "sau", "xong"], ["trễ"])


async def test_a_rare_word_is_found_among_common_ones(any_office: Office) -> None:
    """With and without diacritics, by its beginning, and no longer once its result is off the board."""

    def store(unit: StoredWork) -> None:
        for number in range(1_100):
            result(unit, summary=f"Đường hỏng số {number}.")
        result(unit, id="rare", summary="Đường có quyết định.")
        result(unit, summary="Đường quyet.")

    def found(unit: StoredWork) -> list[int]:
        asked = ("đường quyết", "duong quyet", "duong qu", "quyết hỏng", "số 1099")
        return [len(BoardStore(unit).results(Asked(words=words))[0]) for words in asked]

    await any_office.write(store)
    assert await any_office.read(found) == [1, 2, 2, 0, 1]
    await any_office.write(lambda unit: keep_words(unit.connection, "rare", "duong co quyet dinh", ""))
    assert (await any_office.read(found))[1] == 1
