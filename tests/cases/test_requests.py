"""Information asked of the authority: what, by when, whether it came."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from cases import requests
from cases.casework import Hidden, Refused
from cases.model import Case
from cases.requests import InfoRequest
from storage.desk import Requests
from storage.work import StoredWork
from tests.handlers.officer_cast import Bureau, open_bureau  # noqa: F401 - a fixture

DUE = date(2026, 3, 10)


async def use(bureau: Bureau, step: Any, who: str, case: Case, *rest: Any) -> Any:
    """Run a use case that keeps its papers on the shelf."""

    def work(unit: StoredWork) -> Any:
        officer, found = unit.people.officer(who), unit.cases.get(case.id)
        return step(unit, Requests(unit), bureau.rules, officer, found, *rest, unit.now)

    return await bureau.office.write(work)


async def kept(bureau: Bureau, case: Case) -> list[InfoRequest]:
    """The requests of a case."""
    return list(await bureau.office.read(lambda unit: Requests(unit).of_case(case.id)))


async def test_the_contact_is_told_of_a_request_not_its_words(bureau: Bureau) -> None:
    """Number, topic and day: phones are weak devices."""
    case = await bureau.received()
    await bureau.news("tuan")
    await use(bureau, requests.ask, "lan", case, "Hồ sơ nghiệm thu đoạn đường", DUE)
    told = await bureau.news("tuan")
    assert case.code in told
    assert "10/03/2026" in told
    assert "nghiệm thu" not in told


async def test_what_came_is_recorded(bureau: Bureau) -> None:
    """With the day and what it was."""
    case = await bureau.received()
    asked = await use(bureau, requests.ask, "lan", case, "Hồ sơ nghiệm thu", DUE)
    await use(bureau, requests.receive, "lan", case, asked.id, date(2026, 3, 2), "Biên bản 3 trang")
    (found,) = await kept(bureau, case)
    assert (found.received_on, found.note, found.what) == (date(2026, 3, 2), "Biên bản 3 trang", "Hồ sơ nghiệm thu")


async def test_a_request_past_its_day_stands_on_the_list(bureau: Bureau) -> None:
    """SV-4: until it is met."""
    case = await bureau.received()
    asked = await use(bureau, requests.ask, "lan", case, "Hồ sơ nghiệm thu", DUE)
    late = await bureau.office.read(lambda unit: Requests(unit).late("xa-mau", date(2026, 3, 11)))
    assert [one.id for one in late] == [asked.id]
    assert asked.is_late(date(2026, 3, 11))
    assert not asked.is_late(DUE)


@pytest.mark.parametrize(("what", "due", "code"), [(" ", DUE, "no_what"), ("Hồ sơ", date(2026, 3, 2), "due_past")])
async def test_a_request_says_what_and_by_when(bureau: Bureau, what: str, due: date, code: str) -> None:
    """A day after today."""
    case = await bureau.received()
    with pytest.raises(Refused, match=code):
        await use(bureau, requests.ask, "lan", case, what, due)


async def test_a_request_is_met_once(bureau: Bureau) -> None:
    """The second time there is none that waits."""
    case = await bureau.received()
    asked = await use(bureau, requests.ask, "lan", case, "Hồ sơ nghiệm thu", DUE)
    await use(bureau, requests.receive, "lan", case, asked.id, date(2026, 3, 2), "Biên bản")
    with pytest.raises(Refused, match="no_request"):
        await use(bureau, requests.receive, "lan", case, asked.id, date(2026, 3, 2), "Biên bản")


async def test_nothing_is_asked_before_the_letter(bureau: Bureau) -> None:
    """Nobody is supervised yet."""
    case = await bureau.triaged()
    with pytest.raises(Refused, match="not_now"):
        await use(bureau, requests.ask, "lan", case, "Hồ sơ", DUE)


async def test_a_foreign_desk_asks_nothing(bureau: Bureau) -> None:
    """For it there is no such case."""
    case = await bureau.received()
    with pytest.raises(Hidden):
        await use(bureau, requests.ask, "hoa", case, "Hồ sơ", DUE)
