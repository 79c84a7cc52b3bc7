"""The tick when something is wrong: nobody to write to, unreadable rows, failing steps, two tickers, odd calendars."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, datetime

import pytest
from sqlalchemy import text

from bot.clock import SteppedClock
from cases.calendar import CalendarIncomplete, MakeUpDay
from cases.model import OfficerRole, State
from storage.nudges import NudgeStore
from storage.work import Office, StoredWork
from tests.scheduler.nudge_world import RULES, World, at, settle


@pytest.fixture
async def commune(any_office: Office, clock: SteppedClock) -> World:
    """The commune on each database in turn."""
    return await settle(any_office, clock)


async def test_an_officer_without_chat_is_counted_and_noted_once(commune: World) -> None:
    """Nobody to write to: the report says so, and the case's log says so once."""
    await commune.hire("contact", "xa-mau", "ubnd", OfficerRole.CONTACT, chat=False)
    case = await commune.add(commune.running())
    assert await commune.tick("2026-03-16T07:00") == []
    await commune.tick("2026-03-23T07:00")
    (event,) = await commune.history(case.id, "notice_unreachable")
    assert event.data["recipient"] == "contact"


async def test_an_officer_who_blocked_the_bot_stops_nobody(commune: World) -> None:
    """The others of the same tick are written to."""
    await commune.lose("handler")
    await commune.add(commune.running())
    told = [name for _, name in await commune.tick("2026-03-31T07:00")]
    assert "handler" not in told
    assert {"contact", "triager", "office"} <= set(told)


async def test_a_newly_linked_contact_gets_the_latest(commune: World) -> None:
    """What could not be delivered is not lost: the newest reminder goes once a chat is linked."""
    await commune.hire("contact", "xa-mau", "ubnd", OfficerRole.CONTACT, chat=False)
    case = await commune.add(commune.running())
    await commune.tick("2026-03-16T07:00")
    await commune.hire("contact", "xa-mau", "ubnd", OfficerRole.CONTACT)
    await commune.change(case.id)
    assert await commune.tick("2026-03-17T09:00") == [("T-10", "contact")]


async def test_the_excluded_hear_nothing(commune: World) -> None:
    """A case about the Party secretary's body goes past it, to the province, without a word to it."""
    await commune.add(commune.running(excluded_bodies=("dang_uy", "vp_dang_uy", "ban_xdd")))
    told = {name for day in ("2026-03-31", "2026-04-06") for _, name in await commune.tick(f"{day}T07:00")}
    assert told.isdisjoint({"party", "office", "builder"})
    assert "province" in told


async def test_a_linked_officer_hears_nothing(commune: World) -> None:
    """An officer tied to the person complained of is left out, in this tick and for this case only."""
    await commune.add(commune.running(excluded_officers=("handler",)))
    told = {name for _, name in await commune.tick("2026-03-31T07:00")}
    assert "handler" not in told
    assert "triager" in told


async def test_one_bad_case_stops_nobody(commune: World) -> None:
    """A row that cannot be read is put off for an hour and named in the report; the others are served."""
    cases = [await commune.add(commune.running()) for _ in range(7)]
    await commune.office.write(_spoil(cases[3].id))
    commune.clock.set(at("2026-03-16T07:00"))
    report = await commune.reminders.tick(commune.clock())
    assert (report.failed, report.notices, report.messages > 0) == ([cases[3].id], 6, True)
    assert await commune.office.read(_next_look(cases[3].id)) == at("2026-03-16T08:00")


async def test_many_cases_go_in_slices(any_office: Office, clock: SteppedClock) -> None:
    """More cases than fit in one transaction are all served by one tick."""
    commune = await settle(any_office, clock, most=4)
    for _ in range(11):
        await commune.add(commune.running())
    assert len(await commune.tick("2026-03-16T07:00")) == 11


async def test_preview_changes_nothing(commune: World) -> None:
    """The preview says what a tick would send, and the tick then sends it."""
    await commune.add(commune.running())
    planned = await commune.reminders.preview(at("2026-03-16T07:00"))
    assert [(said.offset, said.recipient) for said in planned] == [("T-10", "contact")]
    assert (await commune.counts()).get("queued", 0) == 0
    assert await commune.tick("2026-03-16T07:00") == [("T-10", "contact")]


async def test_silence_closes_through_the_use_case(any_office: Office, clock: SteppedClock) -> None:
    """After ten silent working days the handed-in step is taken, once."""
    commune = await settle(any_office, clock, act=_close)
    case = await commune.add(commune.running(state=State.RELAYED, relayed_at=at("2026-03-02T10:00")))
    for moment in ("2026-03-16T09:00", "2026-03-17T06:00", "2026-03-17T07:00", "2026-03-17T08:30"):
        await commune.tick(moment)
    assert len(await commune.history(case.id, "close_silent")) == 1


