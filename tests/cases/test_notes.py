"""Internal notes: for the desk, by whoever wrote them."""

from __future__ import annotations

from typing import Any

import pytest

from cases import notes
from cases.casework import Hidden, Refused
from cases.model import Case
from cases.notes import Note
from storage.desk import Notes
from storage.work import StoredWork
from tests.handlers.officer_cast import Bureau, open_bureau  # noqa: F401 - a fixture


async def write(bureau: Bureau, who: str, case: Case, text: str = "Gọi lại anh Bình") -> Any:
    """A note by this officer."""

    def work(unit: StoredWork) -> Note:
        officer, found = unit.people.officer(who), unit.cases.get(case.id)
        assert officer is not None
        assert found is not None
        return notes.add_note(unit, Notes(unit), bureau.rules, officer, found, text, unit.now)

    return await bureau.office.write(work)


async def drop(bureau: Bureau, who: str, case: Case, note: str) -> None:
    """Take a note away."""

    def work(unit: StoredWork) -> None:
        officer, found = unit.people.officer(who), unit.cases.get(case.id)
        assert officer is not None
        assert found is not None
        notes.drop_note(Notes(unit), bureau.rules, officer, found, note, unit.now)

    await bureau.office.write(work)


async def texts(bureau: Bureau, case: Case) -> list[str]:
    """What stands there."""
    return [note.text for note in await bureau.office.read(lambda unit: Notes(unit).of_case(case.id))]


async def test_a_note_is_no_part_of_the_history(bureau: Bureau) -> None:
    """What goes to the authority, to papers and to exports is made of the history."""
    case = await bureau.received()
    before = await bureau.events(case)
    await write(bureau, "lan", case)
    assert await texts(bureau, case) == ["Gọi lại anh Bình"]
    assert await bureau.events(case) == before


async def test_the_authority_writes_no_note(bureau: Bureau) -> None:
    """And reads none."""
    with pytest.raises(Refused, match="not_now"):
        await write(bureau, "tuan", await bureau.received())


async def test_another_desk_writes_no_note(bureau: Bureau) -> None:
    """For it there is no such case."""
    with pytest.raises(Hidden):
        await write(bureau, "hoa", await bureau.received())


async def test_a_note_is_taken_away_by_its_writer_only(bureau: Bureau) -> None:
    """A colleague may answer it."""
    case = await bureau.received()
    note = await write(bureau, "lan", case)
    with pytest.raises(Refused, match="not_now"):
        await drop(bureau, "minh", case, note.id)
    await drop(bureau, "lan", case, note.id)
    assert await texts(bureau, case) == []


async def test_an_empty_note_is_none(bureau: Bureau) -> None:
    """Nothing is stored."""
    case = await bureau.received()
    with pytest.raises(Refused, match="no_note"):
        await write(bureau, "lan", case, "  ")
