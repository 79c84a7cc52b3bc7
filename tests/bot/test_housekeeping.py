"""What is thrown away in time, and what is not."""

from __future__ import annotations

from pathlib import Path

from bot.clock import SteppedClock
from bot.housekeeping import Housekeeping
from cases.automatic import close_silent
from cases.model import State
from cases.rules import Rules
from storage.keys import KeyRing
from storage.vault import FileVault
from storage.work import Office, StoredWork
from tests.handlers.cast import Person, cases_of, open_spine, report_road


def keeper(office: Office, rules: Rules, tmp_path: Path, keys: KeyRing) -> Housekeeping:
    """The housekeeping of this office."""
    return Housekeeping(office, FileVault(tmp_path / "files", keys), lambda: rules)


async def test_a_draft_left_too_long_is_forgotten(
    office: Office, rules: Rules, clock: SteppedClock, tmp_path: Path, keys: KeyRing
) -> None:
    """Words and files of a report never sent are gone after a week."""
    person = Person(open_spine(office, rules), office, clock)
    await person.says("Đường bê tông Thôn 2 mới làm ba tháng đã nứt toác")
    await person.taps("Tôi đồng ý")
    clock.move(days=8)
    await keeper(office, rules, tmp_path, keys).tidy()
    chat = await office.read(lambda unit: unit.chats.load(person.update().address))
    assert "data" not in chat.talk


async def test_an_identity_is_erased_two_years_after_closing(
    office: Office, rules: Rules, clock: SteppedClock, tmp_path: Path, keys: KeyRing
) -> None:
    """Kept to the day, then gone; the case stays."""
    house = keeper(office, rules, tmp_path, keys)
    case = await report_road(Person(open_spine(office, rules), office, clock))

    def close(unit: StoredWork) -> None:
        found = unit.cases.get(case.id)
        assert found is not None
        found.state = State.RELAYED
        unit.cases.save(found)
        assert close_silent(unit, rules, case.id, "close_silent", unit.now)

    await office.write(close)
    clock.move(days=729)
    await house.tidy()
    assert await office.read(lambda unit: unit.people.reporter(case.reporter)) is not None
    clock.move(days=10)
    await house.tidy()
    assert await office.read(lambda unit: unit.people.reporter(case.reporter)) is None
    assert (await cases_of(office))[0].reporter == ""
