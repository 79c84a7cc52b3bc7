"""Calendar data that contradict themselves or cannot be read are refused with the entry named."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import yaml

from cases.calendar import CalendarError, DayOff, MakeUpDay, WorkCalendar
from cases.calendar_days import half_swaps

DATA = yaml.safe_load((Path(__file__).parents[2] / "data" / "holidays_vn.yaml").read_text(encoding="utf-8"))
OFF = DayOff(date(2026, 1, 2), "Nghỉ", "official")
WORKED = MakeUpDay(date(2026, 1, 10), date(2026, 1, 2), "official")


def test_iso_strings_are_dates_too() -> None:
    """A calendar stored as JSON reads the same as the YAML file."""
    data = {
        "years_complete": [2026],
        "days_off": [{"date": "2026-01-02", "name": "Nghỉ", "status": "official", "swapped_with": "2026-01-10"}],
        "working_weekends": [{"date": "2026-01-10", "for": "2026-01-02", "status": "official"}],
    }
    assert WorkCalendar.from_mapping(data).nth_working_day(date(2026, 1, 1), 6) == date(2026, 1, 10)


@pytest.mark.parametrize(
    ("code", "entry", "days_off", "make_up_days"),
    [
        ("day_twice", "2026-01-02", [OFF, OFF], []),
        ("day_twice", "2026-01-10", [], [WORKED, WORKED]),
        ("make_up_off", "2026-01-10", [DayOff(WORKED.date, "Nghỉ", "law")], [WORKED]),
        ("make_up_weekday", "2026-01-09", [], [MakeUpDay(date(2026, 1, 9), OFF.date, "law")]),
        ("swap_mismatch", "2026-01-10", [DayOff(OFF.date, "Nghỉ", "law", date(2026, 1, 17))], [WORKED]),
        ("year_unknown", "2027-01-01", [DayOff(date(2027, 1, 1), "Tết", "law")], []),
        ("status", "2026-01-02", [DayOff(OFF.date, "Nghỉ", "sure")], []),
        ("nameless", "2026-01-02", [DayOff(OFF.date, " ", "law")], []),
    ],
)
def test_contradictions_name_the_entry(
    code: str, entry: str, days_off: list[DayOff], make_up_days: list[MakeUpDay]
) -> None:
    """A calendar that contradicts itself is refused, with the entry in the sentence."""
    with pytest.raises(CalendarError, match=entry) as refused:
        WorkCalendar.build(days_off, make_up_days, [2026], [])
    assert (refused.value.code, refused.value.entry) == (code, entry)


@pytest.mark.parametrize(
    ("complete", "provisional", "code"),
    [([2024, 2026], [], "year_missing"), ([2026], [2026], "year_twice"), ([], [], "no_year")],
)
def test_years_have_no_gap(complete: list[int], provisional: list[int], code: str) -> None:
    """The known years form one row, each named once."""
    with pytest.raises(CalendarError) as refused:
        WorkCalendar.build([], [], complete, provisional)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "wrong",
    [
        {"years_complete": [2024, 2025, 2026, 2028], "years_provisional": [2027]},
        {"timezone": "UTC"},
        {"weekend": ["sun"]},
        {"years_complete": "2026"},
        {"days_off": ["2026-01-01"]},
        {"days_off": [{"date": "1/1/2026", "name": "Tết", "status": "law"}]},
        {"days_off": [{"date": date(2026, 1, 1), "name": "Tết", "status": "law", "swaped_with": None}]},
        {"days_off": [{"date": datetime(2026, 1, 1, tzinfo=UTC), "name": "Tết", "status": "law"}]},
    ],
    ids=lambda wrong: str(wrong)[:60],
)
def test_a_wrong_file_is_refused(wrong: dict[str, object]) -> None:
    """A year without days, another zone or weekend, a bad date and an unknown key are all said, never skipped."""
    with pytest.raises(CalendarError):
        WorkCalendar.from_mapping(DATA | wrong)


def test_half_swaps_are_listed() -> None:
    """A swap of which one side is missing is shown to whoever checks the data; the shipped file has none."""
    shipped = WorkCalendar.from_mapping(DATA)
    assert half_swaps(shipped.days_off, shipped.make_up_days) == []
    assert len(half_swaps([DayOff(OFF.date, "Nghỉ", "law", WORKED.date)], [])) == 1
    assert len(half_swaps([], [WORKED])) == 1
