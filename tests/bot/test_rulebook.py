"""The rules in force in a running process: renewed when somebody edits, and when a day of validity begins."""

from __future__ import annotations

from datetime import date

import pytest

from bot.clock import SteppedClock
from bot.rulebook import Rulebook
from cases.calendar_edits import CalendarChange, DayStep
from cases.rule_edits import RuleEdit, What, WrongEdit
from storage import rule_edits
from storage.rule_steps import change_calendar
from storage.work import Office

KEY = "news_closed_unanswered"


async def edited(office: Office, **changes: object) -> RuleEdit:
    """One text changed, as another process would do it."""
    edit = RuleEdit(0, "", What.WORDING, KEY, {"vi": "Xong {case_code}."}, "vì thế", **changes)  # type: ignore[arg-type]
    return await office.write(lambda unit: rule_edits.add(unit, edit))


@pytest.fixture
async def rulebook(office: Office) -> Rulebook:
    """The rules as a process holds them."""
    book = Rulebook(office)
    await book.refresh()
    return book


async def test_nothing_is_loaded_again_while_nothing_changes(rulebook: Rulebook) -> None:
    """The question costs one count."""
    before = rulebook.rules
    assert not await rulebook.refresh()
    assert rulebook.rules is before


async def test_an_edit_of_another_process_is_taken_up(rulebook: Rulebook, office: Office) -> None:
    """The next look finds it, and whoever holds the wording speaks it."""
    wording = rulebook.wording
    await edited(office)
    assert await rulebook.refresh()
    assert wording.say(KEY, case_code="1") == "Xong 1."


async def test_an_edit_comes_into_force_on_its_day(rulebook: Rulebook, office: Office, clock: SteppedClock) -> None:
    """Nobody edits on that day; the look notices that the day has begun, and that it has ended."""
    await edited(office, valid_from=date(2026, 3, 3), valid_until=date(2026, 3, 3))
    await rulebook.refresh()
    told = [rulebook.rules.wording.say(KEY, case_code="1")]
    for _ in range(2):
        clock.move(days=1)
        assert await rulebook.refresh()
        told.append(rulebook.rules.wording.say(KEY, case_code="1"))
    assert told == ["Hồ sơ 1 đã kết thúc.", "Xong 1.", "Hồ sơ 1 đã kết thúc."]


async def test_a_decision_is_taken_up(rulebook: Rulebook, office: Office) -> None:
    """What waits for a second person is not in force; once agreed to, it is."""
    edit = await edited(office, needs_approval=True)
    await rulebook.refresh()
    waiting = rulebook.rules.wording.say(KEY, case_code="1")
    await office.write(lambda unit: rule_edits.decide(unit, edit.id, "b", True))
    assert await rulebook.refresh()
    assert (waiting, rulebook.rules.wording.say(KEY, case_code="1")) == ("Hồ sơ 1 đã kết thúc.", "Xong 1.")


async def test_a_calendar_change_is_checked_against_this_very_moment(rulebook: Rulebook, office: Office) -> None:
    """The second of two equal changes is refused, though this process has not yet heard of the first."""
    change = CalendarChange(DayStep.OFF, date(2026, 12, 2), name="Bão")
    edit = RuleEdit(0, "", What.CALENDAR, change.about, change.content(), "Bão")
    await office.write(lambda unit: change_calendar(unit, rulebook.rules, edit))
    with pytest.raises(WrongEdit):
        await office.write(lambda unit: change_calendar(unit, rulebook.rules, edit))


async def test_a_decision_is_made_once(office: Office) -> None:
    """Whoever decides second is told that it is over."""
    edit = await edited(office, needs_approval=True)
    first = await office.write(lambda unit: rule_edits.decide(unit, edit.id, "b", False, "không"))
    second = await office.write(lambda unit: rule_edits.decide(unit, edit.id, "c", True))
    kept = await office.read(lambda unit: rule_edits.one(unit, edit.id))
    assert (first, second) == (True, False)
    assert kept is not None
    assert (kept.approved, kept.decided_by, kept.note) == (False, "b", "không")


async def test_the_register_is_the_same_on_both_databases(any_office: Office) -> None:
    """Stored, listed and counted alike on SQLite and PostgreSQL."""
    edit = RuleEdit(0, "xa-mau", What.OFFICER, "o1", {"before": None, "after": {"name": "Tư"}}, "mới", proposed_by="a")
    stored = await any_office.write(lambda unit: rule_edits.add(unit, edit))
    await edited(any_office)
    listed = await any_office.read(lambda unit: rule_edits.listed(unit, what=What.OFFICER))
    assert [(one.content, one.reason) for one in listed] == [(edit.content, "mới")]
    assert stored.proposed_at == any_office.clock()
    assert await any_office.read(rule_edits.mark) == (1, 0, 0, 0, 0)
