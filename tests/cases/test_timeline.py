"""The history as each reader may have it."""

from __future__ import annotations

from cases import deskwork, timeline
from cases.casework import read_content
from cases.model import Case, CaseEvent
from cases.resident import add_information
from cases.timeline import Line, Reading
from storage.work import StoredWork
from tests.handlers.officer_cast import OFFICERS, Bureau, open_bureau  # noqa: F401 - a fixture


async def reading(bureau: Bureau, who: str, case: Case) -> tuple[list[CaseEvent], Reading]:
    """The history and its reader."""

    def step(unit: StoredWork) -> tuple[list[CaseEvent], Reading]:
        people = {name: one for name in OFFICERS if (one := unit.people.officer(name))}
        directory = bureau.rules.directory_of(case, unit.now)
        return list(unit.cases.history(case.id)), Reading(people[who], directory, people, who != "tuan")

    return await bureau.office.read(step)


async def lines(bureau: Bureau, who: str, case: Case) -> list[Line]:
    """Its steps for this reader."""
    history, reader = await reading(bureau, who, case)
    return timeline.steps(history, reader)


async def add(bureau: Bureau, case: Case, text: str) -> None:
    """The resident's later words."""

    def step(unit: StoredWork) -> None:
        found = unit.cases.get(case.id)
        assert found is not None
        add_information(unit, bureau.rules, found, text, 0, unit.now)

    await bureau.office.write(step)


async def test_the_desk_reads_names(bureau: Bureau) -> None:
    """Of everybody who took a step."""
    told = await lines(bureau, "lan", await bureau.received())
    assert [(line.what, line.who) for line in told][1:] == [
        ("triaged", "Cán bộ lan"),
        ("forwarded", "Cán bộ lan"),
        ("received", "Cán bộ tuan"),
    ]


async def test_the_authority_knows_the_desk_by_its_body(bureau: Bureau) -> None:
    """And nothing of what the desk did before its letter."""
    told = await lines(bureau, "tuan", await bureau.received())
    assert [(line.what, line.by, line.who) for line in told] == [
        ("forwarded", "mttq", ""),
        ("received", "ubnd", "Cán bộ tuan"),
    ]


async def test_the_authority_reads_no_words_of_the_resident(bureau: Bureau) -> None:
    """They may tell who wrote them; that there was an addition it may know."""
    case = await bureau.received()
    await add(bureau, case, "Nhà tôi cạnh nhà văn hóa")
    assert [line.words for line in await lines(bureau, "lan", case)][-1] == "Nhà tôi cạnh nhà văn hóa"
    assert [(line.what, line.words) for line in await lines(bureau, "tuan", case)][-1] == ("added", "")


async def test_the_desks_own_work_is_not_told_to_the_authority(bureau: Bureau) -> None:
    """Writing to the sender, taking the case over."""
    case = await bureau.received()
    await bureau.act(deskwork.write_to_reporter, "lan", case, "Hố ở đoạn nào ạ?")
    await bureau.act(deskwork.take, "minh", case)
    assert {line.what for line in await lines(bureau, "tuan", case)} == {"forwarded", "received"}
    assert [line.what for line in await lines(bureau, "lan", case)][-2:] == ["wrote", "taken"]


async def test_looks_stand_apart_from_steps(bureau: Bureau) -> None:
    """Reading a case is no step of it."""
    case = await bureau.triaged()
    await bureau.office.write(lambda unit: read_content(unit, unit.people.officer("lan"), case, unit.now))  # type: ignore[arg-type]
    history, reader = await reading(bureau, "lan", case)
    assert "read" not in {line.what for line in timeline.steps(history, reader)}
    assert [(line.what, line.who) for line in timeline.looks(history, reader)] == [("read", "Cán bộ lan")]


async def test_what_others_did_meanwhile(bureau: Bureau) -> None:
    """One's own steps and looks are no news."""
    case = await bureau.triaged()
    history, _ = await reading(bureau, "lan", case)
    await bureau.act(deskwork.write_to_reporter, "lan", case, "Hố ở đoạn nào ạ?")
    await bureau.act(deskwork.take, "minh", case)
    later, reader = await reading(bureau, "lan", case)
    assert [line.what for line in timeline.since(later, len(history), reader)] == ["taken"]
