"""An edited calendar moves running terms, is shown before it is saved, and makes nobody late backwards."""

from copy import deepcopy
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases import clocks
from cases.calendar import CalendarIncomplete, DayOff, MakeUpDay, Why, WorkCalendar
from cases.clocks import DueChange
from cases.model import Case, State
from tests.cases.clock_case import CALENDAR, PROFILES, QD124, RECEIVED, a_case, extend, running

STORM = CALENDAR.with_day_off(DayOff(date(2026, 3, 10), "Nghỉ bão", "official"))
SATURDAY_WORKED = CALENDAR.with_make_up_day(MakeUpDay(date(2026, 3, 14), None, "official"))


def test_a_day_off_moves_the_term() -> None:
    """A storm day inside the term gives one more day: from Monday 30 to Tuesday 31 March."""
    case = running()
    change = clocks.recompute(case, QD124, STORM, date(2026, 3, 9))
    assert change == DueChange("c1", "PA-2026-000001", date(2026, 3, 30), date(2026, 3, 31))
    assert case == running()


def test_apply_does_what_was_shown() -> None:
    """Saving moves the date, and a new clock version voids the old reminders."""
    case = running()
    shown = clocks.recompute(case, QD124, STORM, date(2026, 3, 9))
    assert clocks.apply(case, QD124, STORM, date(2026, 3, 9)) == shown
    assert (case.due_on, case.clock_version, case.calendar_version) == (date(2026, 3, 31), 2, 2)
    assert clocks.apply(case, QD124, STORM, date(2026, 3, 9)) is None


def test_an_edit_elsewhere_changes_nothing() -> None:
    """A day off after the term leaves the case and its version alone."""
    case = running()
    later = CALENDAR.with_day_off(DayOff(date(2026, 4, 1), "Nghỉ bão", "official"))
    assert clocks.apply(case, QD124, later, RECEIVED) is None
    assert case == running()


@pytest.mark.parametrize(
    ("today", "due"), [(date(2026, 3, 27), date(2026, 3, 27)), (date(2026, 3, 28), date(2026, 3, 30))]
)
def test_a_shorter_term_never_lies_in_the_past(today: date, due: date) -> None:
    """A worked Saturday brings the term to Friday 27 March while that is not over; after it, Monday stays."""
    case = running()
    clocks.apply(case, QD124, SATURDAY_WORKED, today)
    assert case.due_on == due
    assert not clocks.is_overdue(case, today)


def test_an_overdue_case_does_not_become_later_still() -> None:
    """Days already counted as late are not added to by an edit."""
    case = running()
    assert clocks.recompute(case, QD124, SATURDAY_WORKED, date(2026, 4, 2)) is None


def test_a_day_off_in_the_past_may_forgive() -> None:
    """A closure entered afterwards lengthens the term even of a case already overdue."""
    case = running()
    clocks.apply(case, QD124, STORM, date(2026, 3, 31))
    assert not clocks.is_overdue(case, date(2026, 3, 31))


def test_a_kept_promise_ends_on_a_working_day() -> None:
    """If the promised day itself becomes a day off, the promise runs to the next working day."""
    edited = SATURDAY_WORKED.with_day_off(DayOff(date(2026, 3, 30), "Nghỉ bão", "official"))
    case = running()
    clocks.apply(case, QD124, edited, date(2026, 3, 29))
    assert case.due_on == date(2026, 3, 31)


def test_an_extension_keeps_its_number_of_days() -> None:
    """Extended to the 24th working day, a case stays at the 24th when days before or after day 20 fall away."""
    case = running()
    extend(case, extra_or_until=4)
    edited = STORM.with_day_off(DayOff(date(2026, 4, 1), "Nghỉ bão", "official"))
    change = clocks.apply(case, QD124, edited, date(2026, 3, 30))
    assert change == DueChange("c1", "PA-2026-000001", date(2026, 4, 3), date(2026, 4, 7))
    assert (case.due_on, case.extended_due_on) == (date(2026, 3, 31), edited.nth_working_day(RECEIVED, 24))


def test_an_extension_counted_under_an_older_calendar() -> None:
    """Two edits one after the other move the extension twice, each by what it changed."""
    case = running()
    extend(case)
    clocks.apply(case, QD124, STORM, date(2026, 3, 30))
    later = STORM.with_day_off(DayOff(date(2026, 4, 1), "Nghỉ bão", "official"))
    clocks.apply(case, QD124, later, date(2026, 3, 30))
    assert case.extended_due_on == later.nth_working_day(RECEIVED, 30) == date(2026, 4, 15)


