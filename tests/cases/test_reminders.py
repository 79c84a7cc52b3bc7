"""When a reminder is due: every point of every clock, quiet hours, downtime, and automatic steps."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from cases.calendar import DayOff
from cases.model import Case, Kind, State
from cases.reminder_policy import ReminderPolicy
from cases.reminders import Audience, Moment, Plan, Since, plan
from tests.cases.clock_case import CALENDAR, a_case, at, extend, running

POLICY = ReminderPolicy()
A, H = Audience.AUTHORITY, Audience.HANDLERS


def seen(case: Case, when: str, since: Since | None = None) -> Plan:
    return plan(case, at(when), CALENDAR, POLICY, since)


def told(case: Case, when: str, audience: Audience = A, since: Since | None = None) -> list[str]:
    return [notice.offset for notice in seen(case, when, since).notices if notice.audience is audience]


def next_at(case: Case, when: str) -> datetime | None:
    return seen(case, when).next_at


@pytest.mark.parametrize(
    ("when", "offset"),
    [
        ("2026-03-16T07:00", "T-10"),
        ("2026-03-23T07:00", "T-5"),
        ("2026-03-25T07:00", "T-3"),
        ("2026-03-27T07:00", "T-1"),
        ("2026-03-30T08:00", "T"),
        ("2026-03-31T07:00", "+1"),
        ("2026-04-02T07:00", "+3"),
        ("2026-04-06T07:00", "+5"),
        ("2026-04-13T07:00", "+10"),
        ("2026-04-20T07:00", "+15"),
        ("2026-04-28T07:00", "+20"),  # 27 April is off for Giỗ Tổ
    ],
)
def test_reply_points(when: str, offset: str) -> None:
    """T-10, T-5, T-3, T-1, the morning of T, +1, +3, +5, then every fifth working day; due 30 March 2026."""
    assert told(running(), when) == [offset]


def test_nothing_before_the_first_point() -> None:
    """Eleven working days before the end nobody is reminded yet."""
    assert seen(running(), "2026-03-13T12:00").notices == ()


def test_the_due_day_speaks_at_eight_not_at_seven() -> None:
    """Between seven and eight on the last day the notice of the day before still stands."""
    assert told(running(), "2026-03-30T07:59") == ["T-1"]


@pytest.mark.parametrize(
    ("when", "next_look"),
    [
        ("2026-03-02T09:00", "2026-03-16T07:00"),
        ("2026-03-16T07:00", "2026-03-23T07:00"),
        ("2026-03-27T12:00", "2026-03-30T08:00"),
        ("2026-03-30T08:00", "2026-03-31T07:00"),
        ("2026-04-06T07:00", "2026-04-13T07:00"),
    ],
)
def test_next_look_is_the_next_point(when: str, next_look: str) -> None:
    """The case is looked at again exactly when something is due."""
    assert next_at(running(), when) == at(next_look)


@pytest.mark.parametrize("when", ["2026-03-16T06:59", "2026-03-16T20:00", "2026-03-16T23:30", "2026-03-17T00:10"])
def test_quiet_hours(when: str) -> None:
    """From 20:00 to 07:00 nothing is said."""
    assert seen(running(), when).notices == ()


def test_quiet_hours_end_at_seven() -> None:
    """What waits in the night goes at seven."""
    assert next_at(running(), "2026-03-16T22:00") == at("2026-03-17T07:00")


def test_saturday_waits_for_monday_seven() -> None:
    """An overdue notice noticed on Saturday goes on Monday at seven."""
    case = running()
    assert seen(case, "2026-04-04T09:00").notices == ()
    assert next_at(case, "2026-04-04T09:00") == at("2026-04-06T07:00")


def test_holiday_is_a_rest_day() -> None:
    """Nobody is written to on Giỗ Tổ (27 April 2026)."""
    assert seen(running(), "2026-04-27T09:00").notices == ()


def test_make_up_saturday_is_a_working_day() -> None:
    """A Saturday that is worked (22 August 2026) counts, and notices go out on it."""
    case = running(date(2026, 7, 27))  # due on that Saturday
    assert told(case, "2026-08-22T08:00") == ["T"]


def test_after_downtime_only_the_latest() -> None:
    """After days off only the newest reminder goes, and those passed over are settled with it."""
    case = replace(running(), next_nudge_at=at("2026-03-16T07:00"))
    (notice,) = seen(case, "2026-03-26T10:00").notices
    assert (notice.offset, notice.missed) == ("T-3", ("T-5", "T-10"))


def test_in_time_nothing_is_missed() -> None:
    """A tick that comes in time settles only its own point."""
    case = replace(running(), next_nudge_at=at("2026-03-23T07:00"))
    assert seen(case, "2026-03-23T07:00").notices[0].missed == ()


def test_downtime_does_not_lose_an_escalation() -> None:
    """Each audience has its own latest point: down from +1 to +4, head and follow-up still hear of +1."""
    plans = {notice.audience: notice.offset for notice in seen(running(), "2026-04-03T09:00").notices}
    assert plans == {A: "+3", H: "+3", Audience.HEAD: "+1", Audience.FOLLOW_UP: "+1"}


@pytest.mark.parametrize(
    ("when", "audiences"),
    [
        ("2026-03-30T08:00", {A}),
        ("2026-03-31T07:00", {A, H, Audience.HEAD, Audience.FOLLOW_UP}),
        ("2026-04-06T07:00", {A, H, Audience.HEAD, Audience.FOLLOW_UP, Audience.COMMUNE}),
        ("2026-04-13T07:00", {A, H, Audience.HEAD, Audience.FOLLOW_UP, Audience.COMMUNE, Audience.PROVINCE}),
    ],
)
def test_escalation_steps(when: str, audiences: set[Audience]) -> None:
    """+1 reaches head and follow-up, +5 the next in the commune, +10 the province."""
    assert {notice.audience for notice in seen(running(), when).notices} == audiences


@pytest.mark.parametrize(
    ("when", "urging"), [("2026-03-30T09:00", ""), ("2026-03-31T07:00", "+1"), ("2026-04-07T07:00", "+5")]
)
def test_urging_letters_belong_to_overdue_points(when: str, urging: str) -> None:
    """A letter is due at each overdue point, none before."""
    assert seen(running(), when).urging == urging


def test_days_are_counted_at_the_moment_of_sending() -> None:
    """A late notice tells the true number of days, not that of its point."""
    assert seen(running(), "2026-04-03T09:00").notices[0].days == 4


def test_extension_starts_a_new_run() -> None:
    """After an extension the points follow the new date, under a new clock version."""
    case = running()
    extend(case)  # to 13 April
    (notice,) = seen(case, "2026-04-06T07:00").notices
    assert (notice.offset, notice.run) == ("T-5", "2")


def test_answer_ends_the_reminders() -> None:
    """Once the written reply is recorded the authority is left alone."""
    case = replace(running(), state=State.ANSWERED, answered_at=at("2026-03-27T10:00"))
    assert told(case, "2026-04-13T07:00") == []


def test_calendar_edit_moves_the_points() -> None:
    """A storm day taken off before the end moves the reminders that follow."""
    edited = CALENDAR.with_day_off(DayOff(date(2026, 4, 1), "Nghỉ phòng chống bão", "official"))
    found = plan(running(), at("2026-04-02T07:00"), edited, POLICY)
    assert found.notices[0].offset == "+1"
    assert found.next_at == at("2026-04-03T07:00")


def test_promise_on_a_day_taken_off_later() -> None:
    """A last day that became a rest day is reminded of on the working day before it."""
    edited = CALENDAR.with_day_off(DayOff(date(2026, 3, 30), "Nghỉ phòng chống bão", "official"))
    found = plan(running(), at("2026-03-27T08:00"), edited, POLICY)
    assert [notice.offset for notice in found.notices] == ["T"]


@pytest.mark.parametrize("state", [State.CLOSED, State.WITHDRAWN, State.REJECTED, State.DIALOGUE, State.PUBLISHED])
def test_nothing_runs_when_nobody_owes_a_step(state: State) -> None:
    """A case that is over, or in dialogue, is never looked at again by itself."""
    assert seen(replace(running(), state=state), "2026-04-13T07:00") == Plan()


def test_praise_starts_no_clock() -> None:
    """Only reports and petitions start a clock."""
    assert seen(a_case(kind=Kind.PRAISE, state=State.SUBMITTED), "2026-04-13T07:00") == Plan()


def test_beyond_the_calendar_the_case_is_looked_at_daily() -> None:
    """Where the next point needs a year nobody has entered, today's notice goes and tomorrow is looked at again."""
    case = running(date(2027, 11, 29))  # due 27 December 2027
    found = seen(case, "2027-12-31T09:00")
    assert told(case, "2027-12-31T09:00") == ["+3"]
    assert found.next_at == at("2027-12-31T09:00") + timedelta(days=1)


def test_the_next_look_always_lies_ahead() -> None:
    """Whatever the hour of the year, a case is never due again at once."""
    case = running()
    moments = [at("2026-03-01T00:30") + timedelta(hours=5 * step) for step in range(500)]
    looks = [(now, Moment(now, CALENDAR, POLICY).plan(case).next_at) for now in moments]
    assert all(look is not None and look > now for now, look in looks)


def test_what_is_owed_now() -> None:
    """Lists and digests ask what is owed, until when, and how late it is."""
    owed = Moment(at("2026-04-02T09:00"), CALENDAR, POLICY).owed(running())
    assert owed is not None
    assert (owed.step, owed.due, owed.days) == ("reply", date(2026, 3, 30), 3)
