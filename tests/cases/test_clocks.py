"""The clocks: triage with its cut-off, the authority's 20 and 30 working days, overdue, and relay."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from cases import clocks
from cases.calendar import CalendarIncomplete, local_date
from cases.clocks import ClockError, DeadlineProfile, InternalTargets
from cases.model import Kind, State
from tests.cases.clock_case import CALENDAR, QD124, RECEIVED, a_case, at, extend, running

TARGETS = InternalTargets()
CUTOFF = time(16, 30)


def test_worked_example() -> None:
    """Received on Monday 2 March 2026: the written reply is due on Monday 30 March, whatever the hour."""
    case = running()
    assert (case.received_on, case.first_received_on, case.due_on) == (RECEIVED, RECEIVED, date(2026, 3, 30))
    assert (case.clock_version, case.calendar_version) == (1, CALENDAR.version)


@pytest.mark.parametrize(
    ("instant", "local", "day_1", "day_20", "start", "triage_day_1"),
    [
        ("2026-03-02T09:00:00+07:00", "2026-03-02", "2026-03-03", "2026-03-30", "2026-03-02", "2026-03-03"),
        ("2026-03-02T16:30:00+07:00", "2026-03-02", "2026-03-03", "2026-03-30", "2026-03-02", "2026-03-03"),
        ("2026-03-02T16:30:01+07:00", "2026-03-02", "2026-03-03", "2026-03-30", "2026-03-03", "2026-03-04"),
        ("2026-03-02T23:59:59+07:00", "2026-03-02", "2026-03-03", "2026-03-30", "2026-03-03", "2026-03-04"),
        ("2026-03-02T16:59:59+00:00", "2026-03-02", "2026-03-03", "2026-03-30", "2026-03-03", "2026-03-04"),
        ("2026-03-02T17:00:00+00:00", "2026-03-03", "2026-03-04", "2026-03-31", "2026-03-03", "2026-03-04"),
        ("2026-03-06T18:00:00+07:00", "2026-03-06", "2026-03-09", "2026-04-03", "2026-03-09", "2026-03-10"),
        ("2026-03-07T08:00:00+07:00", "2026-03-07", "2026-03-09", "2026-04-03", "2026-03-09", "2026-03-10"),
        ("2026-02-13T17:00:00+07:00", "2026-02-13", "2026-02-23", "2026-03-20", "2026-02-23", "2026-02-24"),
        ("2026-01-09T17:00:00+07:00", "2026-01-09", "2026-01-10", "2026-02-05", "2026-01-10", "2026-01-12"),
    ],
)
def test_time_of_day(instant: str, local: str, day_1: str, day_20: str, start: str, triage_day_1: str) -> None:
    """The hour does not matter to the authority's clock and ends the triage day at 16:30."""
    received = local_date(at(instant))
    assert received.isoformat() == local
    assert [CALENDAR.nth_working_day(received, n).isoformat() for n in (1, 20)] == [day_1, day_20]
    begun = clocks.triage_start(at(instant), CALENDAR, CUTOFF)
    assert (begun.isoformat(), CALENDAR.next_working_day(begun).isoformat()) == (start, triage_day_1)
    assert clocks.triage_start(at(instant), CALENDAR, None) == received


def test_internal_clocks() -> None:
    """Submitted on a Friday evening: triage moves to Monday, the others count from the Friday."""
    submitted = at("2026-03-06T18:00")
    assert clocks.triage_due(submitted, CALENDAR, TARGETS) == date(2026, 3, 11)
    assert clocks.forward_due(submitted, CALENDAR, TARGETS) == date(2026, 3, 13)
    assert clocks.tell_resident_due(submitted, CALENDAR, TARGETS) == date(2026, 3, 20)
    assert clocks.receipt_alert_on(submitted, CALENDAR, TARGETS) == date(2026, 3, 10)
    assert clocks.relay_due(date(2026, 3, 6), CALENDAR, TARGETS) == date(2026, 3, 11)


def test_triage_never_counts_its_start_day() -> None:
    """A calendar that counts the day of receipt does so for the authority's clock alone."""
    counting = replace(CALENDAR, count_first_day=True)
    submitted = at("2026-03-02T09:00")
    assert clocks.triage_due(submitted, counting, TARGETS) == clocks.triage_due(submitted, CALENDAR, TARGETS)


