"""Case numbers: none twice, anew each year and place, and with gaps that tell nothing."""

from __future__ import annotations

import asyncio
import itertools
from functools import partial

from storage.case_store import LEAP
from storage.work import Office, StoredWork
from tests.storage.test_cases_store import a_case


async def test_fifty_reports_at_once_get_fifty_numbers(any_office: Office) -> None:
    """No number twice, although every fourth transaction fails after taking one."""

    def submit(unit: StoredWork, number: int) -> str:
        code = unit.cases.next_code("xa-mau", 2026)
        unit.cases.add(a_case(number, code=code), f"r{number}")
        if number % 4 == 0:
            raise KeyError(number)
        return code

    made = (any_office.write(partial(submit, number=number)) for number in range(68))
    codes = [code for code in await asyncio.gather(*made, return_exceptions=True) if isinstance(code, str)]
    numbers = sorted(int(code.rpartition("-")[2]) for code in codes)
    assert len(set(numbers)) == 51
    assert numbers[0] <= LEAP
    assert numbers[-1] <= 51 * LEAP


async def test_a_number_left_out_is_ordinary(any_office: Office) -> None:
    """An officer who cannot open a number cannot tell whether it was ever given: numbers leap at random anyway."""
    codes = await any_office.write(lambda unit: [unit.cases.next_code("xa-mau", 2026) for _ in range(200)])
    numbers = [int(code.rpartition("-")[2]) for code in codes]
    assert {after - before for before, after in itertools.pairwise(numbers)} == set(range(1, LEAP + 1))


async def test_each_place_and_year_counts_by_itself(any_office: Office) -> None:
    """Numbers begin anew with the year and in the next commune."""
    wanted = [("xa-mau", 2026), ("xa-mau", 2026), ("xa-mau", 2027), ("xa-ben", 2026)]
    codes = await any_office.write(lambda unit: [unit.cases.next_code(*one) for one in wanted])
    second = codes.pop(1)
    assert codes == ["PA-2026-000001", "PA-2027-000001", "PA-2026-000001"]
    assert "PA-2026-000002" <= second <= f"PA-2026-{1 + LEAP:06d}"
