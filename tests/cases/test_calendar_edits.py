"""Calendar changes one after another: days, years, and the way back."""

from __future__ import annotations

from datetime import date

import pytest

from bot.data import basis
from cases.calendar import CalendarError
from cases.calendar_edits import CalendarChange, DayStep, apply_change, folded, read_change

SHIPPED = basis().calendar
STORM = CalendarChange(DayStep.OFF, date(2026, 12, 2), name="Bão", document="5/CĐ")


def test_a_change_survives_its_storage() -> None:
    """What is stored reads back as the same change."""
    change = CalendarChange(DayStep.WORK, date(2026, 12, 5), date(2026, 12, 2), document="5/CĐ")
    assert read_change(change.content()) == change


def test_a_day_off_and_its_make_up_day() -> None:
    """The swapped days change places, each a version up."""
    worked = CalendarChange(DayStep.WORK, date(2026, 12, 5), date(2026, 12, 2))
    calendar, faults = folded(SHIPPED, [(1, STORM), (2, worked)])
    assert not calendar.is_working_day(date(2026, 12, 2))
    assert calendar.is_working_day(date(2026, 12, 5))
    assert (calendar.version, faults) == (SHIPPED.version + 2, {})


def test_a_make_up_day_that_is_called_off() -> None:
    """A worked Saturday declared off is simply a Saturday again."""
    calendar = apply_change(SHIPPED, CalendarChange(DayStep.OFF, date(2026, 8, 22), name="Thôi"))
    assert not calendar.is_working_day(date(2026, 8, 22))


def test_an_announcement_replaces_the_estimate() -> None:
    """The day stays off, now without the mark."""
    estimate = next(entry for entry in SHIPPED.days_off if entry.status == "estimated")
    calendar = apply_change(SHIPPED, CalendarChange(DayStep.OFF, estimate.date, name="Tết", document="TB 1"))
    assert next(one for one in calendar.days_off if one.date == estimate.date).status == "official"


def test_an_earlier_calendar_comes_back_as_a_newer_version() -> None:
    """Restoring never counts versions down: clocks remember theirs."""
    back = CalendarChange(DayStep.RESTORE, upto=0)
    calendar, _ = folded(SHIPPED, [(1, STORM), (2, back)])
    assert calendar.is_working_day(date(2026, 12, 2))
    assert calendar.version == SHIPPED.version + 2


def test_a_year_with_estimates_is_not_confirmed() -> None:
    """Each expected day must be announced or removed first."""
    with pytest.raises(CalendarError) as refused:
        apply_change(SHIPPED, CalendarChange(DayStep.CONFIRM_YEAR, year=2027))
    assert refused.value.code == "still_estimated"


def test_a_new_year_has_the_holidays_of_the_sun() -> None:
    """1 January, 30 April, 1 May, 2 September; the lunar ones are announced."""
    calendar = apply_change(SHIPPED, CalendarChange(DayStep.YEAR, year=2028))
    assert [one.date.isoformat()[5:] for one in calendar.days_off if one.date.year == 2028] == [
        "01-01", "04-30", "05-01", "09-02",
    ]  # fmt: skip


def test_a_change_that_does_not_fit_is_left_out() -> None:
    """The next one still counts."""
    calendar, faults = folded(SHIPPED, [(7, CalendarChange(DayStep.DROP, date(2026, 12, 2))), (8, STORM)])
    assert list(faults) == [7]
    assert not calendar.is_working_day(date(2026, 12, 2))