async def test_a_failing_step_is_tried_again_in_an_hour(any_office: Office, clock: SteppedClock) -> None:
    """The step's fault is reported, the case stays, and nobody else waits for it."""
    commune = await settle(any_office, clock, act=_refuse)
    case = await commune.add(commune.running(state=State.RELAYED, relayed_at=at("2026-03-02T10:00")))
    await commune.add(commune.running())
    clock.set(at("2026-03-17T07:00"))
    report = await commune.reminders.tick(clock())
    assert (report.failed, report.notices) == ([case.id], 1)
    assert (await commune.case(case.id)).next_nudge_at == at("2026-03-17T08:00")


async def test_an_unanswered_question_warns_the_resident(commune: World) -> None:
    """Three working days before a case is closed for want of information its sender is told."""
    case = await commune.add(commune.case_of(state=State.NEEDS_INFO))
    await commune.log(case.id, "asked_info", at("2026-03-02T10:00"))
    assert await commune.tick("2026-03-18T07:00") == [("autoclose_info", "resident")]


async def test_an_answered_question_restarts_triage(commune: World) -> None:
    """The days the resident took are not counted against the desk."""
    case = await commune.add(commune.case_of(state=State.SUBMITTED))
    await commune.log(case.id, "asked_info", at("2026-02-26T10:00"))
    await commune.log(case.id, "added", at("2026-03-16T10:00"))
    assert ("triage", "handler") in await commune.tick("2026-03-18T08:00")


async def test_two_tickers_act_as_one(any_office: Office, clock: SteppedClock) -> None:
    """Two schedulers at the same moment send each reminder once."""
    commune = await settle(any_office, clock, most=5)
    for _ in range(20):
        await commune.add(commune.running())
    clock.set(at("2026-03-31T07:00"))
    other = replace(commune, reminders=type(commune.reminders)(any_office, RULES, most=5))
    reports = await asyncio.gather(*(one.reminders.tick(clock()) for one in (commune, other, commune, other)))
    said = [(one.case_id, one.recipient) for report in reports for one in report.said]
    assert len(said) == len(set(said)) == 20 * 7
    assert {(await commune.case(case_id)).urgings for case_id, _ in said} == {1}


async def test_rules_may_be_renewed_between_ticks(any_office: Office, clock: SteppedClock) -> None:
    """An edit of the numbers holds from the next tick on."""
    rules = [RULES]
    commune = await settle(any_office, clock)
    commune.reminders = type(commune.reminders)(any_office, lambda: rules[0])
    await commune.add(commune.running())
    rules[0] = replace(RULES, policy=replace(RULES.policy, before_wd=(1, 2)))
    assert await commune.tick("2026-03-26T07:00") == [("T-2", "contact")]


async def test_an_edited_calendar_has_everything_looked_at(commune: World) -> None:
    """When a Saturday becomes a working day, a point that moved nearer is not slept through."""
    case = await commune.add(commune.running())
    await commune.tick("2026-04-06T07:00")
    edited = RULES.calendar.with_make_up_day(MakeUpDay(date(2026, 4, 11), None, "official"))
    commune.reminders = type(commune.reminders)(commune.office, replace(RULES, calendar=edited))
    await commune.office.write(lambda unit: NudgeStore(unit).look_at_all(at("2026-04-06T09:00")))
    await commune.tick("2026-04-06T09:00")
    assert (await commune.case(case.id)).next_nudge_at == at("2026-04-11T07:00")


async def test_the_last_days_of_a_calendar_are_reminded_of(commune: World) -> None:
    """Dates that lie beyond the calendar are left out of the words; the notice and the letter go."""
    await commune.add(commune.running(date(2027, 11, 29)))
    commune.clock.set(at("2027-12-31T09:00"))
    report = await commune.reminders.tick(commune.clock())
    assert (report.failed, report.letters) == ([], 1)


async def test_nothing_is_decided_on_a_day_the_calendar_does_not_know(commune: World) -> None:
    """Past the end of the calendar a tick says so, and puts nobody off."""
    case = await commune.add(commune.running())
    with pytest.raises(CalendarIncomplete):
        await commune.tick("2028-01-03T09:00")
    assert (await commune.case(case.id)).next_nudge_at == case.next_nudge_at


def _spoil(case_id: str):  # type: ignore[no-untyped-def]
    return lambda unit: unit.connection.execute(
        text("""UPDATE "case" SET state = 'nonsense' WHERE id = :id"""), {"id": case_id}
    )


def _next_look(case_id: str):  # type: ignore[no-untyped-def]
    from storage.case_store import case

    return lambda unit: unit.connection.execute(case.select().where(case.c.id == case_id)).one().next_nudge_at


def _close(unit: StoredWork, case_id: str, what: str, now: datetime) -> None:
    from cases.model import CaseEvent

    case = unit.cases.get(case_id)
    assert case is not None
    unit.cases.log(CaseEvent(case_id, now, what, "system"))
    unit.cases.save(replace(case, state=State.CLOSED, next_nudge_at=None))


def _refuse(unit: StoredWork, case_id: str, what: str, now: datetime) -> None:
    raise RuntimeError(what)
