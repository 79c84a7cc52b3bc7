"""The working-day calendar: the regulation's vectors, the zone, edits, contradictions and explanations."""

import csv
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
import yaml

from cases.calendar import (
    CalendarError,
    CalendarIncomplete,
    DayOff,
    MakeUpDay,
    WorkCalendar,
    local_date,
    local_midnight,
)

ROOT = Path(__file__).parents[2]
DATA = yaml.safe_load((ROOT / "data" / "holidays_vn.yaml").read_text(encoding="utf-8"))
CALENDAR = WorkCalendar.from_mapping(DATA)
VECTORS = list(csv.DictReader((ROOT / "tests/data/workday_vectors.csv").read_text(encoding="utf-8").splitlines()))
STORM = DayOff(date(2026, 3, 10), "Nghỉ bão", "official", document="Công điện 05/CĐ-UBND")


def day(text: str) -> date:
    """Short for a date in a table."""
    return date.fromisoformat(text)


def test_worked_example() -> None:
    """Received Monday 2 March 2026: day 1 is the 3rd, the reply is due on Monday 30 March, at most on 13 April."""
    due = [CALENDAR.nth_working_day(date(2026, 3, 2), n) for n in (1, 20, 30)]
    assert due == [date(2026, 3, 3), date(2026, 3, 30), date(2026, 4, 13)]


@pytest.mark.parametrize("row", VECTORS, ids=lambda row: row["received_on"])
def test_vectors(row: dict[str, str]) -> None:
    """Every row of the table gives its 10th, 20th and 30th working day."""
    received = day(row["received_on"])
    assert f"{received:%a}" == row["weekday"]
    for n in (10, 20, 30):
        assert CALENDAR.nth_working_day(received, n) == day(row[f"due_{n}wd"])


def test_vectors_are_all_there() -> None:
    """The table has its 53 rows, so that a cut file cannot pass."""
    assert len(VECTORS) == 53


@pytest.mark.parametrize("row", VECTORS, ids=lambda row: row["received_on"])
def test_vectors_say_what_they_rest_on(row: dict[str, str]) -> None:
    """A count rests on estimated days, or on 24/11, exactly where the table says so."""
    skipped = [entry for entry in CALENDAR.explain(day(row["received_on"]), 30).days if entry.number is None]
    weekdays = [entry for entry in skipped if entry.day.weekday() < 5]
    assert any(entry.status == "estimated" for entry in weekdays) == (row["provisional"] == "yes")
    assert any(entry.status == "confirm" for entry in weekdays) == (row["depends_on_2411"] == "yes")


@pytest.mark.parametrize("row", VECTORS, ids=lambda row: row["received_on"])
def test_due_in_a_provisional_year_is_marked(row: dict[str, str]) -> None:
    """A due date in 2027 is marked even where no estimated day lies on its way."""
    due = day(row["due_30wd"])
    assert CALENDAR.is_provisional(day(row["received_on"]), due) == (due.year == 2027)


def test_estimated_day_in_a_complete_year_is_marked() -> None:
    """An estimate makes the count provisional wherever it stands."""
    calendar = WorkCalendar.build([DayOff(date(2026, 3, 10), "Nghỉ", "estimated")], [], [2026], [])
    assert calendar.is_provisional(date(2026, 3, 9), date(2026, 3, 10))
    assert not calendar.is_provisional(date(2026, 3, 10), date(2026, 3, 20))


@pytest.mark.parametrize(
    ("when", "reason"),
    [
        ("2026-03-03", None),
        ("2026-03-07", "rest"),
        ("2026-03-08", "rest"),
        ("2026-02-17", "Tết Nguyên đán (mùng 1)"),
        ("2026-04-26", "Giỗ Tổ Hùng Vương (Chủ nhật)"),
        ("2026-01-10", None),
    ],
)
def test_reason_off(when: str, reason: str | None) -> None:
    """A holiday is named even on a weekend, other weekends are rest; a make-up Saturday is worked."""
    off = CALENDAR.reason_off(day(when))
    assert (off.name if isinstance(off, DayOff) else off) == reason
    assert CALENDAR.is_working_day(day(when)) == (reason is None)