@pytest.mark.parametrize("state", [State.ANSWERED, State.RETURNED, State.FORWARDED])
def test_stopped_clocks_stay(state: State) -> None:
    """Only running terms are recomputed."""
    case = running()
    case.state = state
    assert clocks.recompute(case, QD124, STORM, RECEIVED) is None


def test_preview_lists_only_what_moves_and_changes_nothing() -> None:
    """Of three cases one moves; an unknown profile falls back on the one for the subject."""
    cases = [running(), running(date(2026, 3, 11)), a_case(state=State.FORWARDED)]
    cases[0].profile = "gone"
    before = deepcopy(cases)
    changes = clocks.preview_recompute(cases, PROFILES, STORM, date(2026, 3, 11))
    assert [(change.old, change.new) for change in changes] == [(date(2026, 3, 30), date(2026, 3, 31))]
    assert cases == before


def test_preview_refuses_what_leaves_the_calendar() -> None:
    """An edit that pushes a term beyond the known years is refused as a whole."""
    case = running(date(2027, 12, 2))
    assert case.due_on == date(2027, 12, 30)
    edited = CALENDAR
    for number in (28, 29):
        edited = edited.with_day_off(DayOff(date(2027, 12, number), "Nghỉ bão", "official"))
    with pytest.raises(CalendarIncomplete):
        clocks.preview_recompute([case], PROFILES, edited, date(2027, 12, 20))


SPRING = [RECEIVED + timedelta(days=i) for i in range(80)]


@st.composite
def edited_calendars(draw: st.DrawFn) -> WorkCalendar:
    """The shipped calendar after one to six closures and worked weekends inside eighty days."""
    calendar = CALENDAR
    for day in draw(st.sets(st.sampled_from(SPRING), min_size=1, max_size=6)):
        if not calendar.is_working_day(day) and calendar.reason_off(day) is Why.REST:
            calendar = calendar.with_make_up_day(MakeUpDay(day, None, "official"))
        elif calendar.is_working_day(day):
            calendar = calendar.with_day_off(DayOff(day, "Nghỉ bão", "official"))
    return calendar


def some_case(extra: int) -> Case:
    """The running case, extended by that many days unless 0."""
    case = running()
    if extra:
        extend(case, extra_or_until=extra)
    return case


@settings(deadline=None, max_examples=150)
@given(edited_calendars(), st.integers(0, 10), st.sampled_from(SPRING))
def test_no_edit_makes_a_case_overdue_backwards(calendar: WorkCalendar, extra: int, today: date) -> None:
    """Whatever the edit and the day: who was in time stays in time, who was late is not later."""
    case = some_case(extra)
    late_before = (today - case.effective_due_on).days if case.effective_due_on else 0
    overdue_before = clocks.is_overdue(case, today)
    clocks.apply(case, QD124, calendar, today)
    assert clocks.is_overdue(case, today) <= overdue_before
    if overdue_before and case.effective_due_on:
        assert (today - case.effective_due_on).days <= late_before


@settings(deadline=None, max_examples=150)
@given(edited_calendars(), st.integers(0, 10))
def test_with_the_whole_term_ahead_it_is_simply_recounted(calendar: WorkCalendar, extra: int) -> None:
    """On the day of receipt nothing has passed, so the term is the 20th, or the extended, working day."""
    case = some_case(extra)
    clocks.apply(case, QD124, calendar, RECEIVED)
    assert case.effective_due_on == calendar.nth_working_day(RECEIVED, 20 + extra)


@settings(deadline=None, max_examples=150)
@given(edited_calendars(), st.integers(0, 10), st.sampled_from(SPRING))
def test_preview_is_what_apply_does(calendar: WorkCalendar, extra: int, today: date) -> None:
    """The list shown is the list carried out, and a version rises exactly where a date moves."""
    case = some_case(extra)
    version, old = case.clock_version, case.effective_due_on
    shown = clocks.preview_recompute([case], PROFILES, calendar, today)
    done = clocks.apply(case, QD124, calendar, today)
    assert shown == ([done] if done else [])
    assert (case.clock_version - version, case.effective_due_on != old) == ((1, True) if done else (0, False))