def test_internal_clocks_need_a_zone() -> None:
    """A naive instant has no local day."""
    with pytest.raises(ValueError, match="time zone"):
        clocks.triage_due(datetime(2026, 3, 2, 9), CALENDAR, TARGETS)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("code", "received_on", "changes"),
    [
        ("received_in_future", date(2026, 3, 6), {}),
        ("received_before_forwarding", date(2026, 2, 26), {}),
        ("not_forwarded", RECEIVED, {"forwarded_at": None}),
        ("kind_without_clock", RECEIVED, {"kind": Kind.PRAISE}),
    ],
)
def test_receipt_is_refused(code: str, received_on: date, changes: dict[str, object]) -> None:
    """A day ahead, a day before forwarding, an unforwarded case and praise start no clock and change nothing."""
    case = a_case(**changes)
    with pytest.raises(ClockError) as refused:
        clocks.start_authority_clock(case, received_on, QD124, CALENDAR, today=date(2026, 3, 5))
    assert refused.value.code == code
    assert case == a_case(**changes)


def test_forwarding_day_is_local() -> None:
    """Forwarded at 18:00 UTC means the next day in Vietnam, so receipt on the UTC day is too early."""
    case = a_case(forwarded_at=datetime(2026, 3, 1, 18, tzinfo=UTC))
    with pytest.raises(ClockError, match="2026-03-02"):
        clocks.start_authority_clock(case, date(2026, 3, 1), QD124, CALENDAR, today=RECEIVED)


def test_receipt_may_precede_the_recording_of_the_letter() -> None:
    """A letter dated Wednesday and recorded on Friday may well have arrived on Thursday."""
    case = a_case(forward_doc_date=date(2026, 2, 25))
    clocks.start_authority_clock(case, date(2026, 2, 26), QD124, CALENDAR, today=RECEIVED)
    assert case.received_on == date(2026, 2, 26)


def test_receipt_beyond_the_calendar_changes_nothing() -> None:
    """Where the calendar ends, recording receipt is refused and the case stays as it was."""
    case = a_case()
    with pytest.raises(CalendarIncomplete):
        clocks.start_authority_clock(case, date(2027, 12, 20), QD124, CALENDAR, today=date(2027, 12, 20))
    assert case == a_case()


def test_another_authority_gets_its_own_clock() -> None:
    """After a return the new authority has its full term and its own extension; the first receipt stays on record."""
    case = running()
    extend(case)
    clocks.start_authority_clock(case, date(2026, 4, 1), QD124, CALENDAR, today=date(2026, 4, 1))
    assert (case.first_received_on, case.received_on) == (RECEIVED, date(2026, 4, 1))
    assert (case.due_on, case.extension) == (CALENDAR.nth_working_day(date(2026, 4, 1), 20), None)
    assert clocks.elapsed_days(case, date(2026, 4, 1), CALENDAR) == 22


def test_extension_in_the_last_minute() -> None:
    """Asked on day 20 at 23:59 local: ten more days, to 13 April."""
    case = running()
    extension = extend(case)
    assert case.extension is extension
    assert (extension.asked_on, case.effective_due_on) == (date(2026, 3, 30), date(2026, 4, 13))
    assert (case.due_on, case.clock_version) == (date(2026, 3, 30), 2)


@pytest.mark.parametrize("extra", [12, 30, 5000, date(2026, 5, 29), date(2031, 1, 1)])
def test_extension_is_capped(extra: int | date) -> None:
    """However much is asked, the end is the 30th working day from receipt."""
    assert extend(running(), extra_or_until=extra).due_on == date(2026, 4, 13)