def test_days_before_and_after() -> None:
    """Steps go both ways over a weekend, and zero stays put."""
    friday = date(2026, 3, 6)
    assert CALENDAR.add_working_days(friday, -5) == date(2026, 2, 27)
    assert CALENDAR.add_working_days(date(2026, 3, 8), -1) == friday
    assert CALENDAR.add_working_days(date(2026, 3, 8), 0) == date(2026, 3, 8)
    assert CALENDAR.next_working_day(friday) == date(2026, 3, 9)


def test_on_or_after() -> None:
    """A working day stays, a rest day moves to the next working day."""
    assert CALENDAR.on_or_after(date(2026, 3, 6)) == date(2026, 3, 6)
    assert CALENDAR.on_or_after(date(2026, 3, 7)) == date(2026, 3, 9)


def test_between_counts_the_end_and_not_the_start() -> None:
    """Friday to Monday is one working day, and minus one the other way."""
    friday, monday = date(2026, 3, 6), date(2026, 3, 9)
    assert CALENDAR.working_days_between(friday, monday) == 1
    assert CALENDAR.working_days_between(monday, friday) == -1
    assert CALENDAR.working_days_between(friday, friday) == 0


def test_first_day_may_be_counted() -> None:
    """With the setting on, a working start day is day 1; a rest day still is not."""
    calendar = WorkCalendar.from_mapping(DATA | {"count_first_day": True})
    assert calendar.nth_working_day(date(2026, 3, 2), 20) == date(2026, 3, 27)
    assert calendar.nth_working_day(date(2026, 3, 7), 1) == date(2026, 3, 9)
    assert calendar.explain(date(2026, 3, 2), 1).days[0].number == 1


def test_a_term_has_at_least_one_day() -> None:
    """A term of no days is a mistake of the caller."""
    with pytest.raises(ValueError, match="at least one"):
        CALENDAR.nth_working_day(date(2026, 3, 2), 0)


@pytest.mark.parametrize(
    ("start", "n"), [("2023-12-28", 1), ("2027-12-31", 1), ("2027-12-01", 30), ("2031-05-05", 20), ("2024-01-02", -1)]
)
def test_outside_the_table_is_refused(start: str, n: int) -> None:
    """Nothing is guessed before the first, after the last known day, or over either edge."""
    with pytest.raises(CalendarIncomplete, match="calendar_missing"):
        CALENDAR.add_working_days(day(start), n)


@pytest.mark.parametrize("when", ["2023-12-29", "2023-12-30", "2028-01-01"])
def test_unknown_days_are_neither_worked_nor_off(when: str) -> None:
    """The last weekday before the table may start a count, yet nobody knows whether it was worked."""
    with pytest.raises(CalendarIncomplete):
        CALENDAR.is_working_day(day(when))


def test_only_the_last_weekday_before_the_table_may_start_a_count() -> None:
    """31/12/2025 itself is not counted, so a table from 2026 is enough; a day earlier it is not."""
    calendar = WorkCalendar.build([], [], [2026], [])
    assert calendar.nth_working_day(date(2025, 12, 31), 1) == date(2026, 1, 1)
    with pytest.raises(CalendarIncomplete):
        calendar.nth_working_day(date(2025, 12, 30), 1)


def test_counted_first_day_must_be_known() -> None:
    """Where the start is counted, a start before the table is refused."""
    calendar = WorkCalendar.from_mapping(DATA | {"count_first_day": True})
    with pytest.raises(CalendarIncomplete):
        calendar.nth_working_day(date(2023, 12, 29), 20)


