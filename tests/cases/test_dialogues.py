"""Dialogues: asked for by either side, held, written down."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from cases import dialogues, resident
from cases.casework import Refused
from cases.dialogues import Meeting
from cases.model import Case, State
from storage.desk import Meetings
from storage.work import StoredWork
from tests.handlers.officer_cast import Bureau, an_answer, open_bureau  # noqa: F401 - a fixture

DAY = date(2026, 3, 2)


async def use(bureau: Bureau, step: Any, who: str, case: Case, *rest: Any) -> Any:
    """Run a use case that keeps its papers on the shelf."""

    def work(unit: StoredWork) -> Any:
        officer, found = unit.people.officer(who), unit.cases.get(case.id)
        return step(unit, Meetings(unit), bureau.rules, officer, found, *rest, unit.now)

    return await bureau.office.write(work)


async def kept(bureau: Bureau, case: Case) -> list[Meeting]:
    """The dialogues of a case."""
    return list(await bureau.office.read(lambda unit: Meetings(unit).of_case(case.id)))


@pytest.fixture(name="case")
async def a_relayed_case(bureau: Bureau) -> Case:
    """The sender knows the answer."""
    return await bureau.relayed()


@pytest.mark.parametrize(("who", "by"), [("lan", "handler"), ("tuan", "authority")])
async def test_either_side_asks_for_a_dialogue(bureau: Bureau, case: Case, who: str, by: str) -> None:
    """The sender reads about what, when and where."""
    await use(bureau, dialogues.request, who, case, "Làm rõ thời gian vá", "Thứ Hai, 8 giờ, nhà văn hóa")
    assert (await bureau.now(case)).state is State.DIALOGUE
    assert "nhà văn hóa" in await bureau.news()
    assert [(one.asked_by, one.topic) for one in await kept(bureau, case)] == [(by, "Làm rõ thời gian vá")]


async def test_what_a_dialogue_came_to_is_written_down(bureau: Bureau, case: Case) -> None:
    """The case stays in dialogue until a supplement or its end."""
    await use(bureau, dialogues.request, "lan", case, "Làm rõ thời gian vá", "")
    await use(bureau, dialogues.record_held, "lan", case, DAY, "Ông Bình, bà con Thôn 2", "Vá xong trước 15/3")
    (found,) = await kept(bureau, case)
    assert (found.held_on, found.minutes) == (DAY, "Vá xong trước 15/3")
    assert (await bureau.now(case)).state is State.DIALOGUE


async def test_a_dialogue_the_resident_asked_for_is_entered_when_held(bureau: Bureau, case: Case) -> None:
    """She asked in her chat, where no paper was made."""

    def ask(unit: StoredWork) -> bool:
        found = unit.cases.get(case.id)
        assert found is not None
        return resident.ask_dialogue(unit, bureau.rules, found, unit.now)

    await bureau.office.write(ask)
    await use(bureau, dialogues.record_held, "lan", case, DAY, "Hai bên", "Đã rõ")
    assert [(one.asked_by, one.held_on) for one in await kept(bureau, case)] == [("resident", DAY)]


@pytest.mark.parametrize(
    ("day", "present", "minutes", "code"),
    [
        (date(2026, 3, 3), "Hai bên", "Đã rõ", "held_in_future"),
        (DAY, "", "Đã rõ", "no_present"),
        (DAY, "Hai bên", " ", "no_minutes"),
    ],
)
async def test_minutes_say_when_who_and_what(
    bureau: Bureau, case: Case, day: date, present: str, minutes: str, code: str
) -> None:
    """Each is needed."""
    await use(bureau, dialogues.request, "lan", case, "Làm rõ thời gian vá", "")
    with pytest.raises(Refused, match=code):
        await use(bureau, dialogues.record_held, "lan", case, day, present, minutes)


async def test_minutes_are_the_desks(bureau: Bureau, case: Case) -> None:
    """The authority signs them on paper."""
    await use(bureau, dialogues.request, "tuan", case, "Làm rõ thời gian vá", "")
    with pytest.raises(Refused, match="not_now"):
        await use(bureau, dialogues.record_held, "tuan", case, DAY, "Hai bên", "Đã rõ")


async def test_a_dialogue_is_about_something(bureau: Bureau, case: Case) -> None:
    """Else nobody can prepare."""
    with pytest.raises(Refused, match="no_dialogue_topic"):
        await use(bureau, dialogues.request, "lan", case, " ", "")
