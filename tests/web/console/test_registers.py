"""The registers' pages: added, corrected, refused beside the field, and closed to whom they do not concern."""

from __future__ import annotations

import re

import pytest

from cases.registers import Book, Entry
from storage.registers import Registers
from tests.web.console.desk import Clerk, Console

SESSION = {"year": "2026", "theme": "Giám sát thu, chi quỹ", "lead": "mttq", "joint": "1", "finished_on": "2026-05-04"}


async def added(clerk: Clerk, book: str = "session", **fields: str) -> str:
    """One entry; the address of its form."""
    answer = await clerk.post(f"/console/registers/{book}", SESSION | fields)
    assert answer.status == 303, answer.text[-500:]
    page = await clerk.get(f"/console/registers/{book}?year=2026")
    return str(re.findall(rf'href="(/console/registers/{book}/[0-9a-f]{{32}})"', page.text)[-1])


def kept(console: Console, address: str) -> Entry:
    """The entry as stored."""
    found: Entry = console.run(lambda unit: Registers(unit).get(address.rsplit("/", 1)[1]))
    return found


async def test_an_entry_is_added_and_counts_for_the_target(own: Console) -> None:
    """One of two sessions stands in the panel."""
    async with own.clerk("handler") as clerk:
        await added(clerk)
        page = await clerk.get("/console/registers?year=2026")
        assert "1/2" in page.text
        assert "Có nguy cơ không đạt" in page.text


async def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_lost(own: Console) -> None:
    """The words typed come back."""
    async with own.clerk("handler") as clerk:
        answer = await clerk.post("/console/registers/session", SESSION | {"finished_on": "31/02/2026", "year": "26"})
        assert answer.status == 422
        assert answer.text.count('class="fault"') == 2
        assert "Giám sát thu, chi quỹ" in answer.text
        assert 'value="31/02/2026"' in answer.text


async def test_an_entry_is_corrected_and_deleted(own: Console) -> None:
    """By the body that made it."""
    async with own.clerk("handler") as clerk:
        address = await added(clerk)
        entry = kept(own, address)
        change = SESSION | {"id": entry.id, "version": "0", "theme": "Giám sát quỹ khuyến học"}
        assert (await clerk.post("/console/registers/session", change)).status == 303
        assert kept(own, address).word("theme") == "Giám sát quỹ khuyến học"
        assert (await clerk.post(f"{address}/remove")).status == 303
        assert (await clerk.get(address)).status == 404


async def test_the_second_of_two_officers_is_told(own: Console) -> None:
    """What she typed is still there."""
    async with own.clerk("handler") as clerk:
        entry = kept(own, await added(clerk))
        change = SESSION | {"id": entry.id, "version": "0"}
        await clerk.post("/console/registers/session", change)
        answer = await clerk.post("/console/registers/session", change | {"theme": "Lời người sau"})
        assert answer.status == 409
        assert "Lời người sau" in answer.text


async def test_a_unions_entry_is_corrected_by_the_union_and_the_front_alone(own: Console) -> None:
    """Others read it in the list; its form is as if it were not there."""
    async with own.clerk("union") as union, own.clerk("handler") as front, own.clerk("follow_up") as other:
        address = await added(union)
        assert [(await one.get(address)).status for one in (union, front, other)] == [200, 200, 404]
        assert "Giám sát thu, chi quỹ" in (await other.get("/console/registers/session?year=2026")).text


async def test_names_of_trained_people_are_not_for_authorities(own: Console) -> None:
    """The register of training is closed to contacts; nobody of them writes into any register."""
    async with own.clerk("contact") as contact:
        assert (await contact.get("/console/registers/training")).status == 404
        assert (await contact.get("/console/registers/recommendation")).status == 200
        assert (await contact.post("/console/registers/session", SESSION)).status == 404


async def test_entries_are_sealed(own: Console) -> None:
    """No name lies in the database in clear."""
    async with own.clerk("handler") as clerk:
        fields = {"person": "TrầnQzkThịNgọc", "group": "full_time", "trained_on": "2026-03-02"}
        await added(clerk, "training", **fields)
    content = b"".join(path.read_bytes() for path in own.stage.folder.rglob("*.db*"))
    assert "TrầnQzkThịNgọc".encode() not in content
    assert b"register_entry" in content


@pytest.mark.parametrize("book", Book)
async def test_every_register_has_its_list_and_its_form(served: Console, book: Book) -> None:
    """In English too."""
    async with served.clerk("handler", "en") as clerk:
        assert (await clerk.get(f"/console/registers/{book}")).status == 200
        assert (await clerk.get(f"/console/registers/{book}/new")).status == 200