def test_an_instant_is_not_a_day() -> None:
    """A datetime would bring in its own zone's date, so it is refused."""
    with pytest.raises(TypeError, match="local_date"):
        CALENDAR.nth_working_day(datetime(2026, 3, 2, 18, tzinfo=UTC), 20)


@pytest.mark.parametrize(
    ("instant", "local"),
    [
        (datetime(2026, 3, 2, 16, 59, 59, tzinfo=UTC), date(2026, 3, 2)),
        (datetime(2026, 3, 2, 17, 0, 0, tzinfo=UTC), date(2026, 3, 3)),
        (datetime(2026, 3, 2, 0, 0, 0, tzinfo=timezone(timedelta(hours=7))), date(2026, 3, 2)),
        (datetime(2026, 3, 2, 13, 0, 0, tzinfo=timezone(timedelta(hours=-8))), date(2026, 3, 3)),
    ],
)
def test_local_date(instant: datetime, local: date) -> None:
    """The day changes at 17:00 UTC, whatever zone the instant is written in."""
    assert local_date(instant) == local


def test_naive_instants_are_refused() -> None:
    """Without a zone there is no telling which day it is in Vietnam."""
    with pytest.raises(ValueError, match="time zone"):
        local_date(datetime(2026, 3, 2, 9))  # noqa: DTZ001


def test_local_midnight() -> None:
    """A Vietnamese day begins at 17:00 UTC of the day before."""
    midnight = local_midnight(date(2026, 3, 3))
    assert (midnight, midnight.tzinfo) == (datetime(2026, 3, 2, 17, tzinfo=UTC), UTC)


def test_explain_lists_every_day() -> None:
    """Every calendar day from start to due appears once, numbered 1 to n or skipped with a reason."""
    told = CALENDAR.explain(date(2025, 12, 11), 20)
    assert [entry.day for entry in told.days] == [told.start + timedelta(days=i) for i in range(31)]
    assert [entry.number for entry in told.days if entry.number] == list(range(1, 21))
    assert all(entry.why for entry in told.days if entry.number is None)
    assert told.days[-1].day == told.due == date(2026, 1, 10)


def test_a_day_off_moves_later_terms_in_a_new_calendar() -> None:
    """A storm closure makes a calendar one version up; the old one still answers as before."""
    edited = CALENDAR.with_day_off(STORM)
    assert edited.nth_working_day(date(2026, 3, 2), 20) == date(2026, 3, 31)
    assert CALENDAR.nth_working_day(date(2026, 3, 2), 20) == date(2026, 3, 30)
    assert (edited.version, edited.previous) == (2, CALENDAR)


def test_a_swap_entered_in_two_steps() -> None:
    """The swap of 2 and 10 January 2026 can be entered on a running system, a week ahead."""
    before = CALENDAR.without(date(2026, 1, 2)).without(date(2026, 1, 10))
    swap = DayOff(date(2026, 1, 2), "Nghỉ hoán đổi", "official", swapped_with=date(2026, 1, 10))
    edited = before.with_day_off(swap).with_make_up_day(MakeUpDay(date(2026, 1, 10), date(2026, 1, 2), "official"))
    assert before.nth_working_day(date(2025, 12, 8), 20) == date(2026, 1, 6)
    assert edited.nth_working_day(date(2025, 12, 8), 20) == date(2026, 1, 7)


def test_an_announcement_replaces_its_estimate() -> None:
    """The announced day takes the place of the estimate of the same date; an announced one is not entered twice."""
    announced = DayOff(date(2027, 2, 4), "Tết Nguyên đán", "official")
    edited = CALENDAR.with_day_off(announced)
    assert announced in edited.days_off
    assert len(edited.days_off) == len(CALENDAR.days_off)
    with pytest.raises(CalendarError, match="day_twice"):
        edited.with_day_off(announced)


def test_only_entered_days_can_be_taken_out() -> None:
    """Taking out an ordinary day is refused."""
    with pytest.raises(CalendarError, match="2026-03-03"):
        CALENDAR.without(date(2026, 3, 3))
