"""Periods of reports end on the cut-off day, follow each other without a gap, and are compared with last year's."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.periods import Cutoff, Every, UnknownPeriod, after, before, current, draft_due, period, same_last_year

RHYTHMS = st.sampled_from([Every.MONTH, Every.QUARTER, Every.HALF, Every.YEAR])
DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))
CUTOFFS = st.builds(Cutoff, st.integers(1, 31), st.integers(1, 31))


@pytest.mark.parametrize(
    ("code", "start", "end", "due"),
    [
        ("2026-Q4", "2026-09-15", "2026-12-14", "2026-12-15"),
        ("2026-Q1", "2025-12-15", "2026-03-14", "2026-03-15"),
        ("2026-H1", "2025-12-15", "2026-06-14", "2026-06-15"),
        ("2026-H2", "2026-06-15", "2026-12-14", "2026-12-15"),
        ("2026", "2025-12-15", "2026-12-14", "2026-12-15"),
        ("2026-02", "2026-02-01", "2026-02-28", "2026-03-15"),
    ],
)
def test_a_period_ends_on_the_cut_off_day(code: str, start: str, end: str, due: str) -> None:
    """Day 14 of the last month, due on the 15th, unless a locality says otherwise."""
    found = period(code)
    assert [str(day) for day in (found.start, found.end, found.due_on)] == [start, end, due]


def test_a_cut_off_at_the_end_of_the_month_is_due_in_the_next() -> None:
    """With day 31 the periods are those of the calendar."""
    found = period("2026-Q1", Cutoff(31, 5))
    assert (found.start, found.end, found.due_on) == (date(2026, 1, 1), date(2026, 3, 31), date(2026, 4, 5))


@given(RHYTHMS, DAYS, CUTOFFS)
def test_every_day_lies_in_one_period(every: Every, day: date, cutoff: Cutoff) -> None:
    """Neighbours touch without a gap or an overlap."""
    found = current(every, day, cutoff)
    assert found.holds(day)
    assert before(found, cutoff).end + timedelta(days=1) == found.start
    assert after(found, cutoff).start - timedelta(days=1) == found.end


@given(RHYTHMS, DAYS, CUTOFFS)
def test_last_years_period_has_the_same_place(every: Every, day: date, cutoff: Cutoff) -> None:
    """A fourth quarter is compared with a fourth quarter."""
    found = current(every, day, cutoff)
    last = same_last_year(found, cutoff)
    assert (last.number, last.year) == (found.number, found.year - 1)


@pytest.mark.parametrize("wrong", ["", "26-Q4", "2026-Q5", "2026-13", "2026-Q4 x", "2026-01-02..2026-01-01", "a..b"])
def test_what_is_no_period_is_refused(wrong: str) -> None:
    """A guess would put numbers under a wrong heading."""
    with pytest.raises(UnknownPeriod):
        period(wrong)


@pytest.mark.parametrize(
    ("day", "code"),
    [("2026-11-30", None), ("2026-12-01", "2026-Q4"), ("2026-12-15", "2026-Q4"), ("2026-12-16", None)],
)
def test_a_draft_is_due_from_the_first_of_the_month(day: str, code: str | None) -> None:
    """From the 1st of the month it is due in, until it is due."""
    found = draft_due(Every.QUARTER, date.fromisoformat(day))
    assert (found.code if found else None) == code
