"""What is thrown away in time, and what is not."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bot.clock import SteppedClock, system_clock
from bot.housekeeping import Housekeeping
from cases.automatic import close_silent
from cases.messages import FileKind, FileRef
from cases.model import State
from cases.ports import CaseFile
from cases.rules import Rules
from storage import erasing
from storage.chats import chat
from storage.keys import KeyRing
from storage.people import reporter
from storage.vault import FileVault
from storage.work import Office, StoredWork
from tests.handlers.cast import Person, cases_of, open_spine, report_road
from web.uploads import PART


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


async def test_one_damaged_row_keeps_nothing_else_beyond_its_day(
    office: Office, rules: Rules, clock: SteppedClock, tmp_path: Path, keys: KeyRing
) -> None:
    """A conversation and an identity that do not open: the others' are forgotten, and cases past their term go."""
    spine = open_spine(office, rules)
    spoilt, other = (Person(spine, office, clock, id=name) for name in ("hai", "ba"))
    cases = [await report_road(one) for one in (spoilt, other)]
    for one in (spoilt, other):
        await one.says("Đường bê tông Thôn 2 mới làm ba tháng đã nứt toác")

    def spoil(unit: StoredWork) -> None:
        for case in cases:
            found = unit.cases.get(case.id)
            assert found is not None
            found.state = State.RELAYED
            unit.cases.save(found)
            assert close_silent(unit, rules, case.id, "close_silent", unit.now)
        first = unit.people.reporter(cases[0].reporter)
        assert first is not None
        run = unit.connection.execute
        run(update(reporter).where(reporter.c.ref == first.ref).values(sealed_identity=b"\x00nonsense"))
        run(update(chat).where(chat.c.key == first.chat_key).values(sealed_talk=b"\x00nonsense"))

    await office.write(spoil)
    house = keeper(office, rules, tmp_path, keys)
    clock.move(days=8)
    await house.tidy()
    talk = await office.read(lambda unit: unit.chats.load(other.update().address).talk)
    assert "data" not in talk
    clock.move(days=731)
    await house.tidy()
    left = await office.read(lambda unit: unit.connection.execute(select(reporter.c.ref)).scalars().all())
    assert list(left) == [cases[0].reporter], "what does not open goes with its case"
    clock.move(days=366 * 4)
    await house.tidy()
    assert await cases_of(office) == []


async def test_a_step_that_fails_keeps_the_others_from_nothing(
    office: Office, rules: Rules, clock: SteppedClock, tmp_path: Path, keys: KeyRing
) -> None:
    """A file that cannot be removed today must not keep a case, or what was never sent; the fault is told."""
    case = await report_road(Person(open_spine(office, rules), office, clock))

    def end(unit: StoredWork) -> None:
        found = unit.cases.get(case.id)
        assert found is not None
        found.state, found.closed_at = State.CLOSED, unit.now
        unit.cases.save(found)

    await office.write(end)
    for path in ("ab/abc.original", "up"):
        (tmp_path / "files" / path).mkdir(parents=True)  # one where a file should be
    (tmp_path / "files" / "up" / "up0.upload").write_bytes(b"never sent")
    await office.write(lambda unit: erasing.queue_files(unit, ["abc"]))
    clock.set(system_clock() + timedelta(days=366 * 7))
    with pytest.raises(OSError, match=r"abc\.original"):
        await keeper(office, rules, tmp_path, keys).tidy()
    assert not (tmp_path / "files" / "up" / "up0.upload").exists()
    assert await cases_of(office) == []


async def test_what_a_killed_drill_left_is_removed(
    office: Office, rules: Rules, clock: SteppedClock, tmp_path: Path, keys: KeyRing
) -> None:
    """It is a whole copy of the database with its keys, in which an erased case would live on."""
    for name in (".drill-abc", ".backup-xyz", ".restoring"):
        (tmp_path / name / "data").mkdir(parents=True)
        (tmp_path / name / "data" / "hoiam.db").write_bytes(b"everything")
    clock.set(system_clock() + timedelta(hours=5))
    await keeper(office, rules, tmp_path, keys).tidy()
    assert len(list(tmp_path.glob(".*"))) == 3, "somebody may be at work there"
    clock.set(system_clock() + timedelta(hours=7))
    await keeper(office, rules, tmp_path, keys).tidy()
    assert not list(tmp_path.glob(".*"))


async def test_what_was_sent_and_not_fetched_yet_outlasts_every_term(
    office: Office, rules: Rules, clock: SteppedClock, tmp_path: Path, keys: KeyRing
) -> None:
    """A machine that was off over a long holiday, or a full disk: the evidence is fetched, not thrown away first."""
    house = keeper(office, rules, tmp_path, keys)
    vault, refs = FileVault(tmp_path / "files", keys), ["up" + sign * 48 for sign in "01"]
    for ref in refs:
        vault.put(ref, b"picture", PART)
        os.utime(tmp_path / "files" / "up" / f"{ref}.{PART}", (0, 0))
    sent = CaseFile("f1", "c1", "", "evidence", FileRef(FileKind.PHOTO, refs[0]), "web", clock())
    await office.write(lambda unit: unit.files.add(sent))
    await house.tidy()
    assert [vault.has(ref, PART) for ref in refs] == [True, False]
