"""Which files each reader may open, and the log of it."""

from __future__ import annotations

import pytest

from cases import answers, evidence
from cases.casework import Hidden
from cases.messages import FileKind, FileRef
from cases.model import Case, Secrecy
from cases.ports import CaseFile
from storage.work import StoredWork
from tests.handlers.officer_cast import Bureau, an_answer, open_bureau  # noqa: F401 - a fixture


async def put(bureau: Bureau, case: Case, file_id: str, kind: FileKind, purpose: str = "evidence") -> None:
    """A file of the case."""
    file = CaseFile(file_id, case.id, "", purpose, FileRef(kind, file_id), "telegram", bureau.clock())
    await bureau.office.write(lambda unit: unit.files.add(file))


async def seen(bureau: Bureau, who: str, case: Case) -> list[str]:
    """Ids of what this officer may open."""

    def step(unit: StoredWork) -> list[str]:
        officer, found = unit.people.officer(who), unit.cases.get(case.id)
        assert officer is not None
        assert found is not None
        return [one.id for one in evidence.files_for(unit, officer, found, bureau.rules.directory_of(found, unit.now))]

    return await bureau.office.read(step)


async def open_it(bureau: Bureau, who: str, case: Case, file_id: str) -> CaseFile:
    """Open a file."""

    def step(unit: StoredWork) -> CaseFile:
        officer, found = unit.people.officer(who), unit.cases.get(case.id)
        assert officer is not None
        assert found is not None
        directory = bureau.rules.directory_of(found, unit.now)
        return evidence.open_file(unit, officer, found, directory, file_id, unit.now)

    return await bureau.office.write(step)


@pytest.mark.parametrize(("secrecy", "voices"), [(Secrecy.OPEN, ["voice"]), (Secrecy.CONFIDENTIAL, [])])
async def test_a_voice_is_for_those_who_may_know_the_sender(
    bureau: Bureau, secrecy: Secrecy, voices: list[str]
) -> None:
    """It gives its owner away; pictures and papers go to the authority."""
    case = await bureau.received(secrecy=secrecy)
    await put(bureau, case, "photo", FileKind.PHOTO)
    await put(bureau, case, "voice", FileKind.VOICE)
    assert await seen(bureau, "tuan", case) == ["photo", *voices]
    assert await seen(bureau, "lan", case) == ["photo", "voice"]


async def test_proofs_of_receipt_are_the_desks(bureau: Bureau) -> None:
    """The authority sees the report's pictures and its own papers."""
    case = await bureau.received()
    await put(bureau, case, "slip", FileKind.PHOTO, "proof")
    await put(bureau, case, "longer", FileKind.DOCUMENT, "extension")
    assert await seen(bureau, "tuan", case) == ["longer"]


async def test_the_answer_of_a_matter_lies_with_one_case(bureau: Bureau) -> None:
    """Every case of the matter shows it."""
    case, other = await bureau.received(), await bureau.received(who="neighbour")
    await put(bureau, other, "file-1", FileKind.DOCUMENT, "reply")
    await bureau.act(answers.record_reply, "tuan", case, an_answer())
    assert await seen(bureau, "lan", case) == ["file-1"]


async def test_opening_a_file_is_on_record_once_an_hour(bureau: Bureau) -> None:
    """A page that shows a picture again is no second look."""
    case = await bureau.received()
    await put(bureau, case, "photo", FileKind.PHOTO)
    for _ in range(2):
        await open_it(bureau, "lan", case, "photo")
    assert (await bureau.events(case)).count("file_opened") == 1


@pytest.mark.parametrize("who", ["hoa", "quang", "an"])
async def test_others_open_nothing(bureau: Bureau, who: str) -> None:
    """Another desk, oversight, an administrator: there is no such file, and no trace of a try."""
    case = await bureau.received()
    await put(bureau, case, "photo", FileKind.PHOTO)
    with pytest.raises(Hidden):
        await open_it(bureau, who, case, "photo")
    assert "file_opened" not in await bureau.events(case)


async def test_a_file_of_another_case_is_not_found(bureau: Bureau) -> None:
    """Whoever guesses an id gets nothing."""
    case, other = await bureau.received(), await bureau.received(who="neighbour")
    await put(bureau, other, "photo", FileKind.PHOTO)
    with pytest.raises(Hidden):
        await open_it(bureau, "lan", case, "photo")