@pytest.mark.parametrize(("until", "due"), [(date(2026, 4, 4), date(2026, 4, 6)), (3, date(2026, 4, 2))])
def test_extension_by_days_or_until(until: int | date, due: date) -> None:
    """A Saturday moves to Monday; three days are three working days."""
    assert extend(running(), extra_or_until=until).due_on == due


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("extension_late", {"asked": "2026-03-31T00:00"}),
        ("extension_late", {"asked": "2026-03-30T17:00+00:00"}),
        ("extension_no_clock", {"asked": "2026-03-01T08:00"}),
        ("extension_no_reason", {"reason": "  "}),
        ("extension_no_document", {"doc_no": " "}),
        ("extension_no_document", {"signed_by": ""}),
        ("extension_no_document", {"doc_date": None}),
        ("extension_doc_late", {"doc_date": date(2026, 3, 31)}),
        ("extension_not_longer", {"extra_or_until": 0}),
        ("extension_not_longer", {"extra_or_until": date(2026, 3, 30)}),
    ],
)
def test_extension_is_refused(code: str, changes: dict[str, object]) -> None:
    """Too late by a second, without reason, document, or any gain: refused, and the case is unchanged."""
    case = running()
    with pytest.raises(ClockError) as refused:
        extend(case, **changes)  # type: ignore[arg-type]
    assert refused.value.code == code
    assert case == running()


def test_no_second_extension() -> None:
    """One extension a clock."""
    case = running()
    extend(case, extra_or_until=3)
    with pytest.raises(ClockError, match="extension_twice") as refused:
        extend(case)
    assert refused.value.code == "extension_twice"


@pytest.mark.parametrize("state", [State.FORWARDED, State.RETURNED, State.ANSWERED])
def test_extension_needs_a_running_clock(state: State) -> None:
    """Before receipt, after a return and after the reply there is nothing to prolong."""
    case = replace(running(), state=state)
    with pytest.raises(ClockError) as refused:
        extend(case)
    assert refused.value.code == "extension_no_clock"


def test_profile_without_room_grants_nothing() -> None:
    """Where 20 is also the maximum, an extension cannot make the term longer."""
    tight = DeadlineProfile("tight", 20, 20, is_law=False, basis="")
    with pytest.raises(ClockError) as refused:
        clocks.grant_extension(running(), at("2026-03-20T09:00"), 5, "x", "1", RECEIVED, "y", tight, CALENDAR)
    assert refused.value.code == "extension_not_longer"


@pytest.mark.parametrize(
    ("today", "overdue", "late", "left"),
    [
        (date(2026, 3, 2), False, 0, 20),
        (date(2026, 3, 23), False, 0, 5),
        (date(2026, 3, 30), False, 0, 0),
        (date(2026, 3, 31), True, 1, -1),
        (date(2026, 4, 4), True, 4, -4),
        (date(2026, 4, 6), True, 5, -5),
    ],
)
def test_overdue_from_midnight(today: date, overdue: bool, late: int, left: int) -> None:
    """The term ends at 24:00 of its last day; days past it are working days."""
    case = running()
    assert clocks.is_overdue(case, today) is overdue
    assert clocks.overdue_days(case, today, CALENDAR) == late
    assert clocks.days_left(case, today, CALENDAR) == left


def test_overdue_on_a_saturday_by_no_working_day() -> None:
    """A term that ended on Friday is overdue on Saturday, by no working day yet."""
    case = running(date(2026, 3, 6))
    saturday = date(2026, 4, 4)
    assert case.due_on == saturday - timedelta(days=1)
    assert clocks.is_overdue(case, saturday)
    assert clocks.overdue_days(case, saturday, CALENDAR) == 0


def test_extension_lifts_the_term() -> None:
    """With an extension, 31 March is in time."""
    case = running()
    extend(case)
    assert clocks.overdue_days(case, date(2026, 3, 31), CALENDAR) == 0
    assert clocks.overdue_days(case, date(2026, 4, 14), CALENDAR) == 1


@pytest.mark.parametrize("state", [State.ANSWERED, State.RETURNED, State.CLOSED])
def test_nothing_is_overdue_once_the_clock_stops(state: State) -> None:
    """An answered or returned case has no days left and none overdue."""
    case = replace(running(), state=state)
    assert clocks.overdue_days(case, date(2026, 6, 1), CALENDAR) == 0
    assert clocks.days_left(case, date(2026, 6, 1), CALENDAR) is None


def test_nothing_is_counted_before_receipt() -> None:
    """Without a day of receipt there is no term."""
    case = a_case(state=State.FORWARDED)
    assert clocks.days_left(case, RECEIVED, CALENDAR) is None
    assert clocks.elapsed_days(case, RECEIVED, CALENDAR) == 0
    with pytest.raises(ClockError, match="extension_no_clock"):
        clocks.latest_due_on(case, QD124, CALENDAR)
