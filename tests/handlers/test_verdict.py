"""The resident's word on the answer: one tap, and what is still missing in words, a picture, or both."""

from __future__ import annotations

import pytest

from cases.model import Case, State, Verdict
from tests.handlers.officer_cast import Bureau, an_answer, open_bureau  # noqa: F401 - a fixture


@pytest.fixture(name="case")
async def a_relayed_case(bureau: Bureau) -> Case:
    """The sender has the answer before them."""
    return await bureau.relayed()


async def test_not_solved_asks_what_is_missing(bureau: Bureau, case: Case) -> None:
    """The words stand with the case, and the dialogue is on its way."""
    resident = bureau.person("resident")
    await resident.taps("Không đồng ý")
    assert "Đã ghi lại" in await resident.says("Mới vá một nửa")
    found = await bureau.now(case)
    assert (found.verdict, found.verdict_note, found.state) == (Verdict.NOT_SOLVED, "Mới vá một nửa", State.DIALOGUE)


@pytest.mark.parametrize("words", ["", "Đây là nửa chưa vá"])
async def test_a_picture_says_it_as_well(bureau: Bureau, case: Case, words: str) -> None:
    """The half that was not mended is best shown."""
    resident = bureau.person("resident")
    await resident.taps("Không đồng ý")
    assert "Đã ghi lại" in await resident.sends_photo("duong", words)
    assert len(await bureau.office.read(lambda unit: unit.files.of_case(case.id, "evidence"))) == 1
    assert (await bureau.now(case)).verdict_note == words


async def test_a_picture_too_many_is_told(bureau: Bureau, case: Case) -> None:
    """Nobody is left to think that it arrived."""
    resident = bureau.person("resident")
    most = bureau.rules.limits.files
    for number in range(most):
        await resident.says(f"/bosung {case.code}")
        await resident.sends_photo(f"duong-{number}")
    await resident.says("/huy")
    await resident.taps("Không đồng ý")
    assert f"tối đa {most} tệp" in await resident.sends_photo("duong")
    assert len(await bureau.office.read(lambda unit: unit.files.of_case(case.id, "evidence"))) == most
